#include "http/tap.h"

#include "http/head.h"

#include <poll.h>
#include <sys/socket.h>
#include <time.h>

enum {
    POLLED_MAX = 2,
    RAW_MAX = 64 * 1024,
    RAW_KEPT = 4 * 1024, /* room that a worker keeps between connections */
};

static __thread struct tap *own;

void tap_set(struct tap *tap)
{
    own = tap;
}

void tap_open(struct tap *tap)
{
    if (tap->raw.room > RAW_KEPT || tap->raw.max == 0) {
        buf_release(&tap->raw);
        tap->raw = buf_init(RAW_MAX);
    }
    buf_clear(&tap->raw);
    tap->used = 0;
    tap->fd = -1;
    tap->mode = TAP_HEAD;
    tap->chunks = NULL;
}

void tap_next(struct tap *tap, bool keep)
{
    struct span rest = keep ? tap_rest(tap) : SPAN("");

    if (rest.n)
        memmove(tap->raw.p, rest.p, rest.n);
    tap->raw.n = rest.n;
    tap->used = 0;
    tap->mode = keep ? TAP_HEAD : TAP_OURS;
    tap->chunks = NULL;
}

int tap_read(struct tap *tap, char *to, size_t n, int timeout_ms)
{
    struct pollfd p = { .fd = tap->fd, .events = POLLIN };

    tap->mode = TAP_OURS;
    if (poll(&p, 1, timeout_ms) <= 0)
        return -1;
    return (int)recv(tap->fd, to, n, MSG_DONTWAIT);
}

ssize_t tap_receive(int fd, void *to, size_t n)
{
    return recv(fd, to, n, MSG_DONTWAIT);
}

/* ---- what the library gets ----------------------------------------------------------------------------------- */

static bool is_stopping(const struct tap *tap)
{
    return tap->stopping && atomic_load(tap->stopping);
}

/* True if recv shall report the end of the connection without asking the socket. */
static bool is_cut(const struct tap *tap)
{
    if (is_stopping(tap))
        return true;
    if (tap->mode == TAP_HEAD) /* the library waits for more of a head that is complete */
        return head_size(buf_view(&tap->raw)) > 0;
    return tap->mode == TAP_BODY && tap->chunks && chunks_is_over(tap->chunks);
}

static bool is_ready(const struct tap *tap)
{
    return is_cut(tap) || (tap->mode == TAP_OURS && tap_rest(tap).n > 0);
}

static void on_received(struct tap *tap, struct span bytes)
{
    if (tap->mode == TAP_HEAD) {
        buf_span(&tap->raw, bytes);
        if (tap->received)
            tap->received(tap->context);
    } else if (tap->mode == TAP_BODY && tap->chunks) {
        chunks_feed(tap->chunks, bytes);
    }
}

/* The library closes the connection after every request for an upgrade, answered or not, but to HTTP/2, which it does
 * not know: so its view of an Upgrade header's value is overwritten with `h2`. `to` has the last `n` bytes of `raw`. */
static void disguise_upgrade(const struct tap *tap, char *to, size_t n)
{
    static const struct span name = { "Upgrade:", 8 };
    size_t size = head_size(buf_view(&tap->raw)), at = tap->raw.n - n;
    const char *raw = tap->raw.p, *before = at ? memrchr(raw, '\n', at) : NULL;

    for (size_t line = before ? (size_t)(before + 1 - raw) : 0; at < (size ? size : tap->raw.n); at++, to++) {
        bool in_value = at - line >= name.n && span_eq_nocase(span_of(raw + line, name.n), name);
        if (in_value && raw[at] > ' ')
            *to = "h2"[(at - line) % 2];
        if (raw[at] == '\n')
            line = at + 1;
    }
}

static ssize_t take_rest(struct tap *tap, void *to, size_t n)
{
    struct span rest = tap_rest(tap);

    n = n < rest.n ? n : rest.n;
    memcpy(to, rest.p, n);
    tap->used += n;
    return (ssize_t)n;
}

/* ---- the system calls ---------------------------------------------------------------------------------------- */

static int plain_poll(struct pollfd *polled, nfds_t n, int timeout_ms)
{
    struct timespec timeout = { .tv_sec = timeout_ms / 1000, .tv_nsec = (long)(timeout_ms % 1000) * 1000000 };

    return ppoll(polled, n, timeout_ms < 0 ? NULL : &timeout, NULL);
}

static int say_readable(struct pollfd *polled, nfds_t n)
{
    for (nfds_t i = 1; i < n; i++)
        polled[i].revents = 0;
    polled[0].revents = (short)(POLLIN | (polled[0].events & POLLRDHUP));
    return 1;
}

/* Polls the stop_fd as well. Once the server stops the connection is readable, and recv reports its end; the thread
 * that accepts sees a time-out. */
static int poll_with_stop(const struct tap *tap, struct pollfd *polled, nfds_t n, int timeout_ms)
{
    struct pollfd all[POLLED_MAX + 1];

    memcpy(all, polled, n * sizeof *polled);
    all[n] = (struct pollfd){ .fd = tap->stop_fd, .events = POLLIN };
    int ready = plain_poll(all, n + 1, timeout_ms);
    if (ready > 0 && all[n].revents) {
        if (tap->accepts)
            return 0;
        if (polled[0].events & POLLOUT) /* else the library would try again at once, until it sees that it stops */
            shutdown(polled[0].fd, SHUT_RDWR);
        return say_readable(polled, n);
    }
    for (nfds_t i = 0; ready >= 0 && i < n; i++)
        polled[i].revents = all[i].revents;
    return ready;
}

/* Of the descriptors the first is the connection, or the listening socket. Not inlined: in poll itself the compiler
 * takes `*polled`, which libc declares as written only, for uninitialised. */
static __attribute__((noinline)) int poll_tapped(struct tap *tap, struct pollfd *polled, nfds_t n, int timeout_ms)
{
    if (!tap->accepts && tap->fd < 0)
        tap->fd = polled[0].fd;
    if (!tap->accepts && polled[0].fd == tap->fd && polled[0].events & POLLIN && is_ready(tap))
        return say_readable(polled, n);
    return poll_with_stop(tap, polled, n, timeout_ms);
}

int poll(struct pollfd *polled, nfds_t n, int timeout_ms)
{
    return own && n > 0 && n <= POLLED_MAX ? poll_tapped(own, polled, n, timeout_ms) : plain_poll(polled, n, timeout_ms);
}

ssize_t recv(int fd, void *to, size_t n, int flags)
{
    struct tap *tap = own;

    if (!tap || fd != tap->fd)
        return recvfrom(fd, to, n, flags, NULL, NULL);
    if (is_cut(tap))
        return 0;
    if (tap->mode == TAP_OURS && tap_rest(tap).n > 0)
        return take_rest(tap, to, n);
    ssize_t got = recvfrom(fd, to, n, flags, NULL, NULL);
    if (got > 0)
        on_received(tap, span_of(to, (size_t)got));
    if (got > 0 && tap->mode == TAP_HEAD && !tap->raw.failed)
        disguise_upgrade(tap, to, (size_t)got);
    return got;
}
