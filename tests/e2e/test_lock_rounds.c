/* How often an exchange takes the lock of its world, and that the journal is complete for a client that has read the
 * reply. */
#include "http/server.h"
#include "support/http_client.h"
#include "support/servers.h"
#include "support/suite.h"
#include "support/worlds.h"

#include <stdio.h>

#define LIST "POST /requester/list HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"

static struct server *server;

static void start(void)
{
    struct program_settings settings = { .clock = CLOCK_KIND_REAL, .clock_scale = 1, .has_seed = true, .seed = 1,
                                         .signatures = SIGNATURES_OFF };

    server = server_of_text("{\"version\": 1}", &settings, (struct server_options){ .world = { .journal = 100 } });
}

static void stop(void)
{
    server_stop(server);
}

/* Not counting this one. */
static uint64_t rounds(void)
{
    struct world *world = server_world(server);

    lock_take(&world->lock);
    uint64_t n = world->lock.rounds--;
    lock_give(&world->lock);
    return n - 1;
}

static void ask(struct http_client *client, const char *request)
{
    ck_assert(http_send_text(client, request));
    struct http_reply reply = http_read(client, "POST");
    ck_assert_int_eq(reply.end, HTTP_READ_REPLY);
    http_reply_release(&reply);
}

static const char *const requests[] = {
    LIST,
    "POST /requester/states HTTP/1.1\r\nHost: h\r\nContent-Length: 33\r\n\r\n{\"client_id\":\"c\",\"job_id\":\"none\"}",
    "GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET /__mock/health HTTP/1.1\r\nHost: h\r\n\r\n",
};

START_TEST(an_exchange_takes_the_lock_once)
{
    enum { TIMES = 20 };
    struct http_client client;

    ck_assert(http_connect(&client, server_port(server)));
    uint64_t before = rounds();
    for (int i = 0; i < TIMES; i++)
        ask(&client, requests[_i]);

    ck_assert_msg(rounds() - before == TIMES, "%s: %llu", requests[_i], (unsigned long long)(rounds() - before));
    http_close(&client);
}
END_TEST

static void note_entry(struct journal_entry *entry)
{
    struct world *world = server_world(server);

    lock_take(&world->lock);
    *entry = *journal_get(world->journal, journal_last(world->journal));
    lock_give(&world->lock);
}

START_TEST(a_client_that_has_read_the_reply_finds_its_entry_complete)
{
    struct journal_entry entry;
    struct http_reply reply = http_exchange_text(server_port(server), LIST, "POST");

    note_entry(&entry);

    ck_assert_str_eq(entry.how, "complete");
    ck_assert_uint_eq((size_t)entry.bytes, reply.raw.n);
    ck_assert_msg(span_eq(entry.reply.body, buf_view(&reply.body)), "%.*s", SPAN_ARG(entry.reply.body));
    ck_assert_msg(memmem(reply.raw.p, reply.raw.n, entry.reply.head.p, entry.reply.head.n), "%.*s", SPAN_ARG(entry.reply.head));
    ck_assert(span_eq(entry.request.body, SPAN("{}")));
    http_reply_release(&reply);
}
END_TEST

TEST_MAIN("lock rounds",
    TEST_GROUP("a plain world", .setup = start, .teardown = stop),
    TEST_EACH(an_exchange_takes_the_lock_once, requests),
    TEST(a_client_that_has_read_the_reply_finds_its_entry_complete))
