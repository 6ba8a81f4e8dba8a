/* Verifier Deterministic judges by its own rule what no script decides. */
#include "base/error.h"
#include "releases/release.h"
#include "support/network.h"
#include "support/suite.h"

enum { NODES = 4 };

static struct verify_behaviour by_rule = { .verdict = VERDICT_BY_RULE };

/* Runs a job with as many nodes as `outputs` has letters, each printing its own. */
static const struct job *run(struct network *network, const char *outputs, int64_t confidence, enum verifier_type verifier)
{
    static struct run_behaviour runs[NODES];
    struct job_spec spec = spec_of((int64_t)strlen(outputs), confidence, 0);

    spec.verifier = verifier;
    network->n_nodes = strlen(outputs);
    for (size_t i = 0; i < network->n_nodes; i++) {
        runs[i] = (struct run_behaviour){ .output.stdout_text = span_of(outputs + i, 1) };
        network->nodes[i].run.at = &runs[i];
        network->nodes[i].verify.at = &by_rule;
    }
    network_start(network, &rules_v0_3_25);
    const struct job *job = network_submit(network, &spec);
    network_pass(network, 60 * NS_PER_SECOND);
    return job;
}

static const struct round {
    const char *outputs;
    int64_t confidence;
    const char *accepted; /* + or - for each node */
} rounds[] = {
    { "a", 0, "-" },     { "aa", 0, "++" },   { "ab", 0, "--" },   { "aab", 0, "++-" }, { "abb", 2, "-++" },
    { "aab", 3, "---" }, { "aabb", 0, "----" }, { "abcc", 0, "--++" }, { "aaa", 3, "+++" },
};

START_TEST(the_largest_group_of_equal_results_is_accepted)
{
    struct network network = NETWORK(GOOD, GOOD, GOOD, GOOD);
    const struct round *round = &rounds[_i];

    const struct job *job = run(&network, round->outputs, round->confidence, VERIFIER_DETERMINISTIC);

    for (size_t i = 0; i < strlen(round->outputs); i++)
        ck_assert_msg((job->executions[i]->state == EXECUTION_COMPLETED) == (round->accepted[i] == '+'), "%s: node %zu",
                      round->outputs, i + 1);
    network_stop(&network);
}
END_TEST

START_TEST(every_execution_proposes_a_hash_of_its_own)
{
    struct network network = NETWORK(GOOD, GOOD, GOOD, GOOD);

    struct execution *const *x = run(&network, "aa", 0, VERIFIER_DETERMINISTIC)->executions;

    ck_assert_uint_eq(x[0]->proposal.n, 256);
    ck_assert_uint_eq(x[1]->proposal.n, 256);
    ck_assert(!span_eq(x[0]->proposal, x[1]->proposal));
    network_stop(&network);
}
END_TEST

START_TEST(verifier_noop_accepts_and_wants_no_proposal)
{
    struct network network = NETWORK(GOOD, GOOD, GOOD, GOOD);

    const struct execution *x = run(&network, "a", 0, VERIFIER_NOOP)->executions[0];

    ck_assert_int_eq(x->state, EXECUTION_COMPLETED);
    ck_assert_uint_eq(x->proposal.n, 0);
    network_stop(&network);
}
END_TEST

TEST_MAIN("verification",
    TEST_EACH(the_largest_group_of_equal_results_is_accepted, rounds),
    TEST(every_execution_proposes_a_hash_of_its_own),
    TEST(verifier_noop_accepts_and_wants_no_proposal))
