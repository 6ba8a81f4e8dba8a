#include "cli/options.h"

#include "base/ascii.h"
#include "base/duration.h"
#include "base/moment.h"
#include "base/nearest.h"
#include "exchange/journal.h"

#include <math.h>
#include <stdlib.h>

#define ROWS(table) (sizeof(table) / sizeof *(table))

enum {
    PORT_MAX = 65535,
    MAX_JOBS_MAX = 100000000, /* more would not fit into a machine's memory */
    TWIN_MAX = 64,
};

/* ---- the commands -------------------------------------------------------------------------------------- */

static const char sign_about[] =
    "\nThe key is that of --key; else $BACALHAU_DIR/user_id.pem or ~/.bacalhau/user_id.pem, where there is one;\n"
    "else $XDG_DATA_HOME/mock-requester/user_id.pem (~/.local/share), which is made on first use.\n"
    "\nThe key's ClientID is put in where the payload has none or an empty one. Line breaks become blanks before\n"
    "it is signed; the other bytes stand as they are.\n"
    "\n  echo '{\"APIVersion\":\"V1beta1\",\"Spec\":{...}}' | mock-requester sign |\n"
    "    curl -d @- http://127.0.0.1:1234/requester/submit\n";

static const char serve_about[] =
    "\nA SCENARIO is the name of one that ships with the program (mock-requester scenarios), or a JSON file that\n"
    "says what the network does; without one all goes well. With a / or .json at its end it is a file. Of several\n"
    "the later ones win, and options win over files. MOCK_REQUESTER_SCENARIO names them too, divided by colons.\n";

static const char check_about[] =
    "\nAll errors of all files in one pass, a line each: FILE:LINE:COLUMN: what is wrong. Exit code 2 if there are any.\n";

static const char simulate_about[] =
    "\nAt +0s a job is submitted for each script of the scenario, made to fit its match, and a plain one for the\n"
    "network: Docker, ubuntu, concurrency 1. Then a line for every change, until nothing is left to happen. Gates\n"
    "are opened and answers read where only they are waited for; faults are listed, not played.\n";

static const struct command_row {
    const char *name, *arguments, *help;
    const char *about;          /* more of it, for its own help */
    size_t operands;            /* how many it takes */
    const char *wanted;         /* what one at least is: "FILE"; NULL: there may be none */
    const char *operands_twin;  /* a variable that names them, divided by colons */
} commands[COMMAND_COUNT] = {
    [COMMAND_SERVE] = { "serve", "[OPTIONS] [SCENARIO ...]", "answer as the requester does (the default command)",
                        serve_about, .operands = OPERANDS_MAX, .operands_twin = "MOCK_REQUESTER_SCENARIO" },
    [COMMAND_SIGN] = { "sign", "[OPTIONS] [FILE]",
                       "print a signed envelope round the payload in FILE or on standard input", sign_about,
                       .operands = 1 },
    [COMMAND_PROBE] = { "probe", "[OPTIONS]", "ask a running one for /livez: exit 0 or 4 (health checks)" },
    [COMMAND_CHECK] = { "check", "[OPTIONS] FILE ...", "validate scenario and fixture files", check_about,
                        .operands = SIZE_MAX, .wanted = "a FILE" },
    [COMMAND_SIMULATE] = { "simulate", "[OPTIONS] SCENARIO ...",
                           "what would happen, in virtual time, without a socket", simulate_about,
                           .operands = OPERANDS_MAX, .wanted = "a SCENARIO" },
    [COMMAND_SCENARIOS] = { "scenarios", "[OPTIONS]", "list the catalogue" },
    [COMMAND_SCHEMA] = { "schema", "scenario|fixture|control",
                         "print the JSON Schema of scenario or fixture files", .operands = 1,
                         .wanted = "scenario or fixture" },
};

static const char *const exit_codes[] = {
    [EXIT_FINE] = "fine",
    [EXIT_VERDICT] = "--strict and the verdict is bad",
    [EXIT_USAGE] = "wrong usage, or a file that does not pass check",
    [EXIT_PORT] = "the port cannot be had",
    [EXIT_OTHER] = "anything else",
};

/* ---- readers: an option's text into its field ---------------------------------------------------------- */

struct choice {
    const char *name;
    int value;
    bool later;
};

/* One reader's errors read on after the option's name and a colon. ERR_STATE: not there yet. */
struct option_row;
typedef enum err read_fn(const struct option_row *row, const char *text, struct options *options, struct error *error);

struct option_row {
    const char *name;
    enum command command;
    const char *argument; /* NULL: a switch */
    const char *preset;   /* read when nothing is given */
    const char *otherwise; /* the default in words, where `preset` does not say it */
    const char *help;
    read_fn *read;
    size_t offset; /* of the field in struct options */
    const struct choice *choices;
    uint64_t least, most;
    const char *passed_over; /* a twin that begins so is not meant for us */
    bool later;              /* not there yet */
};

static void *field_of(const struct option_row *row, struct options *options)
{
    return (char *)options + row->offset;
}

static enum err read_text(const struct option_row *row, const char *text, struct options *options, struct error *error)
{
    const char **field = field_of(row, options);

    if (!*text)
        return error_set(error, ERR_INVALID, "wants a value: %s", row->argument);
    *field = text;
    return ERR_OK;
}

static enum err check_host(const char *text, struct error *error)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";

    if (!*text || strspn(text, allowed) != strlen(text))
        return error_set(error, ERR_INVALID, "wants an IPv4 address or a host name, not \"%s\"", text);
    return ERR_OK;
}

static enum err read_host(const struct option_row *row, const char *text, struct options *options, struct error *error)
{
    enum err err = check_host(text, error);

    return err ? err : read_text(row, text, options, error);
}

/* Each time it is given adds a name. */
static enum err read_allowed_host(const struct option_row *row, const char *text, struct options *options,
                                  struct error *error)
{
    enum err err = check_host(text, error);

    (void)row;
    if (!err && options->n_allow_hosts == ALLOW_HOSTS_MAX)
        return error_set(error, ERR_INVALID, "may be given %d times", ALLOW_HOSTS_MAX);
    if (!err)
        options->allow_hosts[options->n_allow_hosts++] = text;
    return err;
}

static enum err read_number(const struct option_row *row, const char *text, struct options *options,
                            struct error *error)
{
    struct number *field = field_of(row, options);
    uint64_t value;

    if (!ascii_number(span_text(text), &value) || value < row->least || value > row->most)
        return error_set(error, ERR_INVALID, "wants a number from %llu to %llu, not \"%s\"",
                         (unsigned long long)row->least, (unsigned long long)row->most, text);
    *field = (struct number){ true, value };
    return ERR_OK;
}

/* Adds the nearest name to a text that says what is wrong. */
static enum err with_nearest(struct error *error, const struct nearest *near, const char *prefix)
{
    if (!error || !near->best)
        return ERR_INVALID;
    struct error said = *error;
    return error_set(error, ERR_INVALID, "%.900s (did you mean \"%s%s\"?)", said.text, prefix, near->best);
}

/* ---- readers of names ---------------------------------------------------------------------------------- */

static enum err refuse_choice(const struct option_row *row, const char *text, const struct nearest *near,
                              struct error *error)
{
    error_set(error, ERR_INVALID, "wants %s, not \"%s\"", row->argument ? row->argument : "true or false", text);
    return with_nearest(error, near, "");
}

static enum err read_choice(const struct option_row *row, const char *text, struct options *options,
                            struct error *error)
{
    struct nearest near = nearest_to(text);
    int *field = field_of(row, options);

    for (const struct choice *c = row->choices; c->name; c++) {
        if (strcmp(text, c->name) == 0) {
            *field = c->value;
            return c->later ? ERR_STATE : ERR_OK;
        }
        if (!c->later)
            nearest_try(&near, c->name);
    }
    return refuse_choice(row, text, &near, error);
}

static enum err read_dialect(const struct option_row *row, const char *text, struct options *options,
                             struct error *error)
{
    struct nearest near = nearest_to(text);

    for (const struct release *const *d = releases; *d; d++)
        nearest_try(&near, (*d)->name);
    const struct release *found = release_find(span_text(text));
    if (!found)
        return refuse_choice(row, text, &near, error);
    options->dialect = found;
    return ERR_OK;
}

static bool parse_scale(const char *text, double *scale)
{
    if (!*text || strspn(text, "0123456789.") != strlen(text))
        return false;
    char *end;
    *scale = strtod(text, &end);
    return !*end && isfinite(*scale) && *scale > 0 && *scale <= SCALE_MAX;
}

static enum err read_clock(const struct option_row *row, const char *text, struct options *options, struct error *error)
{
    static const char scale[] = "scale:";

    if (strncmp(text, scale, sizeof scale - 1) != 0)
        return read_choice(row, text, options, error);
    if (!parse_scale(text + sizeof scale - 1, &options->clock_scale))
        return error_set(error, ERR_INVALID, "wants scale:N with N above 0 and up to %d, not \"%s\"", SCALE_MAX, text);
    options->clock = CLOCK_KIND_SCALED;
    return ERR_OK;
}

static enum err read_start_time(const struct option_row *row, const char *text, struct options *options,
                                struct error *error)
{
    (void)row;
    return moment_parse(span_text(text), &options->start_time, &options->zone, error);
}

static enum err read_length(const struct option_row *row, const char *text, struct options *options, struct error *error)
{
    return duration_parse(span_text(text), field_of(row, options), error);
}

/* ---- the options --------------------------------------------------------------------------------------- */

static const struct choice switches[] = {
    { "on", true, false }, { "off", false, false },  { "1", true, false }, { "0", false, false },
    { "true", true, false }, { "false", false, false }, { NULL, 0, false },
};
static const struct choice clocks[] = {
    { "real", CLOCK_KIND_REAL, false }, { "manual", CLOCK_KIND_MANUAL, false }, { NULL, 0, false },
};
static const struct choice signature_modes[] = {
    { "strict", SIGNATURES_STRICT, false }, { "warn", SIGNATURES_WARN, false }, { "off", SIGNATURES_OFF, false },
    { NULL, 0, false },
};
static const struct choice logs[] = {
    { "text", LOG_TEXT, false }, { "json", LOG_JSON, false }, { "off", LOG_OFF, false }, { NULL, 0, false },
};
static const struct choice formats[] = {
    { "text", FORMAT_TEXT, false }, { "json", FORMAT_JSON, false }, { NULL, 0, false },
};

#define FIELD(name) .offset = offsetof(struct options, name)

#define FORMAT_OF(command)                                                                                        \
    { "format", command, "text|json", "text", NULL, "how to print it", read_choice, FIELD(format), .choices = formats }

static const struct option_row rows[] = {
    { "host", COMMAND_SERVE, "HOST", "127.0.0.1", NULL, "address or name to listen on; 0.0.0.0 = all", read_host,
      FIELD(host) },
    { "port", COMMAND_SERVE, "PORT", "1234", NULL, "port to listen on; 0 = any free one", read_number, FIELD(port),
      .most = PORT_MAX, .passed_over = "tcp://" },
    { "port-file", COMMAND_SERVE, "FILE", NULL, "none", "when ready, write the port to FILE, whole", read_text,
      FIELD(port_file) },
    { "ready-fd", COMMAND_SERVE, "N", NULL, "none", "when ready, write the port to file descriptor N and close it",
      read_number, FIELD(ready_fd), .most = INT32_MAX },
    { "dialect", COMMAND_SERVE, "v0.3.25|v0.3.24|documented", "v0.3.25", NULL, "the release to be",
      read_dialect, FIELD(dialect) },
    { "clock", COMMAND_SERVE, "real|manual|scale:N", "real", NULL,
      "manual = moved by hand; scale:N = N times as fast", read_clock,
      FIELD(clock), .choices = clocks },
    { "start-time", COMMAND_SERVE, "TIME", NULL, "now; manual: 2023-03-22T09:00:00Z",
      "where the clock starts, RFC 3339", read_start_time, FIELD(start_time) },
    { "seed", COMMAND_SERVE, "N", NULL, "drawn, and told; manual clock: 1", "fixes ids, ties and chance",
      read_number, FIELD(seed),
      .most = UINT64_MAX },
    { "signatures", COMMAND_SERVE, "strict|warn|off", "strict", NULL, "whether a request's signature must hold",
      read_choice, FIELD(signatures), .choices = signature_modes },
    { "fixtures", COMMAND_SERVE, "FILE", NULL, "none", "jobs to start with", read_text, FIELD(fixtures) },
    { "max-jobs", COMMAND_SERVE, "N", "100000", NULL, "with more the oldest ended job is forgotten", read_number,
      FIELD(max_jobs), .least = 1, .most = MAX_JOBS_MAX },
    { "journal", COMMAND_SERVE, "N", "10000", NULL, "how many exchanges to remember", read_number, FIELD(journal),
      .most = JOURNAL_MAX },
    { "control", COMMAND_SERVE, "on|off", "on", NULL, "the control API, under /__mock/", read_choice, FIELD(control),
      .choices = switches },
    { "allow-host", COMMAND_SERVE, "NAME", NULL, "none", "a Host header that the control API accepts; may be repeated",
      read_allowed_host, FIELD(allow_hosts) },
    { "strict", COMMAND_SERVE, NULL, "off", NULL, "exit 1 when the verdict is bad", read_choice, FIELD(strict),
      .choices = switches },
    { "log", COMMAND_SERVE, "text|json|off", "text", NULL, "a line an exchange on standard error", read_choice,
      FIELD(log), .choices = logs },
    { "rate-limit", COMMAND_SERVE, "on|off", NULL, "on if the clock is real",
      "refuse more than 1000 requests a second", read_choice, FIELD(rate_limit), .choices = switches },

    { "key", COMMAND_SIGN, "FILE", NULL, "the Bacalhau client's, else one of its own", "private RSA key: PEM or DER",
      read_text, FIELD(key) },
    { "field", COMMAND_SIGN, "NAME", "job_create_payload", NULL, "the payload's name in the envelope", read_text,
      FIELD(field) },

    { "host", COMMAND_PROBE, "HOST", "127.0.0.1", NULL, "address or name to ask", read_host, FIELD(host) },
    { "port", COMMAND_PROBE, "PORT", "1234", NULL, "port to ask", read_number, FIELD(port), .least = 1,
      .most = PORT_MAX, .passed_over = "tcp://" },

    FORMAT_OF(COMMAND_CHECK),
    FORMAT_OF(COMMAND_SCENARIOS),

    { "until", COMMAND_SIMULATE, "LENGTH", "24h", NULL, "when to end at the latest", read_length, FIELD(until) },
    { "job", COMMAND_SIMULATE, "FILE", NULL, "jobs of its own", "submit the payload in FILE instead", read_text,
      FIELD(job) },
    FORMAT_OF(COMMAND_SIMULATE),
};

_Static_assert(JOURNAL_DEFAULT == 10000, "as the table says");
_Static_assert(ROWS(rows) <= 64, "a bit each in struct options");

/* Options that say what to do instead. */
static const struct action_row {
    const char *name;
    int action, of_command; /* without a command, and with one */
} actions[] = {
    { "help", ACTION_HELP, ACTION_COMMAND_HELP },
    { "version", ACTION_VERSION, ACTION_VERSION },
};

/* ---- help ---------------------------------------------------------------------------------------------- */

static const char *twin_of(const struct option_row *row, char twin[TWIN_MAX])
{
    size_t n = (size_t)snprintf(twin, TWIN_MAX, "MOCK_REQUESTER_%s", row->name);

    MUST(n < TWIN_MAX);
    for (char *p = twin; *p; p++)
        *p = *p == '-' ? '_' : ascii_upper(*p);
    return twin;
}

static void print_option(FILE *out, const struct option_row *row)
{
    char left[TWIN_MAX];

    snprintf(left, sizeof left, "--%s %s", row->name, row->argument ? row->argument : "");
    fprintf(out, "  %-38s %s [%s]\n", left, row->help, row->otherwise ? row->otherwise : row->preset);
}

static void print_options(FILE *out, enum command command)
{
    for (size_t i = 0; i < ROWS(rows); i++)
        if (rows[i].command == command && !rows[i].later)
            print_option(out, &rows[i]);
}

static bool has_options(enum command command)
{
    for (size_t i = 0; i < ROWS(rows); i++)
        if (rows[i].command == command && !rows[i].later)
            return true;
    return false;
}

static void print_environment(FILE *out)
{
    fputs("\nEvery option has a twin in the environment: --port-file is MOCK_REQUESTER_PORT_FILE. An empty one\n"
          "is not set; the command line wins.\n",
          out);
}

static void print_exit_codes(FILE *out)
{
    fputs("\nExit codes:\n", out);
    for (size_t i = 0; i < ROWS(exit_codes); i++)
        fprintf(out, "  %zu  %s\n", i, exit_codes[i]);
}

void options_print_help(FILE *out)
{
    fputs("Stands in for the requester node of a Bacalhau network.\n\n"
          "Usage: mock-requester [COMMAND] [OPTIONS] [SCENARIO ...]\n\nCommands:\n",
          out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
    fputs("\nOptions of serve:\n", out);
    print_options(out, COMMAND_SERVE);
    fputs("\nmock-requester COMMAND --help tells a command's own options, --version what this is.\n", out);
    print_environment(out);
    print_exit_codes(out);
}

void options_print_command_help(FILE *out, enum command command)
{
    const struct command_row *row = &commands[command];

    fprintf(out, "Usage: mock-requester %s %s\n\n%s\n%s", row->name, row->arguments, row->help,
            row->about ? row->about : "");
    if (has_options(command))
        fputs("\nOptions:\n", out);
    print_options(out, command);
    print_environment(out);
    print_exit_codes(out);
}

/* ---- reading the command line -------------------------------------------------------------------------- */

/* What stands on the command line, before any of it is read. */
struct scan {
    char **next;
    enum command command;
    bool named;                     /* the command was written out */
    bool operands_only;             /* after -- */
    const char *given[ROWS(rows)];  /* the last text, or NULL */
    struct options *options;
};

static const struct option_row *row_find(enum command command, const char *name)
{
    for (size_t i = 0; i < ROWS(rows); i++)
        if (rows[i].command == command && strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static enum err refuse_option(const struct scan *scan, const char *argument, const char *name, struct error *error)
{
    struct nearest near = nearest_to(name);

    for (size_t i = 0; i < ROWS(rows); i++)
        if (rows[i].command == scan->command && !rows[i].later)
            nearest_try(&near, rows[i].name);
    for (size_t i = 0; i < ROWS(actions); i++)
        nearest_try(&near, actions[i].name);
    error_set(error, ERR_INVALID, "unknown option \"%s\"", argument);
    return with_nearest(error, &near, "--");
}

static bool scan_action(struct scan *scan, const char *name)
{
    for (size_t i = 0; i < ROWS(actions); i++) {
        if (strcmp(actions[i].name, name) != 0)
            continue;
        scan->options->action = scan->named ? actions[i].of_command : actions[i].action;
        scan->options->command = scan->command;
        return true;
    }
    return false;
}

static enum err take_value(struct scan *scan, const struct option_row *row, const char *value, struct error *error)
{
    if (!row->argument && value)
        return error_set(error, ERR_INVALID, "--%s takes no value", row->name);
    if (row->argument && !value)
        value = *scan->next ? *scan->next++ : NULL;
    if (row->argument && !value)
        return error_set(error, ERR_INVALID, "--%s wants a value: %s", row->name, row->argument);
    scan->given[row - rows] = row->argument ? value : "on";
    return ERR_OK;
}

static enum err scan_option(struct scan *scan, const char *argument, struct error *error)
{
    const char *equals = strchr(argument, '=');
    char name[NEAREST_NAME_MAX + 1];
    size_t n = equals ? (size_t)(equals - argument) : strlen(argument);

    if (n > NEAREST_NAME_MAX || strncmp(argument, "--", 2) != 0)
        return refuse_option(scan, argument, argument + (argument[1] == '-' ? 2 : 1), error);
    snprintf(name, sizeof name, "%.*s", (int)n - 2, argument + 2);
    if (scan_action(scan, name))
        return equals ? error_set(error, ERR_INVALID, "--%s takes no value", name) : ERR_OK;
    const struct option_row *row = row_find(scan->command, name);
    if (!row)
        return refuse_option(scan, argument, name, error);
    return take_value(scan, row, equals ? equals + 1 : NULL, error);
}

static enum err scan_operand(struct scan *scan, char *operand, struct error *error)
{
    const struct command_row *row = &commands[scan->command];

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
        if (strcmp(*scan->next, commands[i].name) != 0)
            continue;
        scan->next++;
        scan->named = true;
        scan->command = (enum command)i;
        break;
    }
    scan->options->action = (int)scan->command;
}

/* Ends early when help or the version is wanted. */
static enum err scan_all(struct scan *scan, struct error *error)
{
    enum err err = ERR_OK;

    scan_command(scan);
    while (err == ERR_OK && *scan->next && scan->options->action == (int)scan->command)
        err = scan_argument(scan, *scan->next++, error);
    const struct command_row *row = &commands[scan->command];
    if (err == ERR_OK && row->wanted && !scan->options->n_operands && scan->options->action == (int)scan->command)
        return error_set(error, ERR_INVALID, "%s wants %s", row->name, row->wanted);
    return err;
}

/* ---- from texts to values ------------------------------------------------------------------------------ */

/* Where a text comes from, for messages: "--clock" and " ", or "MOCK_REQUESTER_CLOCK" and "=". */
struct source {
    const char *text;
    char label[TWIN_MAX];
    const char *joint;
};

/* The command line, else the environment, else what is preset (then without a label). */
static struct source source_of(const struct scan *scan, const struct option_row *row, environment_fn *environment)
{
    struct source s = { .text = scan->given[row - rows], .joint = " " };

    if (s.text) {
        snprintf(s.label, sizeof s.label, "--%s", row->name);
        return s;
    }
    s.text = environment(twin_of(row, s.label));
    s.joint = "=";
    bool ours = s.text && *s.text && !(row->passed_over && span_starts(span_text(s.text), span_text(row->passed_over)));
    return ours ? s : (struct source){ .text = row->preset };
}

static enum err not_yet(const struct option_row *row, const struct source *s, struct error *error)
{
    if (row->later || !row->argument)
        return error_set(error, ERR_INVALID, "%s is not supported yet", s->label);
    return error_set(error, ERR_INVALID, "%s%s%.200s is not supported yet", s->label, s->joint, s->text);
}

static enum err read_row(const struct scan *scan, const struct option_row *row, environment_fn *environment,
                         struct error *error)
{
    struct source s = source_of(scan, row, environment);
    struct error said = { .code = ERR_OK };

    if (!s.text)
        return ERR_OK;
    if (*s.label)
        scan->options->given |= UINT64_C(1) << (row - rows);
    enum err err = row->read ? row->read(row, s.text, scan->options, &said) : ERR_STATE;
    if (err == ERR_STATE)
        return not_yet(row, &s, error);
    if (err != ERR_OK)
        return error_set(error, err, "%s: %.900s", s.label, said.text);
    return ERR_OK;
}

static enum err read_all(const struct scan *scan, environment_fn *environment, struct error *error)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < ROWS(rows) && err == ERR_OK; i++)
        if (rows[i].command == scan->command)
            err = read_row(scan, &rows[i], environment, error);
    return err;
}

static void read_operands_twin(enum command command, environment_fn *environment, struct options *options)
{
    const struct command_row *row = &commands[command];
    const char *text = row->operands_twin && !options->n_operands ? environment(row->operands_twin) : NULL;

    options->operands_text = text && *text ? text : NULL;
}

static bool is_given(const struct options *options, const char *name)
{
    const struct option_row *row = row_find(COMMAND_SERVE, name);

    MUST(row);
    return options->given >> (row - rows) & 1;
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
        nearest_try(&near, commands[i].name);
    return near.best;
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
