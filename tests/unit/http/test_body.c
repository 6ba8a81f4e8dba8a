#include "base/error.h"
#include "http/body.h"
#include "support/suite.h"

/* A body of known bytes that arrives a few at a time. */
struct wire {
    struct span rest;
    size_t piece;
    size_t budget;
    struct chunks *chunks; /* not NULL: fed on the library's way */
    bool library_fails;
};

static int read_wire(void *context, char *to, size_t n)
{
    struct wire *wire = context;

    n = n < wire->piece ? n : wire->piece;
    n = n < wire->rest.n ? n : wire->rest.n;
    memcpy(to, wire->rest.p, n);
    wire->rest = span_of(wire->rest.p + n, wire->rest.n - n);
    return (int)n;
}

static int read_by_library(void *context, char *to, size_t n)
{
    struct wire *wire = context;
    int got = read_wire(context, to, n);

    if (wire->chunks && got > 0)
        chunks_feed(wire->chunks, span_of(to, (size_t)got));
    return wire->library_fails ? -1 : got;
}

static bool afford(void *context, size_t bytes)
{
    return bytes <= ((const struct wire *)context)->budget;
}

static bool is_over(void *context)
{
    (void)context;
    return false;
}

static const struct {
    const char *name;
    bool by_library, chunked, library_fails;
    int64_t length;
    const char *wire, *body;
    size_t budget;
    enum body_result result;
    bool in_step;
} rows[] = {
    { "length, by the library", true, false, false, 5, "hello", "hello", BODY_MAX, BODY_COMPLETE, true },
    { "length, from the wire", false, false, false, 5, "hello", "hello", BODY_MAX, BODY_COMPLETE, false },
    { "length, cut short", false, false, false, 6, "hello", "hello", BODY_MAX, BODY_GONE, false },
    { "chunks, by the library", true, true, false, 0, "2\r\nab\r\n0\r\n\r\n", "ab", BODY_MAX, BODY_COMPLETE, true },
    { "trailers, by the library", true, true, false, 0, "0\r\nA: b\r\n\r\n", "", BODY_MAX, BODY_COMPLETE, false },
    { "chunks that the library gives up", true, true, true, 0, "2;x\r\nab\r\n0\r\n\r\n", "ab", BODY_MAX, BODY_COMPLETE, false },
    { "chunks, from the wire", false, true, false, 0, "2\r\nab\r\n0\r\n\r\n", "ab", BODY_MAX, BODY_COMPLETE, false },
    { "chunks, cut short", false, true, false, 0, "2\r\nab\r\n0\r\n", "ab", BODY_MAX, BODY_GONE, false },
    { "broken chunks", false, true, false, 0, "zz\r\n", "", BODY_MAX, BODY_BROKEN, false },
    { "no turn by length", true, false, false, 5, "hello", "", 4, BODY_NO_TURN, true },
    { "no turn by chunks", false, true, false, 0, "2\r\nab\r\n0\r\n\r\n", "", 4, BODY_NO_TURN, false },
};

static void read_row(size_t row, size_t piece)
{
    CLEANUP(buf_release) struct buf body = buf_init(BODY_MAX + 1);
    struct chunks chunks;
    struct wire wire = { span_text(rows[row].wire), piece, rows[row].budget, NULL, rows[row].library_fails };
    struct body_source source = { &wire, rows[row].by_library ? read_by_library : NULL, read_wire, afford, is_over };
    struct head head = { .chunked = rows[row].chunked, .length = rows[row].length };
    enum body_end end;
    bool in_step;

    chunks_init(&chunks, &body, BODY_MAX);
    wire.chunks = rows[row].chunked ? &chunks : NULL;

    enum body_result result = body_read(&source, &head, &chunks, &body, &end, &in_step);

    ck_assert_msg(result == rows[row].result, "%s, %zu at a time: result %d", rows[row].name, piece, (int)result);
    ck_assert_msg(span_eq(buf_view(&body), span_text(rows[row].body)), "%s: body", rows[row].name);
    ck_assert_msg(in_step == rows[row].in_step, "%s: in step with the library", rows[row].name);
    ck_assert_int_eq(end, BODY_WHOLE);
}

START_TEST(a_body_is_read_whatever_the_pieces)
{
    for (size_t piece = 1; piece < 16; piece++)
        read_row((size_t)_i, piece);
}
END_TEST

TEST_MAIN("body",
    TEST_EACH(a_body_is_read_whatever_the_pieces, rows))
