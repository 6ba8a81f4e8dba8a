/* Reads whole JSON texts strictly and keeps their places: files that people write, and recordings.
 *
 *   json_parse → json_root, json_get, JSON_EACH … → json_free
 *
 * Accepts exactly RFC 8259: UTF-8 without byte order mark, one value with
 * nothing behind it, no key twice in one object, numbers that a double holds. The library underneath
 * (cJSON, included by json.c alone) is laxer and keeps no places, so the text is scanned first; a text that
 * passes the scan can only fail later for want of memory. Requests of the mocked API are not read
 * here, but by wire/codec.h, which reads them as the real requester does.
 *
 * A parsed text does not change: any number of threads may read it. Values, keys and texts are borrowed
 * from it. Every getter accepts NULL and then returns "nothing", so that paths can be chained. */
#ifndef MOCK_REQUESTER_BASE_JSON_H
#define MOCK_REQUESTER_BASE_JSON_H

#include "base/error.h"
#include "base/span.h"

#include <stdint.h>

/* Above one of them: ERR_INVALID, with the place. */
enum {
    JSON_DEPTH_MAX = 64,                 /* arrays and objects in one another */
    JSON_VALUES_MAX = 1024 * 1024,       /* each costs about 100 bytes */
    JSON_TEXT_MAX = 64 * 1024 * 1024,    /* bytes */
    JSON_NUMBER_MAX = 63,                /* digits, signs, point and exponent: the library cuts there */
};

struct json;       /* a parsed text */
struct json_value; /* a value in one */

enum json_type { JSON_NOTHING, JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

enum json_flags {
    JSON_STRICT = 0,
    JSON_WITH_NUL = 1, /* strings may hold \u0000; keys never */
};

/* Where something begins, counted in bytes from 1. Lines end with LF. */
struct json_place {
    size_t line, column;
};

/* Reads a copy of `text`. ERR_INVALID: the error says what is wrong (`expected ',' or '}'`, without the
 * place), and `*where` (may be NULL; written only then) says where. ERR_NOMEM. *json is yours to free. */
enum err json_parse(struct span text, unsigned flags, struct json **json, struct json_place *where,
                    struct error *error);
void json_free(struct json *json); /* NULL is fine */

const struct json_value *json_root(const struct json *json);

enum json_type json_type(const struct json_value *value); /* JSON_NOTHING for NULL */
const char *json_type_name(enum json_type type);          /* "a string", "an object", … */

/* A member of an object by its exact name; NULL when there is none, or no object. */
const struct json_value *json_get(const struct json_value *object, const char *key);
/* The first element or member, and the one after; NULL at the end, or when there is no list. */
const struct json_value *json_first(const struct json_value *list);
const struct json_value *json_next(const struct json_value *value);
#define JSON_EACH(value, list) \
    for (const struct json_value *value = json_first(list); (value); (value) = json_next(value))
size_t json_count(const struct json_value *list); /* walks the list */
struct span json_key(const struct json_value *member); /* the zero span when it is no member */

struct span json_string(const struct json_value *value); /* exact, NULs too; p is NULL when it is no string */
bool json_true(const struct json_value *value);          /* false for everything but true */
double json_number(const struct json_value *value);      /* 0 when it is no number */
/* A whole number that a double holds exactly (below 2^53): else false, and *out is unchanged. */
bool json_integer(const struct json_value *value, int64_t *out);

struct json_place json_place(const struct json *json, const struct json_value *value);
struct json_place json_key_place(const struct json *json, const struct json_value *member); /* of its quote */
struct span json_text(const struct json *json); /* the copy of the text */
/* The value's own bytes, within json_text. Costs a scan of them. */
struct span json_raw(const struct json *json, const struct json_value *value);

#endif
