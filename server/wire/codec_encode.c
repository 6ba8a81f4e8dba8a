/* From structs to JSON: a field's kind finds its function. */
#include "wire/codec.h"

#include "base/base64.h"
#include "wire/json_put.h"

struct encoder {
    struct buf *out;
    int zone;
};

typedef void encode_fn(const struct encoder *e, const struct field *f, const void *from);

/* The layout of every list. */
struct list {
    const void *at;
    size_t n;
};

enum { ZERO_MAX = 2048 };

/* What a NULL POINTER with ZERO_OBJECT prints. */
static const _Alignas(16) char zeros[ZERO_MAX];

static void encode_string(const struct encoder *e, const struct field *f, const void *from)
{
    (void)f;
    json_put_string(e->out, *(const struct span *)from);
}

static void encode_bool(const struct encoder *e, const struct field *f, const void *from)
{
    (void)f;
    buf_text(e->out, *(const bool *)from ? "true" : "false");
}

static void encode_int(const struct encoder *e, const struct field *f, const void *from)
{
    (void)f;
    json_put_int(e->out, *(const int64_t *)from);
}

static void encode_float(const struct encoder *e, const struct field *f, const void *from)
{
    (void)f;
    json_put_float(e->out, *(const double *)from);
}

static void encode_enum(const struct encoder *e, const struct field *f, const void *from)
{
    int value = *(const int *)from;

    MUST(value >= 0 && value < f->names->count);
    json_put_string(e->out, span_text(f->names->names[value]));
}

static void encode_time(const struct encoder *e, const struct field *f, const void *from)
{
    (void)f;
    json_put_time(e->out, *(const int64_t *)from, e->zone);
}

static void encode_bytes(const struct encoder *e, const struct field *f, const void *from)
{
    struct span bytes = *(const struct span *)from;

    (void)f;
    if (!bytes.p) {
        buf_text(e->out, "null");
        return;
    }
    buf_char(e->out, '"');
    base64_encode(e->out, bytes);
    buf_char(e->out, '"');
}

static void encode_raw(const struct encoder *e, const struct field *f, const void *from)
{
    struct span value = *(const struct span *)from;

    (void)f;
    buf_span(e->out, value.p ? value : SPAN("null"));
}

static void encode_message(const struct encoder *e, const struct field *f, const void *from)
{
    codec_encode(e->out, f->message, from, e->zone);
}

static void encode_pointer(const struct encoder *e, const struct field *f, const void *from)
{
    const void *object;

    memcpy(&object, from, sizeof object);
    if (!object && f->flags & (ZERO_OBJECT | GO_VALUE)) {
        MUST(f->message->size <= sizeof zeros);
        object = zeros;
    }
    if (object)
        encode_message(e, f, object);
    else
        buf_text(e->out, "null");
}

static void encode_list(const struct encoder *e, const struct field *f, const void *from, size_t size,
                        encode_fn *element)
{
    struct list list;

    memcpy(&list, from, sizeof list);
    if (!list.at && !(f->flags & EMPTY_LIST)) {
        buf_text(e->out, "null");
        return;
    }
    buf_char(e->out, '[');
    for (size_t i = 0; i < list.n; i++) {
        if (i)
            buf_char(e->out, ',');
        element(e, f, (const char *)list.at + i * size);
    }
    buf_char(e->out, ']');
}

static void encode_strings(const struct encoder *e, const struct field *f, const void *from)
{
    encode_list(e, f, from, sizeof(struct span), encode_string);
}

static void encode_objects(const struct encoder *e, const struct field *f, const void *from)
{
    encode_list(e, f, from, f->message->size, encode_message);
}

static void encode_pointers(const struct encoder *e, const struct field *f, const void *from)
{
    encode_list(e, f, from, sizeof(void *), encode_pointer);
}

/* The pair after `last` by key. In a sorted map, as decoding leaves it, that is the next one. */
static const struct span_pair *map_next(const struct span_map *map, const struct span_pair *last, bool sorted)
{
    const struct span_pair *best = NULL;

    if (sorted)
        return last ? last + 1 : map->at;
    for (size_t i = 0; i < map->n; i++)
        if ((!last || span_cmp(map->at[i].key, last->key) > 0) && (!best || span_cmp(map->at[i].key, best->key) < 0))
            best = &map->at[i];
    return best;
}

static bool map_sorted(const struct span_map *map)
{
    for (size_t i = 1; i < map->n; i++)
        if (span_cmp(map->at[i - 1].key, map->at[i].key) >= 0)
            return false;
    return true;
}

static void encode_map(const struct encoder *e, const struct field *f, const void *from)
{
    const struct span_map *map = from;
    bool sorted = map_sorted(map);

    if (!map->at && !(f->flags & EMPTY_LIST)) {
        buf_text(e->out, "null");
        return;
    }
    buf_char(e->out, '{');
    const struct span_pair *pair = NULL;
    for (size_t i = 0; i < map->n; i++) {
        pair = map_next(map, pair, sorted);
        if (!pair)
            break; /* a key was there twice */
        if (i)
            buf_char(e->out, ',');
        json_put_string(e->out, pair->key);
        buf_char(e->out, ':');
        json_put_string(e->out, pair->value);
    }
    buf_char(e->out, '}');
}

/* `{"name":` or `,"name":` in one append. */
static void put_key(struct buf *out, char before, const char *name)
{
    size_t n = strlen(name);
    char *p = buf_reserve(out, n + 4);

    if (!p)
        return;
    p[0] = before;
    p[1] = '"';
    memcpy(p + 2, name, n);
    memcpy(p + 2 + n, "\":", 3); /* with the NUL that buf keeps */
    out->n += n + 4;
}

static encode_fn *const encoders[FIELD_KIND_COUNT] = {
    [FIELD_STRING] = encode_string,     [FIELD_BOOL] = encode_bool,         [FIELD_INT] = encode_int,
    [FIELD_FLOAT] = encode_float,       [FIELD_ENUM] = encode_enum,         [FIELD_TIME] = encode_time,
    [FIELD_BYTES] = encode_bytes,       [FIELD_RAW] = encode_raw,           [FIELD_OBJECT] = encode_message,
    [FIELD_POINTER] = encode_pointer,   [FIELD_STRINGS] = encode_strings,   [FIELD_OBJECTS] = encode_objects,
    [FIELD_POINTERS] = encode_pointers, [FIELD_STRING_MAP] = encode_map,
};

void codec_encode(struct buf *out, const struct message *m, const void *from, int zone)
{
    const struct encoder e = { out, zone };
    char before = '{';

    for (size_t i = 0; i < m->n; i++) {
        const struct field *f = &m->fields[i];
        const void *value = (const char *)from + f->offset;
        if (f->flags & OMIT_EMPTY && codec_is_empty(f, value))
            continue;
        put_key(out, before, f->name);
        encoders[f->kind](&e, f, value);
        before = ',';
    }
    buf_text(out, before == '{' ? "{}" : "}");
}
