/* JSON written a value at a time; commas are added where necessary.
 *
 *   struct json_out out = { buf }; out_open(&out, NULL, '{'); out_text(&out, "key", text); out_close(&out, '}');
 *
 * `key` NULL: an element of an array, or the top value. Errors stick in the buf. */
#ifndef MOCK_REQUESTER_WIRE_JSON_OUT_H
#define MOCK_REQUESTER_WIRE_JSON_OUT_H

#include "base/buf.h"

struct json_out {
    struct buf *buf;
    bool comma; /* the next value needs one before it */
};

void out_open(struct json_out *out, const char *key, char bracket);
void out_close(struct json_out *out, char bracket);
void out_text(struct json_out *out, const char *key, struct span text);
void out_text_or_null(struct json_out *out, const char *key, struct span text); /* null if empty */
void out_int(struct json_out *out, const char *key, int64_t value);
void out_bool(struct json_out *out, const char *key, bool value);
void out_null(struct json_out *out, const char *key);
void out_moment(struct json_out *out, const char *key, int64_t ns, int zone); /* RFC 3339 */
void out_length(struct json_out *out, const char *key, int64_t ns);           /* "1m30s" */
/* Starts a value that the caller appends to the returned buf, whole. */
struct buf *out_value(struct json_out *out, const char *key);
void out_real(struct json_out *out, const char *key, double value);

#endif
