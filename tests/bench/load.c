#include "base/os_clock.h"
#include "bench/load.h"


#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 64 * 1024 };

struct connection {
    int fd;
    size_t sent, got;
    char answer[ANSWER_MAX];
};

static int connect_to(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address))
        exit(1);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

/* Bytes of a whole answer, 0 when more must come. Content-Length or chunks that end in `0 CR LF CR LF`. */
static size_t whole(const struct connection *c)
{
    const char *end = memmem(c->answer, c->got, "\r\n\r\n", 4);

    if (!end)
        return 0;
    size_t head = (size_t)(end + 4 - c->answer);
    for (const char *line = c->answer; line < end; line++)
        if (strncasecmp(line, "\nContent-Length: ", 17) == 0) {
            size_t n = head + (size_t)strtoul(line + 17, NULL, 10);
            return c->got >= n ? n : 0;
        }
    const char *last = memmem(end, c->got - (size_t)(end - c->answer), "\r\n0\r\n\r\n", 7);
    return last ? (size_t)(last + 7 - c->answer) : 0;
}

static void send_request(struct connection *c, struct span request)
{
    c->got = 0;
    for (c->sent = 0; c->sent < request.n;) {
        ssize_t n = send(c->fd, request.p + c->sent, request.n - c->sent, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        c->sent += (size_t)n;
    }
}

static void on_readable(struct connection *c, struct span request, struct span begins, struct load_result *result)
{
    ssize_t n = recv(c->fd, c->answer + c->got, sizeof c->answer - c->got, 0);

    if (n <= 0) {
        result->failures++;
        return;
    }
    c->got += (size_t)n;
    if (!whole(c))
        return;
    result->answers++;
    result->failures += !span_starts(span_of(c->answer, c->got), begins);
    send_request(c, request);
}

struct load_result load_run(int port, struct span request, struct span begins, double seconds)
{
    struct connection *all = calloc(LOAD_CONNECTIONS, sizeof *all);
    struct pollfd polled[LOAD_CONNECTIONS];
    struct load_result result = { 0 };

    if (!all)
        exit(1);
    for (int i = 0; i < LOAD_CONNECTIONS; i++) {
        all[i].fd = connect_to(port);
        polled[i] = (struct pollfd){ .fd = all[i].fd, .events = POLLIN };
        send_request(&all[i], request);
    }
    ns_t start = os_clock_monotonic(), end = start + (ns_t)(seconds * (double)NS_PER_SECOND);
    while (os_clock_monotonic() < end && result.failures == 0) {
        poll(polled, LOAD_CONNECTIONS, 100);
        for (int i = 0; i < LOAD_CONNECTIONS; i++)
            if (polled[i].revents)
                on_readable(&all[i], request, begins, &result);
    }
    result.seconds = (double)(os_clock_monotonic() - start) / (double)NS_PER_SECOND;
    for (int i = 0; i < LOAD_CONNECTIONS; i++)
        close(all[i].fd);
    free(all);
    return result;
}
