/* Replies when memory runs out: for each kind of request every allocation fails in turn. The reply is then the good one to
 * the byte, or none at all, or says that there is no memory; never one from which something is missing. */
#include "support/desk.h"
#include "support/failing.h"
#include "support/suite.h"

#include <stdio.h>

enum { CALLS_MAX = 20000, SHOWN_MAX = 600 };

static const char scenario[] =
    "{\"version\": 1, \"jobs\": [{\"name\": \"gated\", \"steps\": [{\"after\": {\"gate\": \"go\"}, \"job\": \"Completed\"}]}],"
    " \"faults\": [{\"name\": \"patched\", \"on\": \"states\", \"match\": {\"client_id\": \"patched\"}, \"patch\": "
    "[{\"op\": \"add\", \"path\": \"/state/Extra\", \"value\": {\"a\": [1, 2]}}]},"
    " {\"name\": \"worded\", \"on\": \"states\", \"match\": {\"client_id\": \"worded\"}, \"reply\": {\"status\": 418, "
    "\"headers\": {\"Retry-After\": \"1\"}, \"json\": {\"short\": \"stout\"}}}],"
    " \"expect\": [{\"never\": \"cancel\"}, {\"endpoint\": \"list\", \"times\": 1}]}";

#define JOB_ID "JJJJJJJJ-JJJJ-JJJJ-JJJJ-JJJJJJJJJJJJ" /* stands for the id of the job that has ended */

static const struct row {
    const char *method, *target, *body;
} rows[] = {
    { "POST", "/requester/states", "{\"client_id\":\"c\",\"job_id\":\"" JOB_ID "\"}" },
    { "POST", "/requester/states", "{\"client_id\":\"patched\",\"job_id\":\"" JOB_ID "\"}" },
    { "POST", "/requester/states", "{\"client_id\":\"worded\",\"job_id\":\"" JOB_ID "\"}" },
    { "POST", "/requester/states", "{\"client_id\":\"c\",\"job_id\":\"nowhere\"}" },
    { "POST", "/requester/states", "{\"client_id\":7}" },
    { "POST", "/requester/events", "{\"client_id\":\"c\",\"job_id\":\"" JOB_ID "\"}" },
    { "POST", "/requester/results", "{\"client_id\":\"c\",\"job_id\":\"" JOB_ID "\"}" },
    { "POST", "/requester/list", "{\"client_id\":\"c\",\"exclude_tags\":[\"canary\"],\"max_jobs\":10}" },
    { "POST", "/requester/list", "{\"client_id\":\"\",\"return_all\":true,\"max_jobs\":10}" },
    { "POST", "/requester/cancel", "{\"payload\":{\"ClientID\":\"c\",\"JobID\":\"" JOB_ID "\"},\"signature\":\"\",\"client_public_key\":\"\"}" },
    { "POST", "/version", "{\"client_id\":\"c\"}" },
    { "GET", "/livez", "" },
    { "GET", "/healthz", "" },
    { "GET", "/node_info", "" },
    { "GET", "/nowhere", "" },
    { "GET", "/__mock/", "" },
    { "GET", "/__mock/openapi.json", "" },
    { "GET", "/__mock/health", "" },
    { "GET", "/__mock/clock", "" },
    { "GET", "/__mock/clock/upcoming?limit=10", "" },
    { "POST", "/__mock/clock/advance", "{\"by\": \"10s\"}" },
    { "POST", "/__mock/clock/advance", "{\"by\": 10}" },
    { "GET", "/__mock/gates", "" },
    { "POST", "/__mock/gates/go", "" },
    { "GET", "/__mock/requests?endpoint=submit&limit=10", "" },
    { "GET", "/__mock/requests/1", "" },
    { "GET", "/__mock/requests?endpont=submit", "" },
    { "GET", "/__mock/jobs?client_id=c&limit=10", "" },
    { "GET", "/__mock/jobs/" JOB_ID, "" },
    { "GET", "/__mock/fixture", "" },
    { "GET", "/__mock/scenarios", "" },
    { "GET", "/__mock/verdict", "" },
    { "GET", "/__mock/nowhere", "" },
    { "DELETE", "/__mock/requests", "" },
    { "POST", "/__mock/reset", "{\"what\": [\"journal\", \"gates\"]}" },
};

/* ---- a desk with a job that has ended and one that waits ------------------------------------------------------------ */

static struct desk *busy_desk(struct buf *id)
{
    struct desk *desk = desk_open(scenario);
    CLEANUP(buf_release) struct buf plain = desk_job("plain"), gated = desk_job("mock:gated");

    ck_assert_int_eq(desk_ask(desk, SPAN("POST"), SPAN("/requester/submit"), buf_view(&gated))->status, 200);
    const struct reply *reply = desk_ask(desk, SPAN("POST"), SPAN("/requester/submit"), buf_view(&plain));
    const char *found = memmem(reply->body.p, reply->body.n, "\"ID\":\"", 6);
    ck_assert_ptr_nonnull(found);
    buf_add(id, found + 6, sizeof JOB_ID - 1);
    desk_ask(desk, SPAN("POST"), SPAN("/__mock/clock/advance"), SPAN("{\"by\": \"5s\"}"));
    return desk;
}

/* The text with the job's id in the place of JOB_ID. */
static struct buf filled(const char *text, struct span id)
{
    struct buf out = buf_init(4096);
    const char *at = strstr(text, JOB_ID);

    if (at) {
        buf_add(&out, text, (size_t)(at - text));
        buf_span(&out, id);
        text = at + sizeof JOB_ID - 1;
    }
    buf_text(&out, text);
    return out;
}

/* ---- one request -------------------------------------------------------------------------------------------------------- */

struct outcome {
    struct failing memory;
    int status; /* 0: no reply */
    bool says_so;
    long living; /* blocks that were not freed; less than 0 if they came from a library */
    struct buf body;
};

static bool says_no_memory(const struct reply *reply)
{
    return reply->status == 503 || (reply->status >= 500 && memmem(reply->body.p, reply->body.n, "memory", 6));
}

/* Asks on a desk of its own, while the `fail_at`th allocation fails. */
static struct outcome ask(const struct row *row, enum failing_mode mode, long fail_at)
{
    long living = failing_living();
    CLEANUP(buf_release) struct buf id = buf_init(64);
    struct outcome got = { .body = buf_init(REPLY_BODY_MAX) };
    struct desk *desk = busy_desk(&id);
    struct buf target = filled(row->target, buf_view(&id)), body = filled(row->body, buf_view(&id));

    failing_begin(mode, fail_at);
    const struct reply *reply = desk_ask(desk, span_text(row->method), buf_view(&target), buf_view(&body));
    got.memory = failing_end();
    got.status = reply->body.failed ? 0 : reply->status;
    got.says_so = got.status && says_no_memory(reply);
    buf_span(&got.body, buf_view(&reply->body));
    desk_close(desk);
    buf_release(&target);
    buf_release(&body);
    buf_release(&id);
    got.living = failing_living() - living - (got.body.p != NULL);
    return got;
}

/* Check takes no longer messages. */
static struct span shown(const struct buf *body)
{
    return span_of(body->p, body->n < SHOWN_MAX ? body->n : SHOWN_MAX);
}

static void assert_good_or_none(const struct row *row, const struct outcome *good, const struct outcome *got, long n)
{
    bool same = got->status == good->status && span_eq(buf_view(&got->body), buf_view(&good->body));

    ck_assert_msg(got->living == good->living, "%s %s, allocation %ld: %ld blocks leaked", row->target, row->body, n,
                  got->living - good->living);
    ck_assert_msg(same || got->status == 0 || got->says_so, "%s %s, allocation %ld of %ld: %d %.*s\ninstead of %d %.*s", row->target,
                  row->body, n, good->memory.calls, got->status, SPAN_ARG(shown(&got->body)), good->status,
                  SPAN_ARG(shown(&good->body)));
}

static void fail_each(const struct row *row, enum failing_mode mode)
{
    struct outcome good = ask(row, mode, 0);
    bool failed = true;

    ck_assert_int_ne(good.status, 0);
    for (long n = 1; failed; n++) {
        struct outcome got = ask(row, mode, n);
        ck_assert_int_lt(n, CALLS_MAX);
        assert_good_or_none(row, &good, &got, n);
        failed = got.memory.failed > 0;
        buf_release(&got.body);
    }
    buf_release(&good.body);
}

START_TEST(a_reply_without_one_allocation_is_the_good_one_or_none)
{
    fail_each(&rows[_i], FAILS_ONCE);
}
END_TEST

START_TEST(a_reply_without_memory_is_the_good_one_or_none)
{
    fail_each(&rows[_i], FAILS_FROM_THEN_ON);
}
END_TEST

int main(void)
{
    failing_init();
    const struct suite_row tests[] = {
        TEST_EACH(a_reply_without_one_allocation_is_the_good_one_or_none, rows),
        TEST_EACH(a_reply_without_memory_is_the_good_one_or_none, rows),
    };
    return suite_run("failing replies", tests, ROWS(tests));
}
