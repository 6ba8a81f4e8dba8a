/* Jobs that were not submitted here: they go on from where they are. */
#include "releases/release.h"
#include "support/network.h"
#include "support/suite.h"

#include <stdlib.h>

#define V25 (&rules_v0_3_25)

/* A job in progress with one execution on n1 in this state. */
static enum err adopt(struct network *network, enum execution_state state, const struct adopted_entry *history, size_t n)
{
    struct job_spec spec = spec_of(1, 0, 0);
    bool has_bid = state != EXECUTION_ASK_FOR_BID;
    struct execution x = { .node_id = SPAN("n1"), .reference = has_bid ? SPAN("e-1") : SPAN(""), .state = (int)state,
                           .version = 3, .created = network->now, .updated = network->now };
    struct adopted adopted = { .id = SPAN("0123456789"), .client_id = SPAN("client"), .api_version = SPAN("V1beta1"),
                               .created_at = network->now, .spec = &spec, .state = JOB_IN_PROGRESS, .version = 4,
                               .created = network->now, .updated = network->now, .executions = &x, .n_executions = 1,
                               .history = history, .n_history = n };

    return engine_adopt(network->engine, &adopted, network->now, &network->error);
}

static const struct job *adopted_job(struct network *network)
{
    return engine_job(network->engine, SPAN("0123456789"), network->now);
}

static const enum execution_state unfinished[] = { EXECUTION_ASK_FOR_BID, EXECUTION_BID_ACCEPTED, EXECUTION_RESULT_ACCEPTED };

START_TEST(a_job_under_way_goes_on_from_its_executions)
{
    struct network network = NETWORK(GOOD);
    network_start(&network, V25);
    ck_assert_int_eq(adopt(&network, unfinished[_i], NULL, 0), ERR_OK);

    network_pass(&network, NS_PER_SECOND);

    ck_assert_int_eq(adopted_job(&network)->state, JOB_COMPLETED);
    network_stop(&network);
}
END_TEST

START_TEST(an_execution_without_its_node_stays_silent_until_the_time_out)
{
    struct network network = NETWORK(GOOD);
    network.nodes[0].id = network.nodes[0].name = SPAN("n9");
    network_start(&network, V25);
    ck_assert_int_eq(adopt(&network, EXECUTION_BID_ACCEPTED, NULL, 0), ERR_OK);

    ck_assert_int_eq(engine_next_action(network.engine), NS_NEVER);
    network_pass(&network, 1860 * NS_PER_SECOND);

    ck_assert_int_eq(adopted_job(&network)->state, JOB_ERROR);
    network_stop(&network);
}
END_TEST

START_TEST(without_a_history_the_shortest_lawful_one_is_made_up)
{
    struct network network = NETWORK(GOOD);
    network_start(&network, V25);

    adopt(&network, EXECUTION_BID_ACCEPTED, NULL, 0);

    ck_assert_str_eq(story_of(&network, adopted_job(&network)),
                     STARTED "n1 v1 New>AskForBid\nn1+ v2 AskForBid>AskForBidAccepted\n"
                             "n1+ v3 AskForBidAccepted>BidAccepted\n");
    network_stop(&network);
}
END_TEST

START_TEST(adopted_executions_are_counted)
{
    struct network network = NETWORK(GOOD);
    network_start(&network, V25);

    adopt(&network, EXECUTION_BID_ACCEPTED, NULL, 0);

    ck_assert_int_eq(job_count(adopted_job(&network), EXECUTIONS_ACTIVE), 1);
    ck_assert_int_eq(job_count_bids(adopted_job(&network), EXECUTIONS_ALL), 1);
    network_stop(&network);
}
END_TEST

START_TEST(an_id_that_is_taken_is_refused)
{
    struct network network = NETWORK(GOOD);
    network_start(&network, V25);
    adopt(&network, EXECUTION_BID_ACCEPTED, NULL, 0);

    ck_assert_int_eq(adopt(&network, EXECUTION_BID_ACCEPTED, NULL, 0), ERR_STATE);

    ck_assert_str_eq(network.error.text, "the job 0123456789 is there already");
    network_stop(&network);
}
END_TEST

START_TEST(history_of_an_unknown_execution_is_refused)
{
    static const struct adopted_entry stray = { .node_id = { "n2", 2 }, .level = HISTORY_EXECUTION, .version = 1 };
    struct network network = NETWORK(GOOD);
    network_start(&network, V25);

    ck_assert_int_eq(adopt(&network, EXECUTION_BID_ACCEPTED, &stray, 1), ERR_INVALID);

    ck_assert_str_eq(network.error.text, "History entry 0 is of an execution that State does not have");
    ck_assert_ptr_null(adopted_job(&network));
    network_stop(&network);
}
END_TEST

TEST_MAIN("adopt",
    TEST_EACH(a_job_under_way_goes_on_from_its_executions, unfinished),
    TEST(an_execution_without_its_node_stays_silent_until_the_time_out),
    TEST(without_a_history_the_shortest_lawful_one_is_made_up),
    TEST(adopted_executions_are_counted),
    TEST(an_id_that_is_taken_is_refused),
    TEST(history_of_an_unknown_execution_is_refused))
