/* From JSON to structs. After the scan the text is known to be good, so one cursor reads it without checks.
 *
 *   decode_object   key → field → codec_kinds[field->kind].decode
 *     └ decode_object …                 (tables are shallow: plain recursion) */
#include "wire/codec_kinds.h"
#include "base/base64.h"

#include "base/utf8.h"
#include "wire/signature.h"
#include "sim/spec.h"
#include "wire/json_scan.h"
#include "wire/json_time.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH_MAX_BYTES = 512, KEY_MAX = 192 };

static const char *const type_names[JSON_TYPE_COUNT] = { "number", "object", "array", "string", "bool", "null" };

static void decode_object(struct decoder *d, const struct place *up, const struct message *m, void *into);

/* By a value's first byte; whatever is not in here begins a number. */
static enum json_type type_at(const char *p)
{
    static const unsigned char types[256] = {
        ['{'] = JSON_OBJECT, ['['] = JSON_ARRAY, ['"'] = JSON_STRING,
        ['t'] = JSON_BOOL,   ['f'] = JSON_BOOL,  ['n'] = JSON_NULL,
    };

    return (enum json_type)types[(unsigned char)*p];
}

static void skip_space(struct decoder *d)
{
    while (*d->p == ' ' || *d->p == '\n' || *d->p == '\t' || *d->p == '\r')
        d->p++;
}

/* The whole value at the cursor, passed over. */
static struct span take(struct decoder *d)
{
    size_t n = json_skip(span_of(d->p, (size_t)(d->end - d->p)));
    struct span value = span_of(d->p, n);

    d->p += n;
    return value;
}

/* The inside of the string at the cursor, passed over. */
static struct span take_string(struct decoder *d)
{
    struct span value = take(d);

    return span_of(value.p + 1, value.n - 2);
}

/* Ends an element or a member: true when the container goes on. */
static bool more_follow(struct decoder *d, char end)
{
    skip_space(d);
    if (*d->p == ',') {
        d->p++;
        skip_space(d);
    }
    return *d->p != end;
}

/* ---- decoding: errors ------------------------------------------------------------------------------------ */

static void path_of(const struct place *at, char out[PATH_MAX_BYTES])
{
    if (at->up) {
        path_of(at->up, out);
        size_t n = strlen(out);
        snprintf(out + n, PATH_MAX_BYTES - n, ".%s", at->field->name);
    } else {
        snprintf(out, PATH_MAX_BYTES, "%s", at->field->name);
    }
}

/* `literal`: the number's text where the reference quotes it, else empty. */
static void type_error(struct decoder *d, const struct place *at, enum json_type found, struct span literal,
                       const char *wanted)
{
    char path[PATH_MAX_BYTES];
    const char *gap = literal.n ? " " : "";

    if (d->complained)
        return;
    d->complained = true;
    if (!at) {
        error_set(d->error, ERR_INVALID, "json: cannot unmarshal %s into Go value of type %s", type_names[found],
                  wanted);
        return;
    }
    path_of(at, path);
    error_set(d->error, ERR_INVALID, "json: cannot unmarshal %s%s%.*s into Go struct field %s.%s of type %s",
              type_names[found], gap, SPAN_ARG(literal), at->message->go_struct, path, wanted);
}

/* The value at the cursor is of the wrong type: say so, once, and pass over it. */
static void refuse(struct decoder *d, const struct place *at, const char *wanted)
{
    type_error(d, at, type_at(d->p), (struct span){ NULL, 0 }, wanted);
    take(d);
}

/* ---- decoding: texts -------------------------------------------------------------------------------------- */

static bool is_clean(struct span raw)
{
    const char *p = raw.p, *end = raw.p + raw.n;

    while (p < end) {
        if (*p == '\\')
            return false;
        size_t n = (signed char)*p >= 0 ? 1 : utf8_length(p, (size_t)(end - p));
        if (!n)
            return false;
        p += n;
    }
    return true;
}

static uint32_t hex4(const char *p)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++) {
        char c = upper(p[i]);
        value = value << 4 | (uint32_t)(c >= 'A' ? c - 'A' + 10 : c - '0');
    }
    return value;
}

enum { REPLACEMENT = 0xfffd };

/* `\uXXXX` at `*p`, and its other half where it is a surrogate that has one. */
static uint32_t unescape_unicode(const char **p, const char *end)
{
    uint32_t rune = hex4(*p + 2);

    *p += 6;
    if (rune < 0xd800 || rune > 0xdfff)
        return rune;
    if (rune < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        uint32_t low = hex4(*p + 2);
        if (low >= 0xdc00 && low <= 0xdfff) {
            *p += 6;
            return 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    return REPLACEMENT;
}

/* Writes what the string says to `to`, which has room for three times as much; returns how much. */
static size_t unquote(struct span raw, char *to)
{
    static const char letters[] = "bfnrt", bytes[] = "\b\f\n\r\t";
    const char *p = raw.p, *end = raw.p + raw.n;
    size_t n = 0;

    while (p < end) {
        size_t length = utf8_length(p, (size_t)(end - p));
        if (*p == '\\' && p[1] == 'u') {
            n += utf8_put(to + n, unescape_unicode(&p, end));
        } else if (*p == '\\') {
            const char *letter = strchr(letters, p[1]);
            to[n++] = letter ? bytes[letter - letters] : p[1];
            p += 2;
        } else if (length) {
            memcpy(to + n, p, length);
            n += length;
            p += length;
        } else {
            n += utf8_put(to + n, REPLACEMENT);
            p++;
        }
    }
    return n;
}

/* An escape never says more bytes than it takes; a bad byte becomes three. */
static size_t unquoted_max(struct span raw)
{
    size_t n = raw.n;

    for (size_t i = 0; i < raw.n; i++)
        n += (signed char)raw.p[i] < 0 ? 2 : 0;
    return n;
}

/* What the string at the cursor says: borrowed where it can be, else in the arena. */
static struct span take_text(struct decoder *d)
{
    struct span raw = take_string(d);

    if (is_clean(raw))
        return raw;
    char *to = arena_alloc(d->arena, unquoted_max(raw));
    return to ? span_of(to, unquote(raw, to)) : (struct span){ NULL, 0 };
}

/* ---- decoding: one function a kind ------------------------------------------------------------------------- */

void decode_string(struct decoder *d, const struct place *at, void *to)
{
    struct span text = take_text(d);

    (void)at;
    memcpy(to, &text, sizeof text);
}

void decode_bool(struct decoder *d, const struct place *at, void *to)
{
    bool value = *take(d).p == 't';

    (void)at;
    memcpy(to, &value, sizeof value);
}

static bool parse_int(struct span text, int64_t *value)
{
    bool negative = text.p[0] == '-';
    int64_t sum = 0;

    for (size_t i = negative; i < text.n; i++) {
        int digit = text.p[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_sub_overflow(sum, digit, &sum))
            return false;
    }
    if (!negative && __builtin_sub_overflow(0, sum, &sum))
        return false;
    *value = sum;
    return true;
}

void decode_int(struct decoder *d, const struct place *at, void *to)
{
    struct span text = take(d);
    int64_t value;

    if (parse_int(text, &value))
        memcpy(to, &value, sizeof value);
    else
        type_error(d, at, JSON_NUMBER, text, at->field->go_type);
}

void decode_float(struct decoder *d, const struct place *at, void *to)
{
    struct span text = take(d);
    double value = strtod(text.p, NULL); /* a member's number has a byte after it that is no number's */

    if (isfinite(value))
        memcpy(to, &value, sizeof value);
    else
        type_error(d, at, JSON_NUMBER, text, at->field->go_type);
}

static void stop_at_enum(struct decoder *d, const struct enum_names *names, struct span text)
{
    const char *gap = strstr(names->unknown, "%.*s");

    MUST(gap);
    error_set(d->error, ERR_INVALID, "%.*s%.*s%s", (int)(gap - names->unknown), names->unknown, SPAN_ARG(text),
              gap + strlen("%.*s"));
    d->stopped = true;
}

void decode_enum(struct decoder *d, const struct place *at, void *to)
{
    const struct enum_names *names = at->field->names;
    struct span text = take_text(d);
    int value = enum_find(names, text);

    if (value < 0 && names->unknown) {
        stop_at_enum(d, names, text);
        return;
    }
    value = value < 0 ? 0 : value;
    memcpy(to, &value, sizeof value);
}

void decode_bytes(struct decoder *d, const struct place *at, void *to)
{
    struct span bytes, text = take_text(d);

    (void)at;
    if (base64_decode(text, d->arena, &bytes, d->complained ? NULL : d->error) == ERR_OK)
        memcpy(to, &bytes, sizeof bytes);
    else
        d->complained = true;
}

void decode_raw(struct decoder *d, const struct place *at, void *to)
{
    struct span value = take(d);

    (void)at;
    memcpy(to, &value, sizeof value);
}

void decode_message(struct decoder *d, const struct place *at, void *to)
{
    decode_object(d, at, at->field->message, to);
}

/* As in the reference, the object is made even for a value of the wrong type. */
void decode_pointer(struct decoder *d, const struct place *at, void *to)
{
    void *object;

    memcpy(&object, to, sizeof object);
    if (!object)
        object = arena_alloc(d->arena, at->field->message->size);
    memcpy(to, &object, sizeof object);
    if (type_at(d->p) != JSON_OBJECT)
        refuse(d, at, at->field->go_type);
    else if (object)
        decode_object(d, at, at->field->message, object);
    else
        take(d);
}

/* Element `i` of the list, made where there is none yet; NULL when there is no memory. */
static void *list_element(struct decoder *d, struct list *list, size_t *room, size_t size, size_t i)
{
    if (i < list->n)
        return (char *)list->at + i * size;
    if (i > list->n) /* one before it found no memory */
        return NULL;
    if (i == *room) {
        size_t wanted = *room < 4 ? 4 : *room * 2;
        void *at = arena_alloc(d->arena, wanted * size);
        if (!at)
            return NULL;
        if (i)
            memcpy(at, list->at, i * size);
        list->at = at;
        *room = wanted;
    }
    list->n = i + 1;
    return (char *)list->at + i * size;
}

/* Over the elements that are there, then new ones; what was there beyond the last is dropped. `takes`:
 * the JSON type of an element. */
static void decode_list(struct decoder *d, const struct place *at, void *to, enum json_type takes, size_t size,
                        decode_fn *element)
{
    struct list list;
    size_t n = 0;

    memcpy(&list, to, sizeof list);
    size_t room = list.n;
    d->p++;
    skip_space(d);
    for (bool more = *d->p != ']'; more; more = !d->stopped && more_follow(d, ']')) {
        enum json_type found = type_at(d->p);
        void *into = list_element(d, &list, &room, size, n++);
        if (!into || found == JSON_NULL)
            take(d);
        else if (found == takes)
            element(d, at, into);
        else
            refuse(d, at, at->field->go_element_type);
    }
    d->p++;
    list.n = n < list.n ? n : list.n;
    if (n == 0)
        list.at = arena_alloc(d->arena, 0);
    memcpy(to, &list, sizeof list);
}

void decode_strings(struct decoder *d, const struct place *at, void *to)
{
    decode_list(d, at, to, JSON_STRING, sizeof(struct span), decode_string);
}

void decode_objects(struct decoder *d, const struct place *at, void *to)
{
    decode_list(d, at, to, JSON_OBJECT, at->field->message->size, decode_message);
}

/* A map's entry on its way to its place: of equal keys the latest stays. */
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

static void entry_add(struct decoder *d, struct list *entries, size_t *room, struct span_pair pair)
{
    struct entry *entry = list_element(d, entries, room, sizeof *entry, entries->n);

    if (entry)
        *entry = (struct entry){ pair, entries->n };
}

static struct span_pair decode_map_entry(struct decoder *d, const struct place *at)
{
    struct span_pair pair = { .key = take_text(d) };

    skip_space(d);
    d->p++;
    skip_space(d);
    if (type_at(d->p) == JSON_STRING)
        pair.value = take_text(d);
    else if (type_at(d->p) == JSON_NULL)
        take(d);
    else
        refuse(d, at, at->field->go_element_type);
    return pair;
}

void decode_map(struct decoder *d, const struct place *at, void *to)
{
    struct span_map map;
    struct list entries = { NULL, 0 };
    size_t room = 0;

    memcpy(&map, to, sizeof map);
    for (size_t i = 0; i < map.n; i++)
        entry_add(d, &entries, &room, map.at[i]);
    d->p++;
    skip_space(d);
    for (bool more = *d->p != '}'; more; more = more_follow(d, '}')) {
        struct span_pair pair = decode_map_entry(d, at);
        entry_add(d, &entries, &room, pair);
    }
    d->p++;
    map = map_of(d, entries.at, entries.n);
    memcpy(to, &map, sizeof map);
}

/* ---- decoding: times ----------------------------------------------------------------------------------------- */

static void stop_at_time(struct decoder *d, const struct time_reader *r, struct span text)
{
    d->stopped = true;
    if (r->expected)
        error_set(d->error, ERR_INVALID,
                  "parsing time \"%.*s\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"%.*s\" as \"%s\"",
                  SPAN_ARG(text), SPAN_ARG(r->left), r->expected);
    else if (r->range)
        error_set(d->error, ERR_INVALID, "parsing time \"%.*s\": %s out of range", SPAN_ARG(text), r->range);
    else
        error_set(d->error, ERR_INVALID, "parsing time \"%.*s\": extra text: \"%.*s\"", SPAN_ARG(text),
                  SPAN_ARG(r->left));
}

void decode_time(struct decoder *d, const struct place *at, void *to)
{
    struct span value = take(d);

    (void)at;
    if (value.p[0] != '"') {
        error_set(d->error, ERR_INVALID, "Time.UnmarshalJSON: input is not a JSON string");
        d->stopped = true;
        return;
    }
    struct span text = span_of(value.p + 1, value.n - 2);
    struct time_reader reader = { .left = text };
    int64_t ns = json_read_time(&reader);
    if (reader.expected || reader.range || reader.left.n)
        stop_at_time(d, &reader, text);
    else
        memcpy(to, &ns, sizeof ns);
}

/* ---- messages ------------------------------------------------------------------------------------------------ */

static const struct field *field_named(const struct message *m, struct span key)
{
    char first = key.n ? key.p[0] : '\0';

    for (size_t i = 0; i < m->n; i++)
        if (m->fields[i].name[0] == first && span_is(key, m->fields[i].name))
            return &m->fields[i];
    for (size_t i = 0; i < m->n; i++)
        if (fold_equal(m->fields[i].name, key))
            return &m->fields[i];
    return NULL;
}

/* The field that the key at the cursor names, passed over up to the value. */
static const struct field *take_key(struct decoder *d, const struct message *m)
{
    char room[3 * KEY_MAX];
    struct span key = take_string(d);

    if (!is_clean(key)) /* a longer one is no field's name, however it is written */
        key = span_of(room, key.n <= KEY_MAX ? unquote(key, room) : 0);
    skip_space(d);
    d->p++;
    skip_space(d);
    return field_named(m, key);
}

static void decode_field(struct decoder *d, const struct place *at, void *to)
{
    const struct kind_row *kind = &codec_kinds[at->field->kind];
    enum json_type found = type_at(d->p);

    MUST(kind->decode);
    if (found == JSON_NULL) {
        if (kind->nil_size)
            memset(to, 0, kind->nil_size);
        take(d);
    } else if (kind->takes & TAKES(found)) {
        kind->decode(d, at, to);
    } else {
        refuse(d, at, at->field->go_type);
    }
}

static void decode_object(struct decoder *d, const struct place *up, const struct message *m, void *into)
{
    d->p++;
    skip_space(d);
    for (bool more = *d->p != '}'; more; more = !d->stopped && more_follow(d, '}')) {
        struct place here = { up, m, take_key(d, m) };
        if (here.field)
            decode_field(d, &here, (char *)into + here.field->offset);
        else
            take(d);
    }
    d->p++;
}

enum err codec_decode(const struct message *m, void *into, struct span value, struct arena *arena, struct error *error)
{
    struct decoder d = { .p = value.p, .end = value.p + value.n, .arena = arena, .error = error };
    enum json_type found = type_at(d.p);

    if (found == JSON_OBJECT)
        decode_object(&d, NULL, m, into);
    else if (found != JSON_NULL)
        refuse(&d, NULL, m->go_type);
    if (arena->failed)
        return error_set(error, ERR_NOMEM, "no memory for the request");
    return d.stopped || d.complained ? ERR_INVALID : ERR_OK;
}

enum err codec_read(const struct message *m, void *into, struct span text, struct arena *arena, struct error *error)
{
    struct span value;
    enum err err = json_scan(text, &value, NULL, error);

    return err ? err : codec_decode(m, into, value, arena, error);
}
