/* Scripts of steps: what they do to a job, and which of them the state tables forbid. */
#include "sim/steps.h"

#include "releases/release.h"
#include "support/network.h"
#include "support/suite.h"

#include <stdlib.h>

#define V25 (&rules_v0_3_25)
#define NODE { "n1", 2 }
#define FIRST(table) { .steps = (table), .n_steps = ROWS(table), .has_match = true }

/* A network of one good node with one script that every job plays. */
static struct network network_with(const struct job_script *script)
{
    struct network network = NETWORK(GOOD);

    network_start(&network, V25);
    engine_set_scripts(network.engine, script, 1);
    return network;
}

static const struct job *play(struct network *network)
{
    struct job_spec spec = spec_of(1, 0, 0);
    const struct job *job = network_submit(network, &spec);

    network_pass(network, NS_PER_SECOND);
    return job;
}

START_TEST(an_execution_takes_the_good_path_to_its_state)
{
    static const struct script_step steps[] = {
        { .kind = STEP_EXECUTION, .node = NODE, .state = EXECUTION_COMPLETED },
        { .kind = STEP_JOB, .state = JOB_COMPLETED, .comment = { "done", 4 } },
    };
    struct job_script script = FIRST(steps);
    struct network network = network_with(&script);

    const struct job *job = play(&network);

    ck_assert_str_eq(standing_of(&network, job), "Completed v5\nn1+ Completed v6 ocr!\n");
    ck_assert_uint_eq(engine_steps_reached(network.engine, 0), 2);
    network_stop(&network);
}
END_TEST

START_TEST(a_gate_holds_a_step)
{
    static const struct script_step steps[] = {
        { .kind = STEP_JOB, .state = JOB_ERROR, .after = { .kind = TRIGGER_GATE, .gate = { "go", 2 } } },
    };
    struct job_script script = FIRST(steps);
    struct network network = network_with(&script);
    const struct job *job = play(&network);
    ck_assert_int_eq(job->state, JOB_IN_PROGRESS);

    engine_open_gate(network.engine, SPAN("go"), network.now);

    ck_assert_int_eq(job->state, JOB_ERROR);
    network_stop(&network);
}
END_TEST

START_TEST(a_forgotten_job_is_unknown)
{
    static const struct script_step steps[] = { { .kind = STEP_FORGET } };
    struct job_script script = FIRST(steps);
    struct network network = network_with(&script);
    struct job_spec spec = spec_of(1, 0, 0);
    char id[64];
    struct span drawn = network_submit(&network, &spec)->id;
    memcpy(id, drawn.p, drawn.n);
    size_t n = drawn.n;

    network_pass(&network, 0);

    ck_assert_ptr_null(engine_job(network.engine, span_of(id, n), network.now));
    network_stop(&network);
}
END_TEST

START_TEST(a_cancelled_job_has_left_its_script)
{
    static const struct script_step steps[] = {
        { .kind = STEP_JOB, .state = JOB_ERROR, .after = { .after = 5 * NS_PER_SECOND } },
    };
    struct job_script script = FIRST(steps);
    struct network network = network_with(&script);
    const struct job *job = play(&network);

    engine_cancel(network.engine, job, SPAN("enough"), network.now);

    ck_assert_int_eq(engine_next_action(network.engine), NS_NEVER);
    network_pass(&network, 10 * NS_PER_SECOND);
    ck_assert_int_eq(job->state, JOB_CANCELLED);
    network_stop(&network);
}
END_TEST

START_TEST(an_unlawful_script_may_leave_a_terminal_state)
{
    static const struct script_step steps[] = { { .kind = STEP_JOB, .state = JOB_COMPLETED },
                                                { .kind = STEP_JOB, .state = JOB_IN_PROGRESS } };
    struct job_script script = FIRST(steps);
    script.unlawful = true;
    struct network network = network_with(&script);

    ck_assert_int_eq(play(&network)->state, JOB_IN_PROGRESS);
    network_stop(&network);
}
END_TEST

static const struct {
    const char *name;
    struct script_step steps[3];
    size_t n, bad; /* the number of the first unlawful step; n: none */
    bool unlawful;
    const char *why;
} checks[] = {
    { "the good path", { { .kind = STEP_JOB, .state = JOB_COMPLETED } }, 1, 1, false, "" },
    { "out of a terminal state",
      { { .kind = STEP_JOB, .state = JOB_COMPLETED }, { .kind = STEP_JOB, .state = JOB_IN_PROGRESS } },
      2, 1, false, "Completed \xe2\x86\x92 InProgress" },
    { "the same, marked unlawful",
      { { .kind = STEP_JOB, .state = JOB_COMPLETED }, { .kind = STEP_JOB, .state = JOB_IN_PROGRESS } },
      2, 2, true, "" },
    { "an execution goes back",
      { { .kind = STEP_EXECUTION, .node = NODE, .state = EXECUTION_COMPLETED },
        { .kind = STEP_EXECUTION, .node = NODE, .state = EXECUTION_ASK_FOR_BID } },
      2, 1, false, "Completed \xe2\x86\x92 AskForBid" },
    { "each node has its own execution",
      { { .kind = STEP_EXECUTION, .node = NODE, .state = EXECUTION_COMPLETED },
        { .kind = STEP_EXECUTION, .node = { "n2", 2 }, .state = EXECUTION_BID_ACCEPTED } },
      2, 2, false, "" },
};

START_TEST(a_script_that_the_state_tables_forbid_is_found)
{
    struct job_script script = { .steps = checks[_i].steps, .n_steps = checks[_i].n, .unlawful = checks[_i].unlawful };
    struct arena arena = { 0 };
    struct span why = SPAN("");

    size_t bad = steps_check(&script, &arena, &why);

    ck_assert_msg(bad == checks[_i].bad, "%s: %zu", checks[_i].name, bad);
    ck_assert_msg(span_is(why, checks[_i].why), "%s: %.*s", checks[_i].name, SPAN_ARG(why));
    arena_release(&arena);
}
END_TEST

TEST_MAIN("steps",
    TEST(an_execution_takes_the_good_path_to_its_state),
    TEST(a_gate_holds_a_step),
    TEST(a_forgotten_job_is_unknown),
    TEST(a_cancelled_job_has_left_its_script),
    TEST(an_unlawful_script_may_leave_a_terminal_state),
    TEST_EACH(a_script_that_the_state_tables_forbid_is_found, checks))
