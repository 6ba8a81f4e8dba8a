/* The commands that print and end: check, scenarios, schema, simulate; and scenarios that ship, by name. */
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "scenario/shipped.h"
#include "support/http_client.h"
#include "support/program.h"
#include "support/suite.h"

#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM BINARY_DIR "/mock-requester"

enum { SAID_MAX = 16 << 20 };

/* ---- a folder of files ------------------------------------------------------------------------------------- */

static char folder[] = "/tmp/mock-requester-commands-XXXXXX";

static const struct {
    const char *name, *text;
} files[] = {
    { "good.json", "{\"version\": 1, \"name\": \"good\"}\n" },
    { "flaky.json", "{\n  \"version\": 1,\n  \"jobs\": [{\"name\": \"flaky\",\n    \"steps\": [{\"aftr\": \"2s\", "
                    "\"forget\": true}]}],\n  \"seed\": -1\n}\n" },
    { "cut.json", "{\"version\": 1" },
    { "warned.json", "{\"version\": 1, \"dialect\": \"v0.3.24\", \"scheduler\": {\"overask\": 2}}\n" },
    { "waits.json",
      "{\"version\": 1, \"nodes\": [{\"run\": {\"after\": {\"gate\": \"go\"}, \"exit_code\": 3},\n"
      "  \"publish\": {\"after\": {\"reads\": 2, \"of\": \"states\"}, \"nothing\": true}}],\n"
      " \"faults\": [{\"name\": \"blip\", \"on\": [\"states\", \"list\"], \"break\": \"HANG\"}, {\"preset\": \"plain-500\"}]}\n" },
    { "scripts.json",
      "{\"version\": 1, \"nodes\": [], \"jobs\": [\n"
      " {\"name\": \"named\", \"steps\": [{\"after\": \"1s\", \"job\": \"Error\", \"comment\": \"no\\nmore\"}]},\n"
      " {\"match\": {\"image\": \"py*:3.?\", \"entrypoint\": \"run *\", \"engine\": \"DOCKER\", \"client_id\": \"c\"},\n"
      "  \"steps\": [{\"after\": \"200ms\", \"execution\": \"n7\", \"state\": \"BidAccepted\"},\n"
      "              {\"execution\": \"n7\", \"state\": \"Failed\", \"status\": \"exit 1\"}, {\"after\": \"2s\", \"forget\": true}]}]}\n" },
    { "job.json", "{\"APIVersion\": \"V1beta1\", \"Spec\": {\"Engine\": \"Docker\", \"Verifier\": \"Noop\", \"Publisher\": \"Noop\",\n"
                  " \"Docker\": {\"Image\": \"ubuntu\"}, \"Annotations\": [\"mock:named\"], \"Deal\": {\"Concurrency\": 1}}}\n" },
    { "shipped.json", "{\"APIVersion\": \"V1beta1\", \"Spec\": {\"Engine\": \"Docker\", \"Verifier\": \"Noop\",\n"
                      " \"Publisher\": \"Noop\", \"Docker\": {\"Image\": \"ubuntu\"}, \"Annotations\": [\"mock:stuck-askforbid\"],\n"
                      " \"Deal\": {\"Concurrency\": 1}}}\n" },
    { "no-job.json", "{\"APIVersion\": \"V1beta1\", \"Spec\": {\"Engine\": \"Dockr\"}}\n" },
};

static void make_folder(void)
{
    MUST(mkdtemp(folder) && chdir(folder) == 0);
    for (size_t i = 0; i < ROWS(files); i++) {
        FILE *file = fopen(files[i].name, "w");
        MUST(file);
        fputs(files[i].text, file);
        MUST(fclose(file) == 0);
    }
}

static void remove_folder(void)
{
    for (size_t i = 0; i < ROWS(files); i++)
        unlink(files[i].name);
    MUST(chdir("/") == 0 && rmdir(folder) == 0);
}

/* ---- running ------------------------------------------------------------------------------------------------- */

/* Until the next call. */
static struct buf said;

/* Its exit code; standard output in `said`, and what `more` sends there. */
static int run(const char *line)
{
    static char command[1024], piece[4096];
    size_t n;

    snprintf(command, sizeof command, "'%s' %s", PROGRAM, line);
    buf_release(&said);
    said = buf_init(SAID_MAX);
    buf_text(&said, "");
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    while ((n = fread(piece, 1, sizeof piece, pipe)) > 0)
        buf_add(&said, piece, n);
    int status = pclose(pipe);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static const char *text_said(void)
{
    return said.p ? said.p : "";
}

static struct json *json_said(void)
{
    struct json *json = NULL;
    struct error error;

    ck_assert_msg(json_parse(buf_view(&said), JSON_STRICT, &json, NULL, &error) == ERR_OK, "%s: %s", error.text, text_said());
    return json;
}

/* ---- what is printed, to the letter --------------------------------------------------------------------------- */

#define SUBMITTED(label)                                                                                          \
    "+0.000s  " label "  -  New → New  Job created\n+0.000s  " label "  -  New → Queued\n"                           \
    "+0.000s  " label "  -  Queued → New\n+0.000s  " label "  -  New → InProgress\n"

static const struct telling {
    const char *line;
    int code;
    const char *text;
} tellings[] = {
    { "check good.json", 0, "1 file, 0 bad, 0 errors\n" },
    { "check good.json flaky.json 2>&1", 2,
      "flaky.json:4:16: unknown key \"aftr\" in /jobs/0/steps/0 (did you mean \"after\"?)\n"
      "flaky.json:5:11: expected a whole number from 0 to 9007199254740991, got -1 in /seed\n"
      "2 files, 1 bad, 2 errors\n" },
    { "check cut.json ./none.json good.json 2>&1", 2,
      "cut.json:1:14: the text ends too early\n"
      "./none.json:1:1: No such file or directory\n"
      "3 files, 2 bad, 2 errors\n" },
    { "check warned.json", 0,
      "warned.json:1:52: warning: \"overask\" does nothing with the dialect v0.3.24 in /scheduler\n"
      "1 file, 0 bad, 0 errors\n" },
    { "check --format json good.json", 0, "{\"ok\":true,\"files\":[{\"file\":\"good.json\",\"ok\":true,\"errors\":[]}]}\n" },
    { "check --format json flaky.json cut.json", 2,
      "{\"ok\":false,\"files\":[{\"file\":\"flaky.json\",\"ok\":false,\"errors\":["
      "{\"line\":4,\"column\":16,\"pointer\":\"/jobs/0/steps/0\",\"key\":\"unknown-key\",\"message\":\"unknown key \\\"aftr\\\"\","
      "\"hint\":\"did you mean \\\"after\\\"?\"},"
      "{\"line\":5,\"column\":11,\"pointer\":\"/seed\",\"key\":\"bad-value\","
      "\"message\":\"expected a whole number from 0 to 9007199254740991, got -1\",\"hint\":null}]},"
      "{\"file\":\"cut.json\",\"ok\":false,\"errors\":[{\"line\":1,\"column\":14,\"pointer\":null,\"key\":\"syntax\","
      "\"message\":\"the text ends too early\",\"hint\":null}]}]}\n" },
    { "simulate waits.json", 0,
      "+0.000s  faults on list, not played: blip\n"
      "+0.000s  faults on states, not played: blip\n"
      "+0.000s  faults on *, not played: waits.json:3\n" SUBMITTED("plain")
      "+0.000s  plain  n0  New → AskForBid\n"
      "+0.000s  plain  n0  AskForBid → AskForBidAccepted\n"
      "+0.000s  plain  n0  AskForBidAccepted → BidAccepted\n"
      "+0.000s  waits for gate \"go\": opened here\n"
      "+0.000s  plain  n0  BidAccepted → WaitingVerification\n"
      "+0.000s  plain  n0  WaitingVerification → ResultAccepted\n"
      "+0.000s  plain  waits for 2 reads of states: read here\n"
      "+0.000s  plain  n0  ResultAccepted → Completed  publishes nothing\n"
      "+0.000s  plain  -  InProgress → Completed\n"
      "+0.000s  ends: nothing is left to happen\n" },
    { "simulate scripts.json", 0,
      SUBMITTED("named") SUBMITTED("scripts.json:3")
      "+0.000s  plain  submit answers: not enough nodes to run job. requested: 1, available: 0\n"
      "+0.000s  plain  -  New → New  Job created\n+0.000s  plain  -  New → Queued\n+0.000s  plain  -  Queued → New\n"
      "+0.000s  plain  -  New → Error  not enough nodes to run job. requested: 1, available: 0\n"
      "+0.200s  scripts.json:3  n7  New → AskForBid\n"
      "+0.200s  scripts.json:3  n7  AskForBid → AskForBidAccepted\n"
      "+0.200s  scripts.json:3  n7  AskForBidAccepted → BidAccepted\n"
      "+0.200s  scripts.json:3  n7  BidAccepted → Failed  exit 1\n"
      "+1.000s  named  -  InProgress → Error  no?more\n"
      "+2.200s  scripts.json:3  -  InProgress → unknown  forgotten\n"
      "+2.200s  ends: nothing is left to happen\n" },
    { "simulate --until 500ms scripts.json | tail -n 3", 0,
      "+0.500s  named  stays InProgress\n+0.500s  scripts.json:3  stays InProgress\n+0.500s  ends: more would happen\n" },
    { "simulate --job job.json scripts.json", 0,
      "+0.000s  job  is played by the script named\n" SUBMITTED("job")
      "+1.000s  job  -  InProgress → Error  no?more\n+1.000s  ends: nothing is left to happen\n" },
    { "simulate --job shipped.json good.json | grep -v InProgress", 0,
      "+0.000s  job  is played by the script stuck-askforbid\n"
      "+0.000s  job  -  New → New  Job created\n+0.000s  job  -  New → Queued\n+0.000s  job  -  Queued → New\n"
      "+0.000s  job  n0  New → AskForBid\n+1830.000s  job  n0  AskForBid → Cancelled  timed out\n"
      "+1830.000s  ends: nothing is left to happen\n" },
    { "simulate --job no-job.json good.json 2>&1", 2,
      "mock-requester: no-job.json: executor: unknown engine type 'Dockr'\n" },
    { "simulate --job none.json good.json 2>&1", 2, "mock-requester: cannot read none.json: No such file or directory\n" },
    { "simulate flaky.json 2>&1", 2,
      "flaky.json:4:16: unknown key \"aftr\" in /jobs/0/steps/0 (did you mean \"after\"?)\n"
      "flaky.json:5:11: expected a whole number from 0 to 9007199254740991, got -1 in /seed\n" },
    { "scenarios | grep -c '^stuck-askforbid  '", 0, "1\n" },
    { "simulate --concurrency 2 partial | tail -n 2", 0,
      "+0.500s  plain  -  InProgress → CompletedPartially\n"
      "+0.500s  ends: nothing is left to happen\n" },
    { "simulate empty-results-completed | grep ' → Completed  '", 0,
      "+0.500s  plain  n0  ResultAccepted → Completed  publishes nothing\n" },
    { "simulate results-late-after-completed | grep publish", 0,
      "+0.200s  results-late-after-completed  n0  ResultAccepted → Completed  publishes nothing\n"
      "+10.200s  results-late-after-completed  n0  Completed → Completed  "
      "published QmSamyCGd6yq4pqTKqU5QdWtpyBLXjvgyaYSDp9rQf1zM2\n" },
    { "simulate results-late-after-completed | grep -c plain", 1, "0\n" },
    { "scenarios late RESULTS 529 | grep -v http", 0,
      "results-late-after-completed   The job is completed ten seconds before its result can be had.\n"
      "results-late                   Publishing takes half a minute, in which the results are an empty list.\n" },
    { "scenarios late nothing-of-the-kind", 0, "" },
    { "scenarios --format json late-after | cut -c 1-40", 0, "[{\"name\":\"results-late-after-completed\",\n" },
    { "scenarios --print not-enough-nodes | grep -c name", 1, "0\n" },
    { "scenarios --print partal 2>&1", 2,
      "mock-requester: no scenario \"partal\" ships with the program (did you mean \"partial\"?); try --help\n" },
    { "sign a b 2>&1", 2, "mock-requester: sign: one argument too many: \"b\"; try --help\n" },
};

START_TEST(is_told_to_the_letter)
{
    const struct telling *row = &tellings[_i];

    int code = run(row->line);

    ck_assert_msg(strcmp(text_said(), row->text) == 0, "%s\ngot:\n%s\nwant:\n%s", row->line, text_said(), row->text);
    ck_assert_int_eq(strchr(row->line, '|') ? 0 : code, strchr(row->line, '|') ? 0 : row->code);
}
END_TEST

START_TEST(simulate_tells_json)
{
    ck_assert_int_eq(run("simulate --format json waits.json 2>/dev/null"), 0);
    struct json *json = json_said();
    const struct json_value *last = NULL;

    JSON_EACH(change, json_root(json)) {
        ck_assert_uint_eq(json_count(change), 9);
        last = change;
    }

    ck_assert_uint_eq(json_count(json_root(json)), 11);
    ck_assert(span_is(json_string(json_get(last, "at")), "0s"));
    ck_assert(span_is(json_string(json_get(last, "level")), "JobLevel"));
    ck_assert(span_is(json_string(json_get(last, "previous")), "InProgress"));
    ck_assert(span_is(json_string(json_get(last, "new")), "Completed"));
    ck_assert_int_eq(json_type(json_get(last, "node")), JSON_NULL);
    ck_assert_int_eq(json_type(json_get(last, "script")), JSON_NULL);
    json_free(json);
}
END_TEST

START_TEST(simulate_json_has_its_notes_on_standard_error)
{
    ck_assert_int_eq(run("simulate --format json waits.json 2>&1 >/dev/null"), 0);

    ck_assert_ptr_nonnull(strstr(text_said(), "+0.000s  waits for gate \"go\": opened here\n"));
}
END_TEST

START_TEST(the_catalogue_is_json_too)
{
    ck_assert_int_eq(run("scenarios --format json"), 0);
    struct json *json = json_said();

    ck_assert_ptr_nonnull(json_first(json_root(json)));
    JSON_EACH(entry, json_root(json)) {
        ck_assert_uint_eq(json_count(entry), 3);
        ck_assert_uint_gt(json_string(json_get(entry, "name")).n, 0);
        ck_assert_uint_gt(json_string(json_get(entry, "about")).n, 0);
        ck_assert_int_eq(json_type(json_get(entry, "references")), JSON_ARRAY);
    }
    json_free(json);
}
END_TEST

START_TEST(a_printed_scenario_passes_under_any_name)
{
    const struct shipped_file *file = NULL;
    char line[256];

    while ((file = shipped_next(file))) {
        bool names_files = memmem(file->bytes, file->n, "\"fixtures\": ", 12) != NULL;
        snprintf(line, sizeof line, "scenarios --print %s 2>&1 >mine.json && '%s' check mine.json", file->name, PROGRAM);
        int code = run(line);
        ck_assert_msg(code == (names_files ? 2 : 0), "%s: %s", file->name, text_said());
        ck_assert_msg((strstr(text_said(), "reads files beside it") != NULL) == names_files, "%s", text_said());
    }
    unlink("mine.json");
}
END_TEST

START_TEST(at_a_terminal_the_catalogue_fits_its_width)
{
    struct winsize size = { .ws_row = 24, .ws_col = 72 };
    char *const words[] = { strdup(PROGRAM), strdup("scenarios"), NULL };
    char line[512];
    int terminal, lines = 0;

    pid_t pid = forkpty(&terminal, NULL, NULL, &size);
    if (pid == 0) {
        execv(PROGRAM, words);
        _exit(127);
    }
    FILE *file = fdopen(terminal, "r");
    for (; fgets(line, sizeof line, file); lines++) {
        ck_assert_msg(strcspn(line, "\r") <= size.ws_col, "%s", line);
        ck_assert_ptr_null(strstr(line, "http"));
    }

    ck_assert_int_gt(lines, 60);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    fclose(file);
    free(words[0]);
    free(words[1]);
}
END_TEST

START_TEST(a_schema_is_the_file_that_ships)
{
    ck_assert_int_eq(run("schema scenario | cmp - '" SOURCE_DIR "/scenarios/scenario.schema.json'"), 0);
    ck_assert_int_eq(run("schema fixture | cmp - '" SOURCE_DIR "/scenarios/fixture.schema.json'"), 0);
}
END_TEST

/* ---- served ------------------------------------------------------------------------------------------------------ */

static struct program served(const char *const *words)
{
    struct program_start start = { .path = PROGRAM, .folder = folder, .words = words };
    struct program p;

    ck_assert(program_start(&start, &p));
    return p;
}

START_TEST(a_scenario_that_ships_is_served_by_its_name)
{
    const char *const words[] = { "serve", "stuck-askforbid", "--port", "0", NULL };
    struct program p = served(words);

    ck_assert_msg(program_await_ready(&p) > 0, "%s", program_told(&p));
    ck_assert_ptr_nonnull(strstr(program_told(&p), "scenario stuck-askforbid)"));
    ck_assert_int_eq(program_stop(&p), 0);
    program_release(&p);
}
END_TEST

#define ANNOTATED                                                                                                 \
    "{\"job_create_payload\":{\"ClientID\":\"c1\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","          \
    "\"Verifier\":\"Noop\",\"Publisher\":\"Noop\",\"Docker\":{\"Image\":\"ubuntu\"},\"Deal\":{\"Concurrency\":1},"      \
    "\"Annotations\":[\"mock:not-enough-nodes\"]}},\"signature\":\"\",\"client_public_key\":\"\"}"

/* Its network has too few nodes, as the answer to submit tells. */
START_TEST(a_job_may_ask_for_a_scenario_that_ships)
{
    const char *const words[] = { "serve", "--port", "0", "--signatures", "off", NULL };
    struct program p = served(words);
    int port = program_await_ready(&p);
    static char request[2048];

    ck_assert_msg(port > 0, "%s", program_told(&p));
    snprintf(request, sizeof request, "POST /requester/submit HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
             strlen(ANNOTATED), ANNOTATED);
    struct http_reply reply = http_exchange_text(port, request, "POST");

    ck_assert_int_eq(reply.status, 500);
    ck_assert_msg(strstr(reply.body.p, "not enough nodes to run job") != NULL, "%s", reply.body.p);
    http_reply_release(&reply);
    ck_assert_int_eq(program_stop(&p), 0);
    program_release(&p);
}
END_TEST

int main(void)
{
    make_folder();
    const struct suite_row rows[] = {
        TEST_GROUP("told"),
        TEST_EACH(is_told_to_the_letter, tellings),
        TEST(simulate_tells_json),
        TEST(simulate_json_has_its_notes_on_standard_error),
        TEST(the_catalogue_is_json_too),
        TEST(a_printed_scenario_passes_under_any_name),
        TEST(at_a_terminal_the_catalogue_fits_its_width),
        TEST(a_schema_is_the_file_that_ships),
        TEST_GROUP("served"),
        TEST(a_scenario_that_ships_is_served_by_its_name),
        TEST(a_job_may_ask_for_a_scenario_that_ships),
    };
    int code = suite_run("commands", rows, ROWS(rows));
    buf_release(&said);
    remove_folder();
    return code;
}
