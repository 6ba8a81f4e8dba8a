/* The cursor of the JSON decoder, and what it can do with one value: for codec_decode.c, decode_values.c and
 * decoder.c only. */
#ifndef MOCK_REQUESTER_WIRE_DECODER_H
#define MOCK_REQUESTER_WIRE_DECODER_H

#include "wire/codec.h"

enum json_type { JSON_NUMBER, JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_BOOL, JSON_NULL, JSON_TYPE_COUNT };

struct decoder {
    const char *p, *end;
    struct arena *arena;
    struct span why; /* the first error, in the arena */
    bool complained; /* there is one; decoding goes on */
    bool stopped;    /* … and decoding ends */
};

/* Where the decoder is in the message: the field, its struct, and the same for the struct around it. */
struct place {
    const struct place *up;
    const struct message *message;
    const struct field *field;
};

typedef void decode_fn(struct decoder *d, const struct place *at, void *to);

/* ---- the cursor: decoder.c ---------------------------------------------------------------------------------- */

enum json_type decoder_type(const char *p); /* of the value that begins there */
void decoder_skip_space(struct decoder *d);
struct span decoder_take(struct decoder *d);        /* the whole value; the cursor moves behind it */
struct span decoder_take_string(struct decoder *d); /* … a string's, without its quotes */
/* Moves to the next element or member, or to the container's `end`. True if there is a next one. */
bool decoder_more(struct decoder *d, char end);

/* Records that a value of type `found` does not fit the field at `at`, or an element of its list. `at` NULL:
 * the message itself, `m`. `literal`: the number's text if Go quotes it, else empty. Later errors are ignored. */
void decoder_type_error(struct decoder *d, const struct place *at, bool element, enum json_type found, struct span literal);
void decoder_message_error(struct decoder *d, const struct message *m);
/* The same for the value at the cursor, which is skipped. */
void decoder_refuse(struct decoder *d, const struct place *at, bool element);
/* Records an error and ends decoding; NULL ends the list of pieces. */
void decoder_stop(struct decoder *d, const struct span *pieces, size_t n);

/* ---- one value: decode_values.c ------------------------------------------------------------------------------- */

struct span decode_text(struct decoder *d); /* the string at the cursor: borrowed if it has no escapes, else in the arena */
/* The key at the cursor. Empty if it is longer than any field's name. `room`: for a key with escapes. */
enum { KEY_MAX = 192, KEY_ROOM = 3 * KEY_MAX };
struct span decode_key(struct decoder *d, char room[KEY_ROOM]);

decode_fn decode_string, decode_bool, decode_int, decode_float, decode_enum, decode_time, decode_bytes, decode_raw;

#endif
