/* Sessions over sockets: what ends with a session, and which clock its replies show. */
#include "http/server.h"
#include "support/http_client.h"
#include "support/servers.h"
#include "support/suite.h"
#include "support/websocket_client.h"
#include "support/worlds.h"

#include <stdio.h>
#include <stdlib.h>

enum { PATIENCE_MS = 10000, REQUEST_MAX = 2048 };

static const char session[] =
    "{\"client_id\":\"alice\",\"clock\":\"manual\",\"start_time\":\"2030-01-01T00:00:00Z\",\"scenario\":{\"version\":1,"
    "\"faults\":[{\"name\":\"hold\",\"on\":\"list\",\"delay\":{\"gate\":\"go\"}}]}}";

static struct server *server;

static void setup(void)
{
    const struct program_settings settings = { .clock = CLOCK_KIND_REAL, .has_seed = true, .seed = 1, .signatures = SIGNATURES_OFF };

    server = server_of_text("{\"version\": 1}", &settings, (struct server_options){ 0 });
}

static void teardown(void)
{
    server_stop(server);
    server = NULL;
}

static void send_request(struct http_client *client, int port, const char *method, const char *path, const char *header, const char *body)
{
    char request[REQUEST_MAX];

    client->fd = -1;
    ck_assert(http_connect(client, port));
    snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %zu\r\n\r\n%s", method, path, header,
             strlen(body), body);
    ck_assert(http_send_text(client, request));
}

static void assert_status(struct http_client *client, const char *method, int status)
{
    struct http_reply reply = http_read(client, method);

    ck_assert_msg(reply.status == status, "%d instead of %d: %.*s", reply.status, status, SPAN_ARG(buf_view(&reply.body)));
    http_reply_release(&reply);
    http_close(client);
}

static void ask(int port, const char *method, const char *path, const char *body, int status)
{
    struct http_client client = { 0 };

    send_request(&client, port, method, path, "", body);
    assert_status(&client, method, status);
}

/* ---- the end of a session ----------------------------------------------------------------------------------------- */

struct waits {
    struct world *world;
    bool (*seen)(const struct world *world);
};

static bool waits_in_world(void *context)
{
    const struct waits *waits = context;

    world_enter(waits->world);
    bool seen = waits->seen(waits->world);
    world_leave(waits->world);
    return seen;
}

static bool has_held(const struct world *world)
{
    return world->held.first;
}

static bool has_waiter(const struct world *world)
{
    return world->waiting.first;
}

static void until(bool (*seen)(const struct world *world))
{
    struct waits waits = { worlds_hold(server_worlds(server), SPAN("alice")), seen };

    ck_assert_ptr_nonnull(waits.world);
    ck_assert(await(waits_in_world, &waits, PATIENCE_MS));
    world_drop(waits.world);
}

START_TEST(a_held_reply_is_sent_when_its_session_ends)
{
    struct http_client held = { 0 };

    ask(server_port(server), "POST", "/__mock/sessions", session, 201);
    send_request(&held, server_port(server), "POST", "/requester/list", "", "{\"client_id\":\"alice\"}");
    until(has_held);

    ask(server_port(server), "DELETE", "/__mock/sessions/alice", "", 200);

    assert_status(&held, "POST", 200);
}
END_TEST

START_TEST(a_call_that_waits_in_a_session_is_answered_410_when_it_ends)
{
    struct http_client waiter = { 0 };

    ask(server_port(server), "POST", "/__mock/sessions", session, 201);
    send_request(&waiter, server_port(server), "POST", "/__mock/requests/await?session=alice", "", "{\"endpoint\":\"cancel\",\"within\":\"1m\"}");
    until(has_waiter);

    ask(server_port(server), "DELETE", "/__mock/sessions/alice", "", 200);

    assert_status(&waiter, "POST", 410);
}
END_TEST

START_TEST(a_websocket_of_a_session_is_closed_when_it_ends)
{
    static const char handshake[] = "GET /requester/websocket/events HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                    "X-Mock-Session: alice\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " WEBSOCKET_KEY "\r\n\r\n";
    struct websocket_client client = { .http = { .timeout_ms = PATIENCE_MS } };
    struct websocket_frame frame;

    ask(server_port(server), "POST", "/__mock/sessions", session, 201);
    struct http_reply reply = websocket_open(&client, server_port(server), handshake, sizeof handshake - 1);
    ck_assert_int_eq(reply.status, 101);
    http_reply_release(&reply);

    ask(server_port(server), "DELETE", "/__mock/sessions/alice", "", 200);

    ck_assert_int_eq(websocket_next(&client, &frame), WEBSOCKET_FRAME);
    ck_assert_int_ne(websocket_code(&frame), 0);
    websocket_leave(&client);
}
END_TEST

START_TEST(replies_of_a_session_show_its_clock)
{
    struct http_client client = { 0 };

    ask(server_port(server), "POST", "/__mock/sessions", session, 201);
    send_request(&client, server_port(server), "GET", "/livez", "X-Mock-Session: alice\r\n", "");
    struct http_reply reply = http_read(&client, "GET");

    ck_assert(span_is(http_reply_value(&reply, "Date"), "Tue, 01 Jan 2030 00:00:00 GMT"));
    http_reply_release(&reply);
    http_close(&client);
}
END_TEST

TEST_MAIN("session ends",
          TEST_GROUP("end", .setup = setup, .teardown = teardown),
          TEST(a_held_reply_is_sent_when_its_session_ends),
          TEST(a_call_that_waits_in_a_session_is_answered_410_when_it_ends),
          TEST(a_websocket_of_a_session_is_closed_when_it_ends),
          TEST(replies_of_a_session_show_its_clock))
