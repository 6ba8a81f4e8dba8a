/* What an agenda tells of its plans and waits. */
#include "sim/agenda.h"
#include "support/suite.h"

enum { ROOM = 16 };

static struct draw ids;
static struct agenda agenda;
static struct job *one, *two;

static struct job *new_job(const char *id)
{
    const struct job_spec spec = { .engine = ENGINE_DOCKER };
    struct job *job = job_new(span_text(id), SPAN("client"), SPAN("V1beta1"), &spec, 1);

    ck_assert_ptr_nonnull(job);
    return job;
}

static void start(void)
{
    ids = draw_of_seed(1);
    agenda = (struct agenda){ .ids = &ids };
    one = new_job("one");
    two = new_job("two");
}

static void stop(void)
{
    agenda_release(&agenda);
    job_free(one);
    job_free(two);
}

/* `execution` tells the actions apart: steps have none. */
static void plan(struct job *job, ns_t due, uint32_t number)
{
    agenda_plan_at(&agenda, job, due, (struct action){ .kind = ACTION_STEP, .execution = number });
}

static void wait_for(struct job *job, const struct trigger *trigger, uint32_t number)
{
    agenda_plan(&agenda, job, trigger, 1, (struct action){ .kind = ACTION_STEP, .execution = number });
}

/* The numbers of the actions that come first, as digits. */
static const char *upcoming(const struct job *job, size_t room)
{
    static char text[ROOM + 1];
    const struct action *actions[ROOM];
    size_t n = agenda_upcoming(&agenda, job, actions, room);

    for (size_t i = 0; i < n; i++)
        text[i] = (char)('0' + actions[i]->execution);
    text[n] = '\0';
    return text;
}

static const char *waits(const struct job *job, size_t room)
{
    static char text[ROOM + 1];
    struct agenda_wait all[ROOM];
    size_t n = agenda_waits(&agenda, job, all, room);

    for (size_t i = 0; i < n; i++)
        text[i] = (char)('0' + all[i].action->execution);
    text[n] = '\0';
    return text;
}

START_TEST(plans_come_in_the_order_of_their_moments)
{
    plan(one, 30, 1);
    plan(two, 10, 2);
    plan(one, 20, 3);
    plan(two, 10, 4);
    plan(one, 5, 5);

    ck_assert_str_eq(upcoming(NULL, ROOM), "52431");
}
END_TEST

START_TEST(plans_are_cut_at_the_room_given)
{
    for (uint32_t i = 0; i < 9; i++)
        plan(one, 100 - (ns_t)i, i);

    ck_assert_str_eq(upcoming(NULL, 3), "876");
    ck_assert_str_eq(upcoming(NULL, 0), "");
}
END_TEST

START_TEST(plans_of_one_job_leave_out_the_others)
{
    plan(one, 30, 1);
    plan(two, 10, 2);
    plan(one, 20, 3);

    ck_assert_str_eq(upcoming(one, ROOM), "31");
}
END_TEST

START_TEST(a_plan_that_can_change_nothing_is_left_out)
{
    plan(one, 30, 1);
    plan(two, 10, 2);
    two->left_script = true;

    ck_assert_str_eq(upcoming(NULL, ROOM), "1");
}
END_TEST

START_TEST(to_look_changes_nothing)
{
    struct action action;
    bool is_deadline;

    plan(one, 30, 1);
    plan(two, 10, 2);
    upcoming(NULL, ROOM);

    ck_assert(agenda_take(&agenda, 100, &action, &is_deadline));
    ck_assert_uint_eq(action.execution, 2);
    ck_assert(agenda_take(&agenda, 100, &action, &is_deadline));
    ck_assert_uint_eq(action.execution, 1);
}
END_TEST

START_TEST(waits_come_in_the_order_in_which_they_began)
{
    const struct trigger go = { .kind = TRIGGER_GATE, .gate = SPAN("go") };
    const struct trigger reads = { .kind = TRIGGER_READS, .reads = 2, .of = 1 };

    wait_for(one, &go, 1);
    wait_for(two, &reads, 2);
    wait_for(one, &reads, 3);

    ck_assert_str_eq(waits(NULL, ROOM), "123");
    ck_assert_str_eq(waits(one, ROOM), "13");
    ck_assert_str_eq(waits(NULL, 2), "12");
}
END_TEST

START_TEST(a_wait_that_has_ended_is_a_plan)
{
    const struct trigger go = { .kind = TRIGGER_GATE, .gate = SPAN("go") };

    wait_for(one, &go, 1);
    wait_for(one, &go, 2);
    agenda_open_gate(&agenda, SPAN("go"), 7);

    ck_assert_str_eq(waits(one, ROOM), "");
    ck_assert_str_eq(upcoming(one, ROOM), "12");
}
END_TEST

START_TEST(a_read_counts_for_the_waits_of_its_job_alone)
{
    const struct trigger reads = { .kind = TRIGGER_READS, .reads = 1, .of = 2 };
    const struct trigger others = { .kind = TRIGGER_READS, .reads = 1, .of = 4 };

    wait_for(one, &reads, 1);
    wait_for(two, &reads, 2);
    wait_for(one, &others, 3);
    agenda_count_read(&agenda, one, 2, 7);

    ck_assert_str_eq(waits(NULL, ROOM), "23");
    ck_assert_str_eq(upcoming(NULL, ROOM), "1");
}
END_TEST

TEST_MAIN("agenda",
    TEST_GROUP("agenda", .setup = start, .teardown = stop),
    TEST(plans_come_in_the_order_of_their_moments),
    TEST(plans_are_cut_at_the_room_given),
    TEST(plans_of_one_job_leave_out_the_others),
    TEST(a_plan_that_can_change_nothing_is_left_out),
    TEST(to_look_changes_nothing),
    TEST(waits_come_in_the_order_in_which_they_began),
    TEST(a_wait_that_has_ended_is_a_plan),
    TEST(a_read_counts_for_the_waits_of_its_job_alone))
