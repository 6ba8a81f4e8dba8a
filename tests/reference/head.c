/* Heads: status line, interim replies, headers, framing. */
#include "reference/compare.h"

#include "wire/reply.h"

#include <ctype.h>
#include <stdio.h>

/* ---- recorded as `*` ---------------------------------------------------------------------------------- */

static size_t digits(struct span value, size_t from)
{
    size_t n = 0;

    while (from + n < value.n && isdigit((unsigned char)value.p[from + n]))
        n++;
    return n;
}

static bool all_digits(struct span value)
{
    return value.n && digits(value, 0) == value.n;
}

static bool is_remaining(struct span value, const struct told_reply *reply)
{
    (void)reply;
    return all_digits(value) && value.n <= 3; /* 999 after the first request */
}

static bool is_remote(struct span value, const struct told_reply *reply)
{
    struct span host = SPAN("127.0.0.1:");

    (void)reply;
    return span_starts(value, host) && digits(value, host.n) == value.n - host.n && value.n > host.n;
}

/* "Wed, 22 Mar 2023 09:00:00 GMT" */
static bool is_date(struct span value, const struct told_reply *reply)
{
    static const char pattern[] = "aaa, 00 aaa 0000 00:00:00 GMT";

    (void)reply;
    if (value.n != sizeof pattern - 1)
        return false;
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        bool good = pattern[i] == 'a' ? isalpha(c) != 0 : pattern[i] == '0' ? isdigit(c) != 0 : c == pattern[i];
        if (!good)
            return false;
    }
    return true;
}

/* HEAD has a length and no body. */
static bool is_length(struct span value, const struct told_reply *reply)
{
    char length[32];

    snprintf(length, sizeof length, "%zu", reply->body.n);
    return reply->framing == FRAMING_UNKNOWN ? all_digits(value) : span_is(value, length);
}

static const struct any_rule {
    const char *name;
    bool (*holds)(struct span value, const struct told_reply *reply);
} any_rules[] = {
    { "Ratelimit-Remaining", is_remaining },
    { "X-Rate-Limit-Request-Remote-Addr", is_remote },
    { "Date", is_date },
    { "Content-Length", is_length },
};

/* `*` stands for any value, but not for one that can be told to be wrong. */
static bool any_holds(const struct told_header *header, const struct told_reply *reply)
{
    if (reply->recorded)
        return true;
    for (size_t i = 0; i < sizeof any_rules / sizeof any_rules[0]; i++)
        if (span_is(header->name, any_rules[i].name))
            return any_rules[i].holds(header->value, reply);
    return true;
}

/* ---- framing ------------------------------------------------------------------------------------------ */

/* Ids, names and times have other lengths here than there, so our own body decides. */
static enum framing framing_due(const struct told_reply *recorded, const struct told_reply *ours)
{
    if (ours->framing == FRAMING_UNKNOWN || recorded->framing == FRAMING_CLOSE)
        return recorded->framing;
    return ours->body.n <= LENGTH_KNOWN_MAX ? FRAMING_LENGTH : FRAMING_CHUNKED;
}

static void add_header(struct told_headers *headers, const char *name, const char *value)
{
    headers->at[headers->n++] = (struct told_header){ .name = span_text(name), .value = span_text(value) };
}

/* The recorded headers as they would be with the framing that is due: Content-Length comes after Date,
 * Transfer-Encoding last. */
static struct told_headers headers_due(const struct told_reply *recorded, enum framing due, struct arena *arena)
{
    struct told_headers headers = { arena_alloc(arena, (recorded->headers.n + 1) * sizeof(struct told_header)), 0 };

    if (due == recorded->framing)
        return recorded->headers;
    MUST(headers.at);
    for (size_t i = 0; i < recorded->headers.n; i++) {
        const struct told_header *header = &recorded->headers.at[i];
        if (!span_is(header->name, "Content-Length") && !span_is(header->name, "Transfer-Encoding"))
            headers.at[headers.n++] = *header;
        if (span_is(header->name, "Date") && due == FRAMING_LENGTH)
            add_header(&headers, "Content-Length", "*");
    }
    if (due == FRAMING_CHUNKED)
        add_header(&headers, "Transfer-Encoding", "chunked");
    return headers;
}

/* ---- comparing ---------------------------------------------------------------------------------------- */

static bool values_agree(const struct telling *recorded, const struct told_header *there, const struct telling *ours,
                         const struct told_header *here)
{
    CLEANUP(buf_release) struct buf a = buf_init(PART_MAX), b = buf_init(PART_MAX);

    normal_form(there->value, &recorded->names, NAMES_NODES_MAX, &a);
    normal_form(here->value, &ours->names, NAMES_NODES_MAX, &b);
    return span_eq(buf_view(&a), buf_view(&b));
}

static bool headers_agree(const struct telling *recorded, struct told_headers due, const struct telling *ours,
                          const struct told_reply *reply, struct buf *why)
{
    for (size_t i = 0; i < due.n || i < reply->headers.n; i++) {
        struct told_header none = { .name = SPAN("(no more)"), .value = SPAN("") };
        const struct told_header *there = i < due.n ? &due.at[i] : &none;
        const struct told_header *here = i < reply->headers.n ? &reply->headers.at[i] : &none;
        bool good = span_eq(there->name, here->name) &&
                    (span_is(there->value, "*") ? any_holds(here, reply) : values_agree(recorded, there, ours, here));
        if (good)
            continue;
        buf_printf(why, "header %zu\n      recorded: %.*s: %.*s\n      ours:     %.*s: %.*s\n", i + 1,
                   SPAN_ARG(there->name), SPAN_ARG(there->value), SPAN_ARG(here->name), SPAN_ARG(here->value));
        return false;
    }
    return true;
}

static bool lines_agree(const char *what, struct span there, struct span here, struct buf *why)
{
    if (span_eq(there, here))
        return true;
    buf_printf(why, "%s\n      recorded: %.*s\n      ours:     %.*s\n", what, SPAN_ARG(there), SPAN_ARG(here));
    return false;
}

static bool interims_agree(struct span_list there, struct span_list here, struct buf *why)
{
    for (size_t i = 0; i < there.n || i < here.n; i++)
        if (!lines_agree("interim reply", i < there.n ? there.at[i] : SPAN("(none)"),
                         i < here.n ? here.at[i] : SPAN("(none)"), why))
            return false;
    return true;
}

static const char *framing_name(enum framing framing)
{
    static const char *const names[] = { "length", "chunked", "close", "none" };

    return names[framing];
}

bool heads_agree(const struct telling *recorded, const struct telling *ours, size_t step, struct buf *why)
{
    const struct told_reply *there = &recorded->replies[step], *here = &ours->replies[step];
    CLEANUP(arena_release) struct arena arena = { 0 };
    enum framing due = framing_due(there, here);

    if (here->trouble.n || there->none != here->none) {
        buf_printf(why, "recorded: %s; ours: %.*s\n", there->none ? "closed without a reply" : "a reply",
                   SPAN_ARG(here->trouble.n ? here->trouble
                            : here->none    ? SPAN("closed without a reply")
                                            : here->status_line));
        return false;
    }
    if (here->none)
        return true;
    if (!lines_agree("status line", there->status_line, here->status_line, why) ||
        !interims_agree(there->interim, here->interim, why) ||
        !headers_agree(recorded, headers_due(there, due, &arena), ours, here, why))
        return false;
    if (due != here->framing && here->framing != FRAMING_UNKNOWN) {
        buf_printf(why, "framing of %zu bytes: %s, wanted: %s\n", here->body.n, framing_name(here->framing),
                   framing_name(due));
        return false;
    }
    return true;
}
