/* Which pages may use the control API. */
#include "control/origin.h"
#include "support/suite.h"

static const char *const names[] = { "mock.example.org", "ci.example.org:8080" };
static const struct allowed_hosts allowed = { .own = "mock.internal.test", .names = names, .n = ROWS(names) };

static const struct row {
    const char *method, *host, *origin; /* NULL: no such header */
    enum origin_refusal refusal;
} rows[] = {
    /* Host */
    { "GET", NULL, NULL, ORIGIN_FINE },
    { "GET", "127.0.0.1:1234", NULL, ORIGIN_FINE },
    { "GET", "10.0.0.7", NULL, ORIGIN_FINE },
    { "GET", "[::1]:1234", NULL, ORIGIN_FINE },
    { "GET", "localhost:1234", NULL, ORIGIN_FINE },
    { "GET", "LOCALHOST", NULL, ORIGIN_FINE },
    { "GET", "requester:1234", NULL, ORIGIN_FINE },
    { "GET", "a.localhost:1", NULL, ORIGIN_FINE },
    { "GET", "mock.internal.test", NULL, ORIGIN_FINE },
    { "GET", "Mock.Example.org:99", NULL, ORIGIN_FINE },
    { "GET", "ci.example.org", NULL, ORIGIN_FINE },
    { "GET", "evil.example.org:1234", NULL, ORIGIN_FOREIGN_HOST },
    { "GET", "127.0.0.1.evil.org", NULL, ORIGIN_FOREIGN_HOST },
    { "GET", "1.2.3.256", NULL, ORIGIN_FOREIGN_HOST },
    { "GET", "1.2.3", NULL, ORIGIN_FOREIGN_HOST },
    { "GET", "notlocalhost.example", NULL, ORIGIN_FOREIGN_HOST },
    { "POST", "evil.example.org", "http://evil.example.org", ORIGIN_FOREIGN_HOST },
    /* Origin */
    { "POST", "127.0.0.1:1234", NULL, ORIGIN_FINE },
    { "POST", "127.0.0.1:1234", "http://127.0.0.1:1234", ORIGIN_FINE },
    { "POST", "LocalHost:1234", "HTTP://localhost:1234", ORIGIN_FINE },
    { "POST", "localhost", "http://localhost:80", ORIGIN_FINE },
    { "POST", "localhost", "https://localhost:443", ORIGIN_FINE },
    { "POST", "localhost", "https://localhost", ORIGIN_FINE },
    { "POST", "localhost:80", "https://localhost", ORIGIN_FOREIGN },
    { "POST", "localhost:1234", "http://localhost:1235", ORIGIN_FOREIGN },
    { "POST", "localhost:1234", "http://127.0.0.1:1234", ORIGIN_FOREIGN },
    { "POST", "localhost:1234", "https://evil.example.org", ORIGIN_FOREIGN },
    { "POST", "localhost:1234", "null", ORIGIN_FOREIGN },
    { "POST", "localhost:1234", "", ORIGIN_FOREIGN },
    { "POST", "localhost:1234", "ftp://localhost:1234", ORIGIN_FOREIGN },
    { "POST", NULL, "http://localhost", ORIGIN_FOREIGN },
    { "DELETE", "localhost:1234", "null", ORIGIN_FOREIGN },
    { "GET", "localhost:1234", "https://evil.example.org", ORIGIN_FINE },
    { "HEAD", "localhost:1234", "null", ORIGIN_FINE },
};

START_TEST(a_page_of_another_origin_is_refused)
{
    const struct row *row = &rows[_i];
    struct header headers[2];
    struct request request = { .method = span_text(row->method), .headers = headers };

    if (row->host)
        headers[request.n_headers++] = (struct header){ SPAN("Host"), span_text(row->host) };
    if (row->origin)
        headers[request.n_headers++] = (struct header){ SPAN("Origin"), span_text(row->origin) };

    ck_assert_msg(origin_check(&request, &allowed) == row->refusal, "%s, Host %s, Origin %s", row->method,
                  row->host ? row->host : "absent", row->origin ? row->origin : "absent");
}
END_TEST

TEST_MAIN("origin", TEST_EACH(a_page_of_another_origin_is_refused, rows))
