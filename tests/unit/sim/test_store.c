#include "sim/store.h"

#include "base/error.h"
#include "support/suite.h"

#include <stdio.h>

static struct job *job_called(const char *id, const char *client, ns_t created_at)
{
    const struct job_spec spec = { .engine = ENGINE_DOCKER };
    struct job *job = job_new(span_text(id), span_text(client), SPAN("V1beta1"), &spec, created_at);

    ck_assert_ptr_nonnull(job);
    return job;
}

/* Forgets the job that ended first if the store is full; the caller frees it. False: it is full and none has ended. */
static bool make_room(struct store *store, struct job **forgotten)
{
    *forgotten = store_is_full(store) ? store_first_ended(store) : NULL;
    if (*forgotten)
        store_forget(store, *forgotten);
    return !store_is_full(store);
}

static struct job *add(struct store *store, const char *id, const char *client, ns_t created_at)
{
    struct job *job = job_called(id, client, created_at);

    ck_assert(store_add(store, job));
    return job;
}

static struct store empty_store(size_t max)
{
    struct store store;

    store_init(&store, max, NULL);
    return store;
}

/* The ids along a list, a blank after each. */
static const char *walk(const struct store_list *list, bool of_client, bool backwards)
{
    static char ids[1024];
    size_t n = 0;

    ids[0] = '\0';
    for (struct job *job = backwards ? list->last : list->first; job; job = store_next(job, of_client, backwards))
        n += (size_t)snprintf(ids + n, sizeof ids - n, "%.*s ", SPAN_ARG(job->id));
    return ids;
}

START_TEST(a_job_is_found_by_its_full_id_alone)
{
    struct store store = empty_store(10);
    struct job *job = add(&store, "aaaaaaaa-1", "client", 1);

    ck_assert_ptr_eq(store_get(&store, SPAN("aaaaaaaa-1")), job);
    ck_assert_ptr_null(store_get(&store, SPAN("aaaaaaaa-2")));
    ck_assert_ptr_null(store_get(&store, SPAN("aaaaaaaa-")));
    ck_assert_ptr_null(store_get(&store, SPAN("aaaaaaaa")));
    ck_assert_ptr_null(store_get(&store, SPAN("")));
    store_release(&store);
}
END_TEST

START_TEST(a_short_id_means_the_first_submitted_job_that_begins_so)
{
    struct store store = empty_store(10);
    struct job *first = add(&store, "aaaaaaaa-2", "client", 1);
    add(&store, "aaaaaaaa-1", "client", 1);
    struct job *other = add(&store, "aaaaaaab-1", "client", 1);

    ck_assert_ptr_eq(store_first_of_short(&store, SPAN("aaaaaaaa")), first);
    ck_assert_ptr_eq(store_first_of_short(&store, SPAN("aaaaaaab")), other);
    ck_assert_ptr_null(store_first_of_short(&store, SPAN("aaaaaaac")));
    store_release(&store);
}
END_TEST

START_TEST(when_the_first_of_a_short_id_is_forgotten_the_second_is_meant)
{
    struct store store = empty_store(2);
    struct job *first = add(&store, "aaaaaaaa-1", "client", 1), *forgotten;
    struct job *second = add(&store, "aaaaaaaa-2", "client", 1);
    store_ended(&store, first);

    ck_assert(make_room(&store, &forgotten));

    ck_assert_ptr_eq(forgotten, first);
    ck_assert_ptr_eq(store_first_of_short(&store, SPAN("aaaaaaaa")), second);
    job_free(forgotten);
    store_release(&store);
}
END_TEST

START_TEST(the_same_id_is_not_taken_twice)
{
    struct store store = empty_store(10);
    struct job *again = job_called("aaaaaaaa-1", "somebody else", 2);
    add(&store, "aaaaaaaa-1", "client", 1);

    ck_assert(!store_add(&store, again));

    ck_assert_uint_eq(store.n, 1);
    ck_assert_ptr_null(store_client(&store, SPAN("somebody else")));
    job_free(again);
    store_release(&store);
}
END_TEST

START_TEST(lists_are_in_order_of_creation_and_ties_in_order_of_submission)
{
    struct store store = empty_store(10);
    add(&store, "third", "client", 7);
    add(&store, "first", "client", 5);
    add(&store, "fourth", "client", 7);
    add(&store, "second", "client", 5);

    ck_assert_str_eq(walk(&store.all, false, false), "first second third fourth ");
    ck_assert_str_eq(walk(&store.all, false, true), "fourth third second first ");
    store_release(&store);
}
END_TEST

START_TEST(a_client_has_its_own_list)
{
    struct store store = empty_store(10);
    add(&store, "a1", "a", 1);
    add(&store, "b1", "b", 2);
    add(&store, "a3", "a", 9);
    add(&store, "a2", "a", 3);

    const struct store_client *a = store_client(&store, SPAN("a"));

    ck_assert_uint_eq(a->n, 3);
    ck_assert_str_eq(walk(&a->jobs, true, false), "a1 a2 a3 ");
    ck_assert_str_eq(walk(&a->jobs, true, true), "a3 a2 a1 ");
    ck_assert_ptr_null(store_client(&store, SPAN("c")));
    store_release(&store);
}
END_TEST

START_TEST(an_empty_client_id_is_a_client)
{
    struct store store = empty_store(10);
    add(&store, "x1", "", 1);

    ck_assert_uint_eq(store_client(&store, SPAN(""))->n, 1);
    store_release(&store);
}
END_TEST

START_TEST(while_there_is_room_nothing_is_forgotten)
{
    struct store store = empty_store(2);
    struct job *forgotten;
    store_ended(&store, add(&store, "a1", "a", 1));

    ck_assert(make_room(&store, &forgotten));

    ck_assert_ptr_null(forgotten);
    store_release(&store);
}
END_TEST

START_TEST(the_job_that_ended_first_is_forgotten)
{
    struct store store = empty_store(3);
    struct job *one = add(&store, "one", "a", 1), *two = add(&store, "two", "b", 2), *forgotten;
    add(&store, "three", "a", 3);
    store_ended(&store, two);
    store_ended(&store, one);

    ck_assert(make_room(&store, &forgotten));

    ck_assert_ptr_eq(forgotten, two);
    ck_assert(forgotten->link.forgotten);
    ck_assert_ptr_null(store_get(&store, SPAN("two")));
    ck_assert_ptr_null(store_client(&store, SPAN("b")));
    ck_assert_str_eq(walk(&store.all, false, false), "one three ");
    ck_assert_str_eq(walk(&store.all, false, true), "three one ");
    job_free(forgotten);
    store_release(&store);
}
END_TEST

START_TEST(ended_jobs_are_forgotten_one_after_the_other)
{
    struct store store = empty_store(2);
    struct job *forgotten;

    for (int i = 0; i < 1000; i++) {
        char id[16];
        snprintf(id, sizeof id, "%08d", i);
        ck_assert(make_room(&store, &forgotten));
        if (forgotten) {
            char expected[16];
            snprintf(expected, sizeof expected, "%08d", i - 2);
            ck_assert(span_is(forgotten->id, expected));
        }
        job_free(forgotten);
        store_ended(&store, add(&store, id, "a", i));
    }

    ck_assert_uint_eq(store.n, 2);
    ck_assert_str_eq(walk(&store.all, false, false), "00000998 00000999 ");
    store_release(&store);
}
END_TEST

START_TEST(a_job_that_ends_twice_has_ended_once)
{
    struct store store = empty_store(2);
    struct job *one = add(&store, "one", "a", 1), *two = add(&store, "two", "a", 2), *forgotten;
    store_ended(&store, one);
    store_ended(&store, one);
    store_ended(&store, two);
    store_ended(&store, one);

    ck_assert(make_room(&store, &forgotten));
    ck_assert_ptr_eq(forgotten, one);
    job_free(forgotten);
    add(&store, "three", "a", 3);
    ck_assert(make_room(&store, &forgotten));
    ck_assert_ptr_eq(forgotten, two);
    job_free(forgotten);
    add(&store, "four", "a", 4);

    ck_assert(!make_room(&store, &forgotten));
    store_release(&store);
}
END_TEST

START_TEST(any_job_can_be_forgotten_ended_or_not)
{
    struct store store = empty_store(3);
    struct job *jobs[] = { add(&store, "one", "a", 1), add(&store, "two", "b", 2), add(&store, "three", "a", 3) }, *forgotten;
    store_ended(&store, jobs[0]);
    store_ended(&store, jobs[2]);

    store_forget(&store, jobs[2]);
    store_forget(&store, jobs[1]);

    ck_assert_str_eq(walk(&store.all, false, false), "one ");
    ck_assert_ptr_null(store_client(&store, SPAN("b")));
    struct job *four = add(&store, "four", "a", 4);
    add(&store, "five", "a", 5);
    store_ended(&store, four);
    ck_assert(make_room(&store, &forgotten) && forgotten == jobs[0]);
    job_free(forgotten);
    add(&store, "six", "a", 6);
    ck_assert(make_room(&store, &forgotten) && forgotten == four);
    job_free(forgotten);
    job_free(jobs[1]);
    job_free(jobs[2]);
    store_release(&store);
}
END_TEST

START_TEST(a_store_over_its_maximum_of_bytes_is_full)
{
    struct meter meter = { .max = 1 };
    struct store store;
    struct job *job = job_called("one", "a", 1);
    store_init(&store, 10, &meter);
    ck_assert(!store_is_full(&store));

    store_count(&store, job);

    ck_assert(store_is_full(&store));
    ck_assert(store_add(&store, job));
    store_release(&store);
    ck_assert_uint_eq(meter_used(&meter), 0);
}
END_TEST

START_TEST(a_full_store_in_which_none_has_ended_says_no)
{
    struct store store = empty_store(1);
    struct job *forgotten;
    add(&store, "one", "a", 1);

    ck_assert(!make_room(&store, &forgotten));

    ck_assert_ptr_nonnull(store_get(&store, SPAN("one")));
    store_release(&store);
}
END_TEST

START_TEST(many_jobs_of_many_clients_are_all_found)
{
    enum { MANY = 5000 };
    struct store store = empty_store(MANY);
    char id[16], client[16];

    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "%08d-x", i);
        snprintf(client, sizeof client, "client %d", i / 4);
        add(&store, id, client, i);
    }

    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "%08d-x", i);
        struct job *job = store_get(&store, span_text(id));
        ck_assert_ptr_nonnull(job);
        ck_assert_uint_eq(job->number, (uint64_t)i + 1);
        ck_assert_ptr_eq(store_first_of_short(&store, span_of(id, SHORT_ID_SIZE)), job);
        snprintf(client, sizeof client, "client %d", i / 4);
        ck_assert_uint_eq(store_client(&store, span_text(client))->n, 4);
    }
    store_release(&store);
}
END_TEST

START_TEST(a_released_store_can_be_released_again)
{
    struct store store = empty_store(1);

    store_release(&store);
    store_release(&store);
}
END_TEST

TEST_MAIN("store",
    TEST(a_job_is_found_by_its_full_id_alone),
    TEST(a_short_id_means_the_first_submitted_job_that_begins_so),
    TEST(when_the_first_of_a_short_id_is_forgotten_the_second_is_meant),
    TEST(the_same_id_is_not_taken_twice),
    TEST(lists_are_in_order_of_creation_and_ties_in_order_of_submission),
    TEST(a_client_has_its_own_list),
    TEST(an_empty_client_id_is_a_client),
    TEST(while_there_is_room_nothing_is_forgotten),
    TEST(the_job_that_ended_first_is_forgotten),
    TEST(ended_jobs_are_forgotten_one_after_the_other),
    TEST(a_job_that_ends_twice_has_ended_once),
    TEST(any_job_can_be_forgotten_ended_or_not),
    TEST(a_store_over_its_maximum_of_bytes_is_full),
    TEST(a_full_store_in_which_none_has_ended_says_no),
    TEST(many_jobs_of_many_clients_are_all_found),
    TEST(a_released_store_can_be_released_again))
