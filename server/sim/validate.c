#include "sim/validate.h"

#include "base/ascii.h"
#include "base/quote.h"

#include <arpa/inet.h>
#include <netinet/in.h>

/* ---- domains: an address, or \b([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}\b anywhere ------------------------------- */

static bool is_label(char c)
{
    return ascii_is_lower(c) || ascii_is_digit(c);
}

static bool is_word(char c)
{
    return ascii_is_alphanumeric(c) || c == '_';
}

/* The pattern's last dot decides: before it a run of label characters that begins at a word's edge, after
 * it two or more lower-case letters that end at one. */
static bool dot_fits(struct span s, size_t dot)
{
    size_t begin = dot, end = dot + 1;

    while (begin > 0 && is_label(s.p[begin - 1]))
        begin--;
    while (end < s.n && ascii_is_lower(s.p[end]))
        end++;
    return begin < dot && (begin == 0 || !is_word(s.p[begin - 1])) && end - dot > 2 && (end == s.n || !is_word(s.p[end]));
}

static bool is_address(struct span s)
{
    char copy[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (s.n == 0 || s.n >= sizeof copy || memchr(s.p, '\0', s.n))
        return false;
    memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    return inet_pton(AF_INET, copy, &address) == 1 || inet_pton(AF_INET6, copy, &address) == 1;
}

static bool is_domain(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '.' && dot_fits(s, i))
            return true;
    return is_address(s);
}

static void check_domains(const struct job_spec *spec, struct buf *why)
{
    for (size_t i = 0; i < spec->network.domains.n; i++) {
        if (is_domain(spec->network.domains.at[i]))
            continue;
        buf_text(why, why->n ? "; invalid domain " : "invalid domain ");
        buf_quote(why, spec->network.domains.at[i]);
    }
}

static void check_inputs(const struct job_spec *spec, struct buf *why)
{
    for (size_t i = 0; i < spec->inputs.n; i++)
        if (spec->inputs.at[i].source == SOURCE_UNKNOWN) {
            buf_text(why, "invalid input volume type: storageSourceUnknown");
            return;
        }
}

/* ---- the list of checks ------------------------------------------------------------------------------------------- */

struct subject {
    const struct job_request *request;
    const struct job_spec *spec;
    bool spec_is_zero;
};

static bool no_client(const struct subject *s)
{
    return s->request->client_id.n == 0;
}

static bool no_version(const struct subject *s)
{
    return s->request->api_version.n == 0;
}

static bool no_spec(const struct subject *s)
{
    return s->spec_is_zero;
}

static bool no_deal(const struct subject *s)
{
    const struct deal *deal = &s->spec->deal;

    return deal->concurrency == 0 && deal->confidence == 0 && deal->min_bids == 0;
}

static bool low_concurrency(const struct subject *s)
{
    return s->spec->deal.concurrency < 1;
}

static bool low_confidence(const struct subject *s)
{
    return s->spec->deal.confidence < 0;
}

static bool no_engine(const struct subject *s)
{
    return s->spec->engine == ENGINE_UNKNOWN;
}

static bool no_verifier(const struct subject *s)
{
    return s->spec->verifier == VERIFIER_UNKNOWN;
}

static bool no_publisher(const struct subject *s)
{
    return s->spec->publisher == PUBLISHER_UNKNOWN;
}

static bool high_confidence(const struct subject *s)
{
    return s->spec->deal.confidence > s->spec->deal.concurrency;
}

static const struct check {
    bool (*fails)(const struct subject *s);
    const char *text;
    void (*words)(const struct job_spec *spec, struct buf *why); /* in place of the two: appends nothing if it passes */
} checks[] = {
    { .fails = no_client, .text = "ClientID is empty" },
    { .fails = no_version, .text = "APIVersion is empty" },
    { .fails = no_spec, .text = "job spec is empty" },
    { .fails = no_deal, .text = "job deal is empty" },
    { .fails = low_concurrency, .text = "concurrency must be >= 1" },
    { .fails = low_confidence, .text = "confidence must be >= 0" },
    { .fails = no_engine, .text = "invalid executor type: engineUnknown" },
    { .fails = no_verifier, .text = "invalid verifier type: verifierUnknown" },
    { .fails = no_publisher, .text = "invalid publisher type: publisherUnknown" },
    { .words = check_domains },
    { .fails = high_confidence, .text = "the deal confidence cannot be higher than the concurrency" },
    { .words = check_inputs },
};

enum err validate_job(const struct job_request *request, bool spec_is_zero, struct buf *why)
{
    struct subject subject = { request, request->spec, spec_is_zero };

    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (checks[i].words)
            checks[i].words(subject.spec, why);
        else if (checks[i].fails(&subject))
            buf_text(why, checks[i].text);
        if (why->n || why->failed)
            return ERR_INVALID;
    }
    return ERR_OK;
}
