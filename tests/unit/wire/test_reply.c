#include "support/suite.h"
#include "wire/reply.h"

static struct reply reply;
static struct buf out;

static void setup(void)
{
    reply_init(&reply);
    out = buf_init(1024 * 1024);
}

static void teardown(void)
{
    reply_release(&reply);
    buf_release(&out);
}

/* Renders the reply into `out`. Returns whether the connection stays open. */
static bool render(const struct request *request, const char *date)
{
    reply_make_head(&reply, request, date);
    buf_span(&out, buf_view(&reply.head));
    reply_put_body(&reply, request, &out);
    ck_assert_uint_eq(out.n, reply.head.n + reply_body_size(&reply, request));
    return reply.keeps;
}

static void fill_body(size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_char(&reply.body, 'x');
}

/* ---- requests ----------------------------------------------------------------------------------------- */

START_TEST(the_first_header_of_a_name_is_found_whatever_its_case)
{
    const struct header headers[] = { { SPAN("Host"), SPAN("h") },
                                      { SPAN("X-Forwarded-For"), SPAN("one") },
                                      { SPAN("x-forwarded-for"), SPAN("two") } };
    struct request request = { .headers = headers, .n_headers = 3 };

    ck_assert_ptr_eq(request_header(&request, "x-FORWARDED-for"), &headers[1]);
    ck_assert_ptr_null(request_header(&request, "X-Forwarded"));
}
END_TEST

/* ---- heads -------------------------------------------------------------------------------------------- */

enum { OPEN = true, CLOSE = false };

static const struct layout_row {
    const char *name, *method;
    int minor;
    bool keep_alive;
    size_t body;
    const char *head; /* after the date */
    bool stays_open;
} layouts[] = {
    { "no body", "GET", 1, OPEN, 0, "Content-Length: 0\r\n", true },
    { "a short body", "POST", 1, OPEN, 5, "Content-Length: 5\r\nContent-Type: text/plain; charset=utf-8\r\n", true },
    { "a short body, closing", "POST", 1, CLOSE, 5,
      "Content-Length: 5\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n", false },
    { "the longest with a length", "GET", 1, OPEN,
      2048, "Content-Length: 2048\r\nContent-Type: text/plain; charset=utf-8\r\n", true },
    { "the shortest without", "GET", 1, OPEN,
      2049, "Content-Type: text/plain; charset=utf-8\r\nTransfer-Encoding: chunked\r\n", true },
    { "chunked, closing", "GET", 1, CLOSE, 3000,
      "Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n", false },
    { "HEAD of nothing", "HEAD", 1, OPEN, 0, "", true },
    { "HEAD of a short body", "HEAD", 1, OPEN, 5, "Content-Length: 5\r\nContent-Type: text/plain; charset=utf-8\r\n",
      true },
    { "HEAD of a long body", "HEAD", 1, OPEN, 3000, "Content-Type: text/plain; charset=utf-8\r\n", true },
    { "1.0", "GET", 0, CLOSE, 5, "Content-Length: 5\r\nContent-Type: text/plain; charset=utf-8\r\n", false },
    { "1.0 with keep-alive", "GET", 0, OPEN, 5,
      "Content-Length: 5\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: keep-alive\r\n", true },
    { "1.0 with keep-alive and a long body", "GET", 0, OPEN, 3000, "Content-Type: text/plain; charset=utf-8\r\n",
      false },
    { "1.0 HEAD with keep-alive", "HEAD", 0, OPEN, 3000,
      "Content-Type: text/plain; charset=utf-8\r\nConnection: keep-alive\r\n", true },
};

START_TEST(length_chunks_and_connection_follow_the_body_and_the_version)
{
    const struct layout_row *row = &layouts[_i];
    struct request request = { .method = span_text(row->method), .http_minor = row->minor };
    struct buf wanted = buf_init(1024 * 1024);
    bool chunked = strstr(row->head, "chunked") != NULL;

    reply.sniffed = true;
    fill_body(row->body);
    request.keeps = row->keep_alive;
    bool open = render(&request, "Mon, 02 Jan 2006 15:04:05 GMT");

    buf_printf(&wanted, "HTTP/1.%d 200 OK\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\n%s\r\n", row->minor, row->head);
    if (chunked)
        buf_printf(&wanted, "%zx\r\n", row->body);
    if (strcmp(row->method, "HEAD") != 0)
        buf_span(&wanted, buf_view(&reply.body));
    if (chunked)
        buf_text(&wanted, "\r\n0\r\n\r\n");
    ck_assert_msg(span_eq(buf_view(&out), buf_view(&wanted)), "%s: %.300s", row->name, out.p);
    ck_assert_msg(open == row->stays_open, "%s", row->name);
    buf_release(&wanted);
}
END_TEST

START_TEST(the_handlers_headers_are_sorted_and_come_first)
{
    struct request request = { .method = SPAN("POST"), .http_minor = 1, .keeps = true };

    reply_header(&reply, "X-Rate-Limit-Limit", SPAN("1000.00"));
    reply_header(&reply, "Content-Type", SPAN("text/plain"));
    reply_header(&reply, "Ratelimit-Limit", SPAN("1"));
    reply_header(&reply, "Ratelimit-Limit", SPAN("1000"));
    buf_text(&reply.body, "OK");
    reply.close = true;
    bool open = render(&request, "D");

    ck_assert_str_eq(out.p,
                     "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nRatelimit-Limit: 1000\r\nX-Rate-Limit-Limit: 1000.00\r\n"
                            "Date: D\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK");
    ck_assert(!open);
}
END_TEST

static const struct value_row {
    struct span given, sent;
} values[] = {
    { { "", 0 }, { "", 0 } },
    { { "a\nb", 3 }, { "a b", 3 } },
    { { "a\r\nb", 4 }, { "a  b", 4 } },
    { { " \t a b\r\n", 8 }, { "a b", 3 } },
    { { "a\0b", 3 }, { "a\0b", 3 } },
    { { "\xef\xbf\xbd\x7f", 4 }, { "\xef\xbf\xbd\x7f", 4 } },
};

START_TEST(a_value_loses_its_line_breaks_and_outer_blanks_and_no_other_byte)
{
    reply_header(&reply, "X", values[_i].given);

    ck_assert_msg(span_eq(reply.headers[0].value, values[_i].sent), "row %d", _i);
}
END_TEST

static const struct status_row {
    int status;
    const char *line;
} statuses[] = {
    { 101, "HTTP/1.1 101 Switching Protocols\r\n" },
    { 301, "HTTP/1.1 301 Moved Permanently\r\n" },
    { 401, "HTTP/1.1 401 Unauthorized\r\n" },
    { 413, "HTTP/1.1 413 Request Entity Too Large\r\n" },
    { 417, "HTTP/1.1 417 Expectation Failed\r\n" },
    { 429, "HTTP/1.1 429 Too Many Requests\r\n" },
    { 431, "HTTP/1.1 431 Request Header Fields Too Large\r\n" },
    { 500, "HTTP/1.1 500 Internal Server Error\r\n" },
    { 503, "HTTP/1.1 503 Service Unavailable\r\n" },
    { 599, "HTTP/1.1 599 status code 599\r\n" },
};

START_TEST(a_status_has_the_libraries_words)
{
    struct request request = { .method = SPAN("GET"), .http_minor = 1, .keeps = true };

    reply.status = statuses[_i].status;
    render(&request, "D");

    ck_assert_msg(span_starts(buf_view(&out), span_text(statuses[_i].line)), "%s", out.p);
}
END_TEST

START_TEST(a_bare_reply_is_its_own_headers_in_their_own_order_and_the_body)
{
    struct request request = { .method = SPAN("HEAD"), .http_minor = 0, .keeps = true };

    reply.status = 400;
    reply.bare = reply.close = true;
    reply_header(&reply, "Content-Type", SPAN("text/plain; charset=utf-8"));
    reply_header(&reply, "Connection", SPAN("close"));
    reply_header(&reply, "A", SPAN("last"));
    buf_text(&reply.body, "400 Bad Request");
    bool open = render(&request, "D");

    ck_assert_str_eq(out.p,
                     "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nA: last\r\n\r\n"
                            "400 Bad Request");
    ck_assert(!open);
}
END_TEST

START_TEST(the_empty_reply_is_no_byte)
{
    struct request request = { .method = SPAN("POST"), .http_minor = 1, .keeps = true };

    reply.status = 0;
    fill_body(3);
    bool open = render(&request, "D");

    ck_assert_uint_eq(out.n, 0);
    ck_assert(!open);
}
END_TEST

/* ---- dates -------------------------------------------------------------------------------------------- */

static const struct date_row {
    int64_t seconds;
    const char *text;
} dates[] = {
    { 0, "Thu, 01 Jan 1970 00:00:00 GMT" },
    { 1136214245, "Mon, 02 Jan 2006 15:04:05 GMT" },
    { 1709251199, "Thu, 29 Feb 2024 23:59:59 GMT" },
    { 1672531200, "Sun, 01 Jan 2023 00:00:00 GMT" },
    { -1, "Wed, 31 Dec 1969 23:59:59 GMT" },
};

START_TEST(a_moment_has_its_http_date)
{
    char text[HTTP_DATE_SIZE];

    http_date(dates[_i].seconds * 1000000000 + (dates[_i].seconds < 0 ? 1 : 999999999), text);

    ck_assert_str_eq(text, dates[_i].text);
}
END_TEST

TEST_MAIN("exchange",
    TEST_GROUP("exchange", .setup = setup, .teardown = teardown),
    TEST(the_first_header_of_a_name_is_found_whatever_its_case),
    TEST_EACH(length_chunks_and_connection_follow_the_body_and_the_version, layouts),
    TEST(the_handlers_headers_are_sorted_and_come_first),
    TEST_EACH(a_value_loses_its_line_breaks_and_outer_blanks_and_no_other_byte, values),
    TEST_EACH(a_status_has_the_libraries_words, statuses),
    TEST(a_bare_reply_is_its_own_headers_in_their_own_order_and_the_body),
    TEST(the_empty_reply_is_no_byte),
    TEST_EACH(a_moment_has_its_http_date, dates))
