/* Broken replies: which bytes leave for each way of breaking one. */
#include "http/breaking.h"
#include "support/suite.h"

#define HEAD "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n"
#define WHOLE HEAD "12345678"

enum { SENT_MAX = 1024, NEVER = 1000 };

/* Gathers what is written, and ends after a number of pieces. */
struct line {
    struct buf bytes;
    int pieces, most; /* pieces beyond `most` are not taken */
    int waits, most_waits;
};

static bool take(void *context, struct span bytes)
{
    struct line *line = context;

    if (++line->pieces > line->most)
        return false;
    buf_span(&line->bytes, bytes);
    return true;
}

static bool wait(void *context)
{
    struct line *line = context;

    return ++line->waits <= line->most_waits;
}

static struct sent send_reply(struct line *line, enum reply_break broken, size_t piece)
{
    const struct outlet outlet = { .context = line, .fd = -1, .write = take, .wait = wait };
    struct reply reply;

    line->bytes = buf_init(SENT_MAX);
    reply_init(&reply);
    reply.fate.broken = broken;
    reply.fate.trickle.bytes = piece;
    struct sent sent = breaking_send(&outlet, &reply, SPAN(WHOLE));
    reply_release(&reply);
    return sent;
}

static const struct row {
    enum reply_break broken;
    const char *bytes; /* NULL: no HTTP */
} rows[] = {
    { BREAK_NOT, WHOLE },
    { BREAK_EMPTY_RESPONSE, "" },
    { BREAK_CONNECTION_RESET_BY_PEER, "" },
    { BREAK_RANDOM_DATA_THEN_CLOSE, NULL },
    { BREAK_TRUNCATED_HEAD, "HTTP/1.1 2" },
    { BREAK_TRUNCATED_BODY, HEAD "1234" },
    { BREAK_RESET_IN_BODY, HEAD "1234" },
    { BREAK_HANG, "" },
};

START_TEST(a_broken_reply_sends_its_bytes)
{
    struct line line = { .most = NEVER };
    struct sent sent = send_reply(&line, rows[_i].broken, 0);

    ck_assert_int_eq(sent.bytes, (int64_t)line.bytes.n);
    if (rows[_i].bytes)
        ck_assert_msg(span_is(buf_view(&line.bytes), rows[_i].bytes), "%s: %.*s", breakage_name(rows[_i].broken),
                      SPAN_ARG(buf_view(&line.bytes)));
    else
        ck_assert(line.bytes.n && !span_starts(buf_view(&line.bytes), SPAN("HTTP")));
    buf_release(&line.bytes);
}
END_TEST

START_TEST(a_trickle_sends_the_head_with_the_first_piece)
{
    struct line line = { .most = NEVER, .most_waits = NEVER };
    struct sent sent = send_reply(&line, BREAK_NOT, 3);

    ck_assert(sent.all);
    ck_assert_int_eq(line.pieces, 3);
    ck_assert_int_eq(line.waits, 2);
    ck_assert(span_is(buf_view(&line.bytes), WHOLE));
    buf_release(&line.bytes);
}
END_TEST

START_TEST(a_trickle_ends_when_no_piece_is_to_come)
{
    struct line line = { .most = NEVER, .most_waits = 1 };
    struct sent sent = send_reply(&line, BREAK_NOT, 3);

    ck_assert(!sent.all);
    ck_assert(span_is(buf_view(&line.bytes), HEAD "123456"));
    buf_release(&line.bytes);
}
END_TEST

START_TEST(what_the_client_did_not_take_is_not_counted)
{
    struct line line = { .most = 1, .most_waits = NEVER };
    struct sent sent = send_reply(&line, BREAK_NOT, 3);

    ck_assert(!sent.all);
    ck_assert_int_eq(sent.bytes, (int64_t)strlen(HEAD "123"));
    buf_release(&line.bytes);
}
END_TEST

TEST_MAIN("breaking",
          TEST_EACH(a_broken_reply_sends_its_bytes, rows),
          TEST(a_trickle_sends_the_head_with_the_first_piece),
          TEST(a_trickle_ends_when_no_piece_is_to_come),
          TEST(what_the_client_did_not_take_is_not_counted))
