/* From structs to JSON: field → codec_kinds[field->kind].encode. */
#include "wire/codec_kinds.h"
#include "base/base64.h"

#include "wire/signature.h"
#include "sim/spec.h"

#include <stdlib.h>

enum { ZERO_MAX = 2048 };

/* What a POINTER prints from when it is NULL but must print an object. */
static const _Alignas(16) char zeros[ZERO_MAX];

void encode_string(const struct encoder *e, const struct field *f, const void *from)
{
    (void)f;
    json_put_string(e->out, *(const struct span *)from);
}

void encode_bool(const struct encoder *e, const struct field *f, const void *from)
{
    (void)f;
    buf_text(e->out, *(const bool *)from ? "true" : "false");
}

void encode_int(const struct encoder *e, const struct field *f, const void *from)
{
    (void)f;
    json_put_int(e->out, *(const int64_t *)from);
}

void encode_float(const struct encoder *e, const struct field *f, const void *from)
{
    (void)f;
    json_put_float(e->out, *(const double *)from);
}

void encode_enum(const struct encoder *e, const struct field *f, const void *from)
{
    int value = *(const int *)from;

    MUST(value >= 0 && value < f->names->count);
    json_put_string(e->out, span_text(f->names->names[value]));
}

void encode_time(const struct encoder *e, const struct field *f, const void *from)
{
    (void)f;
    json_put_time(e->out, *(const int64_t *)from, e->zone);
}

void encode_bytes(const struct encoder *e, const struct field *f, const void *from)
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

void encode_raw(const struct encoder *e, const struct field *f, const void *from)
{
    struct span value = *(const struct span *)from;

    (void)f;
    buf_span(e->out, value.p ? value : SPAN("null"));
}

void encode_message(const struct encoder *e, const struct field *f, const void *from)
{
    codec_encode(e->out, f->message, from, e->zone);
}

void encode_pointer(const struct encoder *e, const struct field *f, const void *from)
{
    const void *object;

    memcpy(&object, from, sizeof object);
    if (!object && f->flags & ZERO_OBJECT) {
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

void encode_strings(const struct encoder *e, const struct field *f, const void *from)
{
    encode_list(e, f, from, sizeof(struct span), encode_string);
}

void encode_objects(const struct encoder *e, const struct field *f, const void *from)
{
    encode_list(e, f, from, f->message->size, encode_message);
}

void encode_pointers(const struct encoder *e, const struct field *f, const void *from)
{
    encode_list(e, f, from, sizeof(void *), encode_pointer);
}

/* The pair that comes after `last` by key. Decoded maps are in order: then it is the next one. */
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

void encode_map(const struct encoder *e, const struct field *f, const void *from)
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
            break; /* a key stood twice */
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

void codec_encode(struct buf *out, const struct message *m, const void *from, int zone)
{
    const struct encoder e = { out, zone };
    char before = '{';

    for (size_t i = 0; i < m->n; i++) {
        const struct field *f = &m->fields[i];
        const struct kind_row *kind = &codec_kinds[f->kind];
        const void *value = (const char *)from + f->offset;
        if (f->flags & OMIT_EMPTY && kind->empty(f, value))
            continue;
        put_key(out, before, f->name);
        kind->encode(&e, f, value);
        before = ',';
    }
    buf_text(out, before == '{' ? "{}" : "}");
}
