/* Messages in and out, driven by tables.
 *
 *   json_scan finds the value good
 *     └ decode_object   key → field → kinds[field->kind].decode
 *         └ decode_object …               (tables are shallow: plain recursion)
 *   codec_encode        field → kinds[field->kind].encode
 *
 * After the scan the text is known to be good, so decoding reads it with one cursor and no checks. One
 * row of `kinds` says everything about a kind of field. */
#include "wire/codec.h"

#include "core/signature.h"
#include "core/spec.h"
#include "wire/json_scan.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH_MAX_BYTES = 512, KEY_MAX = 192, ZERO_MAX = 2048 };

static const int64_t SECOND = 1000000000;

/* ---- bytes ---------------------------------------------------------------------------------------------- */

/* Length of the well-formed UTF-8 sequence at `p`, 0 when there is none. */
static size_t utf8_length(const char *p, size_t n)
{
    static const struct {
        unsigned char first, last, low, high; /* first byte from-to, second byte from-to */
        size_t length;
    } rows[] = {
        { 0x00, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
        { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
        { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
    };
    const unsigned char *u = (const unsigned char *)p;

    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        if (u[0] < rows[r].first || u[0] > rows[r].last)
            continue;
        size_t length = rows[r].length;
        if (length > n || (length > 1 && (u[1] < rows[r].low || u[1] > rows[r].high)))
            return 0;
        for (size_t i = 2; i < length; i++)
            if (u[i] < 0x80 || u[i] > 0xbf)
                return 0;
        return length;
    }
    return 0;
}

static size_t utf8_put(char *to, uint32_t rune)
{
    if (rune < 0x80) {
        to[0] = (char)rune;
        return 1;
    }
    size_t n = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = n; i-- > 1; rune >>= 6)
        to[i] = (char)(0x80 | (rune & 0x3f));
    to[0] = (char)(lead[n] | rune);
    return n;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Equal but for case, as Unicode folds an ASCII `name`: the Kelvin sign is a k, the long s an s. */
static bool fold_equal(const char *name, struct span text)
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

/* ---- decoding: the cursor ------------------------------------------------------------------------------- */

enum json_type { JSON_NUMBER, JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_BOOL, JSON_NULL, JSON_TYPE_COUNT };
#define TAKES(type) (1u << (type))

static const char *const type_names[JSON_TYPE_COUNT] = { "number", "object", "array", "string", "bool", "null" };

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

typedef void decode_fn(struct decoder *d, const struct place *at, void *to);

static void decode_string(struct decoder *d, const struct place *at, void *to)
{
    struct span text = take_text(d);

    (void)at;
    memcpy(to, &text, sizeof text);
}

static void decode_bool(struct decoder *d, const struct place *at, void *to)
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

static void decode_int(struct decoder *d, const struct place *at, void *to)
{
    struct span text = take(d);
    int64_t value;

    if (parse_int(text, &value))
        memcpy(to, &value, sizeof value);
    else
        type_error(d, at, JSON_NUMBER, text, at->field->go_type);
}

static void decode_float(struct decoder *d, const struct place *at, void *to)
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

static void decode_enum(struct decoder *d, const struct place *at, void *to)
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

static void decode_bytes(struct decoder *d, const struct place *at, void *to)
{
    struct span bytes, text = take_text(d);

    (void)at;
    if (base64_decode(text, d->arena, &bytes, d->complained ? NULL : d->error) == ERR_OK)
        memcpy(to, &bytes, sizeof bytes);
    else
        d->complained = true;
}

static void decode_raw(struct decoder *d, const struct place *at, void *to)
{
    struct span value = take(d);

    (void)at;
    memcpy(to, &value, sizeof value);
}

static void decode_message(struct decoder *d, const struct place *at, void *to)
{
    decode_object(d, at, at->field->message, to);
}

/* As in the reference, the object is made even for a value of the wrong type. */
static void decode_pointer(struct decoder *d, const struct place *at, void *to)
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

static void decode_strings(struct decoder *d, const struct place *at, void *to)
{
    decode_list(d, at, to, JSON_STRING, sizeof(struct span), decode_string);
}

static void decode_objects(struct decoder *d, const struct place *at, void *to)
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

static void decode_map(struct decoder *d, const struct place *at, void *to)
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

/* ---- times ------------------------------------------------------------------------------------------------ */

struct civil {
    int year, month, day, hour, minute, second;
};

/* Days since 1970 of a date, and back: the year begins in March, so that a leap day is its last. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static struct civil civil_of(int64_t seconds)
{
    int64_t days = seconds / 86400, rest = seconds % 86400;

    if (rest < 0) {
        rest += 86400;
        days--;
    }
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    int month = (int)(m < 10 ? m + 3 : m - 9);

    return (struct civil){ (int)(y + era * 400) + (month <= 2), month, (int)(of_year - (153 * m + 2) / 5 + 1),
                           (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60) };
}

static int days_in(int year, int month)
{
    return (int)(month == 12 ? 31 : days_of(year, month + 1, 1) - days_of(year, month, 1));
}

/* The layout's pieces in order; `into` < 0: the piece stands for itself. */
static const struct time_piece {
    const char *text;
    int into; /* index of the number read */
    size_t least, most; /* digits */
    int from, to;
    const char *name;
} time_pieces[] = {
    { "2006", 0, 4, 4, 0, 9999, "year" }, { "-", -1, 0, 0, 0, 0, NULL },       { "01", 1, 2, 2, 1, 12, "month" },
    { "-", -1, 0, 0, 0, 0, NULL },        { "02", 2, 2, 2, 0, 99, "day" },     { "T", -1, 0, 0, 0, 0, NULL },
    { "15", 3, 1, 2, 0, 23, "hour" },     { ":", -1, 0, 0, 0, 0, NULL },       { "04", 4, 2, 2, 0, 59, "minute" },
    { ":", -1, 0, 0, 0, 0, NULL },        { "05", 5, 2, 2, 0, 59, "second" },
};

enum { TIME_NUMBERS = 6 };

/* A text on its way to a moment: what is left of it, and what is wrong with it. */
struct time_reader {
    struct span left;
    const char *expected; /* this piece of the layout was not there */
    const char *range;    /* this number is out of its range */
};

static bool is_digit(struct span text, size_t i)
{
    return i < text.n && text.p[i] >= '0' && text.p[i] <= '9';
}

static int read_digits(struct span *text, size_t least, size_t most)
{
    size_t n = 0;
    int value = 0;

    while (n < most && is_digit(*text, n))
        value = value * 10 + (text->p[n++] - '0');
    if (n < least)
        return -1;
    *text = span_of(text->p + n, text->n - n);
    return value;
}

static bool read_piece(struct time_reader *r, const struct time_piece *piece, int numbers[TIME_NUMBERS])
{
    if (piece->into < 0) {
        bool there = span_starts(r->left, span_text(piece->text));
        if (there)
            r->left = span_of(r->left.p + 1, r->left.n - 1);
        else
            r->expected = piece->text;
        return there;
    }
    int value = read_digits(&r->left, piece->least, piece->most);
    if (value < 0)
        r->expected = piece->text;
    else if (value < piece->from || value > piece->to)
        r->range = piece->name;
    numbers[piece->into] = value;
    return !r->expected && !r->range;
}

static int64_t read_fraction(struct time_reader *r)
{
    int64_t ns = 0, unit = SECOND / 10;
    size_t n = 1;

    if (r->left.n < 2 || !strchr(".,", r->left.p[0]) || !is_digit(r->left, 1))
        return 0;
    for (; is_digit(r->left, n); n++, unit /= 10)
        ns += unit * (r->left.p[n] - '0');
    r->left = span_of(r->left.p + n, r->left.n - n);
    return ns;
}

/* Seconds east of UTC: `Z` or `+hh:mm`. */
static int64_t read_zone(struct time_reader *r)
{
    struct span t = r->left;

    if (t.n && t.p[0] == 'Z') {
        r->left = span_of(t.p + 1, t.n - 1);
        return 0;
    }
    struct span hours = t.n < 6 ? t : span_of(t.p + 1, 2), minutes = t.n < 6 ? t : span_of(t.p + 4, 2);
    int h = read_digits(&hours, 2, 2), m = read_digits(&minutes, 2, 2);
    if (t.n < 6 || t.p[3] != ':' || !strchr("+-", t.p[0]) || h < 0 || m < 0) {
        r->expected = "Z07:00";
        return 0;
    }
    r->left = span_of(t.p + 6, t.n - 6);
    return (t.p[0] == '-' ? -60 : 60) * (int64_t)(h * 60 + m);
}

/* The zero time and what is out of an int64_t's reach. */
static int64_t time_of(int64_t seconds, int64_t ns)
{
    if (seconds == days_of(1, 1, 1) * 86400 && ns == 0)
        return 0;
    if (seconds >= INT64_MAX / SECOND)
        return INT64_MAX;
    if (seconds <= INT64_MIN / SECOND)
        return INT64_MIN;
    return seconds * SECOND + ns;
}

static int64_t read_time(struct time_reader *r)
{
    int n[TIME_NUMBERS] = { 0 };

    for (size_t i = 0; i < sizeof time_pieces / sizeof *time_pieces; i++)
        if (!read_piece(r, &time_pieces[i], n))
            return 0;
    int64_t ns = read_fraction(r);
    int64_t zone = read_zone(r);
    if (r->expected || r->left.n)
        return 0;
    if (n[2] < 1 || n[2] > days_in(n[0], n[1]))
        r->range = "day";
    return time_of(days_of(n[0], n[1], n[2]) * 86400 + n[3] * 3600 + n[4] * 60 + n[5] - zone, ns);
}

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

static void decode_time(struct decoder *d, const struct place *at, void *to)
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
    int64_t ns = read_time(&reader);
    if (reader.expected || reader.range || reader.left.n)
        stop_at_time(d, &reader, text);
    else
        memcpy(to, &ns, sizeof ns);
}

/* ---- encoding: texts and numbers ------------------------------------------------------------------------- */

/* How a byte goes into a string: as it stands, as \u00XX, by the character it begins, or (any other
 * value) as that letter after a backslash. */
enum escape { ESCAPE_NONE, ESCAPE_HEX, ESCAPE_UTF8 };

#define HEX_4 ESCAPE_HEX, ESCAPE_HEX, ESCAPE_HEX, ESCAPE_HEX
static const char escapes[256] = {
    [0x00] = HEX_4, HEX_4, /* to 07 */
    [0x08] = ESCAPE_HEX, 't', 'n', ESCAPE_HEX, ESCAPE_HEX, 'r', ESCAPE_HEX, ESCAPE_HEX,
    [0x10] = HEX_4, HEX_4, HEX_4, HEX_4, /* to 1f */
    ['"'] = '"', ['\\'] = '\\', ['<'] = ESCAPE_HEX, ['>'] = ESCAPE_HEX, ['&'] = ESCAPE_HEX,
};

static enum escape escape_of(char c)
{
    return (signed char)c < 0 ? ESCAPE_UTF8 : (enum escape)escapes[(unsigned char)c];
}

/* What stands for the character at `p` in `out`, or "" when it may stand as it is; `*n`: its bytes. */
static const char *escape_text(const char *p, size_t left, size_t *n, char out[8])
{
    static const char hex[] = "0123456789abcdef";
    enum escape escape = escape_of(*p);

    *n = escape == ESCAPE_UTF8 ? utf8_length(p, left) : 1;
    out[0] = '\0';
    if (escape == ESCAPE_UTF8 && *n == 0) {
        *n = 1;
        return "\\ufffd";
    }
    if (escape == ESCAPE_UTF8 && *n == 3 && (memcmp(p, "\u2028", 3) == 0 || memcmp(p, "\u2029", 3) == 0))
        return p[2] & 1 ? "\\u2029" : "\\u2028";
    if (escape == ESCAPE_HEX)
        memcpy(out, (char[]){ '\\', 'u', '0', '0', hex[*p >> 4], hex[*p & 15], '\0' }, 7);
    else if (escape != ESCAPE_UTF8)
        memcpy(out, (char[]){ '\\', (char)escape, '\0' }, 3);
    return out;
}

void json_put_string(struct buf *out, struct span text)
{
    const char *p = text.p, *end = text.n ? p + text.n : p, *run = p;
    char room[8];

    buf_char(out, '"');
    while (p < end) {
        if (escape_of(*p) == ESCAPE_NONE) {
            p++;
            continue;
        }
        size_t n;
        const char *escaped = escape_text(p, (size_t)(end - p), &n, room);
        if (*escaped) {
            buf_add(out, run, (size_t)(p - run));
            buf_text(out, escaped);
            run = p + n;
        }
        p += n;
    }
    buf_add(out, run, (size_t)(p - run));
    buf_char(out, '"');
}

static void put_int(struct buf *out, int64_t value)
{
    char digits[24], *p = digits + sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do
        *--p = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0)
        *--p = '-';
    buf_add(out, p, (size_t)(digits + sizeof digits - p));
}

static bool same(double a, double b)
{
    return a <= b && a >= b;
}

enum { FLOAT_DIGITS = 17, FLOAT_TEXT = 40 };

/* The shortest decimal that reads back as `value`, as d.ddde±xx; returns its number of digits. A power
 * of two has more room above it than below: there the next decimal up may do where the nearest does not. */
static int shortest(double value, char out[FLOAT_TEXT])
{
    for (int digits = 1; digits < FLOAT_DIGITS; digits++) {
        char *last = out + (digits > 1 ? digits : 0);
        snprintf(out, FLOAT_TEXT, "%.*e", digits - 1, value);
        if (same(strtod(out, NULL), value))
            return digits;
        *last = (char)(*last + (*last < '9'));
        if (same(strtod(out, NULL), value))
            return digits;
    }
    snprintf(out, FLOAT_TEXT, "%.*e", FLOAT_DIGITS - 1, value);
    return FLOAT_DIGITS;
}

static void put_exponent_form(struct buf *out, struct span mantissa, int exponent)
{
    buf_span(out, mantissa);
    buf_text(out, exponent < 0 ? "e-" : "e+");
    put_int(out, exponent < 0 ? -exponent : exponent);
}

/* `digits` without point, the first one worth 10^exponent. */
static void put_plain_form(struct buf *out, struct span digits, int exponent)
{
    int n = (int)digits.n;

    if (exponent < 0)
        buf_add(out, "0.000000", (size_t)(1 - exponent));
    for (int i = 0; i < n; i++) {
        if (i == exponent + 1 && exponent >= 0)
            buf_char(out, '.');
        buf_char(out, digits.p[i]);
    }
    for (int i = n; i <= exponent; i++)
        buf_char(out, '0');
}

void json_put_float(struct buf *out, double value)
{
    double size = fabs(value);
    char text[FLOAT_TEXT], plain[FLOAT_TEXT];

    MUST(isfinite(value));
    if (signbit(value))
        buf_char(out, '-');
    if (size < 1e15 && same(size, trunc(size))) {
        put_int(out, (int64_t)size);
        return;
    }
    int digits = shortest(size, text), exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (size < 1e-6 || size >= 1e21) {
        put_exponent_form(out, span_of(text, digits == 1 ? 1 : (size_t)digits + 1), exponent);
        return;
    }
    plain[0] = text[0];
    memcpy(plain + 1, text + 2, (size_t)digits - 1);
    put_plain_form(out, span_of(plain, (size_t)digits), exponent);
}

static char *put_digits(char *to, int value, int width)
{
    for (int i = width; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + width;
}

static char *put_byte(char *to, char c)
{
    *to = c;
    return to + 1;
}

static char *put_fraction(char *to, int ns)
{
    if (ns == 0)
        return to;
    to = put_digits(put_byte(to, '.'), ns, 9);
    while (to[-1] == '0')
        to--;
    return to;
}

static char *put_zone(char *to, int zone)
{
    int minutes = abs(zone) / 60;

    if (zone == 0)
        return put_byte(to, 'Z');
    to = put_digits(put_byte(to, zone < 0 ? '-' : '+'), minutes / 60, 2);
    return put_digits(put_byte(to, ':'), minutes % 60, 2);
}

void json_put_time(struct buf *out, int64_t ns, int zone)
{
    char text[64], *p = text;

    if (ns == 0) {
        buf_text(out, "\"0001-01-01T00:00:00Z\"");
        return;
    }
    int64_t seconds = ns / SECOND, rest = ns % SECOND;
    if (rest < 0) {
        rest += SECOND;
        seconds--;
    }
    struct civil c = civil_of(seconds + zone);
    p = put_digits(put_byte(p, '"'), c.year, 4);
    p = put_digits(put_byte(p, '-'), c.month, 2);
    p = put_digits(put_byte(p, '-'), c.day, 2);
    p = put_digits(put_byte(p, 'T'), c.hour, 2);
    p = put_digits(put_byte(p, ':'), c.minute, 2);
    p = put_digits(put_byte(p, ':'), c.second, 2);
    p = put_byte(put_zone(put_fraction(p, (int)rest), zone), '"');
    buf_add(out, text, (size_t)(p - text));
}

/* ---- encoding: one function a kind -------------------------------------------------------------------------- */

struct encoder {
    struct buf *out;
    int zone;
};

typedef void encode_fn(const struct encoder *e, const struct field *f, const void *from);

/* What a POINTER prints from when it is NULL but must print an object. */
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
    put_int(e->out, *(const int64_t *)from);
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
            break; /* a key stood twice */
        if (i)
            buf_char(e->out, ',');
        json_put_string(e->out, pair->key);
        buf_char(e->out, ':');
        json_put_string(e->out, pair->value);
    }
    buf_char(e->out, '}');
}

/* ---- empty and zero ------------------------------------------------------------------------------------------ */

typedef bool test_fn(const struct field *f, const void *from);

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
    return same(*(const double *)from, 0);
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

static const struct kind_row {
    unsigned takes;    /* the JSON types it reads */
    size_t nil_size;   /* null clears so many bytes; 0: null leaves it as it stands */
    decode_fn *decode; /* NULL: only ever encoded */
    encode_fn *encode;
    test_fn *empty; /* may OMIT_EMPTY leave it out? */
    test_fn *zero;  /* is it Go's zero value? */
} kinds[] = {
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
    const struct kind_row *kind = &kinds[at->field->kind];
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
        const struct kind_row *kind = &kinds[f->kind];
        const void *value = (const char *)from + f->offset;
        if (f->flags & OMIT_EMPTY && kind->empty(f, value))
            continue;
        put_key(out, before, f->name);
        kind->encode(&e, f, value);
        before = ',';
    }
    buf_text(out, before == '{' ? "{}" : "}");
}

bool codec_is_zero(const struct message *m, const void *from)
{
    for (size_t i = 0; i < m->n; i++)
        if (!kinds[m->fields[i].kind].zero(&m->fields[i], (const char *)from + m->fields[i].offset))
            return false;
    return true;
}
