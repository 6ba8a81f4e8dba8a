#include "cli/options.h"

#include "base/ascii.h"
#include "cli/option_rows.h"

#define TWIN "MOCK_REQUESTER_" /* the beginning of each variable's name */

enum { TWIN_SIZE = sizeof TWIN - 1, TWIN_EDITS_MAX = 2 };

/* What replaces the command: `help`, `--help` or `-h`. */
static const struct action_row {
    const char *name;
    char letter;
    int action, of_command; /* without a command, and with one */
} actions[] = {
    { "help", 'h', ACTION_HELP, ACTION_COMMAND_HELP },
    { "version", 'V', ACTION_VERSION, ACTION_VERSION },
};

/* ---- reading the command line -------------------------------------------------------------------------- */

/* The words of the command line, before their texts are read. */
struct scan {
    char **next;
    enum command command;
    bool named;                     /* the command was written out */
    bool operands_only;             /* after -- */
    const char *given[OPTION_COUNT];  /* the last text, or NULL */
    struct options *options;
};

static const struct option_row *row_find(enum command command, const char *name)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_rows[i].command == command && strcmp(option_rows[i].name, name) == 0)
            return &option_rows[i];
    return NULL;
}

static enum err refuse_option(const struct scan *scan, const char *argument, const char *name, struct error *error)
{
    struct nearest near = nearest_to(name);

    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_rows[i].command == scan->command)
            nearest_try(&near, option_rows[i].name);
    for (size_t i = 0; i < ROWS(actions); i++)
        nearest_try(&near, actions[i].name);
    error_set(error, ERR_INVALID, "unknown option \"%s\"", argument);
    return option_with_nearest(error, &near, "--");
}

static const struct action_row *action_named(const char *name)
{
    for (size_t i = 0; i < ROWS(actions); i++)
        if (strcmp(actions[i].name, name) == 0)
            return &actions[i];
    return NULL;
}

/* `-h`; NULL if the argument is something else. */
static const struct action_row *action_of_letter(const char *argument)
{
    for (size_t i = 0; i < ROWS(actions); i++)
        if (argument[1] == actions[i].letter && !argument[2])
            return &actions[i];
    return NULL;
}

static enum err set_action(struct scan *scan, const struct action_row *row)
{
    scan->options->action = scan->named ? row->of_command : row->action;
    scan->options->command = scan->command;
    return ERR_OK;
}

static enum err take_value(struct scan *scan, const struct option_row *row, const char *value, struct error *error)
{
    if (!row->argument && value)
        return error_set(error, ERR_INVALID, "--%s takes no value", row->name);
    if (row->argument && !value)
        value = *scan->next ? *scan->next++ : NULL;
    if (row->argument && !value)
        return error_set(error, ERR_INVALID, "--%s wants a value: %s", row->name, row->argument);
    scan->given[row - option_rows] = row->argument ? value : "on";
    struct error said = { .code = ERR_OK };
    enum err err = row->repeats ? row->read(row, value, scan->options, &said) : ERR_OK;
    return err ? error_set(error, err, "--%s: %.900s", row->name, said.text) : ERR_OK;
}

static enum err scan_option(struct scan *scan, const char *argument, struct error *error)
{
    const char *equals = strchr(argument, '=');
    char name[NEAREST_NAME_MAX + 1];
    size_t n = equals ? (size_t)(equals - argument) : strlen(argument);

    if (action_of_letter(argument))
        return set_action(scan, action_of_letter(argument));
    if (n > NEAREST_NAME_MAX || strncmp(argument, "--", 2) != 0)
        return refuse_option(scan, argument, argument + (argument[1] == '-' ? 2 : 1), error);
    snprintf(name, sizeof name, "%.*s", (int)n - 2, argument + 2);
    if (action_named(name))
        return equals ? error_set(error, ERR_INVALID, "--%s takes no value", name) : set_action(scan, action_named(name));
    const struct option_row *row = row_find(scan->command, name);
    if (!row)
        return refuse_option(scan, argument, name, error);
    return take_value(scan, row, equals ? equals + 1 : NULL, error);
}

static enum err scan_operand(struct scan *scan, char *operand, struct error *error)
{
    const struct command_row *row = &command_rows[scan->command];

    if (scan->options->n_operands >= row->operands)
        return error_set(error, ERR_INVALID, "%s: one argument too many: \"%s\"", row->name, operand);
    scan->options->operands[scan->options->n_operands++] = operand;
    return ERR_OK;
}

static enum err scan_argument(struct scan *scan, char *argument, struct error *error)
{
    if (!scan->operands_only && strcmp(argument, "--") == 0) {
        scan->operands_only = true;
        return ERR_OK;
    }
    if (!scan->operands_only && argument[0] == '-' && argument[1])
        return scan_option(scan, argument, error);
    return scan_operand(scan, argument, error);
}

static void scan_command(struct scan *scan)
{
    for (size_t i = 0; *scan->next && i < COMMAND_COUNT; i++) {
        if (strcmp(*scan->next, command_rows[i].name) != 0)
            continue;
        scan->next++;
        scan->named = true;
        scan->command = (enum command)i;
        break;
    }
    scan->options->action = (int)scan->command;
}

static enum err refuse_command(const char *word, struct error *error)
{
    const char *near = options_nearest_command(word);

    if (near)
        return error_set(error, ERR_INVALID, "there is no command \"%.200s\" (did you mean \"%s\"?)", word, near);
    return error_set(error, ERR_INVALID, "there is no command \"%.200s\"", word);
}

/* `help`, `help COMMAND` or `version` in place of a command. */
static enum err scan_action(struct scan *scan, const struct action_row *row, struct error *error)
{
    scan->next++;
    if (row->action == ACTION_HELP)
        scan_command(scan);
    if (row->action == ACTION_HELP && *scan->next && !scan->named && (*scan->next)[0] != '-')
        return refuse_command(*scan->next, error);
    return set_action(scan, row);
}

/* Ends early when help or the version is wanted. */
static enum err scan_all(struct scan *scan, struct error *error)
{
    enum err err = ERR_OK;

    if (*scan->next && action_named(*scan->next))
        return scan_action(scan, action_named(*scan->next), error);
    scan_command(scan);
    while (err == ERR_OK && *scan->next && scan->options->action == (int)scan->command)
        err = scan_argument(scan, *scan->next++, error);
    const struct command_row *row = &command_rows[scan->command];
    if (err == ERR_OK && row->wanted && !scan->options->n_operands && scan->options->action == (int)scan->command)
        return error_set(error, ERR_INVALID, "%s wants %s", row->name, row->wanted);
    return err;
}

/* ---- from texts to values ------------------------------------------------------------------------------ */

/* A text and, for messages, where it comes from: "--clock" or "MOCK_REQUESTER_CLOCK". */
struct source {
    const char *text;
    char label[OPTIONS_TWIN_MAX];
};

static const char *twin_of(const char *option, char twin[OPTIONS_TWIN_MAX])
{
    size_t n = (size_t)snprintf(twin, OPTIONS_TWIN_MAX, TWIN "%s", option);

    MUST(n < OPTIONS_TWIN_MAX);
    for (char *p = twin; *p; p++)
        *p = *p == '-' ? '_' : ascii_upper(*p);
    return twin;
}

/* The command line, else the environment, else what is preset (then without a label). */
static struct source source_of(const struct scan *scan, const struct option_row *row, environment_fn *environment)
{
    struct source s = { .text = scan->given[row - option_rows] };

    if (s.text) {
        snprintf(s.label, sizeof s.label, "--%s", row->name);
        return s;
    }
    s.text = environment(twin_of(row->name, s.label));
    bool ours = s.text && *s.text && !(row->passed_over && span_starts(span_text(s.text), span_text(row->passed_over)));
    return ours ? s : (struct source){ .text = row->preset };
}

static enum err read_row(const struct scan *scan, const struct option_row *row, environment_fn *environment,
                         struct error *error)
{
    struct source s = source_of(scan, row, environment);
    struct error said = { .code = ERR_OK };

    if (!s.text)
        return ERR_OK;
    if (*s.label)
        scan->options->given |= UINT64_C(1) << (row - option_rows);
    if (row->repeats && scan->given[row - option_rows])
        return ERR_OK; /* read when it was scanned */
    enum err err = row->read(row, s.text, scan->options, &said);
    return err ? error_set(error, err, "%s: %.900s", s.label, said.text) : ERR_OK;
}

static enum err read_all(const struct scan *scan, environment_fn *environment, struct error *error)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < OPTION_COUNT && err == ERR_OK; i++)
        if (option_rows[i].command == scan->command)
            err = read_row(scan, &option_rows[i], environment, error);
    return err;
}

static void read_operands_twin(enum command command, environment_fn *environment, struct options *options)
{
    const struct command_row *row = &command_rows[command];
    const char *text = row->operands_twin && !options->n_operands ? environment(row->operands_twin) : NULL;

    options->operands_text = text && *text ? text : NULL;
}

static bool is_given(const struct options *options, const char *name)
{
    const struct option_row *row = row_find(COMMAND_SERVE, name);

    MUST(row);
    return options->given >> (row - option_rows) & 1;
}

enum err options_parse(int argc, char **argv, environment_fn *environment, struct options *options,
                       struct error *error)
{
    struct options read = { .action = 0, .operands = argv + (argc > 0) };
    struct scan scan = { .next = argv + (argc > 0), .options = &read };
    enum err err = scan_all(&scan, error);

    if (err == ERR_OK && read.action == (int)scan.command)
        err = read_all(&scan, environment, error);
    if (err != ERR_OK)
        return err;
    read_operands_twin(scan.command, environment, &read);
    *options = read;
    return ERR_OK;
}

const char *options_nearest_command(const char *word)
{
    struct nearest near = nearest_to(word);

    for (size_t i = 0; i < COMMAND_COUNT; i++)
        nearest_try(&near, command_rows[i].name);
    return near.best;
}

/* ---- misspelt variables -------------------------------------------------------------------------------- */

/* `PORT_FIEL` as an option is written: `port-fiel`. False: too long to be near to one. */
static bool name_of_twin(struct span twin, char name[NEAREST_NAME_MAX + 1])
{
    if (twin.n > NEAREST_NAME_MAX)
        return false;
    for (size_t i = 0; i < twin.n; i++)
        name[i] = twin.p[i] == '_' ? '-' : ascii_lower(twin.p[i]);
    name[twin.n] = '\0';
    return true;
}

bool options_near_variable(const char *variable, char meant[OPTIONS_TWIN_MAX])
{
    char name[NEAREST_NAME_MAX + 1];
    struct span twin = span_of(variable, strcspn(variable, "="));

    if (!span_starts(twin, SPAN(TWIN)) || !name_of_twin(span_of(twin.p + TWIN_SIZE, twin.n - TWIN_SIZE), name))
        return false;
    struct nearest near = nearest_to(name);
    near.distance = TWIN_EDITS_MAX + 1;
    nearest_try(&near, "scenario");
    for (size_t i = 0; i < OPTION_COUNT; i++)
        nearest_try(&near, option_rows[i].name);
    if (!near.best || span_is(twin, twin_of(near.best, meant)))
        return false;
    return true;
}

/* ---- for the program ----------------------------------------------------------------------------------- */

struct program_settings options_settings(const struct options *options)
{
    struct program_settings settings = PROGRAM_SETTINGS_NONE;

    if (is_given(options, "dialect"))
        settings.dialect = options->dialect;
    if (is_given(options, "clock")) {
        settings.clock = options->clock;
        settings.clock_scale = options->clock_scale;
    }
    settings.start_time = options->start_time;
    settings.zone = options->zone;
    settings.has_seed = options->seed.given;
    settings.seed = options->seed.value;
    if (is_given(options, "signatures"))
        settings.signatures = options->signatures;
    return settings;
}

bool options_rate_limit(const struct options *options, enum clock_kind clock)
{
    return is_given(options, "rate-limit") ? options->rate_limit : clock == CLOCK_KIND_REAL;
}
