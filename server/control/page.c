#include "control/page.h"

#include "scenario/shipped.h"

static const char page_file[] = "server/control/page/page.html";

/* Cuts the part before the next ',' off the text, and its parameters off that. */
static struct span next_type(struct span *list)
{
    const char *comma = memchr(list->p, ',', list->n);
    size_t n = comma ? (size_t)(comma - list->p) : list->n;
    const char *semicolon = memchr(list->p, ';', n);
    struct span type = span_of(list->p, semicolon ? (size_t)(semicolon - list->p) : n);

    *list = comma ? span_of(comma + 1, list->n - n - 1) : SPAN("");
    return span_trim(type);
}

bool page_is_wanted(const struct request *request)
{
    const struct header *accept = request_header(request, "Accept");
    struct span list = accept ? accept->value : SPAN("");

    while (list.n)
        if (span_eq_nocase(next_type(&list), SPAN("text/html")))
            return true;
    return false;
}

void page_answer(struct control_call *c)
{
    const struct shipped_file *page = shipped_file(span_text(page_file));
    struct reply *reply = c->reply;

    MUST(page);
    reply_header(reply, "Content-Type", SPAN("text/html; charset=utf-8"));
    reply_header(reply, "Content-Security-Policy", span_text(page_policy));
    reply_header(reply, "Cache-Control", SPAN("no-store"));
    reply_header(reply, "X-Content-Type-Options", SPAN("nosniff"));
    buf_span(&reply->body, shipped_text(page));
    c->done = true;
}
