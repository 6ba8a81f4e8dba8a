/* The server stops at once, five times under each of eleven kinds of load: before any of its time-outs, and within
 * STOP_MS where that variable is set. `./run tests soak` sets it to 100; other runs may share the machine. */
#include "base/error.h"
#include "http/server.h"
#include "support/http_client.h"
#include "support/servers.h"
#include "support/suite.h"
#include "support/worlds.h"

#include <stdlib.h>

enum { PROMPT_MS = 5000 /* half of the shortest time-out */, TIMES = 5, CLIENTS = 60 };

static struct server *server;
static struct http_client clients[CLIENTS];

static const char scenario[] =
    "{\"version\": 1, \"nodes\": [{\"name\": \"n0\"}], \"faults\": ["
    "{\"on\": \"livez\", \"break\": \"HANG\"},"
    "{\"on\": \"readyz\", \"delay\": {\"gate\": \"closed\"}},"
    "{\"on\": \"healthz\", \"delay\": \"1h\"},"
    "{\"on\": \"version\", \"trickle\": {\"bytes\": 1, \"every\": \"1h\"}}]}";

static void setup(void)
{
    struct program_settings settings = { .clock = CLOCK_KIND_REAL, .clock_scale = 1, .has_seed = true, .seed = 1 };

    server = server_of_text(scenario, &settings, (struct server_options){ .world = { .journal = 100 } });
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST(path) "POST " path " HTTP/1.1\r\nHost: a\r\n"

static const struct {
    const char *name, *request;
} kinds[] = {
    { "silent clients", "" },
    { "heads that do not end", "GET / HT" },
    { "bodies that do not end", POST("/requester/list") "Content-Length: 100\r\n\r\n{" },
    { "chunks that do not end", POST("/requester/list") "Transfer-Encoding: chunked\r\n\r\n5\r\n{" },
    { "idle connections", GET("/requester/list") },
    { "readers that do not read", GET("/swagger/doc.json") GET("/swagger/doc.json") GET("/swagger/doc.json")
                                  GET("/swagger/doc.json") GET("/swagger/doc.json") GET("/swagger/doc.json") },
    { "replies that hang", GET("/livez") },
    { "replies held at a gate", GET("/readyz") },
    { "replies held for an hour", GET("/healthz") },
    { "replies that trickle", POST("/requester/version") "Content-Length: 2\r\n\r\n{}" },
    { "event streams", "GET /requester/websocket/events HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                       "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" },
};

START_TEST(server_stops_at_once)
{
    const char *limit = getenv("STOP_MS"), *request = kinds[_i / TIMES].request;

    for (int i = 0; i < CLIENTS; i++) {
        ck_assert(http_connect(&clients[i], server_port(server)));
        ck_assert(!*request || http_send_text(&clients[i], request));
    }

    long long began = monotonic_ms();
    server_stop(server);
    long long took = monotonic_ms() - began;

    ck_assert_msg(took < (limit ? strtol(limit, NULL, 10) : PROMPT_MS), "%s: %lld ms", kinds[_i / TIMES].name, took);
    for (int i = 0; i < CLIENTS; i++)
        http_close(&clients[i]);
}
END_TEST

static void teardown(void)
{
}

TEST_MAIN("stops",
    TEST_GROUP("under load", .setup = setup, .teardown = teardown),
    TEST_TIMES(server_stops_at_once, ROWS(kinds) * TIMES))
