#include "support/event_reader.h"

#include "support/http_client.h"
#include "support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { PATIENCE_MS = 3000, REQUEST_MAX = 2048 };

/* False: the server has closed the stream. */
static bool read_more(struct reader *reader)
{
    memmove(reader->in, reader->in + reader->used, reader->n - reader->used);
    reader->n -= reader->used;
    reader->used = 0;
    ck_assert_uint_lt(reader->n, sizeof reader->in - 1);
    ssize_t n = recv(reader->fd, reader->in + reader->n, sizeof reader->in - 1 - reader->n, 0);
    ck_assert_msg(n >= 0 || errno == ECONNRESET, "nothing comes");
    reader->n += n > 0 ? (size_t)n : 0;
    reader->in[reader->n] = '\0';
    return n > 0;
}

/* Returns the text up to the next empty line, which it cuts off. NULL: the stream has ended. */
static char *next_block(struct reader *reader, const char *end)
{
    char *at;

    while (!(at = strstr(reader->in + reader->used, end)))
        if (!read_more(reader))
            return NULL;
    char *block = reader->in + reader->used;
    *at = '\0';
    reader->used = (size_t)(at - reader->in) + strlen(end);
    return block;
}

bool event_reader_next(struct reader *reader, struct event *event)
{
    char *block;

    do
        block = next_block(reader, "\n\n");
    while (block && block[0] == ':');
    if (!block)
        return false;
    ck_assert_msg(sscanf(block, "id: %llu\nevent: %15s\ndata: ", &event->id, event->kind) == 2, "%s", block);
    event->data = strstr(block, "data: ") + strlen("data: ");
    return true;
}

int event_reader_try(struct reader *reader, int port, const char *query, const char *headers)
{
    struct http_client client = { .fd = -1 };
    const struct timeval limit = { .tv_sec = PATIENCE_MS / 1000 };
    char request[REQUEST_MAX];
    int status = 0;

    ck_assert(http_connect(&client, port));
    snprintf(request, sizeof request, "GET /__mock/stream%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", query, headers);
    ck_assert(http_send_text(&client, request));
    reader->fd = client.fd;
    reader->used = reader->n = 0;
    reader->in[0] = '\0';
    setsockopt(reader->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    char *head = next_block(reader, "\r\n\r\n");
    ck_assert_ptr_nonnull(head);
    ck_assert_int_eq(sscanf(head, "HTTP/1.1 %d", &status), 1);
    ck_assert_ptr_nonnull(strstr(head, status == 200 ? "Content-Type: text/event-stream" : "Content-Type: application/json"));
    return status;
}

void event_reader_end(struct reader *reader)
{
    struct http_client client = { .fd = reader->fd };

    http_close(&client);
}

struct reader *event_reader_open(int port, const char *query, const char *headers)
{
    struct reader *reader = malloc(sizeof *reader);

    ck_assert_ptr_nonnull(reader);
    ck_assert_int_eq(event_reader_try(reader, port, query, headers), 200);
    return reader;
}

void event_reader_leave(struct reader *reader)
{
    event_reader_end(reader);
    free(reader);
}
