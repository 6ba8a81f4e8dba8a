/* One decoder and one encoder for every message, driven by tables.
 *
 * A message is a table of fields over a C struct: the key, the kind of value, where the member is in the
 * struct. The decoder follows Go's encoding/json: keys match exactly first, then without regard to case;
 * unknown keys are skipped; null leaves a member unchanged; the first type error is reported but decoding
 * continues; an unknown enum text ends it. The encoder writes keys in table order, leaves out what
 * `OMIT_EMPTY` allows and escapes as Go does.
 *
 * All functions are pure, need little stack (the worker threads have 100 KiB) and may run on any thread. */
#ifndef MOCK_REQUESTER_WIRE_CODEC_H
#define MOCK_REQUESTER_WIRE_CODEC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "sim/spec.h"

#include <stddef.h>
#include <stdint.h>

enum field_kind {
    FIELD_STRING,     /* struct span */
    FIELD_BOOL,       /* bool */
    FIELD_INT,        /* int64_t; a Go int */
    FIELD_FLOAT,      /* double; a Go float64 */
    FIELD_ENUM,       /* int or enum, by `names` */
    FIELD_TIME,       /* int64_t nanoseconds since 1970, 0 = Go's zero time; RFC 3339, trailing zeros trimmed */
    FIELD_BYTES,      /* struct span of raw bytes, base64 on the wire */
    FIELD_RAW,        /* struct span: the JSON value's own bytes; null = {NULL, 0} */
    FIELD_OBJECT,     /* a struct, by `message` */
    FIELD_POINTER,    /* a pointer to a struct, by `message`; null = NULL; decoding allocates it in the arena */
    FIELD_STRINGS,    /* struct span_list */
    FIELD_OBJECTS,    /* {T *at; size_t n}, by `message` */
    FIELD_POINTERS,   /* {T **at; size_t n}, by `message`; encoding only */
    FIELD_STRING_MAP, /* struct span_map; keys are sorted when encoded */
    FIELD_KIND_COUNT
};

enum field_flags {
    OMIT_EMPTY = 1,  /* left out when "", 0, false, nil or empty; an OBJECT never is */
    GO_VALUE = 4,    /* a POINTER to what is a plain struct in Go: NULL is its zero value, and JSON's null leaves it unchanged */
    ZERO_OBJECT = 2, /* a POINTER that prints an object of zeros when NULL (`{}` if all of it may be omitted) */
    EMPTY_LIST = 4,  /* a list that prints [] instead of null when nil */
};

/* The texts of an enum and how Go's UnmarshalText of its type reads them. `names[i]` is the text of value
 * i. Case is ignored. */
struct enum_names {
    const char *const *names;
    int count;
    int first;            /* the lowest value that may be read: 1 if the unknown value's own name is refused */
    bool trim;            /* white space around the text is ignored */
    const char *unknown;  /* printf format with one %.*s: the error for an unknown text; NULL: reads as 0 */
    const char *go_type;  /* `model.Engine` */
};

struct message;

struct field {
    const char *name;
    enum field_kind kind;
    unsigned flags;
    size_t offset;
    const struct message *message;
    const struct enum_names *names;
    const char *go_type; /* of a string or of a list's element, for error texts; NULL: as the kind says */
};

struct message {
    const char *go_type; /* `publicapi.listRequest`; errors of its fields name it `listRequest` */
    size_t size;         /* of the C struct */
    const struct field *fields;
    size_t n;
};

/* ---- writing a table ----------------------------------------------------------------------------------------
 *
 *   static const struct field deal_fields[] = { VALUE_FIELD("Concurrency", deal, concurrency, OMIT_EMPTY), … };
 *   MESSAGE(message_deal, deal, "model.Deal", deal_fields);
 *
 * The compiler derives the kind from the member's type. A row whose member has no such kind, or another
 * struct than its message, does not compile. */

#define FIELD_MEMBER(type, member) (((struct type *)0)->member)
#define FIELD_ROW(key, kind_, type, member, flags_) \
    .name = key, .kind = kind_, .flags = flags_, .offset = offsetof(struct type, member)

/* A string, bool, int, float, list of strings or map of strings. */
#define FIELD_KIND_OF(type, member)                                                                               \
    _Generic(FIELD_MEMBER(type, member), struct span: FIELD_STRING, bool: FIELD_BOOL, int64_t: FIELD_INT,           \
             double: FIELD_FLOAT, struct span_list: FIELD_STRINGS, struct span_map: FIELD_STRING_MAP)
#define VALUE_FIELD(key, type, member, flags_) { FIELD_ROW(key, FIELD_KIND_OF(type, member), type, member, flags_) }
/* … of a Go type with a name of its own: `selection.Operator`. */
#define NAMED_FIELD(key, type, member, go, flags_) \
    { FIELD_ROW(key, FIELD_KIND_OF(type, member), type, member, flags_), .go_type = go }
#define TIME_FIELD(key, type, member, flags_) \
    { FIELD_ROW(key, _Generic(FIELD_MEMBER(type, member), int64_t: FIELD_TIME), type, member, flags_) }
#define BYTES_FIELD(key, type, member, flags_) \
    { FIELD_ROW(key, _Generic(FIELD_MEMBER(type, member), struct span: FIELD_BYTES), type, member, flags_) }
#define RAW_FIELD(key, type, member, flags_) \
    { FIELD_ROW(key, _Generic(FIELD_MEMBER(type, member), struct span: FIELD_RAW), type, member, flags_) }
#define ENUM_FIELD(key, type, member, table, flags_)                                                              \
    { FIELD_ROW(key, _Generic(FIELD_MEMBER(type, member), int: FIELD_ENUM, unsigned: FIELD_ENUM), type, member,     \
                flags_),                                                                                          \
      .names = &(table) }
/* A struct or a pointer to one. */
#define OBJECT_FIELD(key, type, member, of, flags_)                                                               \
    { FIELD_ROW(key,                                                                                              \
                _Generic(FIELD_MEMBER(type, member), of##_struct: FIELD_OBJECT, of##_struct *: FIELD_POINTER,       \
                         const of##_struct *: FIELD_POINTER),                                                     \
                type, member, flags_),                                                                            \
      .message = &(of) }
/* A list of structs. */
#define LIST_FIELD(key, type, member, of, flags_) \
    { FIELD_ROW(key, FIELD_LIST_KIND(type, member.at, of), type, member, flags_), .message = &(of) }
/* A list whose `at` and `n` are two members, one after the other. */
#define ARRAY_FIELD(key, type, member, count, of, flags_)                                                         \
    { .name = key, .kind = FIELD_LIST_KIND(type, member, of), .flags = flags_, .message = &(of),                    \
      .offset = offsetof(struct type, member) +                                                                   \
                FIELD_ZERO_IF(offsetof(struct type, count) == offsetof(struct type, member) + sizeof(void *)) }
#define FIELD_ZERO_IF(condition) (sizeof(char[(condition) ? 1 : -1]) - 1) /* else does not compile */
#define FIELD_LIST_KIND(type, at, of) \
    _Generic(FIELD_MEMBER(type, at), of##_struct *: FIELD_OBJECTS, of##_struct **: FIELD_POINTERS)
/* An object of the wire whose fields are members of the struct that holds it. */
#define VIEW_FIELD(key, type, of)                                                                                 \
    { .name = key, .kind = _Generic(*(struct type *)0, of##_struct: FIELD_OBJECT), .message = &(of) }

/* Defines a message; MESSAGE_DECLARE is for headers, LOCAL_MESSAGE for one file. */
#define MESSAGE_DECLARE(name, type) \
    typedef struct type name##_struct; \
    extern const struct message name
#define MESSAGE(name, type, go, table) \
    const struct message name = { go, sizeof(struct type), table, sizeof(table) / sizeof(table)[0] }
#define LOCAL_MESSAGE(name, type, go, table) \
    typedef struct type name##_struct; \
    static MESSAGE(name, type, go, table)

/* ---- decoding and encoding ---------------------------------------------------------------------------------- */

/* Fills `into` (sizeof = m->size, zeroed or filled by an earlier decode) from one JSON value that
 * json_scan has accepted. Texts without escapes are borrowed from `value`; others, lists and pointers are
 * allocated in `arena`. ERR_INVALID: `*why` (may be NULL) is Go's text, in the arena or static, whole,
 * whatever bytes it quotes; what could be read before and after a type error is in `into` all the same.
 * ERR_NOMEM. */
enum err codec_decode(const struct message *m, void *into, struct span value, struct arena *arena, struct span *why);

/* As Go's json.Decoder: reads the first JSON value of `text` and ignores what follows it. The error is
 * `EOF` if there is none, `unexpected EOF` if it is cut short; its text may be cut, as all of struct error. */
enum err codec_read(const struct message *m, void *into, struct span text, struct arena *arena, struct error *error);

/* Appends the object without white space. `zone`: seconds east of UTC, for times. */
void codec_encode(struct buf *out, const struct message *m, const void *from, int zone);

/* True if the field may be left out under OMIT_EMPTY. `from`: the member. */
bool codec_is_empty(const struct field *f, const void *from);

/* True if everything in the struct is Go's zero value. A nil list is zero, an empty one is not. */
bool codec_is_zero(const struct message *m, const void *from);

/* The enum's value for a text, or -1. */
int codec_enum_find(const struct enum_names *names, struct span text);

/* True if `text` is that name, case folded as Go's JSON library folds: the Kelvin sign is a k, the long s an s. */
bool codec_fold_equal(const char *name, struct span text);

#endif
