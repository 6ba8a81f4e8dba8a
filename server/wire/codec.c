/* Messages in and out, driven by tables: what the kinds of field are.
 *
 *   codec_decode.c   key → field → codec_kinds[field->kind].decode
 *   codec_encode.c   field → codec_kinds[field->kind].encode */
#include "wire/codec_kinds.h"

#include "sim/spec.h"

/* ---- names ---------------------------------------------------------------------------------------------------- */

bool fold_equal(const char *name, struct span text)
{
    static const struct {
        char letter;
        struct span sign;
    } signs[] = { { 'K', { "\u212a", 3 } }, { 'S', { "\u017f", 2 } } };

    for (; *name; name++) {
        size_t n = text.n && upper(*name) == upper(*text.p);
        for (size_t i = 0; !n && i < sizeof signs / sizeof *signs; i++)
            if (upper(*name) == signs[i].letter && span_starts(text, signs[i].sign))
                n = signs[i].sign.n;
        if (!n)
            return false;
        text = span_of(text.p + n, text.n - n);
    }
    return text.n == 0;
}

/* The reference trims what Unicode calls white space. */
static struct span trim_unicode(struct span text)
{
    static const struct span spaces[] = {
        { "\t", 1 },     { "\n", 1 },       { "\v", 1 },       { "\f", 1 },     { "\r", 1 },
        { " ", 1 },      { "\xc2\x85", 2 }, { "\xc2\xa0", 2 }, { "\u1680", 3 }, { "\u2000", 3 },
        { "\u2001", 3 }, { "\u2002", 3 },   { "\u2003", 3 },   { "\u2004", 3 }, { "\u2005", 3 },
        { "\u2006", 3 }, { "\u2007", 3 },   { "\u2008", 3 },   { "\u2009", 3 }, { "\u200a", 3 },
        { "\u2028", 3 }, { "\u2029", 3 },   { "\u202f", 3 },   { "\u205f", 3 }, { "\u3000", 3 },
    };
    enum { COUNT = sizeof spaces / sizeof *spaces };

    for (size_t i = 0; i < COUNT; i++) {
        size_t n = spaces[i].n;
        if (!span_starts(text, spaces[i]))
            continue;
        text = span_of(text.p + n, text.n - n);
        i = (size_t)-1; /* from the start again */
    }
    for (size_t i = 0; i < COUNT; i++) {
        size_t n = spaces[i].n;
        if (text.n < n || !span_eq(span_of(text.p + text.n - n, n), spaces[i]))
            continue;
        text.n -= n;
        i = (size_t)-1;
    }
    return text;
}

int enum_find(const struct enum_names *names, struct span text)
{
    struct span trimmed = names->trim ? trim_unicode(text) : text;

    for (int i = names->first; i < names->count; i++)
        if (fold_equal(names->names[i], trimmed))
            return i;
    return -1;
}

/* ---- empty and zero ------------------------------------------------------------------------------------------ */

static bool never(const struct field *f, const void *from)
{
    (void)f;
    (void)from;
    return false;
}

static bool span_none(const struct field *f, const void *from)
{
    (void)f;
    return ((const struct span *)from)->n == 0;
}

static bool span_nil(const struct field *f, const void *from)
{
    (void)f;
    return !((const struct span *)from)->p;
}

static bool bool_false(const struct field *f, const void *from)
{
    (void)f;
    return !*(const bool *)from;
}

static bool int_zero(const struct field *f, const void *from)
{
    (void)f;
    return *(const int64_t *)from == 0;
}

static bool float_zero(const struct field *f, const void *from)
{
    (void)f;
    return same_number(*(const double *)from, 0);
}

static bool enum_zero(const struct field *f, const void *from)
{
    (void)f;
    return *(const int *)from == 0;
}

static bool pointer_nil(const struct field *f, const void *from)
{
    const void *object;

    (void)f;
    memcpy(&object, from, sizeof object);
    return !object;
}

static bool list_none(const struct field *f, const void *from)
{
    struct list list;

    (void)f;
    memcpy(&list, from, sizeof list);
    return list.n == 0;
}

static bool message_zero(const struct field *f, const void *from)
{
    return codec_is_zero(f->message, from);
}

/* ---- the table ---------------------------------------------------------------------------------------------- */

enum { ANY_TYPE = (1u << JSON_TYPE_COUNT) - 1, SPAN_SIZE = sizeof(struct span), LIST_SIZE = sizeof(struct list) };

const struct kind_row codec_kinds[] = {
    [FIELD_STRING] = { TAKES(JSON_STRING), 0, decode_string, encode_string, span_none, span_none },
    [FIELD_BOOL] = { TAKES(JSON_BOOL), 0, decode_bool, encode_bool, bool_false, bool_false },
    [FIELD_INT] = { TAKES(JSON_NUMBER), 0, decode_int, encode_int, int_zero, int_zero },
    [FIELD_FLOAT] = { TAKES(JSON_NUMBER), 0, decode_float, encode_float, float_zero, float_zero },
    [FIELD_ENUM] = { TAKES(JSON_STRING), 0, decode_enum, encode_enum, enum_zero, enum_zero },
    [FIELD_TIME] = { ANY_TYPE, 0, decode_time, encode_time, never, int_zero },
    [FIELD_BYTES] = { TAKES(JSON_STRING), SPAN_SIZE, decode_bytes, encode_bytes, span_none, span_nil },
    [FIELD_RAW] = { ANY_TYPE, SPAN_SIZE, decode_raw, encode_raw, span_none, span_nil },
    [FIELD_OBJECT] = { TAKES(JSON_OBJECT), 0, decode_message, encode_message, never, message_zero },
    [FIELD_POINTER] = { ANY_TYPE, sizeof(void *), decode_pointer, encode_pointer, pointer_nil, pointer_nil },
    [FIELD_STRINGS] = { TAKES(JSON_ARRAY), LIST_SIZE, decode_strings, encode_strings, list_none, pointer_nil },
    [FIELD_OBJECTS] = { TAKES(JSON_ARRAY), LIST_SIZE, decode_objects, encode_objects, list_none, pointer_nil },
    [FIELD_POINTERS] = { 0, LIST_SIZE, NULL, encode_pointers, list_none, pointer_nil },
    [FIELD_STRING_MAP] = { TAKES(JSON_OBJECT), LIST_SIZE, decode_map, encode_map, list_none, pointer_nil },
};

bool codec_is_zero(const struct message *m, const void *from)
{
    for (size_t i = 0; i < m->n; i++)
        if (!codec_kinds[m->fields[i].kind].zero(&m->fields[i], (const char *)from + m->fields[i].offset))
            return false;
    return true;
}
