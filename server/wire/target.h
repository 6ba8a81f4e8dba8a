/* The request target, read as the reference's HTTP library and mux read it. Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_TARGET_H
#define MOCK_REQUESTER_WIRE_TARGET_H

#include "base/arena.h"
#include "base/error.h"

struct target {
    struct span path;    /* percent-decoded */
    struct span clean;   /* the path as the mux wants it: differs from `path` when a redirect is due */
    struct span query;   /* raw, without `?` */
    bool has_query;
};

/* Takes `/path?query` or `http://host/path?query` apart. ERR_INVALID: the reference refuses it before any
 * handler (a bad escape, no leading slash). Spans may lie in `arena`. */
enum err target_read(struct span raw, struct arena *arena, struct target *target);

/* A path as it stands in a Location header: escaped again where it must be. */
struct span target_escape(struct span path, struct arena *arena);

#endif
