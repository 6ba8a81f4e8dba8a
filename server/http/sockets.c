#include "http/sockets.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* What to do with each accepted socket (`fd`: a duplicate; `original`: as the process has it). False ends
 * the walk. */
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

/* The first look keeps other people's descriptors out of our hands; the second is at what cannot change. */
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

static bool keep_if_wanted(void *context, int fd, int original)
{
    struct wanted *wanted = context;

    (void)original;
    if (!peer_is(fd, &wanted->peer))
        return true;
    wanted->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return false;
}

int sockets_find(int port, const char *ip, int peer_port)
{
    struct wanted wanted = { .peer = { .sin_port = htons((uint16_t)peer_port) }, .fd = -1 };

    if (inet_pton(AF_INET, ip, &wanted.peer.sin_addr) == 1)
        visit_sockets(port, false, keep_if_wanted, &wanted);
    return wanted.fd;
}

bool sockets_peer_gone(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLRDHUP };

    return poll(&p, 1, 0) > 0;
}

long long sockets_bytes_read(int fd, int *unread)
{
    struct tcp_info info = { 0 };
    socklen_t n = sizeof(info);

    *unread = 0;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0 ||
        n < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof(info.tcpi_bytes_received) ||
        ioctl(fd, FIONREAD, unread) != 0)
        return -1;
    return (long long)info.tcpi_bytes_received - *unread;
}

void sockets_say_goodbye(int fd, int wait_ms)
{
    struct pollfd p = { .fd = fd, .events = POLLRDHUP };

    if (shutdown(fd, SHUT_WR) == 0)
        poll(&p, 1, wait_ms);
}

/* A socket that is connected to nothing: the kernel tells the other end by a reset. */
void sockets_reset(int fd)
{
    struct sockaddr nothing = { .sa_family = AF_UNSPEC };

    if (fd >= 0)
        (void)connect(fd, &nothing, sizeof(nothing));
}

static bool shut_other(void *context, int fd, int original)
{
    const struct wanted *spared = context;

    (void)original;
    if (!peer_is(fd, &spared->peer))
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

static bool shut(void *context, int fd, int original)
{
    const int *how = context;

    (void)original;
    shutdown(fd, *how);
    return true;
}

void sockets_shut_accepted(int port, int how)
{
    visit_sockets(port, false, shut, &how);
}

static bool connect_to(void *context, int listener, int original)
{
    struct sockaddr_in to;
    socklen_t n = sizeof(to);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    (void)context;
    (void)original;
    if (fd < 0)
        return false;
    if (getsockname(listener, (struct sockaddr *)&to, &n) == 0) {
        if (to.sin_addr.s_addr == htonl(INADDR_ANY))
            to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        (void)connect(fd, (struct sockaddr *)&to, sizeof(to));
    }
    close(fd);
    return false;
}

void sockets_wake_listener(int port)
{
    visit_sockets(port, true, connect_to, NULL);
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
