/* Random networks, random jobs, random steps: after each step what section B of the wire contract says must
 * hold is looked at, as a client sees it: on the bodies of events, states, results and list.
 *
 *   MODEL_SEEDS=n   that many seeds instead of the default, and the figures printed
 *   MODEL_FIRST=n   the first of them
 *
 * A failure names seed and step; MODEL_FIRST=<seed> MODEL_SEEDS=1 plays it again. */
#include "base/json.h"
#include "support/network.h"
#include "releases/release.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>

enum { SEEDS = 500, STEPS = 60, JOBS_MAX = 8, NODES_MAX = 7, ENTRIES_MAX = 512, EXECUTIONS_MAX = 32 };

#define SECONDS(n) ((n) * NS_PER_SECOND)
#define SLACK 1000 /* ns: stamps of one instant follow one another */

/* ---- the contract's words ------------------------------------------------------------------------------------ */

enum { NEW, IN_PROGRESS, CANCELLED, ERROR, COMPLETED, PARTLY, QUEUED, N_JOB_STATES };
static const char *const job_words[N_JOB_STATES] = { "New",       "InProgress",         "Cancelled", "Error",
                                                     "Completed", "CompletedPartially", "Queued" };

enum { X_NEW, ASKED, BID, REFUSED, ACCEPTED, UNWANTED, WAITING, GOOD_RESULT, BAD_RESULT_, DONE, FAILED, STOPPED, N_STATES };
static const char *const execution_words[N_STATES] = {
    "New",        "AskForBid",           "AskForBidAccepted", "AskForBidRejected", "BidAccepted", "BidRejected",
    "WaitingVerification", "ResultAccepted", "ResultRejected", "Completed", "Failed", "Cancelled",
};

#define BIT(state) (1u << (state))

static const unsigned job_moves[N_JOB_STATES] = {
    [NEW] = BIT(QUEUED) | BIT(IN_PROGRESS) | BIT(ERROR) | BIT(CANCELLED),
    [QUEUED] = BIT(NEW) | BIT(CANCELLED),
    [IN_PROGRESS] = BIT(COMPLETED) | BIT(PARTLY) | BIT(ERROR) | BIT(CANCELLED),
};

static const unsigned execution_moves[N_STATES] = {
    [X_NEW] = BIT(ASKED),
    [ASKED] = BIT(BID) | BIT(REFUSED) | BIT(FAILED) | BIT(STOPPED),
    [BID] = BIT(ACCEPTED) | BIT(UNWANTED) | BIT(STOPPED),
    [ACCEPTED] = BIT(WAITING) | BIT(FAILED) | BIT(STOPPED),
    [WAITING] = BIT(GOOD_RESULT) | BIT(BAD_RESULT_) | BIT(STOPPED),
    [GOOD_RESULT] = BIT(DONE) | BIT(FAILED) | BIT(STOPPED),
};

#define OVER (BIT(CANCELLED) | BIT(ERROR) | BIT(COMPLETED) | BIT(PARTLY))
#define LIVE (BIT(ASKED) | BIT(BID) | BIT(ACCEPTED) | BIT(WAITING) | BIT(GOOD_RESULT))
#define ACTIVE (BIT(ACCEPTED) | BIT(WAITING) | BIT(GOOD_RESULT) | BIT(DONE))
#define EVERY (BIT(N_STATES) - 1)

/* What an execution on such a node never becomes. */
static const unsigned never[CHARACTER_COUNT] = {
    [GOOD] = BIT(REFUSED) | BIT(BAD_RESULT_),
    [NOOP_PUBLISHER] = BIT(REFUSED) | BIT(BAD_RESULT_),
    [REJECTS] = EVERY & ~(BIT(ASKED) | BIT(REFUSED) | BIT(STOPPED)),
    [FAILS_RUN] = BIT(REFUSED) | BIT(WAITING) | BIT(GOOD_RESULT) | BIT(BAD_RESULT_) | BIT(DONE),
    [FAILS_FIRST] = BIT(REFUSED) | BIT(BAD_RESULT_),
    [FAILS_PUBLISH] = BIT(REFUSED) | BIT(BAD_RESULT_) | BIT(DONE),
    [BAD_RESULT] = BIT(REFUSED) | BIT(GOOD_RESULT) | BIT(DONE),
    [VERIFIER_ERROR] = BIT(REFUSED) | BIT(GOOD_RESULT) | BIT(BAD_RESULT_) | BIT(DONE),
    [UNREACHABLE] = EVERY & ~(BIT(ASKED) | BIT(FAILED) | BIT(STOPPED)),
    [SILENT] = EVERY & ~(BIT(ASKED) | BIT(STOPPED)),
    [LATE_BID] = BIT(REFUSED) | BIT(BAD_RESULT_),
    [SLOW] = BIT(REFUSED) | BIT(BAD_RESULT_),
    [HANGS] = BIT(REFUSED) | BIT(WAITING) | BIT(GOOD_RESULT) | BIT(BAD_RESULT_) | BIT(DONE) | BIT(FAILED),
};

/* ---- the world --------------------------------------------------------------------------------------------------- */

/* What the test remembers of a job between two steps. */
struct seen {
    char id[64];
    struct job_spec spec;
    ns_t submitted;
    size_t n_history;
    struct buf events; /* the body as it was */
    bool gone;         /* forgotten by the engine */
    bool over;
    bool touched; /* cancelled, or judged by the approver */
};

struct world {
    uint64_t seed;
    int step;
    struct draw ids;
    enum character cast[NODES_MAX];
    struct network network;
    const struct release *release;
    bool is_v25;
    struct seen jobs[JOBS_MAX];
    size_t n_jobs;
    const struct seen *at; /* the job that is looked at */
};

static struct {
    size_t steps, jobs, looks, entries;
} figures;

static size_t draw(struct world *w, size_t n)
{
    return (size_t)draw_below(&w->ids, n);
}

static void tell_cast(const struct world *w, struct buf *out)
{
    for (size_t i = 0; i < w->network.n_nodes; i++)
        buf_printf(out, "%sn%zu %s", i ? ", " : "", i + 1, character_name(w->cast[i]));
}

/* The one check: a sentence that must be true. */
static void holds(struct world *w, bool is_true, const char *sentence)
{
    struct buf cast = buf_init(4096);

    if (is_true)
        return;
    tell_cast(w, &cast);
    buf_char(&cast, '\0');
    const struct job *job = w->at ? engine_job(w->network.engine, span_text(w->at->id), w->network.now) : NULL;
    ck_abort_msg("seed %llu, step %d, %s, [%s], concurrency %lld confidence %lld bids %lld, overask %lld%s: not true: %s\n%s",
                 (unsigned long long)w->seed, w->step, w->release->name, cast.p,
                 (long long)(w->at ? w->at->spec.deal.concurrency : 0), (long long)(w->at ? w->at->spec.deal.confidence : 0),
                 (long long)(w->at ? w->at->spec.deal.min_bids : 0), (long long)w->network.options.overask,
                 w->network.options.no_retry ? " no retry" : "", sentence, job ? story_of(&w->network, job) : "");
}

/* ---- a job as its bodies tell it ------------------------------------------------------------------------------------ */

struct entry {
    bool of_job;
    size_t execution;
    int previous, next;
    int64_t version;
    struct span node, reference, comment, time;
};

struct told_execution {
    struct span node, reference, last_time;
    int state;
    int64_t version;
    unsigned been; /* bits of states */
};

struct told {
    struct json *events_json, *states_json, *results_json;
    struct entry entries[ENTRIES_MAX];
    size_t n;
    struct told_execution executions[EXECUTIONS_MAX];
    size_t n_executions;
    int state;
    int64_t version;
    struct span last_time, last_comment;
};

static int word_of(const struct json_value *value, const char *const *words, int n)
{
    struct span text = json_string(value);

    if (!value)
        return 0; /* the value New is never printed */
    for (int i = 1; i < n; i++)
        if (span_is(text, words[i]))
            return i;
    return -1;
}

static struct json *parsed(struct world *w, struct buf *body)
{
    struct json *json = NULL;

    holds(w, !body->failed && json_parse(buf_view(body), JSON_STRICT, &json, NULL, NULL) == ERR_OK, "a body is JSON");
    return json;
}

static struct json *parsed_from(struct world *w, const struct job *job, void (*put)(struct buf *, const struct job *, int))
{
    struct buf body = buf_init(TELLING_MAX);

    put(&body, job, 0);
    struct json *json = parsed(w, &body);
    buf_release(&body);
    return json;
}

/* As a client must do it: an execution is node and reference, and an entry without reference, or the first
 * with a new one, belongs to the node's execution that has none yet. */
static size_t execution_of(struct world *w, struct told *told, const struct entry *entry)
{
    if (entry->version == 1) {
        holds(w, told->n_executions < EXECUTIONS_MAX, "there are not very many executions");
        told->executions[told->n_executions] = (struct told_execution){ .node = entry->node };
        return told->n_executions++;
    }
    for (size_t i = 0; i < told->n_executions; i++)
        if (span_eq(told->executions[i].node, entry->node) && span_eq(told->executions[i].reference, entry->reference))
            return i;
    size_t found = EXECUTIONS_MAX;
    for (size_t i = 0; i < told->n_executions; i++)
        if (span_eq(told->executions[i].node, entry->node) && told->executions[i].reference.n == 0) {
            holds(w, found == EXECUTIONS_MAX, "one execution of a node has no reference");
            found = i;
        }
    holds(w, found < EXECUTIONS_MAX, "an entry belongs to an execution");
    holds(w, entry->next == BID, "the reference comes with the bid");
    told->executions[found].reference = entry->reference;
    return found;
}

static void read_entry(struct world *w, struct told *told, const struct json_value *value)
{
    holds(w, told->n < ENTRIES_MAX, "a history is not very long");
    struct entry *entry = &told->entries[told->n++];
    entry->of_job = span_is(json_string(json_get(value, "Type")), "JobLevel");
    holds(w, entry->of_job || span_is(json_string(json_get(value, "Type")), "ExecutionLevel"), "an entry has a level");
    holds(w, span_is(json_string(json_get(value, "JobID")), w->at->id), "an entry names its job");
    const struct json_value *change = json_get(value, entry->of_job ? "JobState" : "ExecutionState");
    holds(w, change && !json_get(value, entry->of_job ? "ExecutionState" : "JobState"), "an entry has its level's change");
    const char *const *words = entry->of_job ? job_words : execution_words;
    entry->previous = word_of(json_get(change, "Previous"), words, entry->of_job ? N_JOB_STATES : N_STATES);
    entry->next = word_of(json_get(change, "New"), words, entry->of_job ? N_JOB_STATES : N_STATES);
    holds(w, entry->previous >= 0 && entry->next >= 0, "states are the contract's");
    holds(w, json_integer(json_get(value, "NewVersion"), &entry->version), "an entry has a version");
    entry->node = json_string(json_get(value, "NodeID"));
    entry->reference = json_string(json_get(value, "ComputeReference"));
    entry->comment = json_string(json_get(value, "Comment"));
    entry->time = json_string(json_get(value, "Time"));
    holds(w, entry->of_job == (entry->node.n == 0), "entries of executions name their node");
    if (!entry->of_job)
        entry->execution = execution_of(w, told, entry);
}

/* ---- what must hold while the history is read from its beginning -------------------------------------------------- */

static size_t count(const struct told *told, unsigned states)
{
    size_t n = 0;

    for (size_t i = 0; i < told->n_executions; i++)
        n += (states & BIT(told->executions[i].state)) != 0;
    return n;
}

static size_t count_bids(const struct told *told)
{
    size_t n = 0;

    for (size_t i = 0; i < told->n_executions; i++)
        n += (told->executions[i].been & BIT(BID)) != 0;
    return n;
}

static bool is_over(const struct told *told)
{
    return (BIT(told->state) & OVER) != 0;
}

static int64_t confidence_of(const struct world *w)
{
    return w->at->spec.deal.confidence ? w->at->spec.deal.confidence : w->at->spec.deal.concurrency;
}

static int64_t wanted_of(const struct world *w)
{
    const struct deal *deal = &w->at->spec.deal;

    return deal->concurrency > deal->min_bids ? deal->concurrency : deal->min_bids;
}

static void see_end(struct world *w, const struct told *told, size_t at)
{
    const struct entry *entry = &told->entries[at];
    int64_t completed = (int64_t)count(told, BIT(DONE));

    if (entry->next == COMPLETED || entry->next == PARTLY) {
        holds(w, entry->comment.n == 0, "a job completes without a comment");
        holds(w, completed > 0, "a job completes with an execution that did");
        if (w->is_v25) {
            holds(w, (completed >= confidence_of(w)) == (entry->next == COMPLETED),
                  "a job is Completed with as many executions as Confidence says, else CompletedPartially");
            holds(w, count(told, BIT(GOOD_RESULT)) == 0, "nothing is being published when a job completes");
        } else {
            holds(w, entry->next == COMPLETED, "v0.3.24 knows no CompletedPartially");
            holds(w, completed == 1 && !told->entries[at - 1].of_job && told->entries[at - 1].next == DONE,
                  "the first published completes a job of v0.3.24");
        }
    }
    if (entry->next == ERROR && entry->previous == NEW && w->is_v25)
        holds(w, span_starts(entry->comment, SPAN("not enough nodes to run job. requested: ")), "too few nodes are told");
}

static void see_job_entry(struct world *w, struct told *told, size_t at)
{
    const struct entry *entry = &told->entries[at];

    holds(w, entry->version == told->version + 1, "a job's version counts up by one");
    if (at == 0) {
        holds(w, entry->previous == NEW && entry->next == NEW && span_is(entry->comment, "Job created"),
              "a history begins with the job's creation");
    } else {
        holds(w, !is_over(told), "a terminal state of a job is final");
        holds(w, entry->previous == told->state, "a job's history is a chain");
        holds(w, (job_moves[entry->previous] & BIT(entry->next)) != 0, "a job moves as the contract tells");
    }
    if (BIT(entry->next) & OVER)
        see_end(w, told, at);
    told->state = entry->next;
    told->version = entry->version;
    told->last_time = entry->time;
    told->last_comment = entry->comment;
}

static bool is_verdict(const struct entry *entry)
{
    return !entry->of_job && (entry->next == GOOD_RESULT || entry->next == BAD_RESULT_);
}

static enum character character_of(const struct world *w, struct span node)
{
    return w->cast[node.p[1] - '1'];
}

static void see_execution_move(struct world *w, const struct told *told, size_t at)
{
    const struct entry *entry = &told->entries[at];
    const struct deal *deal = &w->at->spec.deal;
    bool was_stopped = is_over(told) && told->state != COMPLETED && told->state != PARTLY;

    holds(w, (execution_moves[entry->previous] & BIT(entry->next)) != 0, "an execution moves as the contract tells");
    holds(w, !(never[character_of(w, entry->node)] & BIT(entry->next)), "a node does what its character lets it do");
    holds(w, !was_stopped || entry->next == STOPPED, "after a stop executions are cancelled and nothing else");
    holds(w, entry->next != STOPPED || was_stopped, "executions are cancelled by a stop alone");
    if (entry->next == ASKED)
        holds(w, told->state == IN_PROGRESS, "nodes are asked while a job is in progress");
    if (entry->next == FAILED && entry->previous == ASKED)
        holds(w, w->is_v25, "v0.3.24 does not see that a node cannot be reached");
    if (entry->next == ACCEPTED) {
        holds(w, !w->is_v25 || !is_over(told), "no bid is accepted when the job is over");
        holds(w, (int64_t)count_bids(told) >= deal->min_bids, "no bid is accepted before MinBids are in");
    }
    if (entry->next == UNWANTED)
        holds(w, (int64_t)count(told, ACTIVE) >= deal->concurrency, "no bid is rejected while one is wanted");
    if (is_verdict(entry) && !is_verdict(&told->entries[at - 1]))
        holds(w, (int64_t)count(told, BIT(WAITING)) >= deal->concurrency,
              "results are judged when Concurrency of them are there");
}

static void see_execution_entry(struct world *w, struct told *told, size_t at)
{
    const struct entry *entry = &told->entries[at];
    struct told_execution *x = &told->executions[entry->execution];

    holds(w, entry->comment.n == 0, "an execution's entry never has a comment");
    holds(w, entry->version == x->version + 1, "an execution's version counts up by one");
    holds(w, entry->previous == x->state, "an execution's history is a chain");
    holds(w, (entry->reference.n != 0) == (entry->next == BID || (x->been & BIT(BID)) != 0),
          "an entry has the reference from the bid on");
    if (entry->version == 2)
        holds(w, span_eq(entry->time, x->last_time), "the first two entries of an execution share a time");
    see_execution_move(w, told, at);
    x->version = entry->version;
    x->state = entry->next;
    x->last_time = entry->time;
    x->been |= BIT(entry->next);
    holds(w, (int64_t)count(told, ACTIVE) <= w->at->spec.deal.concurrency, "no more than Concurrency are active at once");
}

/* Right after the job is in progress stand the asks, as many as the release wants. */
static void see_asks(struct world *w, const struct told *told, size_t at)
{
    int64_t factor = w->is_v25 && w->network.options.overask ? w->network.options.overask : 3;
    int64_t wanted = wanted_of(w) * factor, available = (int64_t)w->network.n_nodes, asked = 0;

    holds(w, available >= wanted_of(w), "a job is in progress when there are enough nodes");
    for (size_t i = at + 1; i < told->n && !told->entries[i].of_job && told->entries[i].next == ASKED; i++)
        asked++;
    holds(w, asked == (wanted < available ? wanted : available), "as many nodes are asked as the release wants");
}

static void read_events(struct world *w, struct told *told, const struct job *job)
{
    told->events_json = parsed_from(w, job, release_endpoint(w->release, ENDPOINT_EVENTS)->put);
    JSON_EACH(value, json_get(json_root(told->events_json), "events"))
        read_entry(w, told, value);
    for (size_t at = 0; at < told->n; at++) {
        figures.entries++;
        if (!told->entries[at].of_job)
            see_execution_entry(w, told, at);
        else
            see_job_entry(w, told, at);
        if (told->entries[at].of_job && told->entries[at].next == IN_PROGRESS)
            see_asks(w, told, at);
    }
}

/* ---- what must hold at rest ------------------------------------------------------------------------------------------- */

static bool has_text(const struct json_value *object, const char *key, struct span text)
{
    return span_eq(json_string(json_get(object, key)), text);
}

static bool has_state(const struct json_value *object, const char *word)
{
    return span_is(json_string(json_get(object, "State")), word);
}

static bool has_version(const struct json_value *object, int64_t version)
{
    int64_t shown;

    return json_integer(json_get(object, "Version"), &shown) && shown == version;
}

static void see_execution_state(struct world *w, const struct told *told, const struct told_execution *x,
                                const struct json_value *state)
{
    bool was_stopped = told->state == ERROR || told->state == CANCELLED;

    holds(w, has_state(state, execution_words[x->state]) && has_version(state, x->version),
          "events and states agree on an execution");
    holds(w, has_text(state, "NodeId", x->node) && has_text(state, "ComputeReference", x->reference),
          "executions are listed in the order of their asks");
    holds(w, has_text(state, "UpdateTime", x->last_time), "an execution's UpdateTime is its last entry's");
    holds(w, has_text(state, "CreateTime", x->last_time) == (x->version == 1),
          "CreateTime and UpdateTime part with the first update");
    holds(w, x->reference.n == 0 || (x->reference.n == 38 && span_starts(x->reference, SPAN("e-"))),
          "a reference is e- and a UUID");
    holds(w, !was_stopped || !(BIT(x->state) & LIVE), "when a job was stopped nothing of it lives");
    if (x->state == STOPPED)
        holds(w, has_text(state, "Status", told->last_comment), "a cancelled execution's Status is the job's comment");
    holds(w, (json_get(state, "RunOutput") != NULL) == ((x->been & BIT(WAITING)) != 0), "a run that ended has an output");
    const struct json_value *verified = json_get(state, "VerificationResult");
    holds(w, json_true(json_get(verified, "Complete")) == ((x->been & (BIT(GOOD_RESULT) | BIT(BAD_RESULT_))) != 0),
          "a verdict completes the verification");
    holds(w, json_true(json_get(verified, "Result")) == ((x->been & BIT(GOOD_RESULT)) != 0), "a good verdict says so");
    holds(w, (json_count(json_get(state, "PublishedResults")) != 0) ==
                 (x->state == DONE && character_of(w, x->node) != NOOP_PUBLISHER),
          "what was published is shown");
}

static void see_states(struct world *w, struct told *told, const struct job *job)
{
    told->states_json = parsed_from(w, job, release_endpoint(w->release, ENDPOINT_STATES)->put);
    const struct json_value *state = json_get(json_root(told->states_json), "state");
    const struct json_value *executions = json_get(state, "Executions");
    size_t i = 0;

    holds(w, has_text(state, "JobID", span_text(w->at->id)), "a state names its job");
    holds(w, has_state(state, job_words[told->state]) && has_version(state, told->version),
          "events and states agree on the job");
    holds(w, has_text(state, "CreateTime", told->entries[0].time), "a job's CreateTime is its first entry's");
    holds(w, has_text(state, "UpdateTime", told->last_time), "a job's UpdateTime is its last entry's");
    holds(w, json_type(executions) == (told->n_executions ? JSON_ARRAY : JSON_NULL), "no executions are null");
    JSON_EACH(value, executions) {
        holds(w, i < told->n_executions, "states know no more executions than events");
        see_execution_state(w, told, &told->executions[i++], value);
    }
    holds(w, i == told->n_executions, "states know all executions");
}

static void see_results(struct world *w, struct told *told, const struct job *job)
{
    told->results_json = parsed_from(w, job, release_endpoint(w->release, ENDPOINT_RESULTS)->put);
    const struct json_value *result = json_first(json_get(json_root(told->results_json), "results"));
    const struct json_value *state = json_get(json_root(told->states_json), "state");

    JSON_EACH(x, json_get(state, "Executions")) {
        const struct json_value *verified = json_get(x, "VerificationResult"), *published = json_get(x, "PublishedResults");
        bool counts = has_state(x, "Completed") && json_true(json_get(verified, "Complete")) &&
                      json_true(json_get(verified, "Result")) && json_string(json_get(published, "CID")).n;
        if (!counts)
            continue;
        holds(w, result && has_text(result, "NodeID", json_string(json_get(x, "NodeId"))),
              "results are those of the completed, in the order of executions");
        holds(w, span_eq(json_raw(told->results_json, json_get(result, "Data")), json_raw(told->states_json, published)),
              "a result's data is what the execution published");
        result = json_next(result);
    }
    holds(w, result == NULL, "nothing else is a result");
}

static void see_list(struct world *w, const struct told *told, const struct job *job)
{
    struct buf list = buf_init(TELLING_MAX), alone = buf_init(TELLING_MAX);

    release_put_list(w->release, &list, &job, 1, 0);
    release_endpoint(w->release, ENDPOINT_SUBMIT)->put(&alone, job, 0);
    struct json *list_json = parsed(w, &list), *job_json = parsed(w, &alone);
    const struct json_value *shown = json_first(json_get(json_root(list_json), "jobs"));

    holds(w, span_eq(json_raw(list_json, json_get(shown, "State")),
                     json_raw(told->states_json, json_get(json_root(told->states_json), "state"))),
          "list and states show one state");
    holds(w, span_eq(json_raw(list_json, json_get(shown, "Job")), json_raw(job_json, json_get(json_root(job_json), "job"))),
          "list and submit show one job");
    json_free(list_json);
    json_free(job_json);
    buf_release(&list);
    buf_release(&alone);
}

static void see_numbers_of_asks(struct world *w, const struct told *told)
{
    size_t most = w->is_v25 && !w->network.options.no_retry ? 2 : 1;

    for (size_t i = 0; i < told->n_executions; i++) {
        size_t n = 0;
        for (size_t k = 0; k < told->n_executions; k++)
            n += span_eq(told->executions[i].node, told->executions[k].node);
        holds(w, n <= most, "a node is asked once, by v0.3.25 twice");
        for (size_t k = 0; k < i; k++)
            holds(w, told->executions[i].reference.n == 0 ||
                         !span_eq(told->executions[i].reference, told->executions[k].reference),
                  "no two executions share a reference");
    }
}

/* What is printed too coarsely to compare: the times themselves. */
static void see_times(struct world *w, const struct job *job)
{
    ns_t latest = w->network.now + SLACK, last = 0;

    holds(w, job->created_at == w->at->submitted && job->created >= job->created_at && job->created <= latest,
          "a job is created when it is submitted");
    for (size_t i = 0; i < job->n_history; i++) {
        if (job->history[i].level == HISTORY_JOB) {
            holds(w, job->history[i].time > last, "a job's entries are in order of time");
            last = job->history[i].time;
        }
        holds(w, job->history[i].time >= job->created && job->history[i].time <= latest, "no entry is of another time");
    }
    for (size_t i = 0; i < job->n_executions; i++) {
        const struct execution *x = job->executions[i];
        ns_t before = 0;
        holds(w, x->version == 1 ? x->created == x->updated : x->created > x->updated,
              "an execution's CreateTime is later than its UpdateTime");
        holds(w, x->created <= latest, "nothing is of the future");
        for (size_t k = 0; k < job->n_history; k++)
            if (job->history[k].level == HISTORY_EXECUTION && job->history[k].execution == i) {
                holds(w, job->history[k].time >= before, "an execution's entries are in order of time");
                before = job->history[k].time;
            }
    }
}

static bool all_are_good(const struct world *w)
{
    for (size_t i = 0; i < w->network.n_nodes; i++)
        if (w->cast[i] != GOOD && w->cast[i] != NOOP_PUBLISHER)
            return false;
    return true;
}

/* What time alone must have brought about: looked at even if the job did not change. */
static void see_age(struct world *w, const struct job *job)
{
    ns_t age = w->network.now - job->created, timeout = SECONDS((ns_t)w->at->spec.timeout);
    ns_t interval = w->network.options.housekeeping ? w->network.options.housekeeping : SECONDS(30);
    bool over = job_is_terminal(job);

    holds(w, over || age <= timeout + interval, "housekeeping ends what is too old");
    if (over && span_is(job->history[job->n_history - 1].comment, "timed out")) {
        ns_t lived = job->updated - job->created;
        holds(w, lived > timeout - SLACK && lived <= timeout + interval + SLACK, "housekeeping comes in time");
    }
    if (w->at->touched || !all_are_good(w) || w->network.options.selection == SELECTION_WAIT ||
        (int64_t)w->network.n_nodes < wanted_of(w))
        return;
    bool done = job->state == JOB_COMPLETED;
    holds(w, done == (age >= 500 * NS_PER_MS), "good nodes complete a job in half a second");
    holds(w, !done || job->updated - job->created < 500 * NS_PER_MS + SLACK, "and at that moment");
}

static void see_growth(struct world *w, struct seen *seen, const struct job *job)
{
    struct buf events = buf_init(TELLING_MAX);
    struct span before = buf_view(&seen->events);

    release_endpoint(w->release, ENDPOINT_EVENTS)->put(&events, job, 0);
    before.n -= before.n ? 2 : 0; /* but for its end, `]}` */
    holds(w, span_starts(buf_view(&events), before), "a history only grows");
    buf_release(&seen->events);
    seen->events = events;
    seen->n_history = job->n_history;
}

static void see_change(struct world *w, struct seen *seen, const struct job *job)
{
    static struct told told; /* large */

    told = (struct told){ .n = 0 };
    figures.looks++;
    see_growth(w, seen, job);
    read_events(w, &told, job);
    see_states(w, &told, job);
    see_results(w, &told, job);
    see_list(w, &told, job);
    see_numbers_of_asks(w, &told);
    see_times(w, job);
    seen->over = is_over(&told);
    json_free(told.events_json);
    json_free(told.states_json);
    json_free(told.results_json);
}

static void see_job(struct world *w, struct seen *seen)
{
    w->at = seen;
    const struct job *job = engine_job(w->network.engine, span_text(seen->id), w->network.now);
    if (!job) {
        holds(w, w->network.max_jobs && seen->over, "only a job that has ended is forgotten");
        seen->gone = true;
        return;
    }
    if (job->n_history != seen->n_history)
        see_change(w, seen, job);
    see_age(w, job);
    w->at = NULL;
}

static void see_all(struct world *w)
{
    for (size_t i = 0; i < w->n_jobs; i++)
        if (!w->jobs[i].gone)
            see_job(w, &w->jobs[i]);
}

/* ---- steps ---------------------------------------------------------------------------------------------------------------- */

static size_t count_unended(const struct world *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->n_jobs; i++)
        n += !w->jobs[i].gone && !w->jobs[i].over;
    return n;
}

static void step_submit(struct world *w)
{
    static const double timeouts[] = { 1800, 1800, 60, 10, 1 };
    int64_t concurrency = draw(w, 3) ? 1 + (int64_t)draw(w, 4) : 1;
    int64_t bids = draw(w, 2) ? (int64_t)draw(w, 6) : 0;
    struct job_spec spec = spec_of(concurrency, (int64_t)draw(w, (size_t)concurrency + 1), bids);
    struct seen *seen = &w->jobs[w->n_jobs];

    if (w->n_jobs == JOBS_MAX)
        return;
    spec.timeout = timeouts[draw(w, sizeof timeouts / sizeof timeouts[0])];
    bool full = w->network.max_jobs && count_unended(w) >= w->network.max_jobs;
    const struct job *job = network_submit(&w->network, &spec);
    holds(w, (job == NULL) == full, "a job finds room unless none has ended");
    if (!job)
        return;
    *seen = (struct seen){ .spec = spec, .submitted = w->network.now };
    snprintf(seen->id, sizeof seen->id, "%.*s", SPAN_ARG(job->id));
    w->n_jobs++;
    w->at = seen;
    figures.jobs++;
    bool enough = (int64_t)w->network.n_nodes >= wanted_of(w), waits = w->network.options.selection == SELECTION_WAIT;
    enum job_state short_of = w->is_v25 ? JOB_ERROR : JOB_NEW;
    holds(w, w->network.err == (enough || waits ? ERR_OK : ERR_STATE), "submit tells when there are too few nodes");
    holds(w, job->state == (int)(waits ? JOB_QUEUED : enough ? JOB_IN_PROGRESS : short_of),
          "right after submit a job is where the contract says");
}

static struct seen *some_job(struct world *w)
{
    struct seen *seen = w->n_jobs ? &w->jobs[draw(w, w->n_jobs)] : NULL;

    return seen && !seen->gone ? seen : NULL;
}

static void step_cancel(struct world *w)
{
    static const char *const reasons[] = { "", "Canceled at user request", "why not" };
    struct span reason = span_text(reasons[draw(w, 3)]);
    struct seen *seen = some_job(w);

    if (!seen)
        return;
    w->at = seen;
    const struct job *job = engine_job(w->network.engine, span_text(seen->id), w->network.now);
    int64_t version = job->version;
    bool was_over = job_is_terminal(job);
    enum err err = engine_cancel(w->network.engine, job, reason, w->network.now);
    holds(w, err == (was_over ? ERR_STATE : ERR_OK), "what is over cannot be cancelled, all else can");
    holds(w, job->version == version + !was_over, "a cancel is one update of the job");
    if (was_over)
        return;
    holds(w, job->state == JOB_CANCELLED, "a cancelled job is Cancelled");
    seen->touched = true;
}

static void step_approve(struct world *w)
{
    const struct approval approval = { .should_bid = draw(w, 4) != 0, .should_wait = draw(w, 4) == 0, .reason = SPAN("no") };
    struct seen *seen = some_job(w);

    if (!seen)
        return;
    w->at = seen;
    const struct job *job = engine_job(w->network.engine, span_text(seen->id), w->network.now);
    int before = job->state;
    int64_t version = job->version;
    CLEANUP(buf_release) struct buf why = buf_init(TELLING_MAX);
    enum err err = engine_approve(w->network.engine, job, &approval, w->network.now, &why);
    if (approval.should_wait)
        holds(w, err == ERR_OK && job->version == version, "who waits changes nothing");
    else if (before != JOB_QUEUED && approval.should_bid)
        holds(w, err == ERR_STATE && job->version == version, "what is not Queued cannot be approved");
    else if (before == JOB_QUEUED)
        holds(w, approval.should_bid ? job->version == version + 2 || (!w->is_v25 && job->state == JOB_NEW)
                                     : job->state == JOB_CANCELLED,
              "an approval decides on a Queued job");
    if (job->version != version)
        seen->touched = true;
}

static void step_time(struct world *w)
{
    static const ns_t lengths[] = { 0,   1,   NS_PER_MS, 50 * NS_PER_MS, 199 * NS_PER_MS, 200 * NS_PER_MS, 300 * NS_PER_MS,
                                    500 * NS_PER_MS, SECONDS(1), SECONDS(5), SECONDS(29), SECONDS(30), SECONDS(1860) };
    size_t which = draw(w, sizeof lengths / sizeof lengths[0]);

    if (which >= 10 && draw(w, 3))
        which = draw(w, 10);
    network_pass(&w->network, lengths[which]);
}

static void (*const steps[])(struct world *w) = {
    step_submit, step_submit, step_cancel, step_approve, step_time, step_time, step_time, step_time, step_time, step_time,
    step_time,   step_time,
};

static void choose_network(struct world *w)
{
    size_t n = draw(w, 10) ? 1 + draw(w, NODES_MAX) : 0;
    bool plain = draw(w, 6) == 0; /* good nodes alone: then the outcome is known */

    for (size_t i = 0; i < n; i++) {
        bool good = draw(w, 3) == 0;
        w->cast[i] = plain ? (enum character)draw(w, 2) : good ? GOOD : (enum character)draw(w, CHARACTER_COUNT);
    }
    w->network = network_of(n, w->cast);
    w->is_v25 = draw(w, 2);
    w->release = w->is_v25 ? &release_v0_3_25 : &release_v0_3_24;
    w->network.options = (struct scheduler_options){
        .overask = (int64_t)draw(w, 4),
        .no_retry = draw(w, 4) == 0,
        .selection = draw(w, 4) == 0 ? SELECTION_WAIT : SELECTION_ACCEPT,
        .ties_random = draw(w, 2),
        .housekeeping = draw(w, 3) == 0 ? SECONDS(7) : 0,
    };
    w->network.max_jobs = draw(w, 3) == 0 ? 1 + draw(w, 3) : 0;
    network_start(&w->network, w->release->rules);
}

static void live(uint64_t seed)
{
    static struct world w; /* large */

    w = (struct world){ .seed = seed, .ids = draw_of_seed(seed * 2 + 1) };
    choose_network(&w);
    for (w.step = 1; w.step <= STEPS; w.step++) {
        w.at = NULL;
        steps[draw(&w, sizeof steps / sizeof steps[0])](&w);
        see_all(&w);
        figures.steps++;
    }
    network_pass(&w.network, SECONDS(2 * 3600));
    see_all(&w);
    holds(&w, count_unended(&w) == 0, "in the end every job has ended");
    for (size_t i = 0; i < w.n_jobs; i++)
        buf_release(&w.jobs[i].events);
    network_stop(&w.network);
}

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);

    return text ? strtoull(text, NULL, 10) : otherwise;
}

START_TEST(whatever_happens_the_contract_holds)
{
    uint64_t first = number_of("MODEL_FIRST", 1), n = number_of("MODEL_SEEDS", SEEDS);

    for (uint64_t seed = first; seed < first + n; seed++)
        live(seed);

    if (getenv("MODEL_SEEDS"))
        printf("%llu seeds, %zu steps, %zu jobs, %zu looks at a changed job, %zu entries read\n", (unsigned long long)n,
               figures.steps, figures.jobs, figures.looks, figures.entries);
}
END_TEST

TEST_MAIN("model",
    TEST(whatever_happens_the_contract_holds))
