#include "base/error.h"
#include "http/chunks.h"
#include "support/suite.h"

static const struct row {
    const char *name, *wire, *body;
    enum chunks_state state;
    size_t rest; /* bytes behind the end */
} rows[] = {
    { "two chunks", "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\nrest", "abcde", CHUNKS_DONE, 4 },
    { "size in hexadecimal", "A\r\n0123456789\r\n0\r\n\r\n", "0123456789", CHUNKS_DONE, 0 },
    { "16 digits", "0000000000000001\r\na\r\n0\r\n\r\n", "a", CHUNKS_DONE, 0 },
    { "17 digits", "00000000000000001\r\na\r\n0\r\n\r\n", "", CHUNKS_BROKEN, 0 },
    { "extension", "2;x=\"y\"\r\nab\r\n0;z\r\n\r\n", "ab", CHUNKS_DONE, 0 },
    { "blanks behind the size", "2 \t\r\nab\r\n0\r\n\r\n", "ab", CHUNKS_DONE, 0 },
    { "blank before an extension", "2 ;x\r\nab\r\n0\r\n\r\n", "", CHUNKS_BROKEN, 0 },
    { "LF alone behind the size", "2\nab\r\n0\n\r\n", "ab", CHUNKS_DONE, 0 },
    { "LF alone behind the data", "2\r\nab\n0\r\n\r\n", "ab", CHUNKS_BROKEN, 0 },
    { "trailers", "0\r\nA: b\r\nC: d\r\n\r\nx", "", CHUNKS_DONE, 1 },
    { "no size", "\r\n", "", CHUNKS_BROKEN, 0 },
    { "no number", "zz\r\n", "", CHUNKS_BROKEN, 0 },
    { "longer than allowed", "9\r\n012345678\r\n0\r\n\r\n", "01234567", CHUNKS_TOO_LARGE, 0 },
    { "not over", "2\r\na", "a", CHUNKS_DATA, 0 },
};

static void feed(const struct row *row, size_t piece)
{
    CLEANUP(buf_release) struct buf body = buf_init(64);
    struct span rest = span_text(row->wire);
    struct chunks chunks;

    chunks_init(&chunks, &body, row->state == CHUNKS_TOO_LARGE ? 8 : 64);
    while (rest.n && !chunks_is_over(&chunks)) {
        size_t used = chunks_feed(&chunks, span_of(rest.p, rest.n < piece ? rest.n : piece));
        rest = span_of(rest.p + used, rest.n - used);
    }

    ck_assert_msg(chunks.state == row->state, "%s, %zu at a time: state %d", row->name, piece, (int)chunks.state);
    ck_assert_msg(span_is(buf_view(&body), row->body), "%s: [%.*s]", row->name, SPAN_ARG(buf_view(&body)));
    ck_assert_msg(row->state != CHUNKS_DONE || rest.n == row->rest, "%s: %zu left", row->name, rest.n);
}

START_TEST(chunks_decode_in_pieces_of_any_size)
{
    for (size_t piece = 1; piece < 32; piece++)
        feed(&rows[_i], piece);
}
END_TEST

TEST_MAIN("chunks",
    TEST_EACH(chunks_decode_in_pieces_of_any_size, rows))
