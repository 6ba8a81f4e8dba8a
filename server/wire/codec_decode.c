/* From JSON to structs: a key finds its field, the field's kind its function.
 *
 *   decode_object → decode_field → kinds[field->kind].decode → decode_object … (tables are shallow: plain recursion) */
#include "wire/decoder.h"

#include "wire/json_items.h"
#include "wire/json_scan.h"

#include <stdlib.h>

/* The layout of every list. */
struct list {
    void *at;
    size_t n;
};

static void decode_object(struct decoder *d, const struct place *up, const struct message *m, void *into);

static void decode_message(struct decoder *d, const struct place *at, void *to)
{
    decode_object(d, at, at->field->message, to);
}

/* As in Go, the object is allocated even for a value of the wrong type. */
static void decode_pointer(struct decoder *d, const struct place *at, void *to)
{
    void *object;

    memcpy(&object, to, sizeof object);
    if (!object)
        object = arena_alloc(d->arena, at->field->message->size);
    memcpy(to, &object, sizeof object);
    if (decoder_type(d->p) != JSON_OBJECT)
        decoder_refuse(d, at, false);
    else if (object)
        decode_object(d, at, at->field->message, object);
    else
        decoder_take(d);
}

/* How many elements or members the array or object at the cursor has. */
static size_t count_items(const struct decoder *d)
{
    return json_items_count(span_of(d->p, (size_t)(d->end - d->p)));
}

/* Makes room for exactly `n` elements. Returns how many there is room for: without memory no more than there are. */
static size_t reserve(struct decoder *d, struct list *list, size_t n, size_t size)
{
    if (n <= list->n && list->at)
        return list->n;
    void *at = arena_alloc(d->arena, n * size);
    if (!at)
        return list->n;
    if (list->n)
        memcpy(at, list->at, list->n * size);
    list->at = at;
    return n;
}

/* Decodes over the existing elements, then appends; existing elements beyond the last one are dropped, as in Go.
 * `takes`: the JSON type of an element. */
static void decode_list(struct decoder *d, const struct place *at, void *to, enum json_type takes, size_t size,
                        decode_fn *element)
{
    struct list list;
    size_t n = 0;

    memcpy(&list, to, sizeof list);
    size_t room = reserve(d, &list, count_items(d), size);
    d->p++;
    decoder_skip_space(d);
    for (bool more = *d->p != ']'; more; more = !d->stopped && decoder_more(d, ']'), n++) {
        enum json_type found = decoder_type(d->p);
        if (n >= room || found == JSON_NULL)
            decoder_take(d);
        else if (found == takes)
            element(d, at, (char *)list.at + n * size);
        else
            decoder_refuse(d, at, true);
    }
    d->p++;
    list.n = n < room ? n : room;
    memcpy(to, &list, sizeof list);
}

static void decode_strings(struct decoder *d, const struct place *at, void *to)
{
    decode_list(d, at, to, JSON_STRING, sizeof(struct span), decode_string);
}

static void decode_objects(struct decoder *d, const struct place *at, void *to)
{
    decode_list(d, at, to, JSON_OBJECT, at->field->message->size, decode_message);
}

/* An entry of a map that is being decoded: of equal keys the latest is kept. */
struct entry {
    struct span_pair pair;
    size_t order;
};

static int entry_cmp(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int c = span_cmp(x->pair.key, y->pair.key);

    return c ? c : x->order < y->order ? -1 : 1;
}

/* The entries by key, once each. */
static struct span_map map_of(struct decoder *d, struct entry *entries, size_t n)
{
    struct span_map map = { arena_alloc(d->arena, n * sizeof *map.at), 0 };

    if (!map.at)
        return map;
    if (n > 1)
        qsort(entries, n, sizeof *entries, entry_cmp);
    for (size_t i = 0; i < n; i++)
        if (i + 1 == n || !span_eq(entries[i].pair.key, entries[i + 1].pair.key))
            map.at[map.n++] = entries[i].pair;
    return map;
}

static struct span_pair decode_map_entry(struct decoder *d, const struct place *at)
{
    struct span_pair pair = { .key = decode_text(d) };

    decoder_skip_space(d);
    d->p++;
    decoder_skip_space(d);
    if (decoder_type(d->p) == JSON_STRING)
        pair.value = decode_text(d);
    else if (decoder_type(d->p) == JSON_NULL)
        decoder_take(d);
    else
        decoder_refuse(d, at, true);
    return pair;
}

/* Decodes the members behind the `n` entries that there are; returns how many there are then. */
static size_t decode_entries(struct decoder *d, const struct place *at, struct entry *entries, size_t n)
{
    d->p++;
    decoder_skip_space(d);
    for (bool more = *d->p != '}'; more; more = decoder_more(d, '}'), n++)
        entries[n] = (struct entry){ decode_map_entry(d, at), n };
    d->p++;
    return n;
}

static void decode_map(struct decoder *d, const struct place *at, void *to)
{
    struct span_map map;
    size_t n = count_items(d);

    memcpy(&map, to, sizeof map);
    if (n == 0 && map.at) {
        decoder_take(d);
        return;
    }
    struct entry *entries = malloc((map.n + n + 1) * sizeof *entries);
    if (!entries) {
        d->arena->failed = true;
        decoder_take(d);
        return;
    }
    for (size_t i = 0; i < map.n; i++)
        entries[i] = (struct entry){ map.at[i], i };
    n = decode_entries(d, at, entries, map.n);
    map = map_of(d, entries, n);
    free(entries);
    memcpy(to, &map, sizeof map);
}

static const struct field *field_named(const struct message *m, struct span key)
{
    char first = key.n ? key.p[0] : '\0';

    for (size_t i = 0; i < m->n; i++)
        if (m->fields[i].name[0] == first && span_is(key, m->fields[i].name))
            return &m->fields[i];
    for (size_t i = 0; i < m->n; i++)
        if (codec_fold_equal(m->fields[i].name, key))
            return &m->fields[i];
    return NULL;
}

/* The field that the key at the cursor names; the cursor moves to the value. */
static const struct field *take_key(struct decoder *d, const struct message *m)
{
    char room[KEY_ROOM];
    struct span key = decode_key(d, room);

    decoder_skip_space(d);
    d->p++;
    decoder_skip_space(d);
    return field_named(m, key);
}

#define TAKES(type) (1u << (type))
enum { ANY_TYPE = (1u << JSON_TYPE_COUNT) - 1, SPAN_SIZE = sizeof(struct span), LIST_SIZE = sizeof(struct list) };

static const struct {
    unsigned takes;    /* the JSON types it reads */
    size_t nil_size;   /* null clears so many bytes; 0: null leaves the member unchanged */
    decode_fn *decode; /* NULL: encoding only */
} kinds[FIELD_KIND_COUNT] = {
    [FIELD_STRING] = { TAKES(JSON_STRING), 0, decode_string },
    [FIELD_BOOL] = { TAKES(JSON_BOOL), 0, decode_bool },
    [FIELD_INT] = { TAKES(JSON_NUMBER), 0, decode_int },
    [FIELD_FLOAT] = { TAKES(JSON_NUMBER), 0, decode_float },
    [FIELD_ENUM] = { TAKES(JSON_STRING), 0, decode_enum },
    [FIELD_TIME] = { ANY_TYPE, 0, decode_time },
    [FIELD_BYTES] = { TAKES(JSON_STRING), SPAN_SIZE, decode_bytes },
    [FIELD_RAW] = { ANY_TYPE, SPAN_SIZE, decode_raw },
    [FIELD_OBJECT] = { TAKES(JSON_OBJECT), 0, decode_message },
    [FIELD_POINTER] = { ANY_TYPE, sizeof(void *), decode_pointer },
    [FIELD_STRINGS] = { TAKES(JSON_ARRAY), LIST_SIZE, decode_strings },
    [FIELD_OBJECTS] = { TAKES(JSON_ARRAY), LIST_SIZE, decode_objects },
    [FIELD_POINTERS] = { 0, LIST_SIZE, NULL },
    [FIELD_STRING_MAP] = { TAKES(JSON_OBJECT), LIST_SIZE, decode_map },
};

static void decode_field(struct decoder *d, const struct place *at, void *to)
{
    enum field_kind kind = at->field->kind;
    enum json_type found = decoder_type(d->p);

    MUST(kinds[kind].decode);
    if (found == JSON_NULL) {
        if (kinds[kind].nil_size && !(at->field->flags & GO_VALUE))
            memset(to, 0, kinds[kind].nil_size);
        decoder_take(d);
    } else if (kinds[kind].takes & TAKES(found)) {
        kinds[kind].decode(d, at, to);
    } else {
        decoder_refuse(d, at, false);
    }
}

static void decode_object(struct decoder *d, const struct place *up, const struct message *m, void *into)
{
    d->p++;
    decoder_skip_space(d);
    for (bool more = *d->p != '}'; more; more = !d->stopped && decoder_more(d, '}')) {
        struct place here = { up, m, take_key(d, m) };
        if (here.field)
            decode_field(d, &here, (char *)into + here.field->offset);
        else
            decoder_take(d);
    }
    d->p++;
}

enum err codec_decode(const struct message *m, void *into, struct span value, struct arena *arena, struct span *why)
{
    struct decoder d = { .p = value.p, .end = value.p + value.n, .arena = arena, .why = SPAN("no memory for the request") };
    enum json_type found = decoder_type(d.p);

    if (found == JSON_OBJECT)
        decode_object(&d, NULL, m, into);
    else if (found != JSON_NULL)
        decoder_message_error(&d, m);
    if (why)
        *why = d.why;
    if (arena->failed)
        return ERR_NOMEM;
    return d.complained ? ERR_INVALID : ERR_OK;
}

enum err codec_read(const struct message *m, void *into, struct span text, struct arena *arena, struct error *error)
{
    struct span value, why;
    enum err err = json_scan(text, &value, NULL, error);

    if (err)
        return err;
    err = codec_decode(m, into, value, arena, &why);
    return err ? error_set(error, err, "%.*s", SPAN_ARG(why)) : ERR_OK;
}
