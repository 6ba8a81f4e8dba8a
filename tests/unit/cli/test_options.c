#include "cli/help.h"
#include "cli/options.h"
#include "support/suite.h"

#include <stdlib.h>

enum { ARGUMENTS_MAX = 24, VARIABLES_MAX = 4 };

/* ---- a command line and an environment ----------------------------------------------------------------- */

static const char *const *variables; /* name, value, name, value …, NULL */

static const char *environment(const char *name)
{
    for (const char *const *v = variables; v && *v; v += 2)
        if (strcmp(*v, name) == 0)
            return v[1];
    return NULL;
}

/* Words divided by blanks; `line` is taken apart. `''` is the empty word. */
static int words_of(char *line, char *words[ARGUMENTS_MAX])
{
    static char program[] = "mock-requester";
    int n = 0;
    char *word;

    words[n++] = program;
    while ((word = strsep(&line, " "))) {
        if (*word)
            words[n++] = strcmp(word, "''") == 0 ? word + 2 : word;
        ck_assert_int_lt(n, ARGUMENTS_MAX);
    }
    words[n] = NULL;
    return n;
}

/* Texts in `options` point into a line that lives till the next call. */
static enum err parse_in(const char *line, const char *const *set, struct options *options, struct error *error)
{
    static char copy[512];
    static char *words[ARGUMENTS_MAX];

    snprintf(copy, sizeof copy, "%s", line);
    variables = set;
    return options_parse(words_of(copy, words), words, environment, options, error);
}

static struct options parsed_in(const char *line, const char *const *set)
{
    struct options options;
    struct error error;

    ck_assert_msg(parse_in(line, set, &options, &error) == ERR_OK, "%s: %s", line, error.text);
    return options;
}

static struct options parsed(const char *line)
{
    return parsed_in(line, NULL);
}

static bool limited(const char *line, enum clock_kind clock)
{
    struct options options = parsed(line);

    return options_rate_limit(&options, clock);
}

static void assert_refused(const char *line, const char *const *set, const char *text)
{
    struct options options;
    struct error error = { 0 };

    enum err err = parse_in(line, set, &options, &error);

    ck_assert_msg(err == ERR_INVALID, "\"%s\" passed", line);
    ck_assert_msg(strcmp(error.text, text) == 0, "\"%s\":\n got  %s\n want %s", line, error.text, text);
}

/* ---- what is read --------------------------------------------------------------------------------------- */

START_TEST(nothing_means_serve_with_the_defaults)
{
    struct options o = parsed("");

    ck_assert_int_eq(o.action, COMMAND_SERVE);
    ck_assert_str_eq(o.host, "127.0.0.1");
    ck_assert_uint_eq(o.port.value, 1234);
    ck_assert_ptr_null(o.port_file);
    ck_assert(!o.ready_fd.given);
    ck_assert_ptr_eq(o.dialect, &release_v0_3_25);
    ck_assert_int_eq(o.clock, CLOCK_KIND_REAL);
    ck_assert_int_eq(o.start_time, 0);
    ck_assert(!o.seed.given);
    ck_assert_int_eq(o.signatures, SIGNATURES_STRICT);
    ck_assert_uint_eq(o.max_jobs.value, 100000);
    ck_assert_uint_eq(o.max_memory.value, 512 * 1024 * 1024);
    ck_assert(o.control);
    ck_assert_uint_eq(o.journal.value, 10000);
    ck_assert_uint_eq(o.journal_bytes.value, 32 * 1024 * 1024);
    ck_assert(!o.strict);
    ck_assert_int_eq(o.log, LOG_TEXT);
    ck_assert(limited("", CLOCK_KIND_REAL));
}
END_TEST

START_TEST(every_option_of_serve_is_read)
{
    struct options o = parsed("serve --host 0.0.0.0 --port 0 --port-file p --ready-fd 7 --dialect v0.3.24 --clock "
                              "scale:2.5 --seed 18446744073709551615 --signatures warn --log json");

    ck_assert_str_eq(o.host, "0.0.0.0");
    ck_assert(o.port.given && o.port.value == 0);
    ck_assert_str_eq(o.port_file, "p");
    ck_assert(o.ready_fd.given && o.ready_fd.value == 7);
    ck_assert_ptr_eq(o.dialect, &release_v0_3_24);
    ck_assert_int_eq(o.clock, CLOCK_KIND_SCALED);
    ck_assert(o.clock_scale > 2.4 && o.clock_scale < 2.6);
    ck_assert(o.seed.given && o.seed.value == UINT64_MAX);
    ck_assert_int_eq(o.signatures, SIGNATURES_WARN);
    ck_assert_int_eq(o.log, LOG_JSON);
}
END_TEST

START_TEST(a_value_may_follow_an_equals_sign)
{
    struct options o = parsed("--port=99 --max-jobs=1 --port-file=a=b");

    ck_assert_uint_eq(o.port.value, 99);
    ck_assert_uint_eq(o.max_jobs.value, 1);
    ck_assert_str_eq(o.port_file, "a=b");
}
END_TEST

START_TEST(the_last_of_two_counts)
{
    ck_assert_uint_eq(parsed("--port x --port 7").port.value, 7);
}
END_TEST

START_TEST(every_allowed_host_counts)
{
    struct options options = parsed("--allow-host a.example.org --allow-host=b.example.org");

    ck_assert_uint_eq(options.n_allow_hosts, 2);
    ck_assert_str_eq(options.allow_hosts[0], "a.example.org");
    ck_assert_str_eq(options.allow_hosts[1], "b.example.org");
}
END_TEST

START_TEST(a_start_time_is_read_with_its_fraction)
{
    ck_assert_int_eq(parsed("--start-time 2023-03-22T09:00:00.25Z").start_time, CLOCK_DEFAULT_START + 250 * NS_PER_MS);
}
END_TEST

START_TEST(a_start_time_brings_its_zone)
{
    struct options o = parsed("--start-time 2023-03-22T11:00:00+02:00");

    ck_assert_int_eq(o.start_time, CLOCK_DEFAULT_START);
    ck_assert_int_eq(o.zone, 7200);
}
END_TEST

START_TEST(the_rate_limit_is_off_without_a_real_clock_unless_asked_for)
{
    ck_assert(!limited("", CLOCK_KIND_SCALED));
    ck_assert(!limited("", CLOCK_KIND_MANUAL));
    ck_assert(limited("--rate-limit on", CLOCK_KIND_SCALED));
    ck_assert(!limited("--rate-limit off", CLOCK_KIND_REAL));
}
END_TEST

START_TEST(what_is_off_may_be_said_to_be_off)
{
    ck_assert(!parsed("--control off").control);
    ck_assert(parsed("--control on").control);
    ck_assert(parsed("--strict").strict);
    ck_assert_uint_eq(parsed("--journal 0").journal.value, 0);
    ck_assert_int_eq(parsed("--clock manual").clock, CLOCK_KIND_MANUAL);
}
END_TEST

START_TEST(sign_takes_its_options_and_one_file)
{
    struct options o = parsed("sign --key k --field payload -- -f");

    ck_assert_int_eq(o.action, COMMAND_SIGN);
    ck_assert_str_eq(o.key, "k");
    ck_assert_str_eq(o.field, "payload");
    ck_assert_uint_eq(o.n_operands, 1);
    ck_assert_str_eq(o.operands[0], "-f");
    ck_assert_str_eq(parsed("sign -").operands[0], "-");
    ck_assert_str_eq(parsed("sign").field, "job_create_payload");
}
END_TEST

START_TEST(probe_takes_a_place)
{
    struct options o = parsed("probe --host localhost --port 80");

    ck_assert_int_eq(o.action, COMMAND_PROBE);
    ck_assert_str_eq(o.host, "localhost");
    ck_assert_uint_eq(o.port.value, 80);
}
END_TEST

static const struct action_case {
    const char *line;
    int action;
} action_cases[] = {
    { "--help", ACTION_HELP },
    { "--port 1 --help --bogus", ACTION_HELP },
    { "--version", ACTION_VERSION },
    { "sign --version", ACTION_VERSION },
    { "serve --help", ACTION_COMMAND_HELP },
    { "probe --help", ACTION_COMMAND_HELP },
    { "help", ACTION_HELP },
    { "-h", ACTION_HELP },
    { "help --port 1", ACTION_HELP },
    { "help probe", ACTION_COMMAND_HELP },
    { "probe -h", ACTION_COMMAND_HELP },
    { "version", ACTION_VERSION },
    { "-V", ACTION_VERSION },
    { "sign -V", ACTION_VERSION },
};

START_TEST(help_and_version_end_the_reading)
{
    static const char *const bad[] = { "MOCK_REQUESTER_PORT", "x", NULL };
    const struct action_case *row = &action_cases[_i];

    ck_assert_msg(parsed_in(row->line, bad).action == row->action, "%s", row->line);
}
END_TEST

/* ---- the environment --------------------------------------------------------------------------------------- */

START_TEST(a_twin_sets_an_option)
{
    static const char *const set[] = { "MOCK_REQUESTER_PORT", "5", "MOCK_REQUESTER_PORT_FILE", "f", NULL };
    struct options o = parsed_in("", set);

    ck_assert_uint_eq(o.port.value, 5);
    ck_assert_str_eq(o.port_file, "f");
}
END_TEST

START_TEST(the_command_line_wins_over_a_twin)
{
    static const char *const set[] = { "MOCK_REQUESTER_PORT", "nonsense", NULL };

    ck_assert_uint_eq(parsed_in("--port 6", set).port.value, 6);
}
END_TEST

START_TEST(an_empty_twin_is_not_set)
{
    static const char *const set[] = { "MOCK_REQUESTER_PORT", "", "MOCK_REQUESTER_SCENARIO", "", NULL };

    ck_assert_uint_eq(parsed_in("", set).port.value, 1234);
}
END_TEST

START_TEST(a_port_that_kubernetes_set_is_passed_over)
{
    static const char *const set[] = { "MOCK_REQUESTER_PORT", "tcp://10.0.0.1:1234", NULL };

    ck_assert_uint_eq(parsed_in("", set).port.value, 1234);
    ck_assert_uint_eq(parsed_in("probe", set).port.value, 1234);
}
END_TEST

START_TEST(names_that_are_no_option_are_passed_over)
{
    static const char *const set[] = { "MOCK_REQUESTER_SERVICE_HOST", "x", "MOCK_REQUESTER_FIELD", "x", NULL };

    ck_assert_int_eq(parsed_in("", set).action, COMMAND_SERVE);
}
END_TEST

START_TEST(a_twin_of_serve_means_nothing_to_probe)
{
    static const char *const set[] = { "MOCK_REQUESTER_DIALECT", "x", "MOCK_REQUESTER_SCENARIO", "x", NULL };

    ck_assert_int_eq(parsed_in("probe", set).action, COMMAND_PROBE);
}
END_TEST

static const struct switch_case {
    const char *text;
    bool on;
} switch_cases[] = {
    { "1", true }, { "true", true }, { "on", true }, { "0", false }, { "false", false }, { "off", false },
};

START_TEST(a_switch_is_read_from_the_environment)
{
    const struct switch_case *row = &switch_cases[_i];
    const char *const set[] = { "MOCK_REQUESTER_RATE_LIMIT", row->text, NULL };

    ck_assert_msg(parsed_in("", set).rate_limit == row->on, "%s", row->text);
}
END_TEST

START_TEST(what_is_off_may_be_off_in_the_environment_too)
{
    static const char *const set[] = { "MOCK_REQUESTER_STRICT", "0", "MOCK_REQUESTER_CONTROL", "false", NULL };

    ck_assert(!parsed_in("", set).strict);
    ck_assert(!parsed_in("", set).control);
}
END_TEST

/* ---- scenarios and settings --------------------------------------------------------------------------------------- */

START_TEST(scenarios_are_taken_in_their_order)
{
    struct options o = parsed("--port 0 b.json -- a --c");

    ck_assert_uint_eq(o.n_operands, 3);
    ck_assert_str_eq(o.operands[0], "b.json");
    ck_assert_str_eq(o.operands[2], "--c");
}
END_TEST

START_TEST(scenarios_of_the_environment_count_only_when_none_is_written_out)
{
    static const char *const set[] = { "MOCK_REQUESTER_SCENARIO", "a:b", NULL };

    ck_assert_str_eq(parsed_in("", set).operands_text, "a:b");
    ck_assert_ptr_null(parsed_in("c.json", set).operands_text);
}
END_TEST

START_TEST(what_the_user_gave_becomes_a_setting)
{
    static const char *const set[] = { "MOCK_REQUESTER_CLOCK", "scale:20", "MOCK_REQUESTER_SIGNATURES", "warn", NULL };
    struct options o = parsed_in("--dialect v0.3.24 --seed 7 --start-time 2023-03-22T10:00:00+01:00", set);

    struct program_settings settings = options_settings(&o);

    ck_assert_ptr_eq(settings.dialect, &release_v0_3_24);
    ck_assert_int_eq(settings.clock, CLOCK_KIND_SCALED);
    ck_assert(settings.clock_scale > 19 && settings.clock_scale < 21);
    ck_assert_int_eq(settings.start_time, CLOCK_DEFAULT_START);
    ck_assert_int_eq(settings.zone, 3600);
    ck_assert(settings.has_seed && settings.seed == 7);
    ck_assert_int_eq(settings.signatures, SIGNATURES_WARN);
}
END_TEST

START_TEST(what_the_user_did_not_give_is_left_open)
{
    struct options o = parsed("");

    struct program_settings settings = options_settings(&o);

    ck_assert_ptr_null(settings.dialect);
    ck_assert_int_eq(settings.clock, SETTING_LEFT_OUT);
    ck_assert_int_eq(settings.start_time, 0);
    ck_assert(!settings.has_seed);
    ck_assert_int_eq(settings.signatures, SETTING_LEFT_OUT);
}
END_TEST

/* ---- what is refused ------------------------------------------------------------------------------------- */

static const struct refused {
    const char *line, *text;
} refused[] = {
    { "--prot 1", "unknown option \"--prot\" (did you mean \"--port\"?)" },
    { "--portfile=x", "unknown option \"--portfile=x\" (did you mean \"--port-file\"?)" },
    { "--sig off", "unknown option \"--sig\" (did you mean \"--signatures\"?)" },
    { "--versoin", "unknown option \"--versoin\" (did you mean \"--version\"?)" },
    { "--nothing-like-it", "unknown option \"--nothing-like-it\"" },
    { "-p 1", "unknown option \"-p\"" },
    { "-port 1", "unknown option \"-port\" (did you mean \"--port\"?)" },
    { "--0123456789012345678901234567890123456789012345 1",
      "unknown option \"--0123456789012345678901234567890123456789012345\"" },
    { "probe --seed 1", "unknown option \"--seed\"" },
    { "sign --kye x", "unknown option \"--kye\" (did you mean \"--key\"?)" },
    { "--help=1", "--help takes no value" },
    { "--port", "--port wants a value: PORT" },
    { "--port-file ''", "--port-file: wants a value: FILE" },
    { "--port -1", "--port: wants a number from 0 to 65535, not \"-1\"" },
    { "--port 65536", "--port: wants a number from 0 to 65535, not \"65536\"" },
    { "--port=", "--port: wants a number from 0 to 65535, not \"\"" },
    { "--port 0x10", "--port: wants a number from 0 to 65535, not \"0x10\"" },
    { "probe --port 0", "--port: wants a number from 1 to 65535, not \"0\"" },
    { "--seed 18446744073709551616",
      "--seed: wants a number from 0 to 18446744073709551615, not \"18446744073709551616\"" },
    { "--max-memory 512", "--max-memory: wants a size from 1MiB to 1048576MiB, such as 64MiB or 2GiB, not \"512\"" },
    { "--max-memory 1KiB", "--max-memory: wants a size from 1MiB to 1048576MiB, such as 64MiB or 2GiB, not \"1KiB\"" },
    { "--journal-bytes 0", "--journal-bytes: wants a size from 1MiB to 1048576MiB, such as 64MiB or 2GiB, not \"0\"" },
    { "--max-jobs 0", "--max-jobs: wants a number from 1 to 100000000, not \"0\"" },
    { "--host ::1", "--host: wants an IPv4 address or a host name, not \"::1\"" },
    { "--host 127.0.0.1,0.0.0.0", "--host: wants an IPv4 address or a host name, not \"127.0.0.1,0.0.0.0\"" },
    { "--dialect v0.3.26", "--dialect: wants v0.3.25|v0.3.24|documented, not \"v0.3.26\" (did you mean \"v0.3.25\"?)" },
    { "--log txt", "--log: wants text|json|off, not \"txt\" (did you mean \"text\"?)" },
    { "--log-what exchange", "--log-what: wants words of exchanges,jobs,control, not \"exchange\"" },
    { "--clock fast", "--clock: wants real|manual|scale:N, not \"fast\"" },
    { "--clock scale:0", "--clock: wants scale:N with N above 0 and up to 1000000, not \"scale:0\"" },
    { "--clock scale:1e3", "--clock: wants scale:N with N above 0 and up to 1000000, not \"scale:1e3\"" },
    { "--clock scale:", "--clock: wants scale:N with N above 0 and up to 1000000, not \"scale:\"" },
    { "--start-time today", "--start-time: wants a moment like 2023-03-22T09:00:00Z (RFC 3339), not \"today\"" },
    { "--start-time ''", "--start-time: wants a moment like 2023-03-22T09:00:00Z (RFC 3339), not \"\"" },
    { "--start-time 2023-02-30T09:00:00Z",
      "--start-time: wants a moment like 2023-03-22T09:00:00Z (RFC 3339), not \"2023-02-30T09:00:00Z\"" },
    { "--start-time 1970-01-01T00:00:00Z",
      "--start-time: wants a moment after 1970 began and before 2200, not \"1970-01-01T00:00:00Z\"" },
    { "--start-time 9999-01-01T00:00:00Z",
      "--start-time: wants a moment after 1970 began and before 2200, not \"9999-01-01T00:00:00Z\"" },
    { "sign a b", "sign: one argument too many: \"b\"" },
    { "probe now", "probe: one argument too many: \"now\"" },
    { "simulate --concurrency 0 a", "--concurrency: wants a number from 1 to 10000, not \"0\"" },
    { "schema scenario now", "schema: one argument too many: \"now\"" },
    { "help me", "there is no command \"me\"" },
    { "-hV", "unknown option \"-hV\"" },
    { "check", "check wants a FILE" },
    { "simulate --until 2s", "simulate wants a SCENARIO" },
    { "schema", "schema wants scenario, fixture or control" },
    { "check --format yaml a", "--format: wants text|json, not \"yaml\"" },
    { "check --until 2s a", "unknown option \"--until\"" },
    { "simulate --until soon a",
      "--until: \"soon\" is no duration: write numbers with units, such as \"250ms\", \"2s\" or \"1m30s\"" },
    { "--journal 10000001", "--journal: wants a number from 0 to 10000000, not \"10000001\"" },
    { "--strict=1", "--strict takes no value" },
    { "--control yes", "--control: wants on|off, not \"yes\"" },
};

START_TEST(is_refused_with_one_line)
{
    assert_refused(refused[_i].line, NULL, refused[_i].text);
}
END_TEST

static const struct bad_variable {
    const char *name, *value, *text;
} bad_variables[] = {
    { "MOCK_REQUESTER_PORT", "http", "MOCK_REQUESTER_PORT: wants a number from 0 to 65535, not \"http\"" },
    { "MOCK_REQUESTER_RATE_LIMIT", "yes", "MOCK_REQUESTER_RATE_LIMIT: wants on|off, not \"yes\"" },
    { "MOCK_REQUESTER_STRICT", "yes", "MOCK_REQUESTER_STRICT: wants true or false, not \"yes\"" },
};

START_TEST(a_bad_variable_is_refused_by_its_name)
{
    const struct bad_variable *row = &bad_variables[_i];
    const char *const set[] = { row->name, row->value, NULL };

    assert_refused("serve", set, row->text);
}
END_TEST

static const struct near_variable {
    const char *variable, *meant; /* NULL: none */
} near_variables[] = {
    { "MOCK_REQUESTER_PROT=1", "MOCK_REQUESTER_PORT" },
    { "MOCK_REQUESTER_PORTFILE=", "MOCK_REQUESTER_PORT_FILE" },
    { "MOCK_REQUESTER_SCENARIOS=a", "MOCK_REQUESTER_SCENARIO" },
    { "MOCK_REQUESTER_SINATURE=a", "MOCK_REQUESTER_SIGNATURES" },
    { "MOCK_REQUESTER_UNITL=2s", "MOCK_REQUESTER_UNTIL" },
    { "MOCK_REQUESTER_PORT=1", NULL },
    { "MOCK_REQUESTER_SCENARIO=a", NULL },
    { "MOCK_REQUESTER_SIGTURE=a", NULL },
    { "MOCK_REQUESTER_=1", NULL },
    { "MOCK_REQUESTER_A_NAME_THAT_IS_LONGER_THAN_ANY_OPTION_EVER_WAS=1", NULL },
    { "PROT=1", NULL },
};

START_TEST(a_variable_within_two_edits_is_near)
{
    const struct near_variable *row = &near_variables[_i];
    char meant[OPTIONS_TWIN_MAX] = "";

    bool near = options_near_variable(row->variable, meant);

    ck_assert_msg(near == (row->meant != NULL), "%s", row->variable);
    if (near)
        ck_assert_str_eq(meant, row->meant);
}
END_TEST

START_TEST(a_refusal_leaves_the_options_alone)
{
    struct options before, options;
    struct error error;

    memset(&before, 0x5a, sizeof before);
    options = before;
    ck_assert_int_eq(parse_in("--port 1 --bogus", NULL, &options, &error), ERR_INVALID);

    ck_assert_mem_eq(&options, &before, sizeof before);
}
END_TEST

/* ---- commands that print ----------------------------------------------------------------------------------- */

START_TEST(simulate_takes_its_options_and_scenarios)
{
    struct options options = parsed("simulate a --until 1m30s --job job.json b.json --format json");

    ck_assert_int_eq(options.action, COMMAND_SIMULATE);
    ck_assert_int_eq(options.until, 90 * NS_PER_SECOND);
    ck_assert_str_eq(options.job, "job.json");
    ck_assert_int_eq(options.format, FORMAT_JSON);
    ck_assert_uint_eq(options.n_operands, 2);
    ck_assert_str_eq(options.operands[0], "a");
    ck_assert_str_eq(options.operands[1], "b.json");
}
END_TEST

START_TEST(simulate_ends_after_a_day)
{
    struct options options = parsed("simulate a");

    ck_assert_int_eq(options.until, 24 * 3600 * NS_PER_SECOND);
    ck_assert_ptr_null(options.job);
    ck_assert_int_eq(options.format, FORMAT_TEXT);
}
END_TEST

START_TEST(the_format_has_a_twin)
{
    const char *const set[] = { "MOCK_REQUESTER_FORMAT", "json", NULL };

    ck_assert_int_eq(parsed_in("check a", set).format, FORMAT_JSON);
    ck_assert_int_eq(parsed_in("scenarios --format text", set).format, FORMAT_TEXT);
}
END_TEST

/* ---- help -------------------------------------------------------------------------------------------------- */

static char *help_of(int command)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    ck_assert_ptr_nonnull(out);
    if (command < 0)
        help_print(out);
    else
        help_print_command(out, (enum command)command);
    fclose(out);
    return text;
}

START_TEST(help_tells_what_is_there)
{
    char *help = help_of(-1);

    ck_assert_ptr_nonnull(strstr(help, "  --port PORT "));
    ck_assert_ptr_nonnull(strstr(help, "[1234]\n"));
    ck_assert_ptr_nonnull(strstr(help, "  probe "));
    ck_assert_ptr_nonnull(strstr(help, "--fixtures FILE"));
    ck_assert_ptr_nonnull(strstr(help, "  simulate "));
    free(help);
}
END_TEST

START_TEST(help_names_every_dialect)
{
    char *help = help_of(COMMAND_SERVE);

    for (const struct release *const *d = releases; *d; d++)
        ck_assert_msg(strstr(help, (*d)->name) != NULL, "%s", (*d)->name);
    free(help);
}
END_TEST

START_TEST(a_command_tells_its_own_options)
{
    char *help = help_of(COMMAND_SIGN);

    ck_assert_ptr_nonnull(strstr(help, "--key FILE"));
    ck_assert_ptr_null(strstr(help, "--dialect"));
    free(help);
}
END_TEST

START_TEST(no_line_of_help_is_longer_than_a_wide_terminal)
{
    char *help = help_of(-1), *rest = help, *line;

    while ((line = strsep(&rest, "\n")))
        ck_assert_msg(strlen(line) <= 110, "%s", line);
    free(help);
}
END_TEST

TEST_MAIN("options",
    TEST_GROUP("read"),
    TEST(nothing_means_serve_with_the_defaults),
    TEST(every_option_of_serve_is_read),
    TEST(a_value_may_follow_an_equals_sign),
    TEST(the_last_of_two_counts),
    TEST(every_allowed_host_counts),
    TEST(a_start_time_is_read_with_its_fraction),
    TEST(a_start_time_brings_its_zone),
    TEST(the_rate_limit_is_off_without_a_real_clock_unless_asked_for),
    TEST(what_is_off_may_be_said_to_be_off),
    TEST(sign_takes_its_options_and_one_file),
    TEST(probe_takes_a_place),
    TEST_EACH(help_and_version_end_the_reading, action_cases),
    TEST_GROUP("environment"),
    TEST(a_twin_sets_an_option),
    TEST(the_command_line_wins_over_a_twin),
    TEST(an_empty_twin_is_not_set),
    TEST(a_port_that_kubernetes_set_is_passed_over),
    TEST(names_that_are_no_option_are_passed_over),
    TEST(a_twin_of_serve_means_nothing_to_probe),
    TEST_EACH(a_switch_is_read_from_the_environment, switch_cases),
    TEST(what_is_off_may_be_off_in_the_environment_too),
    TEST_GROUP("scenarios"),
    TEST(scenarios_are_taken_in_their_order),
    TEST(scenarios_of_the_environment_count_only_when_none_is_written_out),
    TEST(what_the_user_gave_becomes_a_setting),
    TEST(what_the_user_did_not_give_is_left_open),
    TEST_GROUP("refused"),
    TEST_EACH(is_refused_with_one_line, refused),
    TEST_EACH(a_bad_variable_is_refused_by_its_name, bad_variables),
    TEST_EACH(a_variable_within_two_edits_is_near, near_variables),
    TEST(a_refusal_leaves_the_options_alone),
    TEST_GROUP("help"),
    TEST(simulate_takes_its_options_and_scenarios),
    TEST(simulate_ends_after_a_day),
    TEST(the_format_has_a_twin),
    TEST(help_tells_what_is_there),
    TEST(help_names_every_dialect),
    TEST(a_command_tells_its_own_options),
    TEST(no_line_of_help_is_longer_than_a_wide_terminal))
