/* Sessions: worlds by client id, and which of them a request belongs to. */
#include "base/draw.h"
#include "base/os_clock.h"
#include "support/house.h"
#include "support/suite.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static const char plain[] = "{\"version\": 1}";

static struct house house;
static struct world *world_of_alice, *world_of_bob;

static struct world *peek(const char *client_id)
{
    struct world *world = worlds_hold(&house.worlds, span_text(client_id));

    world_drop(world);
    return world;
}

static void open_house(void)
{
    house_open(&house, plain);
    house_add(&house, "alice", plain);
    house_add(&house, "bob", plain);
    world_of_alice = peek("alice");
    world_of_bob = peek("bob");
}

static void close_house(void)
{
    house_close(&house);
}

static size_t jobs_of(struct world *world)
{
    struct list_query all = { .max_jobs = 1000 };
    const struct job **jobs = NULL;
    size_t n = 0;

    ns_t now = world_enter(world);
    ck_assert_int_eq(engine_list(world->engine, &all, now, &jobs, &n), ERR_OK);
    free(jobs);
    world_leave(world);
    return n;
}

/* ---- which world ------------------------------------------------------------------------------------------------ */

START_TEST(a_request_goes_to_the_session_of_the_client_that_it_names)
{
    char id[UUID_SIZE + 1];

    ck_assert_ptr_eq(house_submit(&house, "alice", id).world, world_of_alice);

    ck_assert_uint_eq(jobs_of(world_of_alice), 1);
    ck_assert_uint_eq(jobs_of(world_of_bob), 0);
    ck_assert_uint_eq(jobs_of(worlds_default(&house.worlds)), 0);
}
END_TEST

START_TEST(a_request_of_a_client_without_a_session_goes_to_the_default_world)
{
    char id[UUID_SIZE + 1];

    ck_assert_ptr_eq(house_submit(&house, "carol", id).world, worlds_default(&house.worlds));

    ck_assert_uint_eq(jobs_of(worlds_default(&house.worlds)), 1);
}
END_TEST

START_TEST(a_request_of_no_known_client_goes_to_the_world_of_its_job)
{
    char id[UUID_SIZE + 1];

    house_submit(&house, "alice", id);

    ck_assert_ptr_eq(house_states(&house, "", id).world, world_of_alice);
    ck_assert_ptr_eq(house_states(&house, "carol", id).world, world_of_alice);
}
END_TEST

START_TEST(the_client_counts_more_than_the_job)
{
    char id[UUID_SIZE + 1];

    house_submit(&house, "alice", id);

    ck_assert_ptr_eq(house_states(&house, "bob", id).world, world_of_bob);
}
END_TEST

START_TEST(a_short_id_does_not_choose_a_world)
{
    char id[UUID_SIZE + 1], short_id[9];

    house_submit(&house, "alice", id);
    snprintf(short_id, sizeof short_id, "%.8s", id);

    ck_assert_ptr_eq(house_states(&house, "", short_id).world, worlds_default(&house.worlds));
}
END_TEST

START_TEST(an_id_in_two_sessions_chooses_neither)
{
    char id[UUID_SIZE + 1], twin[UUID_SIZE + 1];

    house_submit(&house, "alice", id);
    house_submit(&house, "bob", twin); /* of the same seed */

    ck_assert_str_eq(id, twin);
    ck_assert_ptr_eq(house_states(&house, "", id).world, worlds_default(&house.worlds));
}
END_TEST

START_TEST(an_id_that_one_of_two_sessions_has_forgotten_chooses_the_other)
{
    char id[UUID_SIZE + 1];

    house_submit(&house, "alice", id);
    house_submit(&house, "bob", id);
    world_enter(world_of_alice);
    world_reset(world_of_alice, &(struct world_reset){ .jobs = true });
    world_leave(world_of_alice);

    ck_assert_ptr_eq(house_states(&house, "", id).world, world_of_bob);
}
END_TEST

START_TEST(an_id_that_the_default_world_has_too_chooses_no_session)
{
    struct house other;
    char id[UUID_SIZE + 1], twin[UUID_SIZE + 1];
    struct program *program = house_program(plain, CLOCK_KIND_MANUAL, 1);
    struct world_options options;
    struct world *world = NULL;

    house_open(&other, plain);
    options = worlds_options_for(&other.worlds, SPAN("alice"), program);
    ck_assert_int_eq(world_new(&options, &world, NULL), ERR_OK);
    program_drop(program);
    ck_assert_int_eq(worlds_add(&other.worlds, world, SESSION_TTL_DEFAULT), WORLDS_ADDED);
    world_drop(world);
    house_submit(&other, "alice", id);
    house_submit(&other, "carol", twin);

    ck_assert_str_eq(id, twin);
    ck_assert_ptr_eq(house_states(&other, "", id).world, worlds_default(&other.worlds));
    house_close(&other);
}
END_TEST

START_TEST(the_header_counts_more_than_the_client)
{
    struct house_answer answer = house_post(&house, "/requester/list", "{\"client_id\":\"alice\"}", "bob");

    ck_assert_ptr_eq(answer.world, world_of_bob);
    ck_assert_str_eq(answer.warning, "");
}
END_TEST

START_TEST(a_header_of_an_unknown_session_is_warned_of_and_passed_over_for_the_default_world)
{
    struct house_answer answer = house_post(&house, "/version", "{\"client_id\":\"alice\"}", "mallory");

    ck_assert_ptr_eq(answer.world, worlds_default(&house.worlds));
    ck_assert_str_eq(answer.warning, "there is no session of the X-Mock-Session \"mallory\"");
}
END_TEST

START_TEST(a_refused_request_counts_in_the_world_of_its_client)
{
    world_enter(world_of_alice);
    atomic_store(&world_of_alice->signatures, SIGNATURES_STRICT);
    world_leave(world_of_alice);
    char id[UUID_SIZE + 1];

    struct house_answer answer = house_submit(&house, "alice", id);

    ck_assert_int_ne(answer.status, 200);
    ck_assert_ptr_eq(answer.world, world_of_alice);
    ck_assert_uint_eq(world_of_alice->verdict.signatures, 1);
}
END_TEST

START_TEST(return_all_lists_the_jobs_of_the_session)
{
    char id[UUID_SIZE + 1], other[UUID_SIZE + 1];

    house_submit(&house, "carol", other);
    house_submit(&house, "alice", id);
    struct house_answer answer = house_post(&house, "/requester/list", "{\"client_id\":\"alice\",\"return_all\":true,\"max_jobs\":10}", NULL);

    ck_assert(strstr(answer.body, id));
    ck_assert_int_eq(answer.jobs, 1);
}
END_TEST

/* ---- the table -------------------------------------------------------------------------------------------------------- */

static void end_session(const char *client_id)
{
    struct world *world = worlds_remove(&house.worlds, span_text(client_id));

    world_close(world);
    world_drop(world);
}

START_TEST(a_session_that_was_removed_is_not_found_any_more)
{
    char id[UUID_SIZE + 1];

    house_submit(&house, "alice", id);
    end_session("alice");

    ck_assert_ptr_eq(house_states(&house, "alice", id).world, worlds_default(&house.worlds));
    ck_assert_ptr_null(worlds_remove(&house.worlds, SPAN("alice")));
    ck_assert_uint_eq(worlds_sessions(&house.worlds), 1);
}
END_TEST

START_TEST(the_world_of_a_removed_session_lives_until_it_is_given_back)
{
    struct world *world = worlds_hold(&house.worlds, SPAN("alice"));
    char id[UUID_SIZE + 1];

    house_submit(&house, "alice", id);
    end_session("alice");

    ck_assert_uint_eq(jobs_of(world), 1);
    ck_assert_ptr_eq(house_states(&house, "", id).world, worlds_default(&house.worlds));
    world_drop(world);
}
END_TEST

START_TEST(a_second_session_of_a_client_is_refused)
{
    struct program *program = house_program(plain, CLOCK_KIND_MANUAL, 2);
    struct world_options options = worlds_options_for(&house.worlds, SPAN("alice"), program);
    struct world *world = NULL;

    ck_assert_int_eq(world_new(&options, &world, NULL), ERR_OK);
    program_drop(program);

    ck_assert_int_eq(worlds_add(&house.worlds, world, SESSION_TTL_DEFAULT), WORLDS_EXISTS);
    world_free(world);
}
END_TEST

START_TEST(a_session_is_removed_after_its_ttl_unless_it_is_held)
{
    int64_t now = os_clock_monotonic();
    struct world *held = worlds_hold(&house.worlds, SPAN("bob"));

    worlds_sweep(&house.worlds, now + SESSION_TTL_DEFAULT - NS_PER_SECOND);
    ck_assert_uint_eq(worlds_sessions(&house.worlds), 2);
    worlds_sweep(&house.worlds, now + SESSION_TTL_DEFAULT + 60 * NS_PER_SECOND);

    ck_assert_uint_eq(worlds_sessions(&house.worlds), 1);
    ck_assert_ptr_null(worlds_hold(&house.worlds, SPAN("alice")));
    ck_assert_ptr_eq(peek("bob"), held);
    world_drop(held);
}
END_TEST

START_TEST(at_most_a_thousand_sessions_are_kept)
{
    char name[16];
    struct program *program = house_program(plain, CLOCK_KIND_MANUAL, 2);
    struct world *world = NULL;

    for (int i = 2; i < SESSIONS_MAX; i++) {
        snprintf(name, sizeof name, "c%d", i);
        house_add(&house, name, plain);
    }
    struct world_options options = worlds_options_for(&house.worlds, SPAN("one more"), program);
    ck_assert_int_eq(world_new(&options, &world, NULL), ERR_OK);
    program_drop(program);

    ck_assert_int_eq(worlds_add(&house.worlds, world, SESSION_TTL_DEFAULT), WORLDS_FULL);
    world_free(world);
}
END_TEST

START_TEST(no_session_is_added_after_the_stop)
{
    struct program *program = house_program(plain, CLOCK_KIND_MANUAL, 2);
    struct world_options options = worlds_options_for(&house.worlds, SPAN("carol"), program);
    struct world *world = NULL;

    ck_assert_int_eq(world_new(&options, &world, NULL), ERR_OK);
    program_drop(program);
    worlds_stop(&house.worlds);

    ck_assert_int_eq(worlds_add(&house.worlds, world, SESSION_TTL_DEFAULT), WORLDS_STOPPING);
    world_free(world);
}
END_TEST

static size_t bytes_in_use(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

/* Where the allocator does not count (sanitizers), nothing is compared. */
START_TEST(an_empty_world_costs_less_than_64_kib)
{
    enum { LIMIT = 64 * 1024 };
    size_t before = bytes_in_use();

    house_add(&house, "carol", plain);

    ck_assert_uint_lt(bytes_in_use() - before, LIMIT);
}
END_TEST

/* ---- places ------------------------------------------------------------------------------------------------------------ */

START_TEST(all_worlds_share_the_places_for_held_replies)
{
    for (int i = 0; i < HELD_MAX; i++)
        ck_assert(held_take_place(i % 2 ? &world_of_alice->held : &world_of_bob->held, &(struct reply_fate){ 0 }));

    ck_assert(!held_take_place(&worlds_default(&house.worlds)->held, &(struct reply_fate){ 0 }));
    for (int i = 0; i < HELD_MAX; i++)
        held_give_place(&world_of_bob->held);
}
END_TEST

START_TEST(a_restart_in_a_session_ends_its_streams_and_closes_no_connection)
{
    house_add(&house, "carol", "{\"version\": 1, \"restart\": [\"1s\"]}");
    struct world *world = worlds_hold(&house.worlds, SPAN("carol"));

    world_enter(world);
    struct stream *stream = stream_open(&world->streams, SPAN(""));
    world_advance(world, 2 * NS_PER_SECOND);
    bool restarted = world_restarted(world), over = stream->over;
    stream_close(stream);
    world_leave(world);

    ck_assert(over);
    ck_assert(!restarted);
    world_drop(world);
}
END_TEST

/* ---- threads ------------------------------------------------------------------------------------------------------------ */

static void *ask_bob(void *context)
{
    struct house_answer *answer = context;

    *answer = house_post(&house, "/requester/list", "{\"client_id\":\"bob\"}", NULL);
    return NULL;
}

START_TEST(while_a_session_is_locked_another_answers)
{
    struct house_answer answer = { 0 };
    pthread_t thread;

    world_enter(world_of_alice);
    ck_assert_int_eq(pthread_create(&thread, NULL, ask_bob, &answer), 0);
    pthread_join(thread, NULL);
    world_leave(world_of_alice);

    ck_assert_int_eq(answer.status, 200);
    ck_assert_ptr_eq(answer.world, world_of_bob);
}
END_TEST

/* Their journals share what --journal-bytes allows. */
START_TEST(a_new_session_makes_the_journals_of_the_others_smaller)
{
    static char body[JOURNAL_BODY_MAX];
    struct journal_budget budget = { .max = 256 * 1024 };

    house_open(&house, plain);
    house.worlds.common.journal_budget = &budget;
    house_add(&house, "alice", plain);
    struct world *alice = peek("alice");
    for (int i = 0; i < 20; i++)
        journal_enter(alice->journal, &(struct journal_entry){ .status = 200 },
                      &(struct journal_content){ .reply_body = span_of(body, sizeof body) });
    ck_assert_uint_gt(journal_bytes(alice->journal), budget.max / 2);
    house_add(&house, "bob", plain);

    ck_assert_uint_le(journal_bytes(alice->journal), budget.max / 2);
    house_close(&house);
}
END_TEST

TEST_MAIN("worlds",
          TEST_GROUP("which world", .setup = open_house, .teardown = close_house),
          TEST(a_request_goes_to_the_session_of_the_client_that_it_names),
          TEST(a_request_of_a_client_without_a_session_goes_to_the_default_world),
          TEST(a_request_of_no_known_client_goes_to_the_world_of_its_job),
          TEST(the_client_counts_more_than_the_job),
          TEST(a_short_id_does_not_choose_a_world),
          TEST(an_id_in_two_sessions_chooses_neither),
          TEST(an_id_that_one_of_two_sessions_has_forgotten_chooses_the_other),
          TEST(an_id_that_the_default_world_has_too_chooses_no_session),
          TEST(the_header_counts_more_than_the_client),
          TEST(a_header_of_an_unknown_session_is_warned_of_and_passed_over_for_the_default_world),
          TEST(a_refused_request_counts_in_the_world_of_its_client),
          TEST(return_all_lists_the_jobs_of_the_session),
          TEST_GROUP("table", .setup = open_house, .teardown = close_house),
          TEST(a_session_that_was_removed_is_not_found_any_more),
          TEST(the_world_of_a_removed_session_lives_until_it_is_given_back),
          TEST(a_second_session_of_a_client_is_refused),
          TEST(a_session_is_removed_after_its_ttl_unless_it_is_held),
          TEST(at_most_a_thousand_sessions_are_kept),
          TEST(no_session_is_added_after_the_stop),
          TEST(an_empty_world_costs_less_than_64_kib),
          TEST_GROUP("places", .setup = open_house, .teardown = close_house),
          TEST(all_worlds_share_the_places_for_held_replies),
          TEST(a_restart_in_a_session_ends_its_streams_and_closes_no_connection),
          TEST_GROUP("threads", .setup = open_house, .teardown = close_house),
          TEST(while_a_session_is_locked_another_answers),
    TEST_GROUP("journals"),
    TEST(a_new_session_makes_the_journals_of_the_others_smaller))
