#include "http/watching.h"

#include "http/sockets.h"
#include "http/streaming.h"
#include "world/wake.h"

#include <stdlib.h>
#include <sys/socket.h>

struct watched {
    const struct watching *watching;
    struct control_stream *stream;
};

static void leave(const struct watched *watched)
{
    watched->watching->leave(watched->watching->context, control_stream_world(watched->stream));
}

/* It is this thread that advances the world on time when no request comes. */
static bool take(void *context, struct buf *out, int *next_ms)
{
    const struct watched *watched = context;
    struct world *world = control_stream_world(watched->stream);

    ns_t now = world_enter(world);
    bool goes_on = control_stream_take(watched->stream, out, now, next_ms);
    *next_ms = wake_sooner_ms(*next_ms, world_next_ms(world));
    leave(watched);
    return goes_on;
}

static bool is_over(void *context)
{
    const struct watched *watched = context;

    world_enter(control_stream_world(watched->stream));
    bool over = control_stream_is_over(watched->stream);
    leave(watched);
    return over;
}

static void close_stream(struct world *world, struct control_stream *stream)
{
    world_enter(world);
    control_stream_close(stream);
    world_leave(world);
}

/* A reader that does not read keeps this much of the kernel's memory at most. */
static void bound_unread(int fd)
{
    int bytes = CONTROL_STREAM_UNREAD_MAX / 2; /* the kernel doubles it */

    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

/* `fd` < 0: the connection ended before it became a stream. */
static void serve(void *context, int fd)
{
    struct watched *watched = context;
    struct world *world = control_stream_world(watched->stream);

    if (fd >= 0) {
        bound_unread(fd);
        streaming_serve(&(struct streaming){ .wake_fd = control_stream_wake_fd(watched->stream), .context = watched, .take = take,
                                             .is_over = is_over }, fd);
    }
    close_stream(world, watched->stream);
    world_drop(world);
    free(watched);
}

void watching_hand_over(const struct watching *watching, struct reply *reply, int fd, struct control_stream *stream)
{
    struct watched *watched = malloc(sizeof *watched);

    if (!watched) {
        close_stream(control_stream_world(stream), stream);
        reply->status = 0;
        return;
    }
    *watched = (struct watched){ watching, stream };
    world_hold(control_stream_world(stream));
    sockets_spare(fd, true); /* a restart of the requester does not end the stream */
    reply->take_over = serve;
    reply->take_over_context = watched;
}
