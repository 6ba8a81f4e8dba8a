#include "cli/option_rows.h"

#include "base/ascii.h"
#include "base/duration.h"
#include "base/moment.h"
#include "exchange/journal.h"
#include "scenario/settings.h"

#include <math.h>
#include <stdlib.h>

enum {
    PORT_MAX = 65535,
    CONCURRENCY_MAX = 10000, /* as many as a scenario may have nodes */
    KIB = 1024,
    MIB = KIB * KIB,
    MAX_JOBS_MAX = 100000000, /* more would not fit into a machine's memory */
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
    "network, unless a script plays every such job: Docker, ubuntu, concurrency 1. Then a line for every change, until\n"
    "nothing is left to happen. Gates are opened and answers read where only they are waited for; faults are listed,\n"
    "not played.\n";

static const char scenarios_about[] =
    "\nWith WORDs only those that have each of them in their name, in what happens or in where it was reported.\n";

const struct command_row command_rows[COMMAND_COUNT] = {
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
    [COMMAND_SCENARIOS] = { "scenarios", "[OPTIONS] [WORD ...]", "list the catalogue, or print one of it", scenarios_about,
                            .operands = SIZE_MAX },
    [COMMAND_SCHEMA] = { "schema", "scenario|fixture|control",
                         "print the schema of scenario files, fixture files or the control API", .operands = 1,
                         .wanted = "scenario, fixture or control" },
};

/* ---- readers: an option's text into its field ---------------------------------------------------------- */

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

/* Adds a name each time the option is given. */
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

static enum err read_size(const struct option_row *row, const char *text, struct options *options, struct error *error)
{
    struct number *field = field_of(row, options);
    uint64_t value;

    if (!ascii_size(span_text(text), &value) || value < row->least || value > row->most)
        return error_set(error, ERR_INVALID, "wants a size from %lluMiB to %lluMiB, such as 64MiB or 2GiB, not \"%s\"",
                         (unsigned long long)(row->least / MIB), (unsigned long long)(row->most / MIB), text);
    *field = (struct number){ true, value };
    return ERR_OK;
}

/* Adds the nearest name to the text of an error. */
enum err option_with_nearest(struct error *error, const struct nearest *near, const char *prefix)
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
    return option_with_nearest(error, near, "");
}

static enum err read_choice(const struct option_row *row, const char *text, struct options *options,
                            struct error *error)
{
    struct nearest near = nearest_to(text);
    int *field = field_of(row, options);

    for (const struct choice *c = row->choices; c->name; c++) {
        if (strcmp(text, c->name) == 0) {
            *field = c->value;
            return ERR_OK;
        }
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

static const struct choice log_parts[] = {
    { "exchanges", LOG_EXCHANGES }, { "jobs", LOG_JOBS }, { "control", LOG_CONTROL }, { NULL, 0 },
};

/* A set, as words between commas. */
static enum err read_log_what(const struct option_row *row, const char *text, struct options *options, struct error *error)
{
    unsigned what = 0;

    (void)row;
    for (size_t n; *text; text += n + (text[n] == ',')) {
        const struct choice *part = log_parts;
        n = strcspn(text, ",");
        while (part->name && !span_is(span_of(text, n), part->name))
            part++;
        if (!part->name)
            return error_set(error, ERR_INVALID, "wants words of exchanges,jobs,control, not \"%.*s\"", (int)n, text);
        what |= (unsigned)part->value;
    }
    options->log_what = what;
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
    { "on", true }, { "off", false },  { "1", true }, { "0", false },
    { "true", true }, { "false", false }, { NULL, 0 },
};
static const struct choice logs[] = {
    { "text", LOG_TEXT }, { "json", LOG_JSON }, { "off", LOG_OFF }, { NULL, 0 },
};
static const struct choice formats[] = {
    { "text", FORMAT_TEXT }, { "json", FORMAT_JSON }, { NULL, 0 },
};

#define FIELD(name) .offset = offsetof(struct options, name)

#define FORMAT_OF(command)                                                                                        \
    { "format", command, "text|json", "text", NULL, "how to print it", read_choice, FIELD(format), .choices = formats }

const struct option_row option_rows[] = {
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
      FIELD(clock), .choices = settings_clocks },
    { "start-time", COMMAND_SERVE, "TIME", NULL, "now; manual: 2023-03-22T09:00:00Z",
      "where the clock starts, RFC 3339", read_start_time, FIELD(start_time) },
    { "seed", COMMAND_SERVE, "N", NULL, "drawn, and told; manual clock: 1", "fixes ids, ties and chance",
      read_number, FIELD(seed),
      .most = UINT64_MAX },
    { "signatures", COMMAND_SERVE, "strict|warn|off", "strict", NULL, "whether a request's signature must hold",
      read_choice, FIELD(signatures), .choices = settings_signature_modes },
    { "fixtures", COMMAND_SERVE, "FILE", NULL, "none", "jobs to start with", read_text, FIELD(fixtures) },
    { "max-jobs", COMMAND_SERVE, "N", "100000", NULL, "with more the oldest ended job is forgotten", read_number,
      FIELD(max_jobs), .least = 1, .most = MAX_JOBS_MAX },
    { "max-memory", COMMAND_SERVE, "SIZE", "512MiB", NULL, "with more bytes of jobs the oldest ended ones are forgotten",
      read_size, FIELD(max_memory), .least = MIB, .most = (uint64_t)MIB * MIB },
    { "journal", COMMAND_SERVE, "N", "10000", NULL, "how many exchanges to remember", read_number, FIELD(journal),
      .most = JOURNAL_MAX },
    { "journal-bytes", COMMAND_SERVE, "SIZE", "32MiB", NULL, "with more bytes the oldest bodies are dropped, then exchanges",
      read_size, FIELD(journal_bytes), .least = MIB, .most = (uint64_t)MIB * MIB },
    { "control", COMMAND_SERVE, "on|off", "on", NULL, "the control API, under /__mock/", read_choice, FIELD(control),
      .choices = switches },
    { "allow-host", COMMAND_SERVE, "NAME", NULL, "none", "a Host header that the control API accepts; may be repeated",
      read_allowed_host, FIELD(allow_hosts), .repeats = true },
    { "strict", COMMAND_SERVE, NULL, "off", NULL, "exit 1 when the verdict is bad", read_choice, FIELD(strict),
      .choices = switches },
    { "watch", COMMAND_SERVE, NULL, "off", NULL, "read the scenario files again when they change", read_choice, FIELD(watch),
      .choices = switches },
    { "log", COMMAND_SERVE, "text|json|off", "text", NULL, "a line for all that happens, on standard error",
      read_choice, FIELD(log), .choices = logs },
    { "log-what", COMMAND_SERVE, "LIST", "exchanges,jobs", NULL, "what is logged, of exchanges,jobs,control", read_log_what,
      FIELD(log_what) },
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
    { "print", COMMAND_SCENARIOS, "NAME", NULL, "the list", "print this one, to start your own from", read_text,
      FIELD(print) },

    { "until", COMMAND_SIMULATE, "LENGTH", "24h", NULL, "when to end at the latest", read_length, FIELD(until) },
    { "job", COMMAND_SIMULATE, "FILE", NULL, "jobs of its own", "submit the payload in FILE instead", read_text,
      FIELD(job) },
    { "concurrency", COMMAND_SIMULATE, "N", "1", NULL, "the concurrency of its own jobs", read_number,
      FIELD(concurrency), .least = 1, .most = CONCURRENCY_MAX },
    FORMAT_OF(COMMAND_SIMULATE),
};

_Static_assert(JOURNAL_DEFAULT == 10000 && JOURNAL_BYTES_DEFAULT == 32 * MIB, "as the table says");
_Static_assert(ROWS(option_rows) == OPTION_COUNT, "a row each");
_Static_assert(OPTION_COUNT <= 64, "a bit each in struct options");
