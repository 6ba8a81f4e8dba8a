/* A raw HTTP client for tests: the bytes a test means to send go out as they are, and what comes back is
 * shown as it came.
 *
 * Life: http_connect → (http_send…, http_read → … → http_reply_release)… → http_close. One thread a
 * connection. Nothing here sleeps or blocks for longer than its time-out. */
#ifndef MOCK_REQUESTER_SUPPORT_HTTP_CLIENT_H
#define MOCK_REQUESTER_SUPPORT_HTTP_CLIENT_H

#include "base/buf.h"

enum {
    HTTP_CLIENT_TIMEOUT_MS = 10000, /* for one read or write to make progress */
    HTTP_CLIENT_REPLY_MAX = 256 * 1024 * 1024,
    HTTP_CLIENT_HEADERS_MAX = 40,
    HTTP_CLIENT_INTERIM_MAX = 4,
};

/* How a read ended. */
enum http_read_end {
    HTTP_READ_REPLY,     /* a whole reply */
    HTTP_READ_EMPTY,     /* the connection closed before a byte of it */
    HTTP_READ_TRUNCATED, /* … after some bytes of it */
    HTTP_READ_RESET,     /* ECONNRESET or EPIPE, whatever came before */
    HTTP_READ_TIMEOUT,
    HTTP_READ_BROKEN, /* no HTTP: head or chunks cannot be read */
};
const char *http_read_end_name(enum http_read_end end);

/* How the length of the body was told. */
enum http_framing {
    HTTP_FRAMING_NONE,   /* none may follow: HEAD, 204, 304, 101 */
    HTTP_FRAMING_LENGTH, /* Content-Length */
    HTTP_FRAMING_CHUNKED,
    HTTP_FRAMING_CLOSE, /* until the connection closes */
};
const char *http_framing_name(enum http_framing framing); /* "none", "length", "chunked", "close" */

struct http_header {
    struct span name, value; /* as they came; the value without blanks round it */
};

/* Spans point into `raw` and `body`. */
struct http_reply {
    enum http_read_end end;
    struct span interim[HTTP_CLIENT_INTERIM_MAX]; /* status lines of the 1xx before it */
    size_t n_interim;
    struct span status_line; /* "HTTP/1.1 200 OK" */
    int status;
    struct http_header headers[HTTP_CLIENT_HEADERS_MAX]; /* in order; chunk trailers are dropped */
    size_t n_headers;
    enum http_framing framing;
    struct buf body; /* de-chunked */
    struct buf raw;  /* every byte of it, interim replies too */
};

struct http_client {
    int fd;            /* -1: not connected */
    int timeout_ms;    /* HTTP_CLIENT_TIMEOUT_MS; a test may set another */
    struct buf unread; /* came with the last reply but belongs to the next */
};

/* To 127.0.0.1. False: refused; `fd` is -1 and errno says why. */
bool http_connect(struct http_client *client, int port);
/* False: the other end is gone (EPIPE, ECONNRESET), or takes nothing for the time-out. Never a SIGPIPE. */
bool http_send(struct http_client *client, const void *bytes, size_t n);
bool http_send_text(struct http_client *client, const char *text);

/* Reads one reply. `method` is the request's: HEAD has no body. 1xx but 101 are gathered in `interim`.
 * The reply is the caller's to release, whatever `end` says; what came before a failure is in it. */
struct http_reply http_read(struct http_client *client, const char *method);
/* Reads no further than one interim reply (100 Continue), which then stands in `interim`; anything else
 * comes back as by http_read. */
struct http_reply http_read_interim(struct http_client *client);
/* Waits until the other end closes: HTTP_READ_EMPTY or _RESET. HTTP_READ_REPLY: bytes came first. */
enum http_read_end http_read_eof(struct http_client *client);

/* connect, send, read, close. `n` bytes of request. */
struct http_reply http_exchange(int port, const void *bytes, size_t n, const char *method);
struct http_reply http_exchange_text(int port, const char *text, const char *method);

/* Our side of the connection says no more (FIN); reading goes on. */
void http_finish_sending(struct http_client *client);
void http_close(struct http_client *client); /* NULL and closed ones are fine */
void http_reset(struct http_client *client); /* closes with a RST */

/* The first header of that name (case ignored), or NULL. */
const struct http_header *http_reply_header(const struct http_reply *reply, const char *name);
/* Its value; the zero span when there is none. */
struct span http_reply_value(const struct http_reply *reply, const char *name);
void http_reply_release(struct http_reply *reply);

/* How many file descriptors this process has open. */
int open_fds(void);
/* Asks `condition(context)` until it says yes or `timeout_ms` are over; the last answer. For what can be
 * seen only from outside: other threads' fds, a table of the kernel's. */
bool await(bool (*condition)(void *context), void *context, int timeout_ms);
/* CLOCK_MONOTONIC in ms. */
long long monotonic_ms(void);

#endif
