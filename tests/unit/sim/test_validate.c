#include "sim/validate.h"
#include "support/suite.h"

#define TEXT(literal) { literal, sizeof literal - 1 }

enum { WHY_MAX = 64 * 1024 };

/* ---- the order of the checks: each step repairs what the one before complained about ------------------------ */

static struct span bad_domain = { "nowhere", 7 };
static struct storage_spec unknown_input;

static void name_client(struct job_request *r)
{
    r->client_id = SPAN("client");
}

static void name_version(struct job_request *r)
{
    r->api_version = SPAN("V9");
}

static void nothing(struct job_request *r)
{
    (void)r;
}

static void deal_minus(struct job_request *r)
{
    r->spec->deal = (struct deal){ .concurrency = -1, .confidence = -1, .min_bids = -5 };
}

static void concurrency(struct job_request *r)
{
    r->spec->deal.concurrency = 1;
}

static void confidence(struct job_request *r)
{
    r->spec->deal.confidence = 2;
}

static void engine(struct job_request *r)
{
    r->spec->engine = ENGINE_NOOP;
}

static void verifier(struct job_request *r)
{
    r->spec->verifier = VERIFIER_NOOP;
}

static void publisher(struct job_request *r)
{
    r->spec->publisher = PUBLISHER_NOOP;
}

static void domains(struct job_request *r)
{
    r->spec->network.domains.n = 0;
}

static void less_confidence(struct job_request *r)
{
    r->spec->deal.confidence = 1;
}

static void inputs(struct job_request *r)
{
    r->spec->inputs.at[0].source = SOURCE_IPFS;
}

static const struct {
    void (*repair)(struct job_request *r);
    bool is_zero;
    const char *why;
} steps[] = {
    { nothing, true, "ClientID is empty" },
    { name_client, true, "APIVersion is empty" },
    { name_version, true, "job spec is empty" },
    { nothing, false, "job deal is empty" },
    { deal_minus, false, "concurrency must be >= 1" },
    { concurrency, false, "confidence must be >= 0" },
    { confidence, false, "invalid executor type: engineUnknown" },
    { engine, false, "invalid verifier type: verifierUnknown" },
    { verifier, false, "invalid publisher type: publisherUnknown" },
    { publisher, false, "invalid domain \"nowhere\"" },
    { domains, false, "the deal confidence cannot be higher than the concurrency" },
    { less_confidence, false, "invalid input volume type: storageSourceUnknown" },
    { inputs, false, "" },
};

START_TEST(the_checks_come_in_the_references_order)
{
    struct job_spec spec = { .network = { .domains = { &bad_domain, 1 } }, .inputs = { &unknown_input, 1 } };
    struct job_request request = { .spec = &spec };

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct buf why = buf_init(WHY_MAX);
        steps[i].repair(&request);
        enum err err = validate_job(&request, steps[i].is_zero, &why);
        ck_assert_msg(span_is(buf_view(&why), steps[i].why), "%s: %.*s", steps[i].why, SPAN_ARG(buf_view(&why)));
        ck_assert_msg((err == ERR_OK) == (steps[i].why[0] == '\0'), "%s", steps[i].why);
        buf_release(&why);
    }
}
END_TEST

static const struct deal_row {
    const char *name;
    struct deal deal;
    const char *why;
} deals[] = {
    { "one", { .concurrency = 1 }, "" },
    { "negative MinBids", { .concurrency = 1, .min_bids = -5 }, "" },
    { "the least MinBids", { .concurrency = 1, .min_bids = INT64_MIN }, "" },
    { "the most of all", { INT64_MAX, INT64_MAX, INT64_MAX }, "" },
    { "only Confidence", { .confidence = 1 }, "concurrency must be >= 1" },
    { "only MinBids", { .min_bids = 1 }, "concurrency must be >= 1" },
    { "the least Concurrency", { .concurrency = INT64_MIN }, "concurrency must be >= 1" },
    { "the least Confidence", { .concurrency = 1, .confidence = INT64_MIN }, "confidence must be >= 0" },
    { "more Confidence", { .concurrency = 3, .confidence = 4 }, "the deal confidence cannot be higher than the concurrency" },
};

static struct job_spec good_spec(void)
{
    return (struct job_spec){
        .engine = ENGINE_DOCKER, .verifier = VERIFIER_NOOP, .publisher = PUBLISHER_IPFS, .deal = { .concurrency = 1 }
    };
}

static void assert_verdict(const char *name, struct job_spec *spec, const char *expected)
{
    struct job_request request = { SPAN("client"), SPAN("V1beta1"), spec };
    struct buf why = buf_init(WHY_MAX);

    enum err err = validate_job(&request, false, &why);

    ck_assert_msg(span_is(buf_view(&why), expected), "%s: %.*s", name, SPAN_ARG(buf_view(&why)));
    ck_assert_msg(err == (expected[0] ? ERR_INVALID : ERR_OK), "%s", name);
    buf_release(&why);
}

START_TEST(deals_have_their_bounds)
{
    struct job_spec spec = good_spec();
    spec.deal = deals[_i].deal;

    assert_verdict(deals[_i].name, &spec, deals[_i].why);
}
END_TEST

static const struct domain {
    struct span text;
    bool good;
} domain_rows[] = {
    { TEXT("example.com"), true },
    { TEXT("a.bc"), true },
    { TEXT("x-y.example-z.org"), true },
    { TEXT("0.x1.zz"), true },
    { TEXT("http://example.com/path"), true }, /* anywhere in the text */
    { TEXT("*.example.com"), true },
    { TEXT("EXAMPLE.com"), false }, /* the label before the last dot is in capitals */
    { TEXT("EXAMPLE.x.com"), true },
    { TEXT("_a.com"), false }, /* no word begins at `a` */
    { TEXT("_-a.com"), true },
    { TEXT("-.com"), false },
    { TEXT(".com"), false },
    { TEXT("com"), false },
    { TEXT("example.c"), false },
    { TEXT("example.c0m"), false },
    { TEXT("example.com0"), false },
    { TEXT("example.com_"), false },
    { TEXT("example.comX"), false },
    { TEXT("example.com-"), true },
    { TEXT("example.com.x"), true }, /* example.com is in it */
    { TEXT("example..com"), false },
    { TEXT("a b.cc"), true },
    { TEXT(""), false },
    { TEXT("\xc3\xbc.de"), false },
    { TEXT("\xc3\xbc" "a.de"), true }, /* what is not ASCII is no word character */
    { TEXT("127.0.0.1"), true },
    { TEXT("127.0.0"), false },
    { TEXT("127.0.0.01"), false },
    { TEXT("256.0.0.1"), false },
    { TEXT("::1"), true },
    { TEXT("2001:db8::ff00:42:8329"), true },
    { TEXT("::ffff:1.2.3.4"), true },
    { TEXT("::1%eth0"), false },
    { TEXT("::1\0"), false },
    { TEXT("a\0b.com"), true },
};

START_TEST(a_domain_is_an_address_or_has_a_name_in_it)
{
    const struct domain *row = &domain_rows[_i];
    struct job_spec spec = good_spec();
    struct job_request request = { SPAN("client"), SPAN("V1beta1"), &spec };
    struct buf why = buf_init(WHY_MAX);
    struct span domain = row->text;
    spec.network.domains = (struct span_list){ &domain, 1 };

    bool good = validate_job(&request, false, &why) == ERR_OK;

    ck_assert_msg(good == row->good, "%.*s", SPAN_ARG(row->text));
    buf_release(&why);
}
END_TEST

START_TEST(all_bad_domains_are_told)
{
    struct job_spec spec = good_spec();
    struct span domains_[] = { SPAN("x"), SPAN("example.com"), SPAN("a\"b"), SPAN("y") };
    spec.network.domains = (struct span_list){ domains_, 4 };

    assert_verdict("three bad ones", &spec,
                   "invalid domain \"x\"; invalid domain \"a\\\"b\"; invalid domain \"y\"");
}
END_TEST

START_TEST(outputs_are_not_looked_at)
{
    struct job_spec spec = good_spec();
    struct storage_spec output = { .source = SOURCE_UNKNOWN };
    spec.outputs = (struct storage_list){ &output, 1 };

    assert_verdict("an output of no kind", &spec, "");
}
END_TEST

START_TEST(a_very_long_domain_takes_no_longer_than_its_length)
{
    enum { LONG = 1024 * 1024 };
    struct job_spec spec = good_spec();
    struct buf text = buf_init(2 * LONG), why = buf_init(8 * LONG);
    for (int i = 0; i < LONG / 2; i++)
        buf_text(&text, "1.");
    struct span domain = buf_view(&text);
    struct job_request request = { SPAN("client"), SPAN("V1beta1"), &spec };
    spec.network.domains = (struct span_list){ &domain, 1 };

    ck_assert_int_eq(validate_job(&request, false, &why), ERR_INVALID);

    buf_release(&text);
    buf_release(&why);
}
END_TEST

TEST_MAIN("validate",
    TEST(the_checks_come_in_the_references_order),
    TEST_EACH(deals_have_their_bounds, deals),
    TEST_EACH(a_domain_is_an_address_or_has_a_name_in_it, domain_rows),
    TEST(all_bad_domains_are_told),
    TEST(outputs_are_not_looked_at),
    TEST(a_very_long_domain_takes_no_longer_than_its_length))
