/* Slow clients: 2000 of a kind want every worker, and a good client does not wait until their time is up. With
 * CK_TIMEOUT_MULTIPLIER set, for builds that are so much slower, a part of them. How long the good client waits is
 * the benchmarks' to measure. */
#include "base/error.h"
#include "http/http.h"
#include "support/http_client.h"
#include "support/suite.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SLOW = 2000, PATIENCE_MS = 10 * 1000 /* of the server with a slow client */, LONG_REPLY = 768 * 1024 };

static struct http_server *server;
static int slow[SLOW];

/* How much slower this build is than usual. */
static int slowness(void)
{
    const char *times = getenv("CK_TIMEOUT_MULTIPLIER");

    return times ? (int)strtol(times, NULL, 10) : 1;
}

static void fill(void *context, const struct request *request, int fd, struct reply *reply)
{
    (void)context;
    (void)fd;
    if (span_is(request->target, "/long")) {
        char *to = buf_reserve(&reply->body, LONG_REPLY);
        if (to)
            memset(to, 'x', LONG_REPLY);
        reply->body.n += to ? LONG_REPLY : 0;
    } else {
        buf_text(&reply->body, "good");
    }
}

static void setup(void)
{
    struct http_options options = { .host = "127.0.0.1", .handle = fill };
    struct rlimit files;
    struct error error;

    ck_assert(getrlimit(RLIMIT_NOFILE, &files) == 0);
    files.rlim_cur = files.rlim_max;
    ck_assert(setrlimit(RLIMIT_NOFILE, &files) == 0);
    ck_assert_msg(http_start(&options, &server, &error) == ERR_OK, "%s", error.text);
}

static void teardown(void)
{
    http_stop(server);
    for (int i = 0; i < SLOW / slowness(); i++)
        close(slow[i]);
}

/* Connects without waiting, with a small window, so that a long reply is soon too much. */
static int connect_slowly(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(server)) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), window = 4096;

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
    ck_assert_msg(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0, "connection refused");
    return fd;
}

static const struct {
    const char *name, *says;
} kinds[] = {
    { "heads that do not end", "GET /a HT" },
    { "clients that say nothing", "" },
    { "bodies that do not end", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nab" },
    { "chunks that do not end", "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab" },
    { "readers that do not read", "GET /long HTTP/1.1\r\nHost: a\r\n\r\n" },
    { "idle connections", "GET /a HTTP/1.1\r\nHost: a\r\n\r\n" },
};

START_TEST(good_client_does_not_wait_for_slow_ones)
{
    for (int i = 0; i < SLOW / slowness(); i++) {
        slow[i] = connect_slowly();
        ck_assert(send(slow[i], kinds[_i].says, strlen(kinds[_i].says), MSG_NOSIGNAL) >= 0 || i > 0);
    }

    for (int i = 0; i < 5; i++) {
        long long began = monotonic_ms();
        struct http_reply reply = http_exchange_text(http_port(server), "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "GET");
        long long took = monotonic_ms() - began;

        ck_assert_msg(reply.status == 200 && span_is(buf_view(&reply.body), "good"), "%s: %s", kinds[_i].name,
                      http_read_end_name(reply.end));
        ck_assert_msg(took < PATIENCE_MS, "%s: answered after %lld ms", kinds[_i].name, took);
        http_reply_release(&reply);
    }
}
END_TEST

TEST_MAIN("slow",
    TEST_GROUP("2000 at once", .setup = setup, .teardown = teardown),
    TEST_EACH(good_client_does_not_wait_for_slow_ones, kinds))
