/* JSON Patch (RFC 6902) on the text itself: what no operation touches keeps its bytes, numbers included.
 * Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_PATCH_H
#define MOCK_REQUESTER_WIRE_PATCH_H

#include "base/buf.h"
#include "base/error.h"

enum patch_kind { PATCH_ADD, PATCH_REMOVE, PATCH_REPLACE, PATCH_MOVE, PATCH_COPY, PATCH_TEST, PATCH_KIND_COUNT };

/* An operation of RFC 6902; the pointers are checked already. */
struct patch_operation {
    int kind; /* enum patch_kind */
    struct span path, from;
    struct span value; /* its own JSON bytes */
};

const char *patch_kind_name(int kind); /* "add" */

/* Applies the operations to `text`, one JSON value with white space around it, and appends the result.
 * ERR_INVALID: the text is not JSON, an operation fails, or one makes it longer than 64 MiB; the error says which
 * (`operation 2, test /state: it is another value`) and *out is unchanged. ERR_NOMEM likewise. */
enum err patch_apply(struct span text, const struct patch_operation *operations, size_t n, struct buf *out,
                     struct error *error);

#endif
