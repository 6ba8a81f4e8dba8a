#include "reference/network.h"

#include "releases/release.h"

#include <stdlib.h>

/* ---- what the recorded nodes do ----------------------------------------------------------------------- */

#define MS(n) { .after = (n) * NS_PER_MS }
#define TEXT(literal) { "" literal, sizeof(literal) - 1 }

#define WITHIN_US(n) { .after = (n) * NS_PER_MS / 2000, .jitter = (n) * NS_PER_MS / 2000 }

static const struct bid_behaviour bids = {.reject = false}, rejects = {.reject = true},
                                  never = {.after = {.after = NS_NEVER}};

static struct run_behaviour runs_and_talks = {
    .after = MS(200), .output = { .exit_code = 3, .stdout_text = TEXT("hello <&> \xe2\x80\xa8\x01\x7f\n") }
};
static struct run_behaviour runs_for_seconds = { .after = MS(10000) };
static struct run_behaviour ends_at_once[] = { { .fail = false }, { .after = WITHIN_US(500) } };
static struct run_behaviour fails_at_once[] = {
    { .fail = true, .error = TEXT("I am a bad executor") },
    { .after = WITHIN_US(500), .fail = true, .error = TEXT("I am a bad executor") },
};

static struct verify_behaviour verified = { .verdict = VERDICT_ACCEPTED };
static struct verify_behaviour refused = { .verdict = VERDICT_REJECTED };
static struct verify_behaviour explodes = { .verdict = VERDICT_ERROR, .error = TEXT("verifier exploded") };

static struct publish_behaviour publishes_to_ipfs = { .after = MS(300), .cid = TEXT("QmCID") };
static struct publish_behaviour publishes_nothing = { .what = PUBLISH_NOTHING };
static struct publish_behaviour fails_to_publish[] = {
    { .what = PUBLISH_FAILS, .error = TEXT("I am a bad publisher") },
    { .after = WITHIN_US(500), .what = PUBLISH_FAILS, .error = TEXT("I am a bad publisher") },
};

/* By the beginning of the name; the first that fits. Two behaviours: as recorded, and racing. */
static const struct node_kind {
    const char *name;
    const struct bid_behaviour *bid;
    struct run_behaviour *run[2];
    struct verify_behaviour *verify;
    struct publish_behaviour *publish[2];
} kinds[] = {
#define BOTH(what) { &(what), &(what) }
#define EACH(what) { &(what)[0], &(what)[1] }
    { "good-", &bids, BOTH(runs_and_talks), &verified, BOTH(publishes_to_ipfs) },
    { "noop-", &bids, EACH(ends_at_once), &verified, BOTH(publishes_nothing) },
    { "rejector-", &rejects, EACH(ends_at_once), &verified, BOTH(publishes_nothing) },
    { "badexec-", &bids, EACH(fails_at_once), &verified, BOTH(publishes_nothing) },
    { "badpub-", &bids, EACH(ends_at_once), &verified, EACH(fails_to_publish) },
    { "badresult-vererr", &bids, EACH(ends_at_once), &explodes, BOTH(publishes_nothing) },
    { "badresult-", &bids, EACH(ends_at_once), &refused, BOTH(publishes_nothing) },
    { "unreach-", &never, EACH(ends_at_once), &verified, BOTH(publishes_nothing) },
    { "silent-", &never, EACH(ends_at_once), &verified, BOTH(publishes_nothing) },
    { "slow-", &bids, BOTH(runs_for_seconds), &verified, BOTH(publishes_to_ipfs) },
};

static const struct node_kind *kind_of(struct span name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (span_starts(name, span_text(kinds[i].name)))
            return &kinds[i];
    return NULL;
}

/* How many kinds of nodes were recorded to answer before this one did. */
static ns_t kinds_before(const struct told_network *network, const struct node_kind *kind)
{
    ns_t before = 0;

    for (size_t i = 0; i < network->answers.n; i++) {
        const struct node_kind *other = kind_of(network->answers.at[i]);
        if (other == kind)
            return before;
        before += i == 0 || other != kind_of(network->answers.at[i - 1]);
    }
    return before;
}

/* The first ask's answer, and that of all later ones. */
static struct bid_list bids_of(const struct told_network *network, const struct node_kind *kind,
                               enum network_manner manner, struct arena *arena)
{
    struct bid_list list = { arena_alloc(arena, 2 * sizeof *list.at), 2 };

    MUST(list.at);
    list.at[0] = list.at[1] = *kind->bid;
    if (kind->bid->after.after == NS_NEVER)
        return list;
    if (manner == NETWORK_RACING)
        list.at[0].after = list.at[1].after = (struct trigger)WITHIN_US(1000);
    else
        list.at[0].after.after = kinds_before(network, kind) * (NS_PER_MS / 1000);
    return list;
}

static bool ends_with(struct span text, const char *end)
{
    size_t n = strlen(end);

    return text.n >= n && memcmp(text.p + text.n - n, end, n) == 0;
}

/* Labels and bounds of the full releases' own nodes. */
static void set_up_full_node(struct node *node, size_t number, struct arena *arena)
{
    struct span_pair *labels = arena_alloc(arena, 2 * sizeof *labels);

    MUST(labels);
    labels[0] = (struct span_pair){ SPAN("env"), SPAN("devstack") };
    labels[1] = (struct span_pair){ SPAN("name"), arena_printf(arena, "node-%zu", number) };
    node->labels = (struct span_map){ labels, 2 };
    node->max_job = (struct resources){ SPAN("8"), SPAN("16GB"), SPAN("100GB"), SPAN("0") };
}

static void set_up_bare_node(struct node *node)
{
    node->id = node->name;
    node->labels = (struct span_map){ 0 };
    node->engines = 0;
    node->timeout_min = node->timeout_max = 0;
}

static struct node node_named(struct span name, size_t number, const struct told_network *network, const char *release,
                              enum network_manner manner, struct arena *arena)
{
    const struct node_kind *kind = kind_of(name);
    struct node node = node_good(name, span_text(release));

    MUST(kind);
    node.bid = bids_of(network, kind, manner, arena);
    node.run = (struct run_list){ kind->run[manner], 1 };
    node.verify = (struct verify_list){ kind->verify, 1 };
    node.publish = (struct publish_list){ ends_with(name, "-noop") ? &publishes_nothing : kind->publish[manner], 1 };
    if (span_starts(name, SPAN("unreach-")))
        node.unreachable = arena_printf(arena, "failed to dial %.*s", SPAN_ARG(name));
    if (network->default_policy)
        set_up_full_node(&node, number, arena);
    else
        set_up_bare_node(&node);
    return node;
}

/* ---- options ------------------------------------------------------------------------------------------ */

static enum selection selection_of(struct span name)
{
    if (span_is(name, "reject"))
        return SELECTION_REJECT;
    return span_is(name, "wait") ? SELECTION_WAIT : SELECTION_ACCEPT;
}

static struct scheduler_options scheduler_of(const struct told_network *network, enum network_manner manner,
                                             struct span approver)
{
    struct scheduler_options options = {
        .selection = network->default_policy ? SELECTION_DEFAULT : SELECTION_ACCEPT,
        .reject_reason = SPAN("because"),
        .ties_random = manner == NETWORK_RACING,
        .approver = approver,
    };

    for (size_t i = 0; i < network->options.n; i++) {
        struct span option = network->options.at[i];
        if (span_is(option, "-retry=false")) {
            options.no_retry = true;
            continue;
        }
        MUST(i + 1 < network->options.n);
        struct span value = network->options.at[++i];
        if (span_is(option, "-over"))
            options.overask = strtoll(value.p, NULL, 10);
        else if (span_is(option, "-hk"))
            options.housekeeping = strtoll(value.p, NULL, 10) * NS_PER_SECOND;
        else if (span_is(option, "-sel"))
            options.selection = selection_of(value);
        else
            MUST(!"a known option");
    }
    return options;
}

struct engine_options network_options(const struct told_network *network, const char *release,
                                      enum network_manner manner, struct span approver, uint64_t seed,
                                      struct arena *arena)
{
    const struct release *dialect = release_find(span_text(release));
    struct node *nodes = arena_alloc(arena, network->nodes.n * sizeof *nodes);

    MUST(dialect && nodes);
    for (size_t i = 0; i < network->nodes.n; i++)
        nodes[i] = node_named(network->nodes.at[i], i + 1, network, release, manner, arena);
    return (struct engine_options){
        .rules = dialect->rules,
        .scheduler = scheduler_of(network, manner, approver),
        .nodes = nodes,
        .n_nodes = network->nodes.n,
        .ids = draw_of_seed(seed),
    };
}
