/* What the program's log says of exchanges, of changes of state and of control calls. */
#include "base/error.h"
#include "base/json.h"
#include "support/http_client.h"
#include "support/program.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define JOB "{\"ClientID\":\"c1\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\",\"Verifier\":\"Noop\","     \
            "\"Publisher\":\"Ipfs\",\"Docker\":{\"Image\":\"ubuntu\"},\"Deal\":{\"Concurrency\":1}}}"
#define ENVELOPE "{\"job_create_payload\":" JOB ",\"signature\":\"AAAA\",\"client_public_key\":\"AAAA\"}"

enum { WORDS_MAX = 12 };

static struct program program;
static int port;

static void teardown(void)
{
    program_release(&program);
}

/* With a manual clock and seed; `more`: further words, NULL at the end. */
static void start_at(bool terminal, const char *const *more)
{
    const char *words[WORDS_MAX] = { "--port", "0", "--clock", "manual" };

    for (size_t n = 4; *more; n++)
        words[n] = *more++;
    const struct program_start start = { .path = BINARY_DIR "/mock-requester", .words = words, .terminal = terminal };
    ck_assert(program_start(&start, &program));
    port = program_await_ready(&program);
    ck_assert_msg(port > 0, "%s", program_told(&program));
}

static void start(const char *const *more)
{
    start_at(false, more);
}

static void post(const char *target, const char *body)
{
    char request[1024];

    snprintf(request, sizeof request, "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", target,
             strlen(body), body);
    struct http_reply reply = http_exchange_text(port, request, "POST");
    http_reply_release(&reply);
}

/* What it wrote after the ready line, until its end. */
static const char *logged(void)
{
    ck_assert_int_eq(program_stop(&program), 0);
    const char *ready = strstr(program_told(&program), "mock-requester: ready on ");
    return strchr(ready, '\n') + 1;
}

static void assert_has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part), "%s\nlacks %s", text, part);
}

static void assert_lacks(const char *text, const char *part)
{
    ck_assert_msg(!strstr(text, part), "%s\nhas %s", text, part);
}

static void happenings(void)
{
    post("/requester/submit", ENVELOPE);
    post("/__mock/clock/advance", "{\"by\": \"1s\"}");
}

/* ---- what is logged ---------------------------------------------------------------------------------------- */

#define EXCHANGE "Z submit    200 "
#define MOVE "Z job           "
#define CONTROL "Z control   200 "

static const struct part {
    const char *words[3];
    bool exchange, move, control;
} parts[] = {
    { { "--signatures=off" }, true, true, false },
    { { "--signatures=off", "--log-what=exchanges" }, true, false, false },
    { { "--signatures=off", "--log-what=jobs" }, false, true, false },
    { { "--signatures=off", "--log-what=control" }, false, false, true },
    { { "--signatures=off", "--log-what=jobs,control" }, false, true, true },
    { { "--signatures=off", "--log=off" }, false, false, false },
};

START_TEST(log_what_chooses_the_lines)
{
    const struct part *part = &parts[_i];

    start(part->words);
    happenings();

    const char *text = logged();
    (part->exchange ? assert_has : assert_lacks)(text, EXCHANGE);
    (part->move ? assert_has : assert_lacks)(text, MOVE);
    (part->control ? assert_has : assert_lacks)(text, CONTROL);
}
END_TEST

START_TEST(a_change_of_state_names_the_node_and_what_was_published)
{
    static const char *const words[] = { "--signatures=off", NULL };

    start(words);
    happenings();

    assert_has(logged(), " ResultAccepted \xe2\x86\x92 Completed  published Qm");
}
END_TEST

START_TEST(a_change_of_state_is_logged_when_it_happens_though_no_request_comes)
{
    static const char *const words[] = { "--signatures=off", "--clock=real", NULL };

    start(words);
    post("/requester/submit", ENVELOPE);

    ck_assert(program_await_told(&program, "InProgress \xe2\x86\x92 Completed\n"));
}
END_TEST

/* ---- refusals ---------------------------------------------------------------------------------------------- */

START_TEST(a_job_without_an_envelope_is_told_how_to_sign)
{
    static const char *const words[] = { NULL };

    start(words);
    post("/requester/submit", JOB);

    assert_has(logged(), "Z submit    --- -        -          panic  empty reply  no job_create_payload in the body: the real "
                         "requester panics here; \"mock-requester sign\" wraps a payload\n");
}
END_TEST

START_TEST(a_bad_signature_is_told_how_it_is_accepted)
{
    static const char *const words[] = { NULL };

    start(words);
    post("/requester/submit", ENVELOPE);

    assert_has(logged(), "; \"mock-requester sign\" signs a payload; --signatures off accepts it\n");
}
END_TEST

/* ---- near misses ------------------------------------------------------------------------------------------- */

START_TEST(a_near_miss_has_a_line_of_its_own)
{
    static char file[] = "/tmp/mock-requester-log-XXXXXX";
    static const char *const words[] = { "--signatures=off", file, NULL };
    FILE *out = fdopen(mkstemp(file), "w");

    ck_assert_ptr_nonnull(out);
    fputs("{\"version\": 1, \"faults\": [{\"name\": \"blip\", \"on\": \"list\", \"match\": {\"client_id\": \"c1\"},"
          " \"preset\": \"plain-500\"}]}", out);
    fclose(out);
    start(words);
    post("/requester/list", "{\"client_id\": \"c2\"}");
    ck_assert(program_await_told(&program, "near miss")); /* a stop could come before the end of the exchange */

    assert_has(logged(), "Z list      200 -        -          scheduler\n"
                         "2023-03-22T09:00:00.000Z near miss: fault blip wants client_id c1, got c2\n");
    unlink(file);
}
END_TEST

/* ---- colours ----------------------------------------------------------------------------------------------- */

static const struct colours {
    bool terminal;
    const char *no_color, *term;
    bool coloured;
} colours[] = {
    { true, NULL, "xterm", true }, { true, "", "xterm", true },    { true, "1", "xterm", false },
    { true, NULL, "dumb", false }, { false, NULL, "xterm", false },
};

START_TEST(colours_are_for_terminals_that_want_them)
{
    static const char *const words[] = { NULL };
    const struct colours *row = &colours[_i];

    setenv("TERM", row->term, 1);
    unsetenv("NO_COLOR");
    if (row->no_color)
        setenv("NO_COLOR", row->no_color, 1);
    start_at(row->terminal, words);
    post("/requester/submit", "{}");
    ck_assert(program_await_told(&program, "panics here"));

    (row->coloured ? assert_has : assert_lacks)(program_told(&program), "\x1b[31m---\x1b[0m");
    ck_assert_int_eq(program_stop(&program), 0);
}
END_TEST

/* ---- JSON -------------------------------------------------------------------------------------------------- */

/* Takes the first line of *text. NULL: it is no JSON object. */
static struct json *take_object(const char **text)
{
    const char *end = strchr(*text, '\n');
    struct json *json = NULL;

    if (!end || json_parse(span_of(*text, (size_t)(end - *text)), JSON_STRICT, &json, NULL, NULL) != ERR_OK)
        return NULL;
    *text = end + 1;
    return json;
}

static const char *const journal_keys[] = { "number", "time", "endpoint", "method", "target", "client_id", "job_id",
                                            "status", "end",  "bytes",    "answered_by", "refused",
                                            "duration", "source", "near_miss" };
static const char *const move_keys[] = { "time", "job_id", "node", "level", "previous", "new", "version", "comment" };

static void assert_keys(const struct json *json, const char *const *keys, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(json_get(json_root(json), keys[i]), "no %s before %s", keys[i], text);
}

START_TEST(json_is_an_object_a_line)
{
    static const char *const words[] = { "--signatures=off", "--log=json", NULL };
    size_t n = 0;

    start(words);
    happenings();
    post("/requester/states\x1b", "\"");

    for (const char *text = logged(); *text; n++) {
        struct json *json = take_object(&text);
        ck_assert_msg(json, "%s", text);
        if (json_get(json_root(json), "endpoint"))
            assert_keys(json, journal_keys, ROWS(journal_keys), text);
        else
            assert_keys(json, move_keys, ROWS(move_keys), text);
        json_free(json);
    }
    ck_assert_uint_gt(n, 10);
}
END_TEST

TEST_MAIN("log lines",
    TEST_GROUP("lines", .teardown = teardown),
    TEST_EACH(log_what_chooses_the_lines, parts),
    TEST(a_change_of_state_names_the_node_and_what_was_published),
    TEST(a_change_of_state_is_logged_when_it_happens_though_no_request_comes),
    TEST(a_job_without_an_envelope_is_told_how_to_sign),
    TEST(a_bad_signature_is_told_how_it_is_accepted),
    TEST(a_near_miss_has_a_line_of_its_own),
    TEST_EACH(colours_are_for_terminals_that_want_them, colours),
    TEST(json_is_an_object_a_line))
