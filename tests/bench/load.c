#include "bench/load.h"

#include "base/os_clock.h"
#include "support/http_client.h"
#include "support/program.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_MAX = 64 * 1024, REQUEST_MAX = 1 << 20, ID_LENGTH = 36 };

static const char begins[] = "HTTP/1.1 200";

struct load load_of_arguments(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--tiny") == 0)
        return (struct load){ .tiny = true, .rounds = 1, .seconds = 0.02 };
    return (struct load){ .rounds = LOAD_ROUNDS_MAX, .seconds = 1.5 };
}

_Noreturn void load_fail(const char *message)
{
    fprintf(stderr, "bench: %s\n", message);
    exit(1);
}

int load_serve(struct program *program, const char *const *words)
{
    const char *all[PROGRAM_WORDS_MAX] = { "serve", "--port", "0", "--log", "off", "--rate-limit", "off" };
    size_t n = 7;

    for (; words && *words && n < PROGRAM_WORDS_MAX - 1; words++)
        all[n++] = *words;
    struct program_start start = { .path = BINARY_DIR "/mock-requester", .words = all };
    int port = program_start(&start, program) ? program_await_ready(program) : -1;
    if (port < 0)
        load_fail("the program does not start");
    return port;
}

int load_serve_logging(struct program *program, const char *log)
{
    char script[512];
    const char *const words[] = { "-c", script, "sh", BINARY_DIR "/mock-requester", "serve", "--port", "0", "--log", "text",
                                  "--rate-limit", "off", "--ready-fd", "3", NULL };

    snprintf(script, sizeof script, "exec 3>&2 2>'%s'; exec \"$@\"", log);
    struct program_start start = { .path = "/bin/sh", .words = words };
    if (!program_start(&start, program) || !program_await_told(program, "\n"))
        load_fail("the program does not start");
    return (int)strtol(program_told(program), NULL, 10);
}

/* ---- one request ------------------------------------------------------------------------------------------- */

struct buf load_post(const char *path, struct span body)
{
    struct buf request = buf_init(REQUEST_MAX);

    buf_printf(&request, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n", path, body.n);
    buf_span(&request, body);
    return request;
}

struct buf load_ask(int port, struct span request)
{
    struct http_reply reply = http_exchange(port, request.p, request.n, "POST");
    struct buf raw = buf_init(HTTP_CLIENT_REPLY_MAX);

    buf_span(&raw, buf_view(&reply.raw));
    if (reply.status != 200)
        load_fail(raw.p ? raw.p : "no reply");
    http_reply_release(&reply);
    return raw;
}

struct span load_job_id(struct span reply)
{
    const char *id = reply.n ? memmem(reply.p, reply.n, "\"ID\":\"", 6) : NULL;

    if (!id)
        load_fail("the reply to submit has no job id");
    return span_of(id + 6, ID_LENGTH);
}

/* ---- many requests --------------------------------------------------------------------------------------------- */

struct connection {
    int fd;
    size_t got;
    char answer[ANSWER_MAX];
};

static int connect_to(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address))
        load_fail("cannot connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

/* True if the whole reply is there: by its Content-Length, or by the last chunk. */
static bool is_whole(const struct connection *c)
{
    const char *end = memmem(c->answer, c->got, "\r\n\r\n", 4);

    if (!end)
        return false;
    size_t head = (size_t)(end + 4 - c->answer);
    for (const char *line = c->answer; line < end; line++)
        if (strncasecmp(line, "\nContent-Length: ", 17) == 0)
            return c->got >= head + (size_t)strtoul(line + 17, NULL, 10);
    return memmem(end, c->got - (size_t)(end - c->answer), "\r\n0\r\n\r\n", 7) != NULL;
}

static void send_request(struct connection *c, struct span request)
{
    c->got = 0;
    for (size_t sent = 0; sent < request.n;) {
        ssize_t n = send(c->fd, request.p + sent, request.n - sent, MSG_NOSIGNAL);
        if (n <= 0)
            load_fail("a connection broke");
        sent += (size_t)n;
    }
}

/* Reads more of a reply; sends the next request when it is whole. Returns the number of replies that it completed. */
static long on_readable(struct connection *c, struct span request)
{
    ssize_t n = recv(c->fd, c->answer + c->got, sizeof c->answer - c->got, 0);

    if (n <= 0)
        load_fail("a connection broke");
    c->got += (size_t)n;
    if (!is_whole(c))
        return 0;
    if (memcmp(c->answer, begins, sizeof begins - 1) != 0)
        load_fail("a reply is not a 200");
    send_request(c, request);
    return 1;
}

static long drive(struct connection *all, int n, struct span request, ns_t end)
{
    struct pollfd polled[LOAD_CONNECTIONS_MAX];
    long answers = 0;

    for (int i = 0; i < n; i++)
        polled[i] = (struct pollfd){ .fd = all[i].fd, .events = POLLIN };
    while (os_clock_monotonic() < end) {
        poll(polled, (nfds_t)n, 100);
        for (int i = 0; i < n; i++)
            if (polled[i].revents)
                answers += on_readable(&all[i], request);
    }
    return answers;
}

static ns_t cpu_of(pid_t pid)
{
    clockid_t clock;
    struct timespec spent = { 0 };

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &spent) != 0)
        load_fail("the CPU time of the server cannot be read");
    return (ns_t)spent.tv_sec * NS_PER_SECOND + spent.tv_nsec;
}

struct load_figures load_measure(struct load_server server, struct span request, int connections, double seconds)
{
    struct connection *all = calloc((size_t)connections, sizeof *all);

    if (!all || connections > LOAD_CONNECTIONS_MAX)
        load_fail("too many connections");
    for (int i = 0; i < connections; i++) {
        all[i].fd = connect_to(server.port);
        send_request(&all[i], request);
    }
    ns_t start = os_clock_monotonic(), cpu = cpu_of(server.pid);
    long answers = drive(all, connections, request, start + (ns_t)(seconds * (double)NS_PER_SECOND));
    double took = (double)(os_clock_monotonic() - start) / (double)NS_PER_SECOND;
    cpu = cpu_of(server.pid) - cpu;
    for (int i = 0; i < connections; i++)
        close(all[i].fd);
    free(all);
    return (struct load_figures){ (double)answers / took, (double)cpu / 1000 / (double)(answers ? answers : 1) };
}

double load_rate(int port, struct span request, double seconds)
{
    return load_measure((struct load_server){ getpid(), port }, request, LOAD_CONNECTIONS, seconds).rate;
}

long load_resident(pid_t pid)
{
    char path[64], line[256];
    long kib = 0;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && kib == 0 && fgets(line, sizeof line, file))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (file)
        fclose(file);
    return kib;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double load_median(double *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, by_value);
    return values[n / 2];
}
