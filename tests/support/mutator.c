#include "support/mutator.h"

#include "base/ascii.h"
#include "base/error.h"

enum { CUT_MAX = 9, BLOCK_MAX = 60, REPEATS_MAX = 40 };

static const char *const pieces[] = {
    "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "1e9", "-1", "0.5", "\"\"", "\"never\"", "\"2s\"", "\"after\"",
    "{\"after\": \"1s\"}", "{\"gate\": \"go\"}", "{\"reads\": 2}", "\"nodes\":", "\"version\": 1", "\xff", "\n", "\\u0000",
    "\\ud800", "9007199254740993", "\"2023-03-22T09:00:00Z\"", "\"0001-01-01T00:00:00Z\"", "%00", "%", "../", "?", "&", "\r\n",
    "\xef\xbb\xbf", "\xe2\x84\xaa", "//", "\"*\"",
};

static const char *const numbers[] = {
    "0", "-0", "1", "-1", "127", "128", "255", "256", "65535", "65536", "2147483647", "2147483648", "-2147483649", "4294967296",
    "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616", "1e400", "1e-400", "0.1e1", "00",
    "0x10", "99999999999999999999999999999999999999999",
};

static size_t below(struct draw *random, size_t n)
{
    return n ? (size_t)draw_below(random, n) : 0;
}

/* A piece of the text, of at most `max` bytes. */
static struct span piece_of(struct draw *random, struct span text, size_t max)
{
    size_t at = below(random, text.n + 1), n = below(random, max);

    return span_of(text.p + at, n < text.n - at ? n : text.n - at);
}

/* The text with `by` in the place of a piece of it. */
static void replace(struct buf *out, struct span text, struct span piece, struct span by)
{
    size_t before = (size_t)(piece.p - text.p);

    buf_add(out, text.p, before);
    buf_span(out, by);
    buf_add(out, piece.p + piece.n, text.n - before - piece.n);
}

/* ---- the kinds of changes -------------------------------------------------------------------------------------- */

static void flip_bits(struct draw *random, struct span text, struct buf *out)
{
    buf_span(out, text);
    for (size_t flips = 1 + below(random, 3); flips && out->n; flips--)
        out->p[below(random, out->n)] ^= (char)(1 << below(random, 8));
}

static void cut(struct draw *random, struct span text, struct buf *out)
{
    replace(out, text, piece_of(random, text, CUT_MAX), SPAN(""));
}

static void copy_block(struct draw *random, struct span text, struct buf *out)
{
    struct span to = piece_of(random, text, CUT_MAX);

    replace(out, text, to, piece_of(random, text, BLOCK_MAX));
}

static void insert_word(struct draw *random, struct span text, struct buf *out)
{
    replace(out, text, piece_of(random, text, CUT_MAX), span_text(pieces[below(random, sizeof pieces / sizeof *pieces)]));
}

static void repeat(struct draw *random, struct span text, struct buf *out)
{
    struct span piece = piece_of(random, text, BLOCK_MAX);
    struct buf many = buf_init(MUTANT_MAX);

    for (size_t times = 2 + below(random, REPEATS_MAX); times; times--)
        buf_span(&many, piece);
    replace(out, text, piece, buf_view(&many));
    buf_release(&many);
}

static void set_byte(struct draw *random, struct span text, struct buf *out)
{
    char byte = (char)below(random, 256);

    replace(out, text, piece_of(random, text, 2), span_of(&byte, 1));
}

/* The first number at or behind a place of the text gets another value. */
static void change_number(struct draw *random, struct span text, struct buf *out)
{
    size_t begin = below(random, text.n), end;

    while (begin < text.n && !ascii_is_digit(text.p[begin]))
        begin++;
    for (end = begin; end < text.n && ascii_is_digit(text.p[end]);)
        end++;
    replace(out, text, span_of(text.p + begin, end - begin), span_text(numbers[below(random, sizeof numbers / sizeof *numbers)]));
}

static void (*const kinds[])(struct draw *random, struct span text, struct buf *out) = {
    flip_bits, cut, copy_block, insert_word, repeat, set_byte, change_number,
};

struct buf mutant_of(struct draw *random, struct span text, size_t changes)
{
    struct buf mutant = buf_init(MUTANT_MAX);

    buf_span(&mutant, text);
    for (size_t left = 1 + below(random, changes); left; left--) {
        struct buf next = buf_init(MUTANT_MAX);
        kinds[below(random, sizeof kinds / sizeof *kinds)](random, span_of(mutant.p ? mutant.p : "", mutant.n), &next);
        MUST(!next.failed);
        buf_release(&mutant);
        mutant = next;
    }
    return mutant;
}
