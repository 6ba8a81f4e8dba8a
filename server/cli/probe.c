#include "cli/probe.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { STATUS_LINE_MAX = 128 };

static volatile sig_atomic_t exit_code_when_late;

static void give_up(int signal)
{
    static const char line[] = "mock-requester: no answer within 2 seconds\n";
    _Static_assert(PROBE_SECONDS == 2, "the line above says how long");

    (void)signal;
    (void)!write(STDERR_FILENO, line, sizeof line - 1);
    _exit(exit_code_when_late);
}

/* Limits the time of the whole probe: finding the address, connecting, reading a slow answer. */
static void set_alarm(int late)
{
    struct sigaction action = { .sa_handler = give_up };
    sigset_t only_alarm;

    exit_code_when_late = late;
    sigaction(SIGALRM, &action, NULL);
    sigemptyset(&only_alarm);
    sigaddset(&only_alarm, SIGALRM);
    sigprocmask(SIG_UNBLOCK, &only_alarm, NULL);
    alarm(PROBE_SECONDS);
}

static enum err address_of(const char *host, int port, struct addrinfo **found, struct error *error)
{
    const struct addrinfo wanted = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
    char service[16];

    snprintf(service, sizeof service, "%d", port);
    int code = getaddrinfo(host, service, &wanted, found);
    return code ? error_set(error, ERR_IO, "%s: %s", host, gai_strerror(code)) : ERR_OK;
}

/* A connected socket, or -1 and errno. */
static int connect_to(const struct addrinfo *address)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, address->ai_addr, address->ai_addrlen) != 0) {
        int why = errno;
        close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

static bool ask(int fd, const char *path)
{
    char request[128];
    int n = snprintf(request, sizeof request, "GET %s HTTP/1.0\r\nHost: probe\r\n\r\n", path);

    return send(fd, request, (size_t)n, MSG_NOSIGNAL) == n;
}

/* Reads the answer's first line, or the part that came; false and errno if reading fails. */
static bool read_line(int fd, char line[STATUS_LINE_MAX])
{
    size_t n = 0;
    ssize_t got = 0;

    line[0] = '\0';
    while (n < STATUS_LINE_MAX - 1 && !strchr(line, '\n') && (got = recv(fd, line + n, STATUS_LINE_MAX - 1 - n, 0)) > 0)
        line[n += (size_t)got] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    return got >= 0;
}

static bool is_good(const char *line)
{
    return strncmp(line, "HTTP/1.", 7) == 0 && strncmp(line + 8, " 200 ", 5) == 0;
}

static enum err exchange(int fd, const char *host, int port, struct error *error)
{
    char line[STATUS_LINE_MAX];

    if (!ask(fd, "/livez") || !read_line(fd, line))
        return error_set(error, ERR_IO, "%s:%d: %s", host, port, strerror(errno));
    return is_good(line) ? ERR_OK : error_set(error, ERR_IO, "%s:%d: answered \"%s\" to /livez", host, port, line);
}

enum err probe(const char *host, int port, int late, struct error *error)
{
    struct addrinfo *address;

    set_alarm(late);
    enum err err = address_of(host, port, &address, error);
    if (err != ERR_OK)
        return err;
    int fd = connect_to(address);
    int why = errno;
    freeaddrinfo(address);
    if (fd < 0)
        return error_set(error, ERR_IO, "%s:%d: %s", host, port, strerror(why));
    err = exchange(fd, host, port, error);
    close(fd);
    return err;
}

/* ---- who has the port ------------------------------------------------------------------------------------- */

/* Reads an answer, as much as fits; empty if there is none in time. */
static void read_answer(const char *host, int port, const char *path, char *text, size_t room)
{
    const struct timeval patience = { .tv_usec = PORT_USER_MS * 1000 };
    struct addrinfo *address = NULL;
    size_t n = 0;
    ssize_t got = 1;

    int fd = address_of(host, port, &address, NULL) == ERR_OK ? connect_to(address) : -1;
    if (address)
        freeaddrinfo(address);
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        got = ask(fd, path) ? 1 : 0;
        while (n < room - 1 && got > 0 && (got = recv(fd, text + n, room - 1 - n, 0)) > 0)
            n += (size_t)got;
        close(fd);
    }
    text[n] = '\0';
}

const char *probe_port_user(const char *host, int port)
{
    enum { SCENARIO_SHOWN = 100 };
    static const char mark[] = "\"scenario\":\"";
    static char name[160];
    char answer[2048];

    read_answer(host, port, "/__mock/health", answer, sizeof answer);
    const char *scenario = strstr(answer, mark);
    if (scenario && strstr(answer, "\"dialect\":")) {
        scenario += sizeof mark - 1;
        size_t n = strcspn(scenario, "\"");
        snprintf(name, sizeof name, "another mock-requester (scenario %.*s)", n < SCENARIO_SHOWN ? (int)n : SCENARIO_SHOWN, scenario);
        return name;
    }
    read_answer(host, port, "/livez", answer, sizeof answer);
    return is_good(answer) ? "another requester" : "a program that is no requester";
}
