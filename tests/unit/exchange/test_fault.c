/* Faults: which exchange they take, what they count, and what is told of one that nearly fitted. */
#include "exchange/fault.h"
#include "releases/release.h"
#include "support/network.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>

#define SECONDS(n) ((n) * NS_PER_SECOND)

/* ---- faults in front of a network -------------------------------------------------------------------------------- */

struct desk {
    struct network network;
    struct faults faults;
    struct arena arena;
    struct near_miss miss;
    struct job_spec spec;
    ns_t now;
};

static struct desk *desk_open(void)
{
    struct desk *desk = calloc(1, sizeof *desk);

    ck_assert_ptr_nonnull(desk);
    desk->network = NETWORK(GOOD);
    network_start(&desk->network, &rules_v0_3_25);
    faults_init(&desk->faults, desk->network.engine, 0);
    desk->spec = spec_of(1, 0, 0);
    return desk;
}

static void desk_close(struct desk *desk)
{
    faults_release(&desk->faults);
    network_stop(&desk->network);
    arena_release(&desk->arena);
    free(desk);
}

static struct fault fault_on(unsigned on)
{
    return (struct fault){ .name = SPAN("blip"), .on = on, .count = FAULT_NO_LIMIT, .to = NS_NEVER, .chance = 1 };
}

static struct exchange_facts facts_of(enum endpoint endpoint, const char *client, const char *job)
{
    return (struct exchange_facts){ .endpoint = endpoint, .client_id = span_text(client), .job_id = span_text(job) };
}

static bool takes(struct desk *desk, const struct exchange_facts *facts)
{
    return faults_choose(&desk->faults, facts, desk->now, &desk->arena, &desk->miss) != NULL;
}

/* `.` for an exchange that is let through, `x` for one that is taken. */
static const char *pattern(struct desk *desk, const struct exchange_facts *facts, size_t n)
{
    static char text[256];

    for (size_t i = 0; i < n; i++)
        text[i] = takes(desk, facts) ? 'x' : '.';
    text[n] = '\0';
    return text;
}

/* ---- which ------------------------------------------------------------------------------------------------------------ */

START_TEST(the_first_fault_that_fits_and_fires_is_the_one)
{
    struct desk *desk = desk_open();
    struct fault first = fault_on(ENDPOINT_BIT(ENDPOINT_STATES)), second = fault_on(ENDPOINTS_ALL);
    struct exchange_facts states = facts_of(ENDPOINT_STATES, "a", "j");
    first.skip = 1;
    first.count = 1;
    faults_add(&desk->faults, &second, false);
    faults_add(&desk->faults, &first, true);
    const struct fault *chosen[3];

    for (size_t i = 0; i < 3; i++)
        chosen[i] = faults_choose(&desk->faults, &states, 0, &desk->arena, &desk->miss);

    ck_assert_ptr_eq(chosen[0], &second);
    ck_assert_ptr_eq(chosen[1], &first);
    ck_assert_ptr_eq(chosen[2], &second);
    int64_t fired;
    ck_assert_ptr_eq(faults_next(&desk->faults, NULL, &fired), &first);
    ck_assert_int_eq(fired, 1);
    ck_assert_ptr_eq(faults_next(&desk->faults, &first, &fired), &second);
    ck_assert_int_eq(fired, 2);
    ck_assert_ptr_null(faults_next(&desk->faults, &second, &fired));
    desk_close(desk);
}
END_TEST

START_TEST(an_exchange_that_an_earlier_fault_took_is_not_counted)
{
    struct desk *desk = desk_open();
    struct fault first = fault_on(ENDPOINTS_ALL), second = fault_on(ENDPOINTS_ALL);
    struct exchange_facts livez = facts_of(ENDPOINT_LIVEZ, "", "");
    first.count = 2;
    second.skip = 1;
    second.count = 1;
    faults_add(&desk->faults, &first, false);
    faults_add(&desk->faults, &second, false);

    ck_assert_str_eq(pattern(desk, &livez, 6), "xx.x..");
    desk_close(desk);
}
END_TEST

START_TEST(skip_and_count_take_a_stretch)
{
    struct desk *desk = desk_open();
    struct fault fault = fault_on(ENDPOINTS_ALL);
    struct exchange_facts livez = facts_of(ENDPOINT_LIVEZ, "", "");
    fault.skip = 2;
    fault.count = 3;
    faults_add(&desk->faults, &fault, false);

    ck_assert_str_eq(pattern(desk, &livez, 7), "..xxx..");
    faults_reset(&desk->faults, 0);
    ck_assert_str_eq(pattern(desk, &livez, 3), "..x");
    desk_close(desk);
}
END_TEST

START_TEST(jobs_and_clients_are_counted_apart)
{
    static const struct {
        int per;
        const char *second_client, *second_job, *wanted;
    } rows[] = {
        { FAULT_PER_ALL, "b", "k", "..." },    { FAULT_PER_JOB, "b", "j", "..." },    { FAULT_PER_JOB, "a", "k", "x.." },
        { FAULT_PER_CLIENT, "b", "j", "x.." }, { FAULT_PER_CLIENT, "a", "k", "..." },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct desk *desk = desk_open();
        struct fault fault = fault_on(ENDPOINTS_ALL);
        struct exchange_facts one = facts_of(ENDPOINT_STATES, "a", "j");
        struct exchange_facts other = facts_of(ENDPOINT_STATES, rows[i].second_client, rows[i].second_job);
        fault.per = rows[i].per;
        fault.count = 1;
        faults_add(&desk->faults, &fault, false);

        ck_assert_str_eq(pattern(desk, &one, 3), "x..");
        ck_assert_msg(strcmp(pattern(desk, &other, 3), rows[i].wanted) == 0, "row %zu", i);
        desk_close(desk);
    }
}
END_TEST

START_TEST(beyond_the_cap_the_job_seen_first_begins_anew)
{
    struct desk *desk = desk_open();
    struct fault fault = fault_on(ENDPOINTS_ALL);
    char id[16];
    fault.per = FAULT_PER_JOB;
    fault.count = 1;
    faults_add(&desk->faults, &fault, false);

    for (int i = 0; i <= FAULT_KEYS_MAX; i++) {
        snprintf(id, sizeof id, "j%d", i);
        struct exchange_facts facts = facts_of(ENDPOINT_STATES, "a", id);
        ck_assert(takes(desk, &facts));
    }
    struct exchange_facts first = facts_of(ENDPOINT_STATES, "a", "j0"), last = facts_of(ENDPOINT_STATES, "a", id);
    ck_assert(!takes(desk, &last));
    ck_assert(takes(desk, &first));
    desk_close(desk);
}
END_TEST

START_TEST(between_is_a_window_that_a_reset_moves)
{
    struct desk *desk = desk_open();
    struct fault fault = fault_on(ENDPOINTS_ALL);
    struct exchange_facts livez = facts_of(ENDPOINT_LIVEZ, "", "");
    char got[13] = "";
    fault.from = SECONDS(2);
    fault.to = SECONDS(4);
    faults_add(&desk->faults, &fault, false);

    for (desk->now = 0; desk->now < SECONDS(12); desk->now += SECONDS(1)) {
        if (desk->now == SECONDS(6))
            faults_reset(&desk->faults, desk->now);
        got[desk->now / SECONDS(1)] = takes(desk, &livez) ? 'x' : '.';
    }

    ck_assert_str_eq(got, "..xx....xx..");
    desk_close(desk);
}
END_TEST

START_TEST(chance_comes_from_the_seed_and_is_drawn_last)
{
    struct desk *desk = desk_open();
    struct fault fault = fault_on(ENDPOINTS_ALL);
    struct exchange_facts livez = facts_of(ENDPOINT_LIVEZ, "", "");
    char first[101];
    fault.chance = 0.25;
    fault.skip = 10;
    faults_add(&desk->faults, &fault, false);

    memcpy(first, pattern(desk, &livez, 100), 101);
    desk_close(desk);
    struct desk *again = desk_open();
    uint64_t untouched = engine_draw(again->network.engine);
    desk_close(again);
    again = desk_open();
    faults_add(&again->faults, &fault, false);
    pattern(again, &livez, 10); /* none is drawn for those */
    ck_assert_uint_eq(engine_draw(again->network.engine), untouched);

    size_t taken = 0;
    for (size_t i = 0; i < 100; i++)
        taken += first[i] == 'x';
    ck_assert_uint_ge(taken, 10);
    ck_assert_uint_le(taken, 40);
    desk_close(again);
}
END_TEST

/* ---- whose -------------------------------------------------------------------------------------------------------------- */

START_TEST(a_job_matcher_wants_a_job)
{
    struct desk *desk = desk_open();
    struct fault fault = fault_on(ENDPOINTS_ALL);
    struct exchange_facts none = facts_of(ENDPOINT_LIVEZ, "", ""), unknown = facts_of(ENDPOINT_STATES, "a", "j");
    struct exchange_facts known = unknown;
    known.spec = &desk->spec;
    fault.match.has_job = true;
    faults_add(&desk->faults, &fault, false);

    ck_assert(!takes(desk, &none));
    ck_assert(takes(desk, &unknown));
    ck_assert(takes(desk, &known));
    fault.match.job.engine = SPAN("docker");
    ck_assert(!takes(desk, &unknown));
    ck_assert(takes(desk, &known));
    desk_close(desk);
}
END_TEST

START_TEST(nth_counts_the_jobs_that_were_submitted)
{
    struct desk *desk = desk_open();
    struct fault fault = fault_on(ENDPOINTS_ALL);
    char got[5] = "";
    fault.match.has_job = true;
    fault.match.job.nth_first = 2;
    fault.match.job.nth_last = 3;
    faults_add(&desk->faults, &fault, false);

    for (int i = 0; i < 4; i++) {
        char id[3] = { 'j', (char)('1' + i), '\0' };
        struct exchange_facts facts = facts_of(ENDPOINT_SUBMIT, "a", "");
        facts.spec = &desk->spec;
        got[i] = takes(desk, &facts) ? 'x' : '.';
        facts.job_id = span_text(id);
        faults_submitted(&desk->faults, &facts);
    }
    ck_assert_str_eq(got, ".xx.");
    struct exchange_facts first = facts_of(ENDPOINT_STATES, "a", "j1"), second = facts_of(ENDPOINT_STATES, "a", "j2");
    first.spec = second.spec = &desk->spec;
    ck_assert(!takes(desk, &first));
    ck_assert(takes(desk, &second));
    desk_close(desk);
}
END_TEST

static const struct miss_row {
    const char *about;
    struct exchange_match match;
    const char *client;
    ns_t now;
    const char *condition, *wanted, *got; /* NULL: no near miss */
} misses[] = {
    { "another client", { .client_id = { "b", 1 } }, "a", 0, "client_id", "b", "a" },
    { "another image", { .has_job = true, .job = { .image = { "x", 1 } } }, "a", 0, "job.image", "x", "ubuntu" },
    { "another time", { .client_id = { "a", 1 } }, "a", SECONDS(9), "between", "0.000s to 5.000s", "9.000s" },
    { "two conditions", { .client_id = { "b", 1 } }, "a", SECONDS(9), NULL, NULL, NULL },
    { "a fit", { .client_id = { "a", 1 } }, "a", 0, NULL, NULL, NULL },
};

START_TEST(a_near_miss_is_told_with_its_one_condition)
{
    const struct miss_row *row = &misses[_i];
    struct desk *desk = desk_open();
    struct fault fault = fault_on(ENDPOINT_BIT(ENDPOINT_STATES));
    struct exchange_facts facts = facts_of(ENDPOINT_STATES, row->client, "j");
    desk->spec.docker.image = SPAN("ubuntu");
    facts.spec = &desk->spec;
    fault.match = row->match;
    fault.to = SECONDS(5);
    desk->now = row->now;
    faults_add(&desk->faults, &fault, false);

    takes(desk, &facts);

    ck_assert_msg((desk->miss.fault != NULL) == (row->condition != NULL), "%s", row->about);
    if (row->condition) {
        char condition[64];
        snprintf(condition, sizeof condition, "%s%s", desk->miss.of_job ? "job." : "", desk->miss.condition);
        ck_assert_str_eq(condition, row->condition);
        ck_assert_msg(span_is(desk->miss.wanted, row->wanted), "%.*s", SPAN_ARG(desk->miss.wanted));
        ck_assert_msg(span_is(desk->miss.got, row->got), "%.*s", SPAN_ARG(desk->miss.got));
    }
    desk_close(desk);
}
END_TEST

START_TEST(one_that_is_taken_back_has_not_fired)
{
    struct desk *desk = desk_open();
    struct fault fault = fault_on(ENDPOINTS_ALL);
    struct exchange_facts livez = facts_of(ENDPOINT_LIVEZ, "", "");
    int64_t fired;
    faults_add(&desk->faults, &fault, false);

    takes(desk, &livez);
    faults_take_back(&desk->faults, &fault);

    faults_next(&desk->faults, NULL, &fired);
    ck_assert_int_eq(fired, 0);
    desk_close(desk);
}
END_TEST

TEST_MAIN("fault",
    TEST_GROUP("which"),
    TEST(the_first_fault_that_fits_and_fires_is_the_one),
    TEST(an_exchange_that_an_earlier_fault_took_is_not_counted),
    TEST(skip_and_count_take_a_stretch),
    TEST(jobs_and_clients_are_counted_apart),
    TEST(beyond_the_cap_the_job_seen_first_begins_anew),
    TEST(between_is_a_window_that_a_reset_moves),
    TEST(chance_comes_from_the_seed_and_is_drawn_last),
    TEST(one_that_is_taken_back_has_not_fired),
    TEST_GROUP("whose"),
    TEST(a_job_matcher_wants_a_job),
    TEST(nth_counts_the_jobs_that_were_submitted),
    TEST_EACH(a_near_miss_is_told_with_its_one_condition, misses))
