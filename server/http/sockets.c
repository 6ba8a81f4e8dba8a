#include "http/sockets.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Called for each socket; `fd` is a duplicate of `original`. False ends the walk. */
typedef bool visit_fn(void *context, int fd, int original);

static bool local_port_is(int fd, int port, bool listening)
{
    struct sockaddr_in local;
    socklen_t n = sizeof(local);
    int accepts = 0;
    socklen_t n_accepts = sizeof(accepts);

    return getsockname(fd, (struct sockaddr *)&local, &n) == 0 && local.sin_family == AF_INET &&
           ntohs(local.sin_port) == port &&
           getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &n_accepts) == 0 && (accepts != 0) == listening;
}

/* The first test avoids duplicating other descriptors; the second tests the duplicate, which cannot change. */
static bool visit_one(int original, int port, bool listening, visit_fn *visit, void *context)
{
    if (!local_port_is(original, port, listening))
        return true;
    int fd = fcntl(original, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return true;
    bool on = !local_port_is(fd, port, listening) || visit(context, fd, original);
    close(fd);
    return on;
}

static void visit_sockets(int port, bool listening, visit_fn *visit, void *context)
{
    DIR *dir = opendir("/proc/self/fd");
    const struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        int original = (int)strtol(entry->d_name, NULL, 10); /* "." and ".." are 0: no harm */
        if (original != dirfd(dir) && !visit_one(original, port, listening, visit, context))
            break;
    }
    if (dir)
        closedir(dir);
}

struct wanted {
    struct sockaddr_in peer;
    int fd;
};

static bool peer_is(int fd, const struct sockaddr_in *wanted)
{
    struct sockaddr_in peer;
    socklen_t n = sizeof(peer);

    return getpeername(fd, (struct sockaddr *)&peer, &n) == 0 && peer.sin_port == wanted->sin_port &&
           peer.sin_addr.s_addr == wanted->sin_addr.s_addr;
}

void sockets_say_goodbye(int fd, int wait_ms)
{
    struct pollfd p = { .fd = fd, .events = POLLRDHUP };

    if (shutdown(fd, SHUT_WR) == 0)
        poll(&p, 1, wait_ms);
}

/* Dissolving the association makes the kernel send a reset. */
void sockets_reset(int fd)
{
    struct sockaddr nothing = { .sa_family = AF_UNSPEC };

    if (fd >= 0)
        (void)connect(fd, &nothing, sizeof(nothing));
}

enum { SPARED = 1 /* the SO_PRIORITY of a connection that is spared; usually 0 */ };

void sockets_spare(int fd, bool spare)
{
    int priority = spare ? SPARED : 0;

    setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &priority, sizeof priority);
}

static bool is_spared(int fd)
{
    int priority = 0;
    socklen_t n = sizeof priority;

    return getsockopt(fd, SOL_SOCKET, SO_PRIORITY, &priority, &n) == 0 && priority == SPARED;
}

static bool shut_other(void *context, int fd, int original)
{
    const struct wanted *spared = context;

    (void)original;
    if (!peer_is(fd, &spared->peer) && !is_spared(fd))
        shutdown(fd, SHUT_RDWR);
    return true;
}

void sockets_shut_others(int port, const char *ip, int peer_port)
{
    struct wanted spared = { .peer = { .sin_port = htons((uint16_t)peer_port) }, .fd = -1 };

    if (ip)
        (void)inet_pton(AF_INET, ip, &spared.peer.sin_addr);
    visit_sockets(port, false, shut_other, &spared);
}

static bool count_one(void *context, int fd, int original)
{
    int *n = context;

    (void)fd;
    (void)original;
    (*n)++;
    return true;
}

int sockets_count(int port)
{
    int n = 0;

    visit_sockets(port, false, count_one, &n);
    return n;
}

static bool close_original(void *context, int fd, int original)
{
    (void)context;
    (void)fd;
    close(original);
    return true;
}

void sockets_close_accepted(int port)
{
    visit_sockets(port, false, close_original, NULL);
}
