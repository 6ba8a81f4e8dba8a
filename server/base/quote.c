#include "base/quote.h"

#include "base/quote_table.h"
#include "base/utf8.h"

/* A rune is printable if the number of turns at or before it is odd. */
static bool is_printable(uint32_t rune)
{
    size_t low = 0, high = sizeof quote_turns / sizeof quote_turns[0];

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (quote_turns[middle] <= rune)
            low = middle + 1;
        else
            high = middle;
    }
    return low & 1;
}

static const struct {
    char c, escape;
} short_escapes[] = {
    { '"', '"' },  { '\\', '\\' }, { '\a', 'a' }, { '\b', 'b' }, { '\f', 'f' },
    { '\n', 'n' }, { '\r', 'r' }, { '\t', 't' }, { '\v', 'v' },
};

static bool put_short_escape(struct buf *out, uint32_t rune)
{
    for (size_t i = 0; i < sizeof short_escapes / sizeof short_escapes[0]; i++)
        if ((uint32_t)short_escapes[i].c == rune) {
            buf_char(out, '\\');
            buf_char(out, short_escapes[i].escape);
            return true;
        }
    return false;
}

static void put_rune(struct buf *out, uint32_t rune, struct span bytes)
{
    if (put_short_escape(out, rune))
        return;
    if (is_printable(rune))
        buf_span(out, bytes);
    else
        buf_printf(out, rune < 0x80 ? "\\x%02x" : rune < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)rune);
}

void buf_quote(struct buf *out, struct span text)
{
    buf_char(out, '"');
    while (text.n && !out->failed) {
        uint32_t rune;
        size_t n = utf8_read(text.p, text.n, &rune);

        if (n)
            put_rune(out, rune, span_of(text.p, n));
        else
            buf_printf(out, "\\x%02x", (unsigned char)text.p[0]);
        n = n ? n : 1;
        text = span_of(text.p + n, text.n - n);
    }
    buf_char(out, '"');
}
