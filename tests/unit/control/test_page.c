/* The page at /__mock/: who gets it, and that its Content-Security-Policy allows its own script and style. */
#include "base/base64.h"
#include "base/crypto.h"
#include "control/page.h"
#include "support/suite.h"

#include <stdio.h>

struct asked {
    struct header accept;
    struct request request;
    struct reply reply;
    struct control_call call;
};

static void ask_page(struct asked *asked)
{
    reply_init(&asked->reply);
    asked->call = (struct control_call){ .request = &asked->request, .reply = &asked->reply };
    page_answer(&asked->call);
}

static bool wants_page(const char *accept)
{
    struct header header = { SPAN("Accept"), span_text(accept) };
    struct request request = { .headers = &header, .n_headers = 1 };

    return page_is_wanted(&request);
}

static struct span header_of(const struct asked *asked, const char *name)
{
    for (size_t i = 0; i < asked->reply.n_headers; i++)
        if (strcmp(asked->reply.headers[i].name, name) == 0)
            return asked->reply.headers[i].value;
    return SPAN("");
}

/* Appends the hash source of the text between <TAG> and </TAG>. */
static void put_hash(struct buf *out, const char *page, const char *tag)
{
    unsigned char digest[SHA256_SIZE];
    char open[16], close[16];

    snprintf(open, sizeof open, "<%s>", tag);
    snprintf(close, sizeof close, "</%s>", tag);
    const char *begin = strstr(page, open), *end = strstr(page, close);
    ck_assert(begin && end);
    begin += strlen(open);
    crypto_sha256(span_of(begin, (size_t)(end - begin)), digest);
    buf_printf(out, "%s-src 'sha256-", tag);
    base64_encode(out, span_of((const char *)digest, sizeof digest));
    buf_text(out, "'");
}

START_TEST(only_a_client_that_names_text_html_gets_the_page)
{
    ck_assert(wants_page("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
    ck_assert(wants_page("application/json, Text/HTML;q=0.5"));

    ck_assert(!wants_page("*/*"));
    ck_assert(!wants_page("application/json"));
    ck_assert(!wants_page("text/htmlx"));
    ck_assert(!page_is_wanted(&(struct request){ .n_headers = 0 }));
}
END_TEST

START_TEST(the_policy_allows_the_script_and_the_style_of_the_page_and_no_other)
{
    CLEANUP(buf_release) struct buf wanted = buf_init(4096);
    struct asked asked = { 0 };

    ask_page(&asked);

    buf_text(&wanted, "default-src 'none'; ");
    put_hash(&wanted, asked.reply.body.p, "script");
    buf_text(&wanted, "; ");
    put_hash(&wanted, asked.reply.body.p, "style");
    buf_text(&wanted, "; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    ck_assert_str_eq(page_policy, wanted.p);
    ck_assert(span_is(header_of(&asked, "Content-Security-Policy"), page_policy));
    reply_release(&asked.reply);
}
END_TEST

START_TEST(the_page_is_html_that_nothing_keeps_and_nothing_guesses_at)
{
    struct asked asked = { 0 };

    ask_page(&asked);

    ck_assert(asked.call.done);
    ck_assert_int_eq(asked.reply.status, 200);
    ck_assert(span_is(header_of(&asked, "Content-Type"), "text/html; charset=utf-8"));
    ck_assert(span_is(header_of(&asked, "Cache-Control"), "no-store"));
    ck_assert(span_is(header_of(&asked, "X-Content-Type-Options"), "nosniff"));
    reply_release(&asked.reply);
}
END_TEST

/* No address but those under /__mock/, no text that becomes markup. */
START_TEST(the_page_names_no_other_host_and_makes_no_markup_of_texts)
{
    static const char *const banned[] = { "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                                          "localStorage", "cookie", "src=", "https://", "@import" };
    struct asked asked = { 0 };

    ask_page(&asked);

    for (size_t i = 0; i < sizeof banned / sizeof *banned; i++)
        ck_assert_msg(!strstr(asked.reply.body.p, banned[i]), "the page has %s", banned[i]);
    reply_release(&asked.reply);
}
END_TEST

TEST_MAIN("the page",
    TEST(only_a_client_that_names_text_html_gets_the_page),
    TEST(the_policy_allows_the_script_and_the_style_of_the_page_and_no_other),
    TEST(the_page_is_html_that_nothing_keeps_and_nothing_guesses_at),
    TEST(the_page_names_no_other_host_and_makes_no_markup_of_texts))
