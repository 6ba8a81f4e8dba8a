/* poll(2) and recv(2) as CivetWeb calls them.
 *
 * The library shows neither a connection's socket nor the bytes of a head: it overwrites its buffer while parsing
 * and stops without an error at lines that it does not know. tap.c therefore defines poll and recv for the whole
 * program; the dynamic linker binds the library's calls to them. In threads without a tap, and for other sockets,
 * they are the plain system calls. A thread's tap
 *
 *   - knows the connection's socket from the library's first poll,
 *   - keeps the bytes of each head, and decodes a chunked body while the library reads it,
 *   - ends a wait of the library at once when the server stops, or when there is nothing more to read for it.
 *
 * Everything here runs in the tap's thread. */
#ifndef MOCK_REQUESTER_HTTP_TAP_H
#define MOCK_REQUESTER_HTTP_TAP_H

#include "http/chunks.h"

#include <stdatomic.h>
#include <sys/types.h>

enum tap_mode {
    TAP_HEAD, /* the library reads a head: its bytes are kept in `raw` */
    TAP_BODY, /* the library reads a body: its bytes are given to `chunks`, if there is one */
    TAP_OURS, /* recv returns what is left in `raw` before it reads from the socket */
};

struct tap {
    bool accepts;           /* the thread that accepts connections; it has no socket here */
    int stop_fd;            /* readable when the server stops; -1: none */
    atomic_bool *stopping;
    enum tap_mode mode;
    atomic_int fd;          /* the connection's socket; -1: none yet */
    struct buf raw;         /* the head, and what came with it */
    size_t used;            /* bytes of `raw` that were consumed */
    struct chunks *chunks;  /* NULL: none */
    void (*received)(void *context); /* a byte of a head has come */
    void *context;
};

/* The calling thread's tap, for its life; NULL: none. */
void tap_set(struct tap *tap);

/* A new connection: no socket, no bytes. */
void tap_open(struct tap *tap);

/* Bytes that were received and not consumed. */
static inline struct span tap_rest(const struct tap *tap)
{
    return span_of(tap->raw.p ? tap->raw.p + tap->used : "", tap->raw.n - tap->used);
}

/* The exchange is over: drops what was consumed, or everything if the connection is not kept. */
void tap_next(struct tap *tap, bool keep);

/* Reads up to `n` bytes: first the rest, then from the socket. Waits up to `timeout_ms`. Returns 0 when the client
 * has closed its side, or the server stops; -1 on a time-out or error. */
int tap_read(struct tap *tap, char *to, size_t n, int timeout_ms);

/* recv(2) without waiting, through the calling thread's tap: bytes that came with the head are read first. */
ssize_t tap_receive(int fd, void *to, size_t n);

#endif
