#include "sim/node.h"

/* Wire contract, compute defaults; the scenario format's defaults of a NODE. */
static struct bid_behaviour bid_at_once = { 0 };
static struct run_behaviour run_well = { .after = { .after = 200 * NS_PER_MS } };
static struct verify_behaviour verify_by_rule = { .verdict = VERDICT_BY_RULE };
static struct publish_behaviour publish_as_asked = { .after = { .after = 300 * NS_PER_MS } };

static struct span_pair real_labels[] = {
    { { "Architecture", 12 }, { "amd64", 5 } },
    { { "Operating-System", 16 }, { "linux", 5 } },
    { { "git-lfs", 7 }, { "False", 5 } },
};

#define EVERY_ENGINE                                                                                               \
    (1u << ENGINE_NOOP | 1u << ENGINE_DOCKER | 1u << ENGINE_WASM | 1u << ENGINE_LANGUAGE | 1u << ENGINE_PYTHON_WASM)

struct node node_good(struct span name, struct span version)
{
    return (struct node){
        .name = name,
        .bid = { &bid_at_once, 1 },
        .run = { &run_well, 1 },
        .verify = { &verify_by_rule, 1 },
        .publish = { &publish_as_asked, 1 },
        .labels = { real_labels, sizeof real_labels / sizeof real_labels[0] },
        .engines = EVERY_ENGINE,
        .version = version,
        .timeout_min = 500 * NS_PER_MS,
        .timeout_max = 3600 * NS_PER_SECOND,
    };
}
