#include "base/ns.h"
#include "support/network.h"


#include <stdlib.h>
#include <string.h>

/* ---- characters ------------------------------------------------------------------------------------------- */

#define LIST(entries) { entries, sizeof(entries) / sizeof(entries)[0] }
#define MS(n) { .after = (n) * NS_PER_MS }
#define NEVER { .after = NS_NEVER }

static struct bid_behaviour at_once[] = { { .reject = false } };
static struct bid_behaviour rejects[] = { { .reject = true, .reason = { "not enough capacity available", 29 } } };
static struct bid_behaviour silent[] = { { .after = NEVER } };
static struct bid_behaviour late[] = { { .after = MS(5000) } };

static struct run_behaviour runs[] = { { .after = MS(200), .output = { .stdout_text = { "hello\n", 6 } } } };
static struct run_behaviour fails[] = { { .after = MS(200), .fail = true, .error = { "exit status 1", 13 } } };
static struct run_behaviour fails_first[] = { { .after = MS(200), .fail = true, .error = { "exit status 1", 13 } },
                                              { .after = MS(200) } };
static struct run_behaviour slow[] = { { .after = MS(20000) } };
static struct run_behaviour hangs[] = { { .after = NEVER } };

static struct verify_behaviour verified[] = { { .verdict = VERDICT_ACCEPTED } };
static struct verify_behaviour refused[] = { { .verdict = VERDICT_REJECTED } };
static struct verify_behaviour broken[] = { { .verdict = VERDICT_ERROR, .error = { "verifier broke", 14 } } };

static struct publish_behaviour publishes[] = { { .after = MS(300) } };
static struct publish_behaviour publishes_nothing[] = { { .after = MS(300), .what = PUBLISH_NOTHING } };
static struct publish_behaviour cannot_publish[] = { { .after = MS(300), .what = PUBLISH_FAILS, .error = { "no space", 8 } } };

static const struct {
    const char *name;
    struct bid_list bid;
    struct run_list run;
    struct verify_list verify;
    struct publish_list publish;
    struct span unreachable;
} characters[CHARACTER_COUNT] = {
    [GOOD] = { .name = "good" },
    [NOOP_PUBLISHER] = { .name = "noop publisher", .publish = LIST(publishes_nothing) },
    [REJECTS] = { .name = "rejects", .bid = LIST(rejects) },
    [FAILS_RUN] = { .name = "fails its run", .run = LIST(fails) },
    [FAILS_FIRST] = { .name = "fails its first run", .run = LIST(fails_first) },
    [FAILS_PUBLISH] = { .name = "fails to publish", .publish = LIST(cannot_publish) },
    [BAD_RESULT] = { .name = "bad result", .verify = LIST(refused) },
    [VERIFIER_ERROR] = { .name = "verifier error", .verify = LIST(broken) },
    [UNREACHABLE] = { .name = "unreachable", .unreachable = { "failed to dial", 14 } },
    [SILENT] = { .name = "silent", .bid = LIST(silent) },
    [LATE_BID] = { .name = "late bid", .bid = LIST(late) },
    [SLOW] = { .name = "slow", .run = LIST(slow) },
    [HANGS] = { .name = "hangs", .run = LIST(hangs) },
};

const char *character_name(enum character character)
{
    return characters[character].name;
}

struct node node_of(enum character character, const char *name)
{
    struct node node = node_good(span_text(name), SPAN("v0.3.25"));

    node.id = node.name;
    node.bid = characters[character].bid.n ? characters[character].bid : (struct bid_list)LIST(at_once);
    node.run = characters[character].run.n ? characters[character].run : (struct run_list)LIST(runs);
    node.verify = characters[character].verify.n ? characters[character].verify : (struct verify_list)LIST(verified);
    node.publish = characters[character].publish.n ? characters[character].publish : (struct publish_list)LIST(publishes);
    node.unreachable = characters[character].unreachable;
    return node;
}

struct job_spec spec_of(int64_t concurrency, int64_t confidence, int64_t min_bids)
{
    return (struct job_spec){
        .engine = ENGINE_DOCKER,
        .verifier = VERIFIER_NOOP,
        .publisher = PUBLISHER_IPFS,
        .docker = { .image = SPAN("ubuntu") },
        .timeout = 1800,
        .deal = { .concurrency = concurrency, .confidence = confidence, .min_bids = min_bids },
    };
}

/* ---- the network -------------------------------------------------------------------------------------------- */

struct network network_of(size_t n, const enum character *of)
{
    static const char *const names[NETWORK_NODES_MAX] = { "n1", "n2",  "n3",  "n4",  "n5",  "n6",  "n7",  "n8",
                                                          "n9", "n10", "n11", "n12", "n13", "n14", "n15", "n16" };
    struct network network = { .n_nodes = n, .now = CLOCK_DEFAULT_START, .told = buf_init(TELLING_MAX) };

    MUST(n <= NETWORK_NODES_MAX);
    network.nodes = calloc(NETWORK_NODES_MAX, sizeof(struct node));
    MUST(network.nodes);
    for (size_t i = 0; i < n; i++)
        network.nodes[i] = node_of(of[i], names[i]);
    return network;
}

void network_start(struct network *network, const struct scheduler_rules *rules)
{
    struct engine_options options = {
        .rules = rules,
        .scheduler = network->options,
        .nodes = network->nodes,
        .n_nodes = network->n_nodes,
        .ids = draw_of_seed(1),
        .max_jobs = network->max_jobs,
        .meter = network->meter,
        .start = network->now,
    };

    MUST(engine_new(&options, &network->engine, NULL) == ERR_OK);
}

void network_stop(struct network *network)
{
    engine_free(network->engine);
    free(network->nodes);
    buf_release(&network->told);
}

enum err submit_with_error(struct engine *engine, struct span client_id, struct span api_version, const struct job_spec *spec,
                           ns_t now, const struct job **job, struct error *error)
{
    CLEANUP(buf_release) struct buf why = buf_init(TELLING_MAX);
    enum err err = engine_submit(engine, client_id, api_version, spec, now, job, &why);

    return err ? error_set(error, err, "%.*s", SPAN_ARG(why.failed ? SPAN("out of memory") : buf_view(&why))) : ERR_OK;
}

const struct job *network_submit(struct network *network, const struct job_spec *spec)
{
    const struct job *job = NULL;

    network->error = (struct error){ .code = ERR_OK };
    network->err = submit_with_error(network->engine, SPAN("client"), SPAN("V1beta1"), spec, network->now, &job, &network->error);
    return job;
}

void network_pass(struct network *network, ns_t by)
{
    network->now += by;
    engine_tick(network->engine, network->now);
}

/* ---- tellings ------------------------------------------------------------------------------------------------- */

static void put_name(struct buf *out, const struct execution *x, bool has_reference)
{
    buf_span(out, x->node_id);
    if (x->ask)
        buf_printf(out, "#%u", (unsigned)x->ask + 1);
    if (has_reference)
        buf_char(out, '+');
}

/* The job's own id, which is drawn, is told as `JOB`. */
static void put_text(struct buf *out, const struct job *job, struct span text)
{
    const char *id = text.n ? memmem(text.p, text.n, job->id.p, job->id.n) : NULL;
    struct span before = id ? span_of(text.p, (size_t)(id - text.p)) : text;

    if (text.n == 0)
        return;
    buf_text(out, " '");
    buf_span(out, before);
    if (id) {
        buf_text(out, "JOB");
        buf_span(out, span_of(id + job->id.n, text.n - before.n - job->id.n));
    }
    buf_char(out, '\'');
}

static const char *told(struct network *network)
{
    MUST(!network->told.failed);
    return network->told.n ? network->told.p : "";
}

const char *story_of(struct network *network, const struct job *job)
{
    struct buf *out = &network->told;

    buf_clear(out);
    for (size_t i = 0; i < job->n_history; i++) {
        const struct history *entry = &job->history[i];
        bool of_job = entry->level == HISTORY_JOB;
        const char *(*name)(int) = of_job ? job_state_name : execution_state_name;
        if (of_job)
            buf_text(out, "job");
        else
            put_name(out, job->executions[entry->execution], entry->has_reference);
        buf_printf(out, " v%d %s>%s", (int)entry->version, name(entry->previous), name(entry->next));
        put_text(out, job, entry->comment);
        buf_char(out, '\n');
    }
    return told(network);
}

const char *standing_of(struct network *network, const struct job *job)
{
    struct buf *out = &network->told;

    buf_clear(out);
    buf_printf(out, "%s v%d\n", job_state_name(job->state), (int)job->version);
    for (size_t i = 0; i < job->n_executions; i++) {
        const struct execution *x = job->executions[i];
        put_name(out, x, x->reference.n != 0);
        buf_printf(out, " %s v%d", execution_state_name(x->state), (int)x->version);
        put_text(out, job, x->status);
        if (x->output || x->verification.complete || x->published)
            buf_printf(out, " %s%s%s%s", x->output ? "o" : "", x->verification.complete ? "c" : "",
                       x->verification.result ? "r" : "", x->published ? "!" : "");
        buf_char(out, '\n');
    }
    return told(network);
}
