/* A reader of GET /__mock/stream, event by event. What goes wrong, or does not come within some seconds, fails the test.
 *
 *   event_reader_open → event_reader_next … → event_reader_leave. One thread a reader. */
#ifndef MOCK_REQUESTER_SUPPORT_EVENT_READER_H
#define MOCK_REQUESTER_SUPPORT_EVENT_READER_H

#include <stdbool.h>
#include <stddef.h>

struct reader {
    int fd;
    char in[256 * 1024]; /* from `used` to `n`: not looked at yet */
    size_t used, n;
};

struct event {
    unsigned long long id;
    char kind[16];
    const char *data; /* until the next event */
};

/* `query`: "?since=0" or "". `headers`: further lines of the request, each with its CR LF. */
struct reader *event_reader_open(int port, const char *query, const char *headers);
/* False: the stream has ended. */
bool event_reader_next(struct reader *reader, struct event *event);
void event_reader_leave(struct reader *reader); /* closes the connection */

/* The same for a stream that may be refused, with a reader of the caller's own. Returns the status. */
int event_reader_try(struct reader *reader, int port, const char *query, const char *headers);
void event_reader_end(struct reader *reader);

#endif
