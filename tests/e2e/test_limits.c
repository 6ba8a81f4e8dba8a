/* What a server answers when its memory for bodies in flight, or for jobs, is used up. */
#include "base/error.h"
#include "http/server.h"
#include "http/worker.h"
#include "support/http_client.h"
#include "support/servers.h"
#include "support/suite.h"
#include "support/worlds.h"

#include <poll.h>
#include <stdio.h>

enum {
    LENGTH = 10 * 1024 * 1024,                /* of each body */
    FIRST = 8 * 1024 * 1024 + 1,              /* bytes of it that are sent at first: the server then makes room for all of it */
    CLIENTS = BODIES_MAX / LENGTH + 1,        /* one more than there is room for */
    MEMORY = 1 << 20, /* for jobs */
};

static struct server *server;
static struct http_client clients[CLIENTS];
static char said[100];

static void setup(void)
{
    struct program_settings settings = { .clock = CLOCK_KIND_REAL, .clock_scale = 1, .has_seed = true, .seed = 1,
                                         .signatures = SIGNATURES_OFF };

    server = server_of_text("{\"version\":1,\"nodes\":[{\"bid\":\"never\"}]}", &settings, (struct server_options){ .world = { .journal = 100 }, .max_memory = MEMORY });
}

static void teardown(void)
{
    for (int i = 0; i < CLIENTS; i++)
        http_close(&clients[i]);
    server_stop(server);
}

/* ---- bodies in flight --------------------------------------------------------------------------------------- */

/* A request whose body is an object with one long text. */
static struct buf long_request(void)
{
    struct buf request = buf_init(2 * LENGTH);
    const char begin[] = "{\"unknown\":\"", end[] = "\"}";
    size_t n = LENGTH - strlen(begin) - strlen(end);

    buf_printf(&request, "POST /requester/list HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", LENGTH, begin);
    char *to = buf_reserve(&request, n);
    ck_assert_ptr_nonnull(to);
    memset(to, 'x', n);
    request.n += n;
    buf_text(&request, end);
    return request;
}

/* All clients send the same part of their bodies: room for the rest of it lacks for one of them. */
static void begin_all(const struct buf *request, size_t *rest)
{
    *rest = LENGTH - FIRST;
    for (int i = 0; i < CLIENTS; i++) {
        ck_assert(http_connect(&clients[i], server_port(server)));
        ck_assert(http_send(&clients[i], request->p, request->n - *rest));
    }
}

/* Returns the first client that is answered. */
static int await_answer(void)
{
    struct pollfd polled[CLIENTS];

    for (int i = 0; i < CLIENTS; i++)
        polled[i] = (struct pollfd){ .fd = clients[i].fd, .events = POLLIN };
    ck_assert_int_gt(poll(polled, CLIENTS, 3 * BODIES_WAIT_MS), 0);
    for (int i = 0; i < CLIENTS; i++)
        if (polled[i].revents)
            return i;
    return -1;
}

/* Sends the rest of the body; returns the status. */
static int finish(struct http_client *client, const struct buf *request, size_t rest)
{
    ck_assert(http_send(client, request->p + request->n - rest, rest));
    struct http_reply reply = http_read(client, "POST");
    int status = reply.status;
    http_reply_release(&reply);
    return status;
}

START_TEST(a_body_that_gets_no_turn_is_refused_and_the_others_go_on)
{
    CLEANUP(buf_release) struct buf request = long_request();
    size_t rest;
    begin_all(&request, &rest);

    int refused = await_answer();

    struct http_reply reply = http_read(&clients[refused], "POST");
    ck_assert(span_is(buf_view(&reply.raw), "HTTP/1.1 503 Service Unavailable\r\n"
                                            "Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
                                            "too many bodies"));
    http_reply_release(&reply);
    ck_assert_int_eq(finish(&clients[refused ? 0 : 1], &request, rest), 200);
}
END_TEST

START_TEST(a_body_gets_its_turn_when_another_client_leaves)
{
    CLEANUP(buf_release) struct buf request = long_request();
    size_t rest;
    begin_all(&request, &rest);

    http_close(&clients[0]);

    for (int i = 1; i < CLIENTS; i++)
        ck_assert_int_eq(finish(&clients[i], &request, rest), 200);
}
END_TEST

/* ---- jobs ------------------------------------------------------------------------------------------------------ */

/* Submits a job of about so many bytes; returns the status. The body of the reply is in `said`. */
static int submit(size_t padding)
{
    CLEANUP(buf_release) struct buf body = buf_init(2 * MEMORY), request = buf_init(2 * MEMORY);

    buf_text(&body, "{\"job_create_payload\":{\"ClientID\":\"c\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","
                    "\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Deal\":{\"Concurrency\":1},\"Docker\":{\"Image\":\"");
    char *to = buf_reserve(&body, padding);
    ck_assert_ptr_nonnull(to);
    memset(to, 'x', padding);
    body.n += padding;
    buf_text(&body, "\"}}},\"signature\":\"\",\"client_public_key\":\"\"}");
    buf_printf(&request, "POST /requester/submit HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n", body.n);
    buf_span(&request, buf_view(&body));
    struct http_reply reply = http_exchange(server_port(server), request.p, request.n, "POST");
    snprintf(said, sizeof said, "%.*s", SPAN_ARG(buf_view(&reply.body)));
    int status = reply.status;
    http_reply_release(&reply);
    return status;
}

static void reset_jobs(void)
{
    struct http_reply reply = http_exchange_text(server_port(server),
                                                 "POST /__mock/reset HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\n"
                                                 "{\"what\":[\"jobs\"]}", "POST");

    ck_assert_int_eq(reply.status, 200);
    http_reply_release(&reply);
}

START_TEST(a_job_that_does_not_fit_beside_those_that_run_is_refused)
{
    ck_assert_int_eq(submit(MEMORY / 2), 200);

    ck_assert_int_eq(submit(MEMORY / 2 + MEMORY / 4), 503);
    ck_assert_str_eq(said, "job store is full\n");
    ck_assert_int_eq(submit(10), 200);
}
END_TEST

START_TEST(a_job_that_was_refused_fits_after_a_reset)
{
    ck_assert_int_eq(submit(MEMORY / 2), 200);
    reset_jobs();

    ck_assert_int_eq(submit(MEMORY / 2 + MEMORY / 4), 200);
}
END_TEST

TEST_MAIN("limits",
          TEST_GROUP("limits", .setup = setup, .teardown = teardown),
          TEST(a_body_that_gets_no_turn_is_refused_and_the_others_go_on),
          TEST(a_body_gets_its_turn_when_another_client_leaves),
          TEST(a_job_that_does_not_fit_beside_those_that_run_is_refused),
          TEST(a_job_that_was_refused_fits_after_a_reset))
