#include "sim/job.h"
#include "sim/node.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define T0 (INT64_C(1679475600) * NS_PER_SECOND)

static struct job *new_job(void)
{
    const struct job_spec spec = { .engine = ENGINE_DOCKER, .deal = { .concurrency = 1 } };
    struct job *job = job_new(SPAN("0123456789"), SPAN("client"), SPAN("V1beta1"), &spec, T0);

    ck_assert_ptr_nonnull(job);
    return job;
}

/* Does the call stop the program? It is made in a child. */
static bool stops(void (*call)(int from, int to), int from, int to)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(2);
        call(from, to);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* ---- the state tables ------------------------------------------------------------------------------------- */

enum { LAWFUL = 1, UNLAWFUL = 2 }; /* 0: the contract does not say */

static int job_law(int from, int to)
{
    static const int lawful[][2] = {
        { JOB_NEW, JOB_QUEUED },          { JOB_QUEUED, JOB_NEW },
        { JOB_NEW, JOB_IN_PROGRESS },     { JOB_QUEUED, JOB_CANCELLED },
        { JOB_NEW, JOB_ERROR },           { JOB_IN_PROGRESS, JOB_COMPLETED },
        { JOB_IN_PROGRESS, JOB_COMPLETED_PARTIALLY }, { JOB_IN_PROGRESS, JOB_ERROR },
        { JOB_IN_PROGRESS, JOB_CANCELLED },
    };
    static const int terminal[] = { JOB_COMPLETED, JOB_COMPLETED_PARTIALLY, JOB_ERROR, JOB_CANCELLED };

    for (size_t i = 0; i < sizeof lawful / sizeof lawful[0]; i++)
        if (lawful[i][0] == from && lawful[i][1] == to)
            return LAWFUL;
    for (size_t i = 0; i < sizeof terminal / sizeof terminal[0]; i++)
        if (from == terminal[i])
            return UNLAWFUL;
    return from == to || (from == JOB_IN_PROGRESS && (to == JOB_NEW || to == JOB_QUEUED)) ||
                   (from == JOB_QUEUED && (to == JOB_COMPLETED || to == JOB_COMPLETED_PARTIALLY))
               ? UNLAWFUL
               : 0;
}

static void move_job(int from, int to)
{
    struct job *job = new_job();

    job->state = from;
    job_move(job, (enum job_state)to, SPAN(""), T0);
    job_free(job);
}

START_TEST(a_job_moves_as_the_contract_tells_and_no_other_way)
{
    for (int from = 0; from < JOB_STATE_COUNT; from++)
        for (int to = 0; to < JOB_STATE_COUNT; to++) {
            int law = job_law(from, to);
            ck_assert_msg(law == 0 || stops(move_job, from, to) == (law == UNLAWFUL), "%s > %s", job_state_name(from),
                          job_state_name(to));
        }
}
END_TEST

/* The way of an execution, and where it may leave it. */
static int execution_law(int from, int to)
{
    static const int way[][2] = {
        { EXECUTION_ASK_FOR_BID, EXECUTION_ASK_FOR_BID_ACCEPTED },
        { EXECUTION_ASK_FOR_BID, EXECUTION_ASK_FOR_BID_REJECTED },
        { EXECUTION_ASK_FOR_BID, EXECUTION_FAILED },
        { EXECUTION_ASK_FOR_BID_ACCEPTED, EXECUTION_BID_ACCEPTED },
        { EXECUTION_ASK_FOR_BID_ACCEPTED, EXECUTION_BID_REJECTED },
        { EXECUTION_BID_ACCEPTED, EXECUTION_WAITING_VERIFICATION },
        { EXECUTION_BID_ACCEPTED, EXECUTION_FAILED },
        { EXECUTION_WAITING_VERIFICATION, EXECUTION_RESULT_ACCEPTED },
        { EXECUTION_WAITING_VERIFICATION, EXECUTION_RESULT_REJECTED },
        { EXECUTION_RESULT_ACCEPTED, EXECUTION_COMPLETED },
        { EXECUTION_RESULT_ACCEPTED, EXECUTION_FAILED },
    };
    static const int live[] = { EXECUTION_ASK_FOR_BID, EXECUTION_ASK_FOR_BID_ACCEPTED, EXECUTION_BID_ACCEPTED,
                                EXECUTION_WAITING_VERIFICATION, EXECUTION_RESULT_ACCEPTED };

    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++)
        if (way[i][0] == from && way[i][1] == to)
            return LAWFUL;
    for (size_t i = 0; i < sizeof live / sizeof live[0]; i++)
        if (live[i] == from)
            return to == EXECUTION_CANCELLED ? LAWFUL : to == EXECUTION_FAILED ? 0 : UNLAWFUL;
    return from == EXECUTION_NEW ? 0 : UNLAWFUL;
}

static void move_execution(int from, int to)
{
    struct job *job = new_job();
    struct execution *x = execution_new(job, SPAN("n1"), NULL, T0);

    x->state = from;
    execution_move(job, x, (enum execution_state)to, NULL, T0);
    job_free(job);
}

START_TEST(an_execution_moves_as_the_contract_tells_and_no_other_way)
{
    for (int from = 0; from < EXECUTION_STATE_COUNT; from++)
        for (int to = 0; to < EXECUTION_STATE_COUNT; to++) {
            int law = execution_law(from, to);
            ck_assert_msg(law == 0 || stops(move_execution, from, to) == (law == UNLAWFUL), "%s > %s",
                          execution_state_name(from), execution_state_name(to));
        }
}
END_TEST

static const struct {
    const char *name;
    int state;
    bool terminal, discarded, active;
} kinds[] = {
    { "AskForBid", EXECUTION_ASK_FOR_BID, false, false, false },
    { "AskForBidAccepted", EXECUTION_ASK_FOR_BID_ACCEPTED, false, false, false },
    { "AskForBidRejected", EXECUTION_ASK_FOR_BID_REJECTED, true, true, false },
    { "BidAccepted", EXECUTION_BID_ACCEPTED, false, false, true },
    { "BidRejected", EXECUTION_BID_REJECTED, true, true, false },
    { "WaitingVerification", EXECUTION_WAITING_VERIFICATION, false, false, true },
    { "ResultAccepted", EXECUTION_RESULT_ACCEPTED, false, false, true },
    { "ResultRejected", EXECUTION_RESULT_REJECTED, true, true, false },
    { "Completed", EXECUTION_COMPLETED, true, false, true },
    { "Failed", EXECUTION_FAILED, true, true, false },
    { "Cancelled", EXECUTION_CANCELLED, true, true, false },
};

START_TEST(states_have_their_names_and_kinds)
{
    int state = kinds[_i].state;

    ck_assert_str_eq(execution_state_name(state), kinds[_i].name);
    ck_assert_msg(execution_is_terminal(state) == kinds[_i].terminal, "%s", kinds[_i].name);
    ck_assert_msg(execution_is_discarded(state) == kinds[_i].discarded, "%s", kinds[_i].name);
    ck_assert_msg(((EXECUTIONS_ACTIVE & EXECUTION_BIT(state)) != 0) == kinds[_i].active, "%s", kinds[_i].name);
}
END_TEST

START_TEST(the_terminal_job_states_are_the_four_of_the_contract)
{
    struct job *job = new_job();

    for (job->state = 0; job->state < JOB_STATE_COUNT; job->state++)
        ck_assert_msg(job_is_terminal(job) == (job->state == JOB_COMPLETED || job->state == JOB_COMPLETED_PARTIALLY ||
                                               job->state == JOB_ERROR || job->state == JOB_CANCELLED),
                      "%s", job_state_name(job->state));
    job_free(job);
}
END_TEST

/* ---- jobs -------------------------------------------------------------------------------------------------- */

START_TEST(a_new_job_is_new_in_version_1_with_one_entry)
{
    struct job *job = new_job();

    ck_assert_int_eq(job->state, JOB_NEW);
    ck_assert_int_eq(job->version, 1);
    ck_assert_int_eq(job->created_at, T0);
    ck_assert_int_eq(job->created, T0);
    ck_assert_int_eq(job->updated, T0);
    ck_assert_int_eq(job->timeout_at, 0);
    ck_assert_uint_eq(job->n_executions, 0);
    ck_assert_uint_eq(job->n_history, 1);
    ck_assert_int_eq(job->history[0].level, HISTORY_JOB);
    ck_assert_int_eq(job->history[0].previous, JOB_NEW);
    ck_assert_int_eq(job->history[0].next, JOB_NEW);
    ck_assert_int_eq(job->history[0].version, 1);
    ck_assert(span_is(job->history[0].comment, "Job created"));
    ck_assert_int_eq(job->history[0].time, T0);
    job_free(job);
}
END_TEST

START_TEST(a_move_counts_the_version_and_is_written_down)
{
    struct job *job = new_job();
    char why[] = "why";

    job_move(job, JOB_QUEUED, SPAN(""), T0 + 5);
    job_move(job, JOB_CANCELLED, span_text(why), T0 + 7);
    memset(why, 'x', sizeof why - 1);

    ck_assert_int_eq(job->version, 3);
    ck_assert_uint_eq(job->n_history, 3);
    ck_assert_int_eq(job->history[1].previous, JOB_NEW);
    ck_assert_int_eq(job->history[1].next, JOB_QUEUED);
    ck_assert_int_eq(job->history[1].version, 2);
    ck_assert_uint_eq(job->history[1].comment.n, 0);
    ck_assert_int_eq(job->history[1].time, T0 + 5);
    ck_assert_int_eq(job->history[2].previous, JOB_QUEUED);
    ck_assert_int_eq(job->history[2].next, JOB_CANCELLED);
    ck_assert_int_eq(job->history[2].version, 3);
    ck_assert(span_is(job->history[2].comment, "why"));
    ck_assert_int_eq(job->history[2].time, T0 + 7);
    ck_assert_int_eq(job->created, T0);
    ck_assert_int_eq(job->updated, T0 + 7);
    job_free(job);
}
END_TEST

START_TEST(two_writes_in_one_nanosecond_have_two_stamps)
{
    struct job *job = new_job();

    job_move(job, JOB_QUEUED, SPAN(""), T0);
    job_move(job, JOB_NEW, SPAN(""), T0);
    struct execution *x = execution_new(job, SPAN("n1"), NULL, T0);

    ck_assert_int_lt(job->history[0].time, job->history[1].time);
    ck_assert_int_lt(job->history[1].time, job->history[2].time);
    ck_assert_int_lt(job->history[2].time, x->created);
    job_free(job);
}
END_TEST

START_TEST(time_that_stands_still_or_goes_back_leaves_the_stamps_in_order)
{
    struct job *job = new_job();

    job_move(job, JOB_QUEUED, SPAN(""), T0 + 100);
    job_move(job, JOB_NEW, SPAN(""), T0 + 50);

    ck_assert_int_gt(job->history[2].time, T0 + 100);
    job_free(job);
}
END_TEST

START_TEST(a_long_history_keeps_every_entry)
{
    struct job *job = new_job();

    for (int i = 0; i < 500; i++)
        job_move(job, i % 2 ? JOB_NEW : JOB_QUEUED, SPAN(""), T0 + i);

    ck_assert_uint_eq(job->n_history, 501);
    for (size_t i = 0; i < job->n_history; i++)
        ck_assert_int_eq(job->history[i].version, (int64_t)i + 1);
    job_free(job);
}
END_TEST

/* ---- executions ---------------------------------------------------------------------------------------------- */

START_TEST(a_new_execution_asks_in_version_1)
{
    struct job *job = new_job();

    struct execution *x = execution_new(job, SPAN("n1"), NULL, T0 + 3);

    ck_assert_int_eq(x->state, EXECUTION_ASK_FOR_BID);
    ck_assert_int_eq(x->version, 1);
    ck_assert_int_eq(x->created, T0 + 3);
    ck_assert_int_eq(x->updated, T0 + 3);
    ck_assert_uint_eq(x->reference.n, 0);
    ck_assert(span_eq(x->job_id, job->id));
    ck_assert_uint_eq(job->n_history, 2);
    ck_assert_int_eq(job->history[1].level, HISTORY_EXECUTION);
    ck_assert_int_eq(job->history[1].previous, EXECUTION_NEW);
    ck_assert_int_eq(job->history[1].next, EXECUTION_ASK_FOR_BID);
    ck_assert_int_eq(job->history[1].version, 1);
    ck_assert(!job->history[1].has_reference);
    ck_assert_int_eq(job->version, 1);
    job_free(job);
}
END_TEST

START_TEST(create_and_update_time_change_places_and_history_lags_a_step)
{
    struct job *job = new_job();
    struct execution *x = execution_new(job, SPAN("n1"), NULL, T0 + 10);

    execution_move(job, x, EXECUTION_ASK_FOR_BID_ACCEPTED, NULL, T0 + 20);
    ck_assert_int_eq(x->created, T0 + 20);
    ck_assert_int_eq(x->updated, T0 + 10);
    execution_move(job, x, EXECUTION_BID_ACCEPTED, NULL, T0 + 30);

    ck_assert_int_eq(x->created, T0 + 30);
    ck_assert_int_eq(x->updated, T0 + 20);
    ck_assert_int_eq(job->history[1].time, T0 + 10);
    ck_assert_int_eq(job->history[2].time, T0 + 10);
    ck_assert_int_eq(job->history[3].time, T0 + 20);
    job_free(job);
}
END_TEST

START_TEST(what_was_set_once_is_never_cleared)
{
    struct job *job = new_job();
    struct execution *x = execution_new(job, SPAN("n1"), NULL, T0);
    static const struct run_output output = { .exit_code = 3 };
    static const struct storage_spec published = { .source = SOURCE_IPFS };

    execution_move(job, x, EXECUTION_ASK_FOR_BID_ACCEPTED,
                   &(struct execution_change){ .reference = SPAN("e-1"), .status = SPAN("said") }, T0);
    execution_move(job, x, EXECUTION_BID_ACCEPTED, &(struct execution_change){ .output = &output }, T0);
    execution_move(job, x, EXECUTION_WAITING_VERIFICATION,
                   &(struct execution_change){ .verification = { true, true }, .published = &published }, T0);
    execution_move(job, x, EXECUTION_CANCELLED, &(struct execution_change){ .status = SPAN("") }, T0);

    ck_assert(span_is(x->reference, "e-1"));
    ck_assert(span_is(x->status, "said"));
    ck_assert_ptr_eq(x->output, &output);
    ck_assert_ptr_eq(x->published, &published);
    ck_assert(x->verification.complete && x->verification.result);
    job_free(job);
}
END_TEST

START_TEST(an_entry_has_the_reference_from_the_move_that_set_it)
{
    struct job *job = new_job();
    struct execution *x = execution_new(job, SPAN("n1"), NULL, T0);

    execution_move(job, x, EXECUTION_ASK_FOR_BID_ACCEPTED, &(struct execution_change){ .reference = SPAN("e-1") }, T0);

    ck_assert(!job->history[1].has_reference);
    ck_assert(job->history[2].has_reference);
    job_free(job);
}
END_TEST

START_TEST(a_node_has_one_unanswered_execution_at_most)
{
    struct job *job = new_job();
    struct execution *first = execution_new(job, SPAN("n1"), NULL, T0);
    size_t entries = job->n_history;

    ck_assert_ptr_null(execution_new(job, SPAN("n1"), NULL, T0));
    ck_assert_uint_eq(job->n_history, entries);
    execution_move(job, first, EXECUTION_FAILED, NULL, T0);
    ck_assert_ptr_null(execution_new(job, SPAN("n1"), NULL, T0));

    ck_assert_ptr_nonnull(execution_new(job, SPAN("n2"), NULL, T0));
    job_free(job);
}
END_TEST

START_TEST(a_node_that_has_answered_can_be_asked_again)
{
    struct job *job = new_job();
    struct execution *first = execution_new(job, SPAN("n1"), NULL, T0);
    execution_move(job, first, EXECUTION_ASK_FOR_BID_ACCEPTED, &(struct execution_change){ .reference = SPAN("e-1") }, T0);

    struct execution *second = execution_new(job, SPAN("n1"), NULL, T0);

    ck_assert_ptr_nonnull(second);
    ck_assert_uint_eq(second->index, 1);
    ck_assert_uint_eq(second->ask, 1);
    ck_assert_int_eq(second->version, 1);
    job_free(job);
}
END_TEST

START_TEST(pointers_to_executions_stay_good_while_others_come)
{
    struct job *job = new_job();
    struct execution *first = execution_new(job, SPAN("n0"), NULL, T0);

    for (int i = 1; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", i);
        ck_assert_ptr_nonnull(execution_new(job, span_text(name), NULL, T0));
    }
    execution_move(job, first, EXECUTION_CANCELLED, NULL, T0);

    ck_assert_uint_eq(job->n_executions, 100);
    ck_assert_ptr_eq(job->executions[0], first);
    ck_assert(span_is(job->executions[99]->node_id, "n99"));
    ck_assert_int_eq(job->executions[0]->state, EXECUTION_CANCELLED);
    job_free(job);
}
END_TEST

TEST_MAIN("job",
    TEST(a_job_moves_as_the_contract_tells_and_no_other_way),
    TEST(an_execution_moves_as_the_contract_tells_and_no_other_way),
    TEST_EACH(states_have_their_names_and_kinds, kinds),
    TEST(the_terminal_job_states_are_the_four_of_the_contract),
    TEST(a_new_job_is_new_in_version_1_with_one_entry),
    TEST(a_move_counts_the_version_and_is_written_down),
    TEST(two_writes_in_one_nanosecond_have_two_stamps),
    TEST(time_that_stands_still_or_goes_back_leaves_the_stamps_in_order),
    TEST(a_long_history_keeps_every_entry),
    TEST(a_new_execution_asks_in_version_1),
    TEST(create_and_update_time_change_places_and_history_lags_a_step),
    TEST(what_was_set_once_is_never_cleared),
    TEST(an_entry_has_the_reference_from_the_move_that_set_it),
    TEST(a_node_has_one_unanswered_execution_at_most),
    TEST(a_node_that_has_answered_can_be_asked_again),
    TEST(pointers_to_executions_stay_good_while_others_come))
