#include "http/head.h"
#include "support/suite.h"

#define LINE "GET / HTTP/1.1\r\n"

static const struct {
    const char *name, *raw;
    size_t size; /* 0: incomplete */
} sizes[] = {
    { "no byte", "", 0 },
    { "no line end", "GET / HTTP/1.1", 0 },
    { "no empty line", LINE "A: b\r\n", 0 },
    { "CR LF", LINE "A: b\r\n\r\nbody", 24 },
    { "LF", "GET / HTTP/1.1\nA: b\n\nbody", 21 },
    { "LF before CR LF", LINE "A: b\n\r\nbody", 23 },
    { "CR LF before LF", LINE "A: b\r\n\nbody", 23 },
    { "LF CR is no end", LINE "A: b\n\rC: d\r\n", 0 },
    { "empty first line", "\r\n" LINE "\r\n", 2 },
};

START_TEST(head_ends_at_its_first_empty_line)
{
    ck_assert_msg(head_size(span_text(sizes[_i].raw)) == sizes[_i].size, "%s: %zu", sizes[_i].name,
                  head_size(span_text(sizes[_i].raw)));
}
END_TEST

static enum refusal check(const char *raw, struct head *head)
{
    *head = (struct head){ 0 };
    return head_parse(head, span_text(raw)) ? head_check(head) : REFUSE_BAD;
}

START_TEST(parts_of_a_head_are_as_sent)
{
    struct head head;

    ck_assert_int_eq(check("PUT /a?b=%zz HTTP/1.0\r\nhost:x\nA:\t b c \r\nA: d\r\n\r\n", &head), REFUSE_NOT);

    ck_assert(span_is(head.method, "PUT") && span_is(head.target, "/a?b=%zz"));
    ck_assert_int_eq(head.major * 10 + head.minor, 10);
    ck_assert_uint_eq(head.n_headers, 3);
    ck_assert(span_is(head.headers[1].name, "A") && span_is(head.headers[1].value, "b c"));
    ck_assert(span_is(head_header(&head, "a")->value, "b c"));
}
END_TEST

static const struct {
    const char *name, *raw;
    enum refusal refusal;
    bool chunked;
    int64_t length;
} rows[] = {
    { "chunks win over a length", LINE "Host: a\r\nTransfer-Encoding: Chunked\r\nContent-Length: x\r\n\r\n", REFUSE_NOT, true, 0 },
    { "HTTP/1.0 has no chunks", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n", REFUSE_NOT, false, 2 },
    { "empty length", LINE "Host: a\r\nContent-Length: \r\n\r\n", REFUSE_NOT, false, 0 },
    { "two codings", LINE "Host: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", REFUSE_TRANSFER_CODING, false, 0 },
    { "framing before version", "GET / HTTP/2.0\r\nContent-Length: x\r\n\r\n", REFUSE_BAD, false, 0 },
    { "version before host", "GET / HTTP/3.0\r\n\r\n", REFUSE_VERSION, false, 0 },
    { "CONNECT needs no host", "CONNECT a:1 HTTP/1.1\r\n\r\n", REFUSE_NOT, false, 0 },
    { "DEL in a value", LINE "Host: a\r\nA: \x7f\r\n\r\n", REFUSE_BAD, false, 0 },
    { "a mark in a name before anything else", LINE "A/B: c\r\n\r\n", REFUSE_BAD, false, 0 },
    { "a blank in a name after all else", LINE "Host: a\r\nA : b\r\n\r\n", REFUSE_HEADER_NAME, false, 0 },
    { "a blank in the name of Host", LINE "Host : a\r\n\r\n", REFUSE_NO_HOST, false, 0 },
    { "byte above ASCII in a value", LINE "Host: a\r\nA: \xff\r\n\r\n", REFUSE_NOT, false, 0 },
};

START_TEST(rules_apply_in_order)
{
    struct head head;

    enum refusal refusal = check(rows[_i].raw, &head);

    ck_assert_msg(refusal == rows[_i].refusal, "%s: %d", rows[_i].name, (int)refusal);
    ck_assert_msg(refusal || (head.chunked == rows[_i].chunked && head.length == rows[_i].length), "%s: framing", rows[_i].name);
}
END_TEST

static const struct {
    const char *raw;
    bool keeps;
} keeping[] = {
    { LINE "Host: a\r\n\r\n", true },
    { LINE "Host: a\r\nConnection: TE, Close\r\n\r\n", false },
    { "GET / HTTP/1.0\r\n\r\n", false },
    { "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true },
};

START_TEST(connection_is_kept_as_the_head_says)
{
    struct head head;

    ck_assert_int_eq(check(keeping[_i].raw, &head), REFUSE_NOT);

    ck_assert_int_eq(head_keeps(&head), keeping[_i].keeps);
}
END_TEST

TEST_MAIN("head",
    TEST_EACH(head_ends_at_its_first_empty_line, sizes),
    TEST(parts_of_a_head_are_as_sent),
    TEST_EACH(rules_apply_in_order, rows),
    TEST_EACH(connection_is_kept_as_the_head_says, keeping))
