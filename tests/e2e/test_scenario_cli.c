/* Scenario files given to the program: what it then plays, and what it says when one is bad. */
#include "base/error.h"
#include "support/http_client.h"
#include "support/program.h"
#include "support/suite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PROGRAM BINARY_DIR "/mock-requester"

/* ---- a folder of scenario files ----------------------------------------------------------------------------- */

static char folder[] = "/tmp/mock-requester-scenarios-XXXXXX";

static const struct {
    const char *name, *text;
} files[] = {
    { "all-reject.json", "{\"version\": 1, \"name\": \"all-reject\",\n"
                         " \"nodes\": [{\"bid\": {\"reject\": \"not enough capacity available\"}}]}\n" },
    { "wrong.json", "{\n  \"version\": 1,\n  \"nodes\": [{\"bid\": {\"aftr\": \"2s\"}}],\n  \"jobs\": 1\n}\n" },
    { "cut.json", "{\"version\": 1" },
    { "old.json", "{\"version\": 1, \"dialect\": \"v0.3.24\", \"seed\": 7}\n" },
    { "east.json", "{\"version\": 1, \"start_time\": \"2023-03-22T11:00:00+02:00\"}\n" },
    { "minimal", "{\"version\": 1}\n" },
};

static void make_folder(void)
{
    char path[128];

    MUST(mkdtemp(folder));
    for (size_t i = 0; i < ROWS(files); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
        FILE *file = fopen(path, "w");
        MUST(file);
        fputs(files[i].text, file);
        MUST(fclose(file) == 0);
    }
}

static void remove_folder(void)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    MUST(system(command) == 0);
}

/* ---- the program --------------------------------------------------------------------------------------------- */

enum { WORDS_MAX = 8 };

/* `line`: words divided by single blanks. */
static struct program started(const char *line, const char *scenario)
{
    const char *words[WORDS_MAX] = { NULL };
    char copy[256], *rest = copy;
    struct program p;
    size_t n = 0;

    snprintf(copy, sizeof copy, "%s", line);
    for (char *word; (word = strsep(&rest, " "));)
        if (*word)
            words[n++] = word;
    struct program_start start = { .path = PROGRAM, .folder = folder, .words = words, .scenario = scenario };
    ck_assert(program_start(&start, &p));
    return p;
}

static int ready(struct program *p)
{
    int port = program_await_ready(p);

    ck_assert_msg(port > 0, "%s", program_told(p));
    return port;
}

static void assert_ready_with(const char *line, const char *scenario, const char *wanted)
{
    struct program p = started(line, scenario);

    ready(&p);
    ck_assert_msg(strstr(program_told(&p), wanted) != NULL, "%s: %s", line, program_told(&p));
    ck_assert_int_eq(program_stop(&p), 0);
    program_release(&p);
}

/* ---- requests: a reply is large, so there is one, till the next --------------------------------------------- */

static struct http_reply reply;

static void post(int port, const char *path, const char *body)
{
    static char request[2048];

    http_reply_release(&reply);
    snprintf(request, sizeof request, "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
             path, strlen(body), body);
    reply = http_exchange_text(port, request, "POST");
}

/* The id of a plain job; signatures must be off. */
static void submit(int port, char id[37])
{
    post(port, "/requester/submit",
         "{\"job_create_payload\":{\"ClientID\":\"c1\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","
         "\"Verifier\":\"Noop\",\"Publisher\":\"Noop\",\"Docker\":{\"Image\":\"ubuntu\"},\"Deal\":{\"Concurrency\":1}}},"
         "\"signature\":\"\",\"client_public_key\":\"\"}");
    const char *at = reply.body.p ? strstr(reply.body.p, "\"ID\":\"") : NULL;

    ck_assert_msg(reply.status == 200 && at, "%d %s", reply.status, reply.body.p ? reply.body.p : "");
    memcpy(id, at + strlen("\"ID\":\""), 36);
    id[36] = '\0';
}

static void ask_states(int port, const char *id)
{
    char body[128];

    snprintf(body, sizeof body, "{\"job_id\":\"%s\"}", id);
    post(port, "/requester/states", body);
}

START_TEST(a_network_that_rejects_rejects)
{
    struct program p = started("--port 0 --signatures off all-reject.json", NULL);
    int port = ready(&p);
    char id[37];

    submit(port, id);
    ask_states(port, id);

    ck_assert_int_eq(reply.status, 200);
    ck_assert_msg(strstr(reply.body.p, "\"State\":\"AskForBidRejected\"") != NULL, "%s", reply.body.p);
    ck_assert_msg(strstr(reply.body.p, "not enough capacity available") != NULL, "%s", reply.body.p);
    ck_assert_int_eq(program_stop(&p), 0);
    program_release(&p);
}
END_TEST

START_TEST(the_offset_of_the_start_time_is_the_zone_of_time_stamps)
{
    struct program p = started("--port 0 --signatures off east.json", NULL);
    int port = ready(&p);
    char id[37];

    submit(port, id);
    ask_states(port, id);

    ck_assert_msg(strstr(reply.body.p, "\"CreateTime\":\"2023-03-22T11:00:") != NULL, "%s", reply.body.p);
    ck_assert_msg(strstr(reply.body.p, "+02:00\"") != NULL, "%s", reply.body.p);
    ck_assert_int_eq(program_stop(&p), 0);
    program_release(&p);
}
END_TEST

/* ---- the ready line -------------------------------------------------------------------------------------------- */

static const struct ready_case {
    const char *line, *scenario, *told;
} readies[] = {
    { "--port 0", NULL, "(dialect v0.3.25, scenario none)\n" },
    { "--port 0 all-reject.json", NULL, "(dialect v0.3.25, scenario all-reject)\n" },
    { "--port 0 minimal", NULL, "scenario minimal)\n" },
    { "--port 0 all-reject.json ./old.json", NULL, "(dialect v0.3.24, scenario all-reject+old)\n" },
    { "--port 0 --dialect v0.3.25 old.json", NULL, "(dialect v0.3.25, scenario old)\n" },
    { "--port 0", "all-reject.json:old.json", "(dialect v0.3.24, scenario all-reject+old)\n" },
    { "--port 0", ":old.json:", "(dialect v0.3.24, scenario old)\n" },
    { "--port 0 minimal", "no-such.json", "scenario minimal)\n" },
};

START_TEST(the_ready_line_names_the_scenario)
{
    assert_ready_with(readies[_i].line, readies[_i].scenario, readies[_i].told);
}
END_TEST

START_TEST(a_seed_of_the_file_is_not_drawn)
{
    struct program p = started("--port 0 old.json", NULL);

    ready(&p);

    ck_assert_ptr_null(strstr(program_told(&p), "mock-requester: seed"));
    ck_assert_int_eq(program_stop(&p), 0);
    program_release(&p);
}
END_TEST

/* ---- what is refused --------------------------------------------------------------------------------------------- */

static const struct refused {
    const char *line, *scenario, *told;
} refused[] = {
    { "serve wrong.json", NULL,
      "wrong.json:3:22: unknown key \"aftr\" in /nodes/0/bid (did you mean \"after\"?)\n"
      "wrong.json:4:11: expected an array of jobs, got a number in /jobs\n" },
    { "./cut.json all-reject.json", NULL, "./cut.json:1:14: the text ends too early\n" },
    { "", "wrong.json:cut.json",
      "wrong.json:3:22: unknown key \"aftr\" in /nodes/0/bid (did you mean \"after\"?)\n"
      "wrong.json:4:11: expected an array of jobs, got a number in /jobs\n"
      "cut.json:1:14: the text ends too early\n" },
    { "no-such.json", NULL, "mock-requester: cannot read no-such.json: No such file or directory\n" },
    { "./no-such", NULL, "mock-requester: cannot read ./no-such: No such file or directory\n" },
    { "/", NULL, "mock-requester: cannot read /: not a regular file\n" },
    { "flaky", NULL,
      "mock-requester: no scenario \"flaky\" ships with the program, and there is no such file; try --help\n" },
    { "porbe", NULL,
      "mock-requester: no scenario \"porbe\" ships with the program, and there is no such file "
      "(did you mean the command \"probe\"?); try --help\n" },
};

START_TEST(a_bad_file_ends_it_with_code_2_and_all_that_is_wrong)
{
    const struct refused *row = &refused[_i];
    struct program p = started(row->line, row->scenario);

    int code = program_end(&p);

    ck_assert_msg(code == 2, "%s: exit code %d: %s", row->line, code, program_told(&p));
    ck_assert_str_eq(program_told(&p), row->told);
    program_release(&p);
}
END_TEST

START_TEST(sighup_reads_the_files_again)
{
    struct program p = started("--port 0 minimal", NULL);

    ready(&p);
    ck_assert_int_eq(kill(p.pid, SIGHUP), 0);
    ck_assert_int_eq(program_stop(&p), 0);

    ck_assert_msg(strstr(program_told(&p), "SIGHUP: now plays scenario minimal\n") != NULL, "%s",
                  program_told(&p));
    program_release(&p);
}
END_TEST

int main(void)
{
    make_folder();
    const struct suite_row rows[] = {
        TEST_GROUP("plays"),
        TEST(a_network_that_rejects_rejects),
        TEST(the_offset_of_the_start_time_is_the_zone_of_time_stamps),
        TEST_GROUP("tells"),
        TEST_EACH(the_ready_line_names_the_scenario, readies),
        TEST(a_seed_of_the_file_is_not_drawn),
        TEST_GROUP("refuses"),
        TEST_EACH(a_bad_file_ends_it_with_code_2_and_all_that_is_wrong, refused),
        TEST(sighup_reads_the_files_again),
    };
    int code = suite_run("scenario command line", rows, ROWS(rows));
    remove_folder();
    return code;
}
