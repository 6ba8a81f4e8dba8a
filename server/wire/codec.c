/* What decoder and encoder share about the kinds of field. */
#include "wire/codec.h"

#include "base/ascii.h"
#include "wire/json_put.h"

/* ---- names ---------------------------------------------------------------------------------------------------- */

bool codec_fold_equal(const char *name, struct span text)
{
    static const struct {
        char letter;
        struct span sign;
    } signs[] = { { 'K', { "\u212a", 3 } }, { 'S', { "\u017f", 2 } } };

    for (; *name; name++) {
        size_t n = text.n && ascii_upper(*name) == ascii_upper(*text.p);
        for (size_t i = 0; !n && i < sizeof signs / sizeof *signs; i++)
            if (ascii_upper(*name) == signs[i].letter && span_starts(text, signs[i].sign))
                n = signs[i].sign.n;
        if (!n)
            return false;
        text = span_of(text.p + n, text.n - n);
    }
    return text.n == 0;
}

/* The real requester trims what Unicode calls white space. */
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

int codec_enum_find(const struct enum_names *names, struct span text)
{
    struct span trimmed = names->trim ? trim_unicode(text) : text;

    for (int i = names->first; i < names->count; i++)
        if (codec_fold_equal(names->names[i], trimmed))
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
    return json_same_number(*(const double *)from, 0);
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

static bool pointer_zero(const struct field *f, const void *from)
{
    const void *object;

    memcpy(&object, from, sizeof object);
    return !object || (f->flags & GO_VALUE && codec_is_zero(f->message, object));
}

static bool list_none(const struct field *f, const void *from)
{
    struct span_list list;

    (void)f;
    memcpy(&list, from, sizeof list);
    return list.n == 0;
}

static bool message_zero(const struct field *f, const void *from)
{
    return codec_is_zero(f->message, from);
}

/* ---- the table ---------------------------------------------------------------------------------------------- */

typedef bool test_fn(const struct field *f, const void *from);

static const struct {
    test_fn *empty; /* OMIT_EMPTY leaves it out */
    test_fn *zero;  /* it is Go's zero value */
} kinds[FIELD_KIND_COUNT] = {
    [FIELD_STRING] = { span_none, span_none },     [FIELD_BOOL] = { bool_false, bool_false },
    [FIELD_INT] = { int_zero, int_zero },          [FIELD_FLOAT] = { float_zero, float_zero },
    [FIELD_ENUM] = { enum_zero, enum_zero },       [FIELD_TIME] = { never, int_zero },
    [FIELD_BYTES] = { span_none, span_nil },       [FIELD_RAW] = { span_none, span_nil },
    [FIELD_OBJECT] = { never, message_zero },      [FIELD_POINTER] = { pointer_nil, pointer_zero },
    [FIELD_STRINGS] = { list_none, pointer_nil },  [FIELD_OBJECTS] = { list_none, pointer_nil },
    [FIELD_POINTERS] = { list_none, pointer_nil }, [FIELD_STRING_MAP] = { list_none, pointer_nil },
};

bool codec_is_empty(const struct field *f, const void *from)
{
    return kinds[f->kind].empty(f, from);
}

bool codec_is_zero(const struct message *m, const void *from)
{
    for (size_t i = 0; i < m->n; i++)
        if (!kinds[m->fields[i].kind].zero(&m->fields[i], (const char *)from + m->fields[i].offset))
            return false;
    return true;
}
