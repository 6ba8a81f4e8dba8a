/* The feed: what a world tells of what has happened. */
#include "support/suite.h"
#include "support/worlds.h"

#include <stdio.h>

static struct network network;
static struct world *world;

static void open_world(void)
{
    network = NETWORK(GOOD);
    network.max_jobs = 1;
    world = network_world(&network, &release_v0_3_25);
}

static void close_world(void)
{
    world_free(world);
    network.engine = NULL; /* was the world's */
    network_stop(&network);
}

static struct span submit(void)
{
    struct job_spec spec = spec_of(1, 0, 0);
    const struct job *job;

    ns_t now = world_enter(world);
    ck_assert_int_eq(submit_with_error(world->engine, SPAN("client"), SPAN("V1beta1"), &spec, now, &job, NULL), ERR_OK);
    world_leave(world);
    return job->id;
}

static void advance(ns_t by)
{
    world_enter(world);
    world_advance(world, by);
    world_leave(world);
}

static const struct feed_event *event(uint64_t number)
{
    uint64_t lost;

    return feed_next(&world->feed, number - 1, &lost);
}

/* The moves of jobs and executions after that number, a line each. */
static void put_moves(struct buf *out, uint64_t since)
{
    const struct feed_event *e;
    uint64_t lost;

    for (; (e = feed_next(&world->feed, since, &lost)); since = e->number)
        if (e->kind == FEED_JOB)
            buf_printf(out, "job v%d %s>%s\n", (int)e->value, job_state_name(e->previous), job_state_name(e->next));
        else if (e->kind == FEED_EXECUTION)
            buf_printf(out, "%.*s v%d %s>%s\n", SPAN_ARG(e->node), (int)e->value, execution_state_name(e->previous),
                       execution_state_name(e->next));
}

START_TEST(every_move_of_a_job_and_its_executions_is_an_event_in_order)
{
    CLEANUP(buf_release) struct buf moves = buf_init(4096);
    uint64_t since = feed_last(&world->feed);

    submit();
    advance(10 * NS_PER_SECOND);
    put_moves(&moves, since);

    ck_assert_str_eq(moves.p, "job v1 New>New\njob v2 New>Queued\njob v3 Queued>New\njob v4 New>InProgress\n"
                              "n1 v1 New>AskForBid\nn1 v2 AskForBid>AskForBidAccepted\nn1 v3 AskForBidAccepted>BidAccepted\n"
                              "n1 v4 BidAccepted>WaitingVerification\nn1 v5 WaitingVerification>ResultAccepted\n"
                              "n1 v6 ResultAccepted>Completed\njob v5 InProgress>Completed\n");
}
END_TEST

START_TEST(the_event_of_an_execution_has_the_moment_of_its_move)
{
    ns_t began = world_enter(world);
    world_leave(world);

    submit();
    advance(10 * NS_PER_SECOND);

    const struct feed_event *last = event(feed_last(&world->feed) - 1);
    ck_assert_int_eq(last->next, EXECUTION_COMPLETED);
    ck_assert_int_eq(last->time - began, 500 * NS_PER_MS);
}
END_TEST

START_TEST(a_job_that_makes_way_for_another_is_reported_as_forgotten)
{
    struct span id = submit();
    char first[64];

    snprintf(first, sizeof first, "%.*s", SPAN_ARG(id));
    advance(10 * NS_PER_SECOND);
    uint64_t since = feed_last(&world->feed);
    submit();

    ck_assert_int_eq(event(since + 1)->kind, FEED_JOB);
    ck_assert(event(since + 1)->forgotten);
    ck_assert(span_is(event(since + 1)->name, first));
}
END_TEST

START_TEST(a_reset_is_one_event_whatever_it_forgets)
{
    submit();
    world_enter(world); /* the node bids */
    uint64_t since = feed_last(&world->feed);
    world_reset(world, &(struct world_reset){ .jobs = true, .gates = true });
    world_leave(world);

    ck_assert_uint_eq(feed_last(&world->feed), since + 1);
    ck_assert_int_eq(event(since + 1)->kind, FEED_RESET);
    ck_assert_int_eq(event(since + 1)->value, FEED_RESET_JOBS | FEED_RESET_GATES);
}
END_TEST

START_TEST(a_program_that_takes_effect_is_an_event)
{
    uint64_t since = feed_last(&world->feed);

    world_enter(world);
    ck_assert_int_eq(world_play(world, world->program, NULL), ERR_OK);
    world_leave(world);

    ck_assert_uint_eq(feed_last(&world->feed), since + 1);
    ck_assert_int_eq(event(since + 1)->kind, FEED_SCENARIO);
}
END_TEST

static void note_move(void *context, const struct world *of, const struct job *job, const struct history *entry)
{
    int *moves = context;

    (void)job;
    (void)entry;
    ck_assert_ptr_nonnull(of);
    ++*moves;
}

START_TEST(moves_are_reported_to_the_one_who_made_the_world)
{
    int moves = 0;
    struct world *other = NULL;
    struct program *program = program_by_hand(&release_v0_3_25, NULL, 0);
    struct world *before = world;

    ck_assert_int_eq(world_new(&(struct world_options){ .program = program, .moved = note_move, .moved_context = &moves }, &other, NULL), ERR_OK);
    world = other;
    struct job_spec spec = spec_of(1, 0, 0);
    const struct job *job;
    submit_with_error(world->engine, SPAN("client"), SPAN("V1beta1"), &spec, world_enter(world), &job, NULL);
    world_leave(world);

    ck_assert_int_gt(moves, 1);
    world_free(other);
    program_drop(program);
    world = before;
}
END_TEST

/* ---- by itself ------------------------------------------------------------------------------------------- */

START_TEST(a_reader_that_falls_behind_learns_how_many_it_has_lost)
{
    struct feed feed = { 0 };
    uint64_t lost;

    for (int i = 0; i < FEED_MAX + 25; i++)
        feed_add_gate(&feed, i, SPAN("go"));

    ck_assert_uint_eq(feed_next(&feed, 0, &lost)->number, 26);
    ck_assert_uint_eq(lost, 25);
    ck_assert_uint_eq(feed_next(&feed, 20, &lost)->number, 26);
    ck_assert_uint_eq(lost, 5);
    ck_assert_uint_eq(feed_next(&feed, 25, &lost)->number, 26);
    ck_assert_uint_eq(lost, 0);
    ck_assert_ptr_null(feed_next(&feed, FEED_MAX + 25, &lost));
    feed_release(&feed);
}
END_TEST

START_TEST(an_empty_feed_takes_no_memory_and_has_no_event)
{
    struct feed feed = { 0 };
    uint64_t lost;

    ck_assert_ptr_null(feed_next(&feed, 0, &lost));
    ck_assert_uint_eq(lost, 0);
    ck_assert_uint_eq(feed.room, 0);
}
END_TEST

START_TEST(an_event_that_takes_the_place_of_an_older_one_has_its_own_texts)
{
    struct feed feed = { 0 };
    char name[FEED_NAME_MAX];
    uint64_t lost;

    memset(name, 'g', sizeof name);
    for (int i = 0; i < FEED_MAX; i++)
        feed_add_gate(&feed, i, SPAN("go"));
    feed_add_gate(&feed, FEED_MAX, span_of(name, sizeof name));
    feed_add_clock(&feed, FEED_MAX);

    ck_assert(span_eq(feed_next(&feed, FEED_MAX, &lost)->name, span_of(name, sizeof name)));
    ck_assert_uint_eq(feed_next(&feed, FEED_MAX + 1, &lost)->name.n, 0);
    feed_release(&feed);
}
END_TEST

START_TEST(names_and_comments_are_cut)
{
    struct feed feed = { 0 };
    char name[FEED_NAME_MAX + 50];
    uint64_t lost;

    memset(name, 'g', sizeof name);
    feed_add_gate(&feed, 1, span_of(name, sizeof name));

    ck_assert_uint_eq(feed_next(&feed, 0, &lost)->name.n, FEED_NAME_MAX);
    feed_release(&feed);
}
END_TEST

TEST_MAIN("feed",
          TEST_GROUP("world", .setup = open_world, .teardown = close_world),
          TEST(every_move_of_a_job_and_its_executions_is_an_event_in_order),
          TEST(the_event_of_an_execution_has_the_moment_of_its_move),
          TEST(a_job_that_makes_way_for_another_is_reported_as_forgotten),
          TEST(a_reset_is_one_event_whatever_it_forgets),
          TEST(a_program_that_takes_effect_is_an_event),
          TEST(moves_are_reported_to_the_one_who_made_the_world),
          TEST_GROUP("by itself"),
          TEST(a_reader_that_falls_behind_learns_how_many_it_has_lost),
          TEST(an_empty_feed_takes_no_memory_and_has_no_event),
          TEST(an_event_that_takes_the_place_of_an_older_one_has_its_own_texts),
          TEST(names_and_comments_are_cut))
