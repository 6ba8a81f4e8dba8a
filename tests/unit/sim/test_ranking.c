#include "sim/selector.h"
#include "base/ns.h"
#include "sim/ranking.h"

#include "releases/release.h"
#include "support/network.h"
#include "support/suite.h"

#include <stdlib.h>

#define V24 (&rules_v0_3_24)
#define V25 (&rules_v0_3_25)
#define TEXT(literal) { literal, sizeof literal - 1 }

static struct span_pair prod[] = { { TEXT("env"), TEXT("prod") }, { TEXT("size"), TEXT("5") } };
static struct span_pair dev[] = { { TEXT("env"), TEXT("dev") } };
static struct span_pair favour[] = { { TEXT("favour_env"), TEXT("prod") } };

/* n1 and n2 are of one kind but for their labels and bounds; n3 to n5 differ in one thing each. */
static struct network rich_network(void)
{
    struct network network = NETWORK(GOOD, GOOD, GOOD, GOOD, GOOD);

    network.nodes[0].labels = (struct span_map){ prod, 2 };
    network.nodes[0].max_job = (struct resources){ .cpu = SPAN("2"), .memory = SPAN("1Gb"), .disk = SPAN("1Gb"),
                                                   .gpu = SPAN("1") };
    network.nodes[1].labels = (struct span_map){ dev, 1 };
    network.nodes[1].engines = 1u << ENGINE_DOCKER;
    network.nodes[2].labels = (struct span_map){ favour, 1 };
    network.nodes[2].engines = 0;
    network.nodes[3].labels = (struct span_map){ 0 };
    network.nodes[3].version = SPAN("v0.3.20");
    network.nodes[4].labels = (struct span_map){ 0 };
    network.nodes[4].version = SPAN("v0.3.19");
    return network;
}

static struct job *job_for(const struct job_spec *spec)
{
    struct job *job = job_new(SPAN("0123456789"), SPAN("client"), SPAN("V1beta1"), spec, CLOCK_DEFAULT_START);

    ck_assert_ptr_nonnull(job);
    return job;
}

static struct ranking ranking_by(const struct network *network, const struct scheduler_rules *rules)
{
    return (struct ranking){ .nodes = network->nodes,
                             .n_nodes = network->n_nodes,
                             .min_version = rules->min_version,
                             .favours = rules->favours,
                             .labels_known = true };
}

/* The nodes' numbers, as they are ranked, or with `sorted` in the order of nodes. */
static const char *ranked(const struct ranking *ranking, const struct job *job, bool sorted)
{
    static char text[NETWORK_NODES_MAX + 1];
    const struct node **nodes = NULL;
    size_t n = 0, at = 0;

    CLEANUP(buf_release) struct buf unused = buf_init(0);
    ck_assert_int_eq(ranking_of(ranking, job, &nodes, &n, &unused), ERR_OK);
    for (size_t i = 0; i < n; i++)
        text[at++] = nodes[i]->id.p[1];
    text[at] = '\0';
    for (size_t i = 0; sorted && i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            if (text[k] < text[i]) {
                char c = text[i];
                text[i] = text[k];
                text[k] = c;
            }
    free(nodes);
    return text;
}

static const struct row {
    const char *name;
    const struct scheduler_rules *rules;
    int engine; /* 0: Docker */
    const char *key, *op, *value;
    struct resources wanted;
    const char *left;
} rows[] = {
    { .name = "old nodes are not asked", .rules = V25, .left = "123" },
    { .name = "v0.3.24 asks nodes from v0.3.20 on", .rules = V24, .left = "1234" },
    { .name = "a node that lists engines, but not the job's", .rules = V25, .engine = ENGINE_WASM, .left = "13" },

    { .name = "in", .rules = V25, .key = "env", .op = "in", .value = "prod", .left = "1" },
    { .name = "notin holds where the key is absent", .rules = V25, .key = "env", .op = "notin", .value = "prod", .left = "23" },
    { .name = "=", .rules = V25, .key = "env", .op = "=", .value = "dev", .left = "2" },
    { .name = "==", .rules = V25, .key = "env", .op = "==", .value = "dev", .left = "2" },
    { .name = "!= holds where the key is absent", .rules = V25, .key = "env", .op = "!=", .value = "dev", .left = "13" },
    { .name = "exists", .rules = V25, .key = "env", .op = "exists", .left = "12" },
    { .name = "!", .rules = V25, .key = "env", .op = "!", .left = "3" },
    { .name = "gt", .rules = V25, .key = "size", .op = "gt", .value = "4", .left = "1" },
    { .name = "gt is not ge", .rules = V25, .key = "size", .op = "gt", .value = "5", .left = "" },
    { .name = "lt", .rules = V25, .key = "size", .op = "lt", .value = "6", .left = "1" },
    { .name = "gt wants a number on the node's side too", .rules = V25, .key = "env", .op = "gt", .value = "1", .left = "" },
    { .name = "nobody fits", .rules = V25, .key = "env", .op = "=", .value = "nowhere", .left = "" },
    { .name = "a wish drops nobody", .rules = V25, .key = "favour_env", .op = "=", .value = "nowhere", .left = "123" },
    { .name = "v0.3.24 knows no wishes", .rules = V24, .key = "favour_env", .op = "=", .value = "prod", .left = "3" },

    { .name = "as much CPU as the node takes", .rules = V25, .wanted = { .cpu = TEXT("2000m") }, .left = "123" },
    { .name = "more CPU than the node takes", .rules = V25, .wanted = { .cpu = TEXT("2.5") }, .left = "23" },
    { .name = "as much memory as the node takes", .rules = V25, .wanted = { .memory = TEXT("1024Mi") }, .left = "123" },
    { .name = "more memory than the node takes", .rules = V25, .wanted = { .memory = TEXT("1025 Mi") }, .left = "23" },
    { .name = "more disk than the node takes", .rules = V25, .wanted = { .disk = TEXT("1tb") }, .left = "23" },
    { .name = "more GPUs than the node takes", .rules = V25, .wanted = { .gpu = TEXT("2") }, .left = "23" },
    { .name = "what cannot be read is nothing", .rules = V25, .wanted = { .cpu = TEXT("lots"), .gpu = TEXT("-3") },
      .left = "123" },
};

START_TEST(nodes_that_do_not_fit_are_dropped)
{
    const struct row *row = &rows[_i];
    struct network network = rich_network();
    struct job_spec spec = spec_of(1, 0, 0);
    struct span value = span_text(row->value);
    struct node_selector selector = { .key = span_text(row->key), .op = span_text(row->op), .values = { &value, value.n != 0 } };
    if (row->key)
        spec.selectors = (struct selector_list){ &selector, 1 };
    if (row->engine)
        spec.engine = row->engine;
    spec.resources = row->wanted;
    struct job *job = job_for(&spec);
    struct ranking ranking = ranking_by(&network, row->rules);

    const char *left = ranked(&ranking, job, true);

    ck_assert_msg(strcmp(left, row->left) == 0, "%s: %s", row->name, left);
    job_free(job);
    free(network.nodes);
}
END_TEST

START_TEST(a_wish_that_fits_comes_first)
{
    struct network network = NETWORK(GOOD, GOOD, GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    struct span value = SPAN("prod");
    struct node_selector wish = { .key = SPAN("favour_env"), .op = SPAN("="), .values = { &value, 1 } };
    spec.selectors = (struct selector_list){ &wish, 1 };
    network.nodes[2].labels = (struct span_map){ prod, 2 };
    struct job *job = job_for(&spec);
    struct ranking ranking = ranking_by(&network, V25);

    ck_assert_str_eq(ranked(&ranking, job, false), "312");
    job_free(job);
    free(network.nodes);
}
END_TEST

START_TEST(all_selectors_must_hold)
{
    struct network network = NETWORK(GOOD, GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    struct span value = SPAN("prod");
    struct node_selector both[] = { { .key = SPAN("env"), .op = SPAN("exists") },
                                    { .key = SPAN("env"), .op = SPAN("="), .values = { &value, 1 } } };
    spec.selectors = (struct selector_list){ both, 2 };
    network.nodes[0].labels = (struct span_map){ dev, 1 };
    network.nodes[1].labels = (struct span_map){ prod, 2 };
    struct job *job = job_for(&spec);
    struct ranking ranking = ranking_by(&network, V25);

    ck_assert_str_eq(ranked(&ranking, job, false), "2");
    job_free(job);
    free(network.nodes);
}
END_TEST

START_TEST(every_selector_fails_until_labels_are_known)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    struct node_selector absent = { .key = SPAN("env"), .op = SPAN("!") };
    spec.selectors = (struct selector_list){ &absent, 1 };
    struct job *job = job_for(&spec);
    struct ranking ranking = ranking_by(&network, V25);
    ranking.labels_known = false;

    const char *before = ranked(&ranking, job, false);
    ck_assert_str_eq(before, "");
    ranking.labels_known = true;

    ck_assert_str_eq(ranked(&ranking, job, false), "1");
    job_free(job);
    free(network.nodes);
}
END_TEST

START_TEST(a_malformed_selector_is_told_in_the_validators_words)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    struct node_selector in_nothing = { .key = SPAN("env"), .op = SPAN("in") };
    CLEANUP(buf_release) struct buf why = buf_init(SELECTOR_TEXT_MAX);
    const struct node **nodes = NULL;
    size_t n = 0;
    spec.selectors = (struct selector_list){ &in_nothing, 1 };
    struct job *job = job_for(&spec);
    struct ranking ranking = ranking_by(&network, V25);

    enum err err = ranking_of(&ranking, job, &nodes, &n, &why);

    ck_assert_int_eq(err, ERR_INVALID);
    ck_assert_str_eq(why.p,
                     "values: Invalid value: []string(nil): for 'in', 'notin' operators, values set can't be empty");
    ck_assert_ptr_null(nodes);
    job_free(job);
    free(network.nodes);
}
END_TEST

static void run_to(struct job *job, struct execution *x, enum execution_state end)
{
    static const enum execution_state way[] = { EXECUTION_ASK_FOR_BID_ACCEPTED, EXECUTION_BID_ACCEPTED,
                                                EXECUTION_WAITING_VERIFICATION };
    char reference[] = "e-0";
    reference[2] = (char)('0' + x->index);

    for (size_t i = 0; i < 3 && end != EXECUTION_ASK_FOR_BID_REJECTED; i++)
        if (x->state != (int)end && (end != EXECUTION_FAILED || i < 2) && (end != EXECUTION_BID_REJECTED || i < 1))
            execution_move(job, x, way[i], &(struct execution_change){ .reference = span_text(reference) }, 1);
    if (x->state != (int)end)
        execution_move(job, x, end, NULL, 1);
}

static const struct {
    const char *name;
    enum execution_state states[2];
    size_t n;
    const char *ranked;
} previous[] = {
    { "who failed once is asked last", { EXECUTION_FAILED }, 1, "231" },
    { "who failed twice is not asked again", { EXECUTION_FAILED, EXECUTION_FAILED }, 2, "23" },
    { "who is at it is not asked", { EXECUTION_BID_ACCEPTED }, 1, "23" },
    { "who rejected the ask is not asked again", { EXECUTION_ASK_FOR_BID_REJECTED }, 1, "23" },
    { "whose result was rejected is not asked again", { EXECUTION_RESULT_REJECTED }, 1, "23" },
};

START_TEST(who_has_run_the_job_already_is_asked_last_or_not_at_all)
{
    struct network network = NETWORK(GOOD, GOOD, GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    struct job *job = job_for(&spec);
    struct ranking ranking = ranking_by(&network, V25);
    for (size_t i = 0; i < previous[_i].n; i++)
        run_to(job, execution_new(job, network.nodes[0].id, NULL, 1), previous[_i].states[i]);

    const char *got = ranked(&ranking, job, false);

    ck_assert_msg(strcmp(got, previous[_i].ranked) == 0, "%s: %s", previous[_i].name, got);
    job_free(job);
    free(network.nodes);
}
END_TEST

START_TEST(ties_go_by_the_order_of_nodes_or_are_drawn)
{
    struct network network = NETWORK(GOOD, GOOD, GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    struct job *job = job_for(&spec);
    size_t first[4] = { 0 };
    struct draw ids = draw_of_seed(1);
    struct ranking ranking = ranking_by(&network, V25);
    ranking.ties = _i ? &ids : NULL;

    for (int i = 0; i < 300; i++)
        first[ranked(&ranking, job, false)[0] - '0']++;

    for (int i = 1; i <= 3; i++)
        ck_assert_msg(_i ? first[i] > 50 : first[i] == (i == 1 ? 300 : 0), "n%d came first %zu times", i, first[i]);
    job_free(job);
    free(network.nodes);
}
END_TEST

TEST_MAIN("ranking",
    TEST_EACH(nodes_that_do_not_fit_are_dropped, rows),
    TEST(a_wish_that_fits_comes_first),
    TEST(all_selectors_must_hold),
    TEST(every_selector_fails_until_labels_are_known),
    TEST(a_malformed_selector_is_told_in_the_validators_words),
    TEST_EACH(who_has_run_the_job_already_is_asked_last_or_not_at_all, previous),
    TEST_TIMES(ties_go_by_the_order_of_nodes_or_are_drawn, 2))
