/* The request target, read as Go's net/http and its mux read it. Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_TARGET_H
#define MOCK_REQUESTER_WIRE_TARGET_H

#include "base/arena.h"
#include "base/error.h"

struct target {
    struct span path;    /* percent-decoded; empty: `http://host` has none */
    struct span clean;   /* the path as the mux wants it: differs from `path` when a redirect is due */
    struct span query;   /* raw, without `?` */
    bool has_query;
};

/* Takes `/path?query` or `http://host/path?query` apart. ERR_INVALID: net/http refuses it before any handler (a bad
 * escape, no leading slash). Spans are in `raw` or in `arena`. */
enum err target_read(struct span raw, struct arena *arena, struct target *target);

/* The path for a Location header: escaped where necessary. */
struct span target_escape(struct span path, struct arena *arena);

#endif
