/* One decoder and one encoder for every message, driven by tables.
 *
 * A message is a table of fields over a C struct: the key, what kind of thing it is, where it stands in
 * the struct. The decoder reads as the reference's JSON library does (Go's encoding/json): keys exact
 * first and then without regard to case, unknown keys passed over, null leaves a field as it stands, the
 * first type error is reported but decoding goes on, an unknown enum text ends it. The encoder writes
 * keys in table order, leaves out what `OMIT_EMPTY` allows, escapes as the reference does.
 *
 * All functions are pure, need little stack (workers have 100 KiB) and may run on any thread. */
#ifndef MOCK_REQUESTER_WIRE_CODEC_H
#define MOCK_REQUESTER_WIRE_CODEC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#include <stdint.h>

enum field_kind {
    FIELD_STRING,     /* struct span */
    FIELD_BOOL,       /* bool */
    FIELD_INT,        /* int64_t; a Go int */
    FIELD_FLOAT,      /* double; a Go float64 */
    FIELD_ENUM,       /* int, by `names` */
    FIELD_TIME,       /* int64_t nanoseconds, 0 = the zero time; RFC 3339, trailing zeros trimmed */
    FIELD_BYTES,      /* struct span of raw bytes, base64 on the wire */
    FIELD_RAW,        /* struct span: the JSON value's bytes as they stand; null = {NULL, 0} */
    FIELD_OBJECT,     /* a struct at the offset, by `message` */
    FIELD_POINTER,    /* a pointer to a struct, by `message`; null = NULL; decoding makes it in the arena */
    FIELD_STRINGS,    /* struct span_list */
    FIELD_OBJECTS,    /* {void *at; size_t n} of structs, by `message` */
    FIELD_POINTERS,   /* {void **at; size_t n} of pointers to structs, by `message`; encoding only */
    FIELD_STRING_MAP, /* struct span_map; keys sorted when encoded */
};

enum field_flags {
    OMIT_EMPTY = 1,   /* left out when "", 0, false, nil, empty; an OBJECT never is */
    ZERO_OBJECT = 2,  /* a POINTER that prints an object of zeros when NULL (`{}` if all are omitted) */
    EMPTY_LIST = 4,   /* a list that prints [] when nil, not null */
};

/* The texts of an enum and how the reference reads them. `names[i]` is the text of value i. Case is
 * ignored. */
struct enum_names {
    const char *const *names;
    int count;
    int first;            /* the lowest value that may be read: 1 where the unknown value's own name is refused */
    bool trim;            /* white space around is ignored */
    const char *unknown;  /* printf format with one %.*s: the error for an unknown text; NULL: reads as 0 */
};

struct message;

struct field {
    const char *name;
    enum field_kind kind;
    unsigned flags;
    size_t offset;
    const struct message *message;
    const struct enum_names *names;
    const char *go_type;         /* for error texts: `string`, `int`, `[]model.IncludedTag`, `model.Engine` … */
    const char *go_element_type; /* of a list's or map's element: `model.IncludedTag`, `string` */
};

struct message {
    const char *go_type;   /* at the top level: `publicapi.listRequest` */
    const char *go_struct; /* holding a field: `listRequest` */
    size_t size;           /* of the C struct */
    const struct field *fields;
    size_t n;
};

/* Fills `into` (sizeof = m->size, zeroed or filled by an earlier decode) from one JSON value that
 * json_scan has found good. Texts without escapes are borrowed from `value`; others, lists and pointers
 * are made in `arena`. ERR_INVALID with the reference's words: what could be read before and after a
 * type error is in `into` all the same. ERR_NOMEM. */
enum err codec_decode(const struct message *m, void *into, struct span value, struct arena *arena, struct error *error);

/* As the reference's streaming decoder: the first JSON value of `text` is read, what follows it is
 * ignored; `EOF` when there is none, `unexpected EOF` when it is cut short. */
enum err codec_read(const struct message *m, void *into, struct span text, struct arena *arena, struct error *error);

/* Appends the object, no white space. `zone`: seconds east of UTC for times. */
void codec_encode(struct buf *out, const struct message *m, const void *from, int zone);

/* The pieces, for those who print by hand. */
void json_put_string(struct buf *out, struct span text); /* with quotes and the reference's escapes */
void json_put_float(struct buf *out, double value);
void json_put_time(struct buf *out, int64_t ns, int zone); /* with quotes */

/* Is everything in the struct as Go's zero value? A nil list is, an empty one is not. */
bool codec_is_zero(const struct message *m, const void *from);

/* The enum's value for a text, or -1. */
int enum_find(const struct enum_names *names, struct span text);

#endif
