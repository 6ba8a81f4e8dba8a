/* From JSON values without parts to members: texts, numbers, enums, times. */
#include "wire/decoder.h"

#include "base/base64.h"
#include "wire/json_text.h"
#include "wire/json_time.h"

#include <math.h>
#include <stdlib.h>

struct span decode_text(struct decoder *d)
{
    struct span raw = decoder_take_string(d);

    if (json_text_is_plain(raw))
        return raw;
    char *to = arena_text(d->arena, json_text_max(raw));
    return to ? span_of(to, json_text_unquote(raw, to)) : (struct span){ NULL, 0 };
}

struct span decode_key(struct decoder *d, char room[KEY_ROOM])
{
    struct span key = decoder_take_string(d);

    if (json_text_is_plain(key))
        return key;
    return span_of(room, key.n <= KEY_MAX ? json_text_unquote(key, room) : 0);
}

/* ---- one function a kind -------------------------------------------------------------------------------------- */

void decode_string(struct decoder *d, const struct place *at, void *to)
{
    struct span text = decode_text(d);

    (void)at;
    memcpy(to, &text, sizeof text);
}

void decode_bool(struct decoder *d, const struct place *at, void *to)
{
    bool value = *decoder_take(d).p == 't';

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
    struct span text = decoder_take(d);
    int64_t value;

    if (parse_int(text, &value))
        memcpy(to, &value, sizeof value);
    else
        decoder_type_error(d, at, false, JSON_NUMBER, text);
}

void decode_float(struct decoder *d, const struct place *at, void *to)
{
    struct span text = decoder_take(d);
    double value = strtod(text.p, NULL); /* a member's number has a byte after it that is no number's */

    if (isfinite(value))
        memcpy(to, &value, sizeof value);
    else
        decoder_type_error(d, at, false, JSON_NUMBER, text);
}

static void stop_at_enum(struct decoder *d, const struct enum_names *names, struct span text)
{
    const char *gap = strstr(names->unknown, "%.*s");

    MUST(gap);
    decoder_stop(d, (const struct span[]){ span_of(names->unknown, (size_t)(gap - names->unknown)), text,
                                           span_text(gap + strlen("%.*s")) }, 3);
}

void decode_enum(struct decoder *d, const struct place *at, void *to)
{
    const struct enum_names *names = at->field->names;
    struct span text = decode_text(d);
    int value = codec_enum_find(names, text);

    if (value < 0 && names->unknown) {
        stop_at_enum(d, names, text);
        return;
    }
    value = value < 0 ? 0 : value;
    memcpy(to, &value, sizeof value);
}

/* A base64 error does not end decoding either; only the first error is kept. */
void decode_bytes(struct decoder *d, const struct place *at, void *to)
{
    struct span bytes, text = decode_text(d);
    struct error error;

    (void)at;
    if (base64_decode(text, d->arena, &bytes, &error) == ERR_OK) {
        memcpy(to, &bytes, sizeof bytes);
        return;
    }
    if (!d->complained)
        d->why = arena_span(d->arena, span_text(error.text));
    d->complained = true;
}

void decode_raw(struct decoder *d, const struct place *at, void *to)
{
    struct span value = decoder_take(d);

    (void)at;
    memcpy(to, &value, sizeof value);
}

/* Go's time.ParseError. */
static void stop_at_time(struct decoder *d, const struct time_reader *r, struct span text)
{
    struct span pieces[7] = { SPAN("parsing time \""), text };
    size_t n = 2;

    if (r->expected) {
        pieces[n++] = SPAN("\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"");
        pieces[n++] = r->left;
        pieces[n++] = SPAN("\" as \"");
        pieces[n++] = span_text(r->expected);
        pieces[n++] = SPAN("\"");
    } else if (r->range) {
        pieces[n++] = SPAN("\": ");
        pieces[n++] = span_text(r->range);
        pieces[n++] = SPAN(" out of range");
    } else {
        pieces[n++] = SPAN("\": extra text: \"");
        pieces[n++] = r->left;
        pieces[n++] = SPAN("\"");
    }
    decoder_stop(d, pieces, n);
}

void decode_time(struct decoder *d, const struct place *at, void *to)
{
    struct span value = decoder_take(d);

    (void)at;
    if (value.p[0] != '"') {
        decoder_stop(d, &SPAN("Time.UnmarshalJSON: input is not a JSON string"), 1);
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

