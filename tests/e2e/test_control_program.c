/* The control API over a socket, and what ends with the program: determinism, --strict, SIGHUP. */
#include "base/error.h"
#include "support/http_client.h"
#include "support/program.h"
#include "support/suite.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PROGRAM BINARY_DIR "/mock-requester"
#define JOB_OF(tags)                                                                                               \
    "{\"job_create_payload\":{\"ClientID\":\"c\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","       \
    "\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Annotations\":[" tags "],\"Deal\":{\"Concurrency\":1}}},"         \
    "\"signature\":\"\",\"client_public_key\":\"\"}"
#define JOB JOB_OF("")
#define GATED JOB_OF("\"mock:gated\"")

enum { WORDS_MAX = 12, TEXT_MAX = 1 << 20 };

/* ---- a file, a program, requests ------------------------------------------------------------------------- */

static char folder[] = "/tmp/mock-requester-control-XXXXXX";
static char file[64];

static void write_file(const char *text)
{
    FILE *out = fopen(file, "w");

    ck_assert_ptr_nonnull(out);
    fputs(text, out);
    ck_assert_int_eq(fclose(out), 0);
}

static const char plain[] = "{\"version\": 1, \"clock\": \"manual\", \"signatures\": \"off\"}";
static const char gated[] = "{\"version\": 1, \"clock\": \"manual\", \"signatures\": \"off\",\n"
                            " \"jobs\": [{\"name\": \"gated\",\n"
                            "   \"steps\": [{\"after\": {\"gate\": \"go\"}, \"execution\": \"n0\", \"state\": \"Completed\"},\n"
                            "             {\"job\": \"Completed\"}]}],\n"
                            " \"expect\": [{\"endpoint\": \"submit\", \"times\": 1}]}";

struct run {
    struct program program;
    int port;
};

/* With this scenario and one more word (NULL: none). */
static struct run started(const char *scenario, const char *word)
{
    const char *words[WORDS_MAX] = { "--port", "0", "--log", "off", file, word, NULL };
    struct program_start start = { .path = PROGRAM, .words = words };
    struct run run;

    write_file(scenario);
    ck_assert(program_start(&start, &run.program));
    run.port = program_await_ready(&run.program);
    ck_assert_msg(run.port > 0, "%s", program_told(&run.program));
    return run;
}

/* Its exit code; what it said is still there. */
static int stopped(struct run *run)
{
    return program_stop(&run->program);
}

static struct http_reply asked(const struct run *run, const char *method, const char *target, const char *body)
{
    CLEANUP(buf_release) struct buf request = buf_init(TEXT_MAX);

    buf_printf(&request, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", method, target,
               strlen(body), body);
    struct http_reply reply = http_exchange(run->port, request.p, request.n, method);
    ck_assert_int_eq(reply.end, HTTP_READ_REPLY);
    return reply;
}

/* The body, till the next call. */
static const char *ask(const struct run *run, const char *method, const char *target, const char *body)
{
    static char text[TEXT_MAX];
    struct http_reply reply = asked(run, method, target, body);

    snprintf(text, sizeof text, "%.*s", SPAN_ARG(buf_view(&reply.body)));
    http_reply_release(&reply);
    return text;
}

static void assert_has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part), "%s\nlacks %s", text, part);
}

static const char *submit(const struct run *run, const char *job)
{
    static char id[64];
    struct http_reply reply = asked(run, "POST", "/requester/submit", job);

    ck_assert_int_eq(reply.status, 200);
    snprintf(id, sizeof id, "%.*s", SPAN_ARG(http_reply_value(&reply, "X-Bacalhau-Job-Id")));
    http_reply_release(&reply);
    return id;
}

static const char *states(const struct run *run, const char *id)
{
    char body[128];

    snprintf(body, sizeof body, "{\"client_id\":\"c\",\"job_id\":\"%s\"}", id);
    return ask(run, "POST", "/requester/states", body);
}

/* ---- levers ---------------------------------------------------------------------------------------------- */

START_TEST(moving_the_clock_brings_a_job_to_its_end)
{
    struct run run = started(plain, NULL);
    const char *id = submit(&run, JOB);

    ck_assert_ptr_null(strstr(states(&run, id), "\"State\":\"Completed\""));
    ask(&run, "POST", "/__mock/clock/advance", "{\"until\":\"idle\"}");

    assert_has(states(&run, id), "\"State\":\"Completed\"");
    ck_assert_int_eq(stopped(&run), 0);
    program_release(&run.program);
}
END_TEST

START_TEST(a_gate_lets_a_step_through)
{
    struct run run = started(gated, NULL);
    const char *id = submit(&run, GATED);

    ask(&run, "POST", "/__mock/clock/advance", "{\"by\":\"1h\"}");
    ck_assert_ptr_null(strstr(states(&run, id), "Completed"));
    ask(&run, "POST", "/__mock/gates/go", "");

    assert_has(states(&run, id), "\"State\":\"Completed\"");
    ck_assert_int_eq(stopped(&run), 0);
    program_release(&run.program);
}
END_TEST

START_TEST(the_journal_tells_how_an_exchange_ended)
{
    struct run run = started(plain, NULL);

    submit(&run, JOB);
    ask(&run, "GET", "/nowhere", "");

    assert_has(ask(&run, "GET", "/__mock/requests?endpoint=submit", ""), "\"end\":\"complete\",");
    assert_has(ask(&run, "GET", "/__mock/requests", ""), "\"refused\":\"404 page not found\"");
    stopped(&run);
    program_release(&run.program);
}
END_TEST

START_TEST(a_reset_server_draws_the_same_ids)
{
    struct run run = started(plain, NULL);
    char first[64];

    snprintf(first, sizeof first, "%s", submit(&run, JOB));
    ask(&run, "POST", "/__mock/clock/advance", "{\"until\":\"idle\"}");
    ask(&run, "POST", "/__mock/reset", "");

    ck_assert_str_eq(submit(&run, JOB), first);
    stopped(&run);
    program_release(&run.program);
}
END_TEST

START_TEST(switched_off_it_is_an_unknown_path)
{
    struct run run = started(plain, "--control=off");

    ck_assert_str_eq(ask(&run, "GET", "/__mock/health", ""), "404 page not found\n");
    stopped(&run);
    program_release(&run.program);
}
END_TEST

/* ---- determinism ----------------------------------------------------------------------------------------- */

static const struct {
    const char *method, *target, *body;
} script[] = {
    { "GET", "/__mock/health", "" },
    { "GET", "/healthz", "" },
    { "POST", "/requester/submit", JOB },
    { "POST", "/requester/submit", GATED },
    { "POST", "/requester/submit", "{" },
    { "POST", "/__mock/clock/advance", "{\"to\":\"next\"}" },
    { "POST", "/requester/list", "{\"client_id\":\"c\"}" },
    { "GET", "/peers", "" },
    { "POST", "/__mock/gates/go", "" },
    { "POST", "/__mock/clock/advance", "{\"until\":\"idle\"}" },
    { "POST", "/requester/list", "{\"return_all\":true}" },
    { "GET", "/node_info", "" },
    { "GET", "/__mock/requests", "" },
    { "GET", "/__mock/verdict", "" },
    { "POST", "/__mock/reset", "" },
    { "POST", "/requester/submit", JOB },
    { "GET", "/__mock/clock", "" },
};

/* A client's port is the one thing that differs. */
static void put_without_port(struct buf *out, struct span raw)
{
    static const char name[] = "X-Rate-Limit-Request-Remote-Addr: ";
    const char *at = memmem(raw.p, raw.n, name, sizeof name - 1);
    const char *end = at ? memchr(at, '\r', raw.n - (size_t)(at - raw.p)) : NULL;

    if (!end) {
        buf_span(out, raw);
        return;
    }
    buf_add(out, raw.p, (size_t)(at - raw.p) + sizeof name - 1);
    buf_add(out, end, raw.n - (size_t)(end - raw.p));
}

static struct buf transcript(void)
{
    struct run run = started(gated, NULL);
    struct buf out = buf_init(TEXT_MAX);

    for (size_t i = 0; i < sizeof script / sizeof script[0]; i++) {
        struct http_reply reply = asked(&run, script[i].method, script[i].target, script[i].body);
        put_without_port(&out, buf_view(&reply.raw));
        http_reply_release(&reply);
    }
    stopped(&run);
    program_release(&run.program);
    return out;
}

START_TEST(two_runs_with_the_same_seed_answer_the_same_bytes)
{
    struct buf first = transcript(), second = transcript();

    ck_assert(!first.failed && first.n > 1000);
    ck_assert_str_eq(first.p, second.p);
    buf_release(&first);
    buf_release(&second);
}
END_TEST

/* ---- the verdict ----------------------------------------------------------------------------------------- */

START_TEST(an_unmet_expectation_is_told_but_fails_strict_runs_alone)
{
    struct run run = started(gated, _i ? "--strict" : NULL);

    ck_assert_int_eq(stopped(&run), _i ? 1 : 0);
    assert_has(program_told(&run.program), "mock-requester: expected submit 1 time, came 0 times (");
    assert_has(program_told(&run.program), "x.json:5)\n");
    ck_assert_int_eq(strstr(program_told(&run.program), "step 1 of job gated was never reached") != NULL, _i);
    program_release(&run.program);
}
END_TEST

static const struct misdeed {
    const char *scenario, *target, *body, *told;
} misdeeds[] = {
    { plain, "/nope?x", "", "mock-requester: POST /nope was answered 404: there is no such path\n" },
    { plain, "/requester/submit", JOB_OF("\"mock:gone\""), "mock-requester: a job asked for mock:gone, which no script is called\n" },
    { "{\"version\": 1}", "/requester/submit", JOB, "mock-requester: 1 signature was refused\n" },
};

START_TEST(strict_runs_fail_for_it)
{
    struct run run = started(misdeeds[_i].scenario, "--strict");

    ask(&run, "POST", misdeeds[_i].target, misdeeds[_i].body);

    ck_assert_int_eq(stopped(&run), 1);
    assert_has(program_told(&run.program), misdeeds[_i].told);
    program_release(&run.program);
}
END_TEST

START_TEST(a_misspelt_annotation_gets_the_name_that_is_meant)
{
    struct run run = started(gated, NULL);

    ask(&run, "POST", "/requester/submit", JOB_OF("\"mock:gatde\""));
    ask(&run, "POST", "/requester/submit", JOB_OF("\"mock:stuck-askforbd\""));

    stopped(&run);
    assert_has(program_told(&run.program), "no script is called gatde: its mock: annotation is passed over "
                                           "(did you mean \"mock:gated\"?)\n");
    assert_has(program_told(&run.program), "(did you mean \"mock:stuck-askforbid\"?)\n");
    program_release(&run.program);
}
END_TEST

START_TEST(a_strict_run_without_fault_is_fine)
{
    struct run run = started(gated, "--strict");

    submit(&run, GATED);
    ask(&run, "POST", "/__mock/gates/go", "");

    ck_assert_int_eq(stopped(&run), 0);
    program_release(&run.program);
}
END_TEST

/* ---- SIGHUP ---------------------------------------------------------------------------------------------- */

static void reload(struct run *run, const char *scenario)
{
    write_file(scenario);
    kill(run->program.pid, SIGHUP);
}

static bool names_gate(void *context)
{
    return strstr(ask(context, "GET", "/__mock/gates", ""), "\"other\"") != NULL;
}

START_TEST(hup_reads_the_files_again_and_jobs_keep_their_script)
{
    struct run run = started(gated, NULL);
    const char *id = submit(&run, GATED);

    reload(&run, "{\"version\": 1, \"clock\": \"manual\", \"signatures\": \"off\", \"jobs\": [{\"name\": \"gated\", \"steps\":"
                 " [{\"after\": {\"gate\": \"other\"}, \"job\": \"Error\"}]}]}");
    ck_assert(await(names_gate, &run, HTTP_CLIENT_TIMEOUT_MS));
    ask(&run, "POST", "/__mock/gates/go", "");

    assert_has(states(&run, id), "\"State\":\"Completed\"");
    stopped(&run);
    assert_has(program_told(&run.program), "mock-requester: SIGHUP: now plays scenario x\n");
    program_release(&run.program);
}
END_TEST

static const struct bad_reload {
    const char *scenario, *told;
} bad_reloads[] = {
    { "{\"version\": 1, \"nods\": []}", "x.json:1:16: unknown key \"nods\" in / (did you mean \"nodes\"?)\n" },
    { "{\"version\": 1, \"nods\": []}", "SIGHUP: nothing has changed: not every file passes\n" },
    { "{\"version\": 1}", "another clock needs a restart\n" },
    { "{\"version\": 1, \"clock\": \"manual\", \"seed\": 9}", "another seed needs a restart\n" },
    { "{\"version\": 1, \"clock\": \"manual\", \"dialect\": \"v0.3.24\"}", "another dialect needs a restart\n" },
    { "{\"version\": 1, \"clock\": \"manual\", \"start_time\": \"2024-01-01T00:00:00Z\"}",
      "another start_time needs a restart\n" },
};

START_TEST(hup_refuses_what_does_not_pass_or_needs_a_restart)
{
    struct run run = started(gated, NULL);

    reload(&run, bad_reloads[_i].scenario);
    submit(&run, GATED);

    assert_has(ask(&run, "GET", "/__mock/gates", ""), "{\"name\":\"go\",\"open\":false,\"waiting\":1}");
    stopped(&run); /* signals of one number each: SIGHUP (1) is taken before SIGTERM (15) */
    assert_has(program_told(&run.program), bad_reloads[_i].told);
    program_release(&run.program);
}
END_TEST

enum { LOADERS = 4, LOADER_ROUNDS = 100, RELOADS = 100 };

struct loader {
    int port;
    int unanswered; /* exchanges without a reply 200 */
};

static bool is_answered(int port, const char *path, const char *body)
{
    char request[1024];

    snprintf(request, sizeof request, "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", path,
             strlen(body), body);
    struct http_reply reply = http_exchange(port, request, strlen(request), "POST");
    bool answered = reply.end == HTTP_READ_REPLY && reply.status == 200;
    http_reply_release(&reply);
    return answered;
}

static void *load(void *context)
{
    struct loader *loader = context;

    for (int i = 0; i < LOADER_ROUNDS; i++) {
        loader->unanswered += !is_answered(loader->port, "/requester/submit", GATED);
        loader->unanswered += !is_answered(loader->port, "/requester/list", "{\"return_all\":true,\"max_jobs\":3}");
    }
    return NULL;
}

/* A race between a reload and an exchange is ThreadSanitizer's to find, where the program is built with it. */
START_TEST(reloads_under_load_lose_no_exchange)
{
    struct run run = started("{\"version\": 1, \"signatures\": \"off\", \"restart\": [\"1h\"], \"faults\": [{\"on\": \"cancel\","
                             " \"preset\": \"plain-500\"}]}", NULL);
    struct loader loaders[LOADERS];
    pthread_t threads[LOADERS];

    for (int i = 0; i < LOADERS; i++) {
        loaders[i] = (struct loader){ .port = run.port };
        ck_assert_int_eq(pthread_create(&threads[i], NULL, load, &loaders[i]), 0);
    }
    for (int i = 0; i < RELOADS; i++) {
        kill(run.program.pid, SIGHUP);
        ck_assert(is_answered(run.port, "/livez", ""));
    }
    for (int i = 0; i < LOADERS; i++)
        pthread_join(threads[i], NULL);

    for (int i = 0; i < LOADERS; i++)
        ck_assert_int_eq(loaders[i].unanswered, 0);
    ck_assert_int_eq(stopped(&run), 0);
    assert_has(program_told(&run.program), "SIGHUP: now plays scenario x\n");
    program_release(&run.program);
}
END_TEST

int main(void)
{
    MUST(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/x.json", folder);
    const struct suite_row rows[] = {
        TEST(moving_the_clock_brings_a_job_to_its_end),
        TEST(a_gate_lets_a_step_through),
        TEST(the_journal_tells_how_an_exchange_ended),
        TEST(a_reset_server_draws_the_same_ids),
        TEST(switched_off_it_is_an_unknown_path),
        TEST(two_runs_with_the_same_seed_answer_the_same_bytes),
        TEST_TIMES(an_unmet_expectation_is_told_but_fails_strict_runs_alone, 2),
        TEST_EACH(strict_runs_fail_for_it, misdeeds),
        TEST(a_misspelt_annotation_gets_the_name_that_is_meant),
        TEST(a_strict_run_without_fault_is_fine),
        TEST(hup_reads_the_files_again_and_jobs_keep_their_script),
        TEST_EACH(hup_refuses_what_does_not_pass_or_needs_a_restart, bad_reloads),
        TEST(reloads_under_load_lose_no_exchange),
    };
    int code = suite_run("control", rows, ROWS(rows));
    remove(file);
    rmdir(folder);
    return code;
}
