/* What the codec's own files share: the cursor and the places of decoding, the kinds of field and what
 * each can do. For codec*.c and json_put.c alone. */
#ifndef MOCK_REQUESTER_WIRE_CODEC_KINDS_H
#define MOCK_REQUESTER_WIRE_CODEC_KINDS_H

#include "wire/codec.h"

enum json_type { JSON_NUMBER, JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_BOOL, JSON_NULL, JSON_TYPE_COUNT };
#define TAKES(type) (1u << (type))

struct decoder {
    const char *p, *end;
    struct arena *arena;
    struct error *error;
    bool complained; /* a first error stands in `error`; decoding goes on */
    bool stopped;    /* an error that ends it */
};

/* Where we are in the message: the field, its struct, and the same for the struct around it. */
struct place {
    const struct place *up;
    const struct message *message;
    const struct field *field;
};

/* What every list looks like. */
struct list {
    void *at;
    size_t n;
};

struct encoder {
    struct buf *out;
    int zone;
};

typedef void decode_fn(struct decoder *d, const struct place *at, void *to);
typedef void encode_fn(const struct encoder *e, const struct field *f, const void *from);
typedef bool test_fn(const struct field *f, const void *from);

/* One row of codec.c's table says everything about a kind. */
struct kind_row {
    unsigned takes;    /* the JSON types it reads */
    size_t nil_size;   /* null clears so many bytes; 0: null leaves it as it stands */
    decode_fn *decode; /* NULL: only ever encoded */
    encode_fn *encode;
    test_fn *empty; /* may OMIT_EMPTY leave it out? */
    test_fn *zero;  /* is it Go's zero value? */
};
extern const struct kind_row codec_kinds[];

decode_fn decode_string, decode_bool, decode_int, decode_float, decode_enum, decode_time, decode_bytes;
decode_fn decode_raw, decode_message, decode_pointer, decode_strings, decode_objects, decode_map;
encode_fn encode_string, encode_bool, encode_int, encode_float, encode_enum, encode_time, encode_bytes;
encode_fn encode_raw, encode_message, encode_pointer, encode_strings, encode_objects, encode_map, encode_pointers;

void json_put_int(struct buf *out, int64_t value);

/* Is `text` that name, but for case as Unicode folds an ASCII name: the Kelvin sign is a k, the long s an s? */
bool fold_equal(const char *name, struct span text);

static inline char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Equal numbers, by value: the two zeros are, and nothing else that differs. */
static inline bool same_number(double a, double b)
{
    return a <= b && a >= b;
}

#endif
