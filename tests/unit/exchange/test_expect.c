/* Expectations: counts, sequences, matches, and what they say when they are not met. */
#include "exchange/expectation.h"
#include "support/suite.h"

#include <stdio.h>

static const enum endpoint way[] = { ENDPOINT_SUBMIT, ENDPOINT_STATES, ENDPOINT_RESULTS };
#define SEQUENCE { .sequence = way, .n_sequence = 3, .most = EXPECT_NO_LIMIT }

static struct expectations expecting(const struct expectation *x)
{
    struct expectations e;

    ck_assert(expectations_init(&e, x, 1));
    return e;
}

static void come(struct expectations *e, enum endpoint endpoint, const char *client)
{
    expectations_note(e, &(struct exchange_facts){ .endpoint = endpoint, .client_id = span_text(client) }, false);
}

static void assert_says(const struct expectations *e, bool met, const char *expected, const char *came)
{
    struct buf text = buf_init(1024), seen = buf_init(1024);

    expectation_put(&text, &e->at[0]);
    expectation_put_seen(&seen, e, 0);
    ck_assert_str_eq(text.p, expected);
    ck_assert_str_eq(seen.p, came);
    ck_assert_int_eq(expectation_verdict(e, 0).met, met);
    buf_release(&text);
    buf_release(&seen);
}

/* ---- counts ---------------------------------------------------------------------------------------------- */

static const struct count {
    int64_t least, most;
    int times;
    bool met;
    const char *expected, *came;
} counts[] = {
    { 1, 1, 0, false, "cancel 1 time", "came 0 times" },
    { 1, 1, 1, true, "cancel 1 time", "came 1 time" },
    { 1, 1, 2, false, "cancel 1 time", "came 2 times" },
    { 2, EXPECT_NO_LIMIT, 1, false, "cancel at least 2 times", "came 1 time" },
    { 2, EXPECT_NO_LIMIT, 3, true, "cancel at least 2 times", "came 3 times" },
    { 0, 2, 2, true, "cancel at most 2 times", "came 2 times" },
    { 0, 2, 3, false, "cancel at most 2 times", "came 3 times" },
    { 0, 0, 0, true, "cancel never", "came 0 times" },
    { 0, 0, 1, false, "cancel never", "came 1 time" },
};

START_TEST(a_count_holds_or_does_not)
{
    const struct count *row = &counts[_i];
    struct expectation x = { .endpoint = ENDPOINT_CANCEL, .least = row->least, .most = row->most };
    struct expectations e = expecting(&x);

    for (int i = 0; i < row->times; i++)
        come(&e, ENDPOINT_CANCEL, "a");
    come(&e, ENDPOINT_LIST, "a");

    assert_says(&e, row->met, row->expected, row->came);
    expectations_release(&e);
}
END_TEST

START_TEST(to_begin_anew_forgets_what_came)
{
    struct expectation x = { .endpoint = ENDPOINT_CANCEL };
    struct expectations e = expecting(&x);

    come(&e, ENDPOINT_CANCEL, "a");
    expectations_clear(&e);

    ck_assert(expectation_verdict(&e, 0).met);
    expectations_release(&e);
}
END_TEST

/* ---- sequences ------------------------------------------------------------------------------------------- */

START_TEST(a_sequence_allows_others_between)
{
    struct expectation x = SEQUENCE;
    struct expectations e = expecting(&x);

    come(&e, ENDPOINT_LIST, "a");
    come(&e, ENDPOINT_SUBMIT, "a");
    come(&e, ENDPOINT_SUBMIT, "a");
    come(&e, ENDPOINT_STATES, "a");
    come(&e, ENDPOINT_LIST, "a");
    come(&e, ENDPOINT_RESULTS, "a");

    ck_assert(expectation_verdict(&e, 0).met);
    expectations_release(&e);
}
END_TEST

START_TEST(a_sequence_in_another_order_is_not_met)
{
    struct expectation x = SEQUENCE;
    struct expectations e = expecting(&x);

    come(&e, ENDPOINT_STATES, "a");
    come(&e, ENDPOINT_SUBMIT, "a");
    come(&e, ENDPOINT_RESULTS, "a");

    assert_says(&e, false, "submit, states, results in this order", "came as far as submit (1 of 3)");
    expectations_release(&e);
}
END_TEST

START_TEST(two_clients_do_not_make_one_sequence)
{
    struct expectation x = SEQUENCE;
    struct expectations e = expecting(&x);

    come(&e, ENDPOINT_SUBMIT, "a");
    come(&e, ENDPOINT_STATES, "b");
    come(&e, ENDPOINT_RESULTS, "a");

    assert_says(&e, false, "submit, states, results in this order", "came as far as submit (1 of 3)");
    expectations_release(&e);
}
END_TEST

START_TEST(who_claims_no_id_is_the_client_of_the_job)
{
    struct expectation x = SEQUENCE;
    struct expectations e = expecting(&x);

    come(&e, ENDPOINT_SUBMIT, "a");
    expectations_note(&e, &(struct exchange_facts){ .endpoint = ENDPOINT_STATES, .job_client = SPAN("a") }, false);
    come(&e, ENDPOINT_RESULTS, "a");

    ck_assert(expectation_verdict(&e, 0).met);
    expectations_release(&e);
}
END_TEST

START_TEST(clients_beyond_the_cap_are_not_followed)
{
    struct expectation x = SEQUENCE;
    struct expectations e = expecting(&x);
    char client[16];

    for (int i = 0; i <= EXPECT_CLIENTS_MAX; i++) {
        snprintf(client, sizeof client, "%d", i);
        come(&e, ENDPOINT_SUBMIT, client);
    }

    ck_assert_uint_eq(expectation_verdict(&e, 0).unfollowed, 1);
    expectations_release(&e);
}
END_TEST

/* ---- matches --------------------------------------------------------------------------------------------- */

START_TEST(a_match_of_a_client_counts_its_exchanges_alone)
{
    struct expectation x = { .endpoint = ENDPOINT_LIST, .least = 1, .most = 1, .match = { .client_id = SPAN("a") } };
    struct expectations e = expecting(&x);

    come(&e, ENDPOINT_LIST, "a");
    come(&e, ENDPOINT_LIST, "b");

    ck_assert(expectation_verdict(&e, 0).met);
    expectations_release(&e);
}
END_TEST

static void about(struct expectations *e, enum endpoint endpoint, const struct job_spec *spec, const char *id)
{
    struct exchange_facts facts = { .endpoint = endpoint, .job_id = span_text(id), .spec = spec };

    expectations_note(e, &facts, endpoint == ENDPOINT_SUBMIT);
}

START_TEST(a_match_of_a_job_takes_what_names_one_that_fits)
{
    struct expectation x = { .endpoint = ENDPOINT_STATES, .least = 1, .most = 1,
                             .match = { .has_job = true, .job = { .engine = SPAN("docker") } } };
    struct job_spec docker = { .engine = ENGINE_DOCKER }, wasm = { .engine = ENGINE_WASM };
    struct expectations e = expecting(&x);

    about(&e, ENDPOINT_STATES, &docker, "1");
    about(&e, ENDPOINT_STATES, &wasm, "2");
    come(&e, ENDPOINT_STATES, "a");

    ck_assert(expectation_verdict(&e, 0).met);
    expectations_release(&e);
}
END_TEST

START_TEST(nth_means_the_jobs_in_the_order_of_their_submits)
{
    struct expectation x = { .endpoint = ENDPOINT_CANCEL, .least = 1, .most = 1,
                             .match = { .has_job = true, .job = { .nth_first = 2, .nth_last = 2 } } };
    struct job_spec spec = { .engine = ENGINE_DOCKER };
    struct expectations e = expecting(&x);

    about(&e, ENDPOINT_SUBMIT, &spec, "1");
    about(&e, ENDPOINT_SUBMIT, &spec, "2");
    about(&e, ENDPOINT_SUBMIT, &spec, "3");
    about(&e, ENDPOINT_CANCEL, &spec, "3");
    about(&e, ENDPOINT_CANCEL, &spec, "2");
    about(&e, ENDPOINT_CANCEL, &spec, "1");

    ck_assert_int_eq(expectation_verdict(&e, 0).seen, 1);
    expectations_release(&e);
}
END_TEST

TEST_MAIN("expect",
    TEST_EACH(a_count_holds_or_does_not, counts),
    TEST(to_begin_anew_forgets_what_came),
    TEST(a_sequence_allows_others_between),
    TEST(a_sequence_in_another_order_is_not_met),
    TEST(two_clients_do_not_make_one_sequence),
    TEST(who_claims_no_id_is_the_client_of_the_job),
    TEST(clients_beyond_the_cap_are_not_followed),
    TEST(a_match_of_a_client_counts_its_exchanges_alone),
    TEST(a_match_of_a_job_takes_what_names_one_that_fits),
    TEST(nth_means_the_jobs_in_the_order_of_their_submits))
