#include "sim/timeline.h"

#include "base/draw.h"
#include "support/suite.h"

static struct job *new_job(uint64_t number)
{
    const struct job_spec spec = { .engine = ENGINE_DOCKER };
    struct job *job = job_new(SPAN("0123456789"), SPAN("client"), SPAN("V1beta1"), &spec, 1);

    ck_assert_ptr_nonnull(job);
    job->number = number;
    return job;
}

static void add(struct timeline *t, struct job *job, ns_t due, uint32_t execution)
{
    ck_assert(timeline_add(t, &(struct action){ .due = due, .job = job, .execution = execution }));
}

/* Takes the next action and says whose it is. */
static uint32_t take(struct timeline *t, ns_t now)
{
    struct action action;
    bool is_deadline = true;

    ck_assert(timeline_take(t, now, &action, &is_deadline));
    ck_assert(!is_deadline);
    return action.execution;
}

static bool is_empty(struct timeline *t, ns_t now)
{
    struct action action;
    bool is_deadline;

    return !timeline_take(t, now, &action, &is_deadline);
}

START_TEST(an_empty_time_line_never_has_anything)
{
    struct timeline t = { 0 };

    ck_assert_int_eq(timeline_next(&t), NS_NEVER);
    ck_assert_ptr_null(timeline_peek(&t));
    ck_assert(is_empty(&t, NS_NEVER));
    timeline_release(&t);
}
END_TEST

START_TEST(actions_come_when_they_are_due_and_not_before)
{
    struct timeline t = { 0 };
    struct job *job = new_job(1);
    add(&t, job, 30, 3);
    add(&t, job, 10, 1);
    add(&t, job, 20, 2);

    ck_assert_int_eq(timeline_next(&t), 10);
    ck_assert(is_empty(&t, 9));
    ck_assert_uint_eq(take(&t, 10), 1);
    ck_assert(is_empty(&t, 19));
    ck_assert_uint_eq(take(&t, 100), 2);
    ck_assert_uint_eq(take(&t, 100), 3);

    ck_assert(is_empty(&t, 100));
    timeline_release(&t);
    job_free(job);
}
END_TEST

START_TEST(of_one_moment_what_was_added_first_comes_first)
{
    struct timeline t = { 0 };
    struct job *job = new_job(1);
    for (uint32_t i = 0; i < 100; i++)
        add(&t, job, 10, i);

    for (uint32_t i = 0; i < 100; i++)
        ck_assert_uint_eq(take(&t, 10), i);
    timeline_release(&t);
    job_free(job);
}
END_TEST

START_TEST(a_look_at_the_next_action_takes_nothing)
{
    struct timeline t = { 0 };
    struct job *job = new_job(1);
    ck_assert_ptr_null(timeline_peek(&t));
    add(&t, job, 20, 2);
    add(&t, job, 10, 1);

    ck_assert_uint_eq(timeline_peek(&t)->execution, 1);

    ck_assert_uint_eq(take(&t, 10), 1);
    timeline_release(&t);
    job_free(job);
}
END_TEST

START_TEST(a_job_counts_its_actions)
{
    struct timeline t = { 0 };
    struct job *job = new_job(1), *other = new_job(2);
    add(&t, job, 10, 0);
    add(&t, job, 20, 0);
    add(&t, other, 15, 0);
    ck_assert_uint_eq(job->link.holds, 2);

    take(&t, 100);
    take(&t, 100);

    ck_assert_uint_eq(job->link.holds, 1);
    ck_assert_uint_eq(other->link.holds, 0);
    timeline_release(&t);
    job_free(job);
    job_free(other);
}
END_TEST

START_TEST(an_action_goes_before_a_deadline_of_the_same_moment)
{
    struct timeline t = { 0 };
    struct job *job = new_job(1);
    struct action action;
    bool is_deadline = false;
    ck_assert(timeline_set_deadline(&t, job, 10));
    add(&t, job, 10, 7);

    ck_assert_uint_eq(take(&t, 10), 7);
    ck_assert(timeline_take(&t, 10, &action, &is_deadline));

    ck_assert(is_deadline);
    ck_assert_ptr_eq(action.job, job);
    ck_assert_int_eq(action.due, 10);
    ck_assert_int_eq(job->deadline, NS_NEVER);
    timeline_release(&t);
    job_free(job);
}
END_TEST

START_TEST(deadlines_come_in_order_and_ties_in_order_of_submission)
{
    struct timeline t = { 0 };
    struct job *jobs[] = { new_job(1), new_job(2), new_job(3) };
    struct action action;
    bool is_deadline;
    timeline_set_deadline(&t, jobs[2], 10);
    timeline_set_deadline(&t, jobs[1], 10);
    timeline_set_deadline(&t, jobs[0], 20);

    struct job *order[] = { jobs[1], jobs[2], jobs[0] };
    for (size_t i = 0; i < 3; i++) {
        ck_assert(timeline_take(&t, 100, &action, &is_deadline) && is_deadline);
        ck_assert_ptr_eq(action.job, order[i]);
    }
    timeline_release(&t);
    for (size_t i = 0; i < 3; i++)
        job_free(jobs[i]);
}
END_TEST

START_TEST(a_deadline_can_be_moved_and_removed)
{
    struct timeline t = { 0 };
    struct job *job = new_job(1);
    timeline_set_deadline(&t, job, 10);

    timeline_set_deadline(&t, job, 50);
    ck_assert_int_eq(timeline_next(&t), 50);
    ck_assert_uint_eq(t.n_deadlines, 1);
    timeline_set_deadline(&t, job, NS_NEVER);
    ck_assert_int_eq(timeline_next(&t), NS_NEVER);
    timeline_set_deadline(&t, job, NS_NEVER);

    ck_assert(is_empty(&t, 1000));
    ck_assert_int_eq(job->deadline, NS_NEVER);
    timeline_release(&t);
    job_free(job);
}
END_TEST

START_TEST(the_next_action_leaves_deadlines_out)
{
    struct timeline t = { 0 };
    struct job *job = new_job(1);
    timeline_set_deadline(&t, job, 10);

    ck_assert_ptr_null(timeline_peek(&t));
    add(&t, job, 20, 0);

    ck_assert_int_eq(timeline_peek(&t)->due, 20);
    ck_assert_int_eq(timeline_next(&t), 10);
    timeline_release(&t);
    job_free(job);
}
END_TEST

START_TEST(many_deadlines_set_moved_and_removed_at_random_come_in_order)
{
    enum { MANY = 300 };
    struct timeline t = { 0 };
    struct job *jobs[MANY];
    struct draw ids = draw_of_seed(5);
    size_t set = 0, taken = 0;
    for (size_t i = 0; i < MANY; i++)
        jobs[i] = new_job(i + 1);

    for (int i = 0; i < 20000; i++)
        timeline_set_deadline(&t, jobs[draw_below(&ids, MANY)],
                              draw_below(&ids, 3) ? (ns_t)draw_below(&ids, 1000) + 1 : NS_NEVER);
    for (size_t i = 0; i < MANY; i++)
        set += jobs[i]->deadline != NS_NEVER;

    struct action action;
    bool is_deadline;
    ns_t last = 0;
    uint64_t last_number = 0;
    while (timeline_take(&t, 2000, &action, &is_deadline)) {
        ck_assert(is_deadline);
        ck_assert(action.due > last || (action.due == last && action.job->number > last_number));
        last = action.due;
        last_number = action.job->number;
        taken++;
    }
    ck_assert_uint_eq(taken, set);
    timeline_release(&t);
    for (size_t i = 0; i < MANY; i++)
        job_free(jobs[i]);
}
END_TEST

START_TEST(many_actions_added_and_taken_at_random_come_in_order)
{
    struct timeline t = { 0 };
    struct job *job = new_job(1);
    struct draw ids = draw_of_seed(6);
    ns_t now = 0;
    size_t added = 0, taken = 0;

    for (int i = 0; i < 20000; i++) {
        if (draw_below(&ids, 2)) {
            add(&t, job, now + (ns_t)draw_below(&ids, 1000), 0);
            added++;
            continue;
        }
        ns_t next = timeline_next(&t);
        struct action action;
        bool is_deadline;
        if (timeline_take(&t, NS_NEVER - 1, &action, &is_deadline)) {
            ck_assert_int_eq(action.due, next);
            ck_assert_int_ge(action.due, now);
            now = action.due;
            taken++;
        }
    }

    ck_assert_uint_eq(t.n_actions, added - taken);
    ck_assert_uint_eq(job->link.holds, added - taken);
    timeline_release(&t);
    job_free(job);
}
END_TEST

TEST_MAIN("timeline",
    TEST(an_empty_time_line_never_has_anything),
    TEST(actions_come_when_they_are_due_and_not_before),
    TEST(of_one_moment_what_was_added_first_comes_first),
    TEST(a_look_at_the_next_action_takes_nothing),
    TEST(a_job_counts_its_actions),
    TEST(an_action_goes_before_a_deadline_of_the_same_moment),
    TEST(deadlines_come_in_order_and_ties_in_order_of_submission),
    TEST(a_deadline_can_be_moved_and_removed),
    TEST(the_next_action_leaves_deadlines_out),
    TEST(many_deadlines_set_moved_and_removed_at_random_come_in_order),
    TEST(many_actions_added_and_taken_at_random_come_in_order))
