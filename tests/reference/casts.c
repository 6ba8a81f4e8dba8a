#include "support/network.h"
#include "reference/casts.h"

#include "sim/engine.h"
#include "reference/excuses.h"
#include "reference/network.h"
#include "reference/recording.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MAX = 1024 * 1024, OUTCOMES_MAX = 64, PIECES_MAX = 32 };

static const ns_t start = INT64_C(1679475600) * NS_PER_SECOND, long_enough = 10 * NS_PER_SECOND;

/* ---- outcomes as text --------------------------------------------------------------------------------- */

/* Parts of an outcome that stand in any order: each a line of JSON without white space. */
struct pieces {
    struct span at[PIECES_MAX];
    size_t n;
    struct arena arena;
};

static void piece_add(struct pieces *pieces, struct buf *piece)
{
    MUST(pieces->n < PIECES_MAX);
    pieces->at[pieces->n++] = arena_span(&pieces->arena, buf_view(piece));
    buf_release(piece);
}

static int by_text(const void *a, const void *b)
{
    const struct span *x = a, *y = b;

    return span_cmp(*x, *y);
}

static void put_sorted(struct buf *out, struct pieces *pieces)
{
    qsort(pieces->at, pieces->n, sizeof pieces->at[0], by_text);
    buf_char(out, '[');
    for (size_t i = 0; i < pieces->n; i++) {
        buf_text(out, i ? "," : "");
        buf_span(out, pieces->at[i]);
    }
    buf_char(out, ']');
    arena_release(&pieces->arena);
}

static void put_text(struct buf *out, struct span text)
{
    buf_char(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"' || text.p[i] == '\\')
            buf_char(out, '\\');
        buf_char(out, text.p[i]);
    }
    buf_char(out, '"');
}

/* ---- a recorded outcome ------------------------------------------------------------------------------- */

/* The recorder's own texts have no lists in one another deeper than five. */
static void put_recorded(struct buf *out, const struct json *json, const struct json_value *value)
{
    if (json_type(value) != JSON_ARRAY) {
        buf_span(out, json_raw(json, value));
        return;
    }
    buf_char(out, '[');
    JSON_EACH(element, value) {
        buf_text(out, element == json_first(value) ? "" : ",");
        put_recorded(out, json, element);
    }
    buf_char(out, ']');
}

static void put_recorded_sorted(struct buf *out, const struct json *json, const struct json_value *list)
{
    struct pieces pieces = { .n = 0 };

    JSON_EACH(element, list) {
        struct buf piece = buf_init(TEXT_MAX);
        put_recorded(&piece, json, element);
        piece_add(&pieces, &piece);
    }
    put_sorted(out, &pieces);
}

/* [status line, job moves, executions*, final executions*, job state, nodes with results*]; * in any order. */
static void put_recorded_outcome(struct buf *out, const struct json *json, const struct json_value *outcome)
{
    size_t i = 0;

    buf_char(out, '[');
    JSON_EACH(part, outcome) {
        bool any_order = i == 2 || i == 3 || i == 5;
        buf_text(out, i++ ? "," : "");
        if (any_order)
            put_recorded_sorted(out, json, part);
        else
            put_recorded(out, json, part);
    }
    buf_char(out, ']');
}

/* ---- our outcome -------------------------------------------------------------------------------------- */

/* `good-1-ipfs` is of the kind `good`. */
static struct span kind_of(struct span node_id)
{
    const char *end = memchr(node_id.p, '-', node_id.n);

    return end ? span_of(node_id.p, (size_t)(end - node_id.p)) : node_id;
}

/* In comments and statuses the job's id is forgotten, and `node NAME failed` is cut to the kind. */
static void put_words(struct buf *out, const struct job *job, struct span text)
{
    CLEANUP(buf_release) struct buf words = buf_init(TEXT_MAX);
    const char *id = text.n ? memmem(text.p, text.n, job->id.p, job->id.n) : NULL;

    if (id) {
        buf_add(&words, text.p, (size_t)(id - text.p));
        buf_text(&words, "ID");
        buf_add(&words, id + job->id.n, text.n - (size_t)(id - text.p) - job->id.n);
    } else if (span_starts(text, SPAN("node "))) {
        struct span name = span_of(text.p + 5, text.n - 5);
        const char *end = memchr(name.p, ' ', name.n);
        MUST(end);
        buf_text(&words, "node ");
        buf_span(&words, kind_of(span_of(name.p, (size_t)(end - name.p))));
        buf_add(&words, end, text.n - (size_t)(end - text.p));
    } else {
        buf_span(&words, text);
    }
    put_text(out, buf_view(&words));
}

static void put_job_moves(struct buf *out, const struct job *job)
{
    const char *comma = "";

    buf_char(out, '[');
    for (size_t i = 0; i < job->n_history; i++) {
        const struct history *h = &job->history[i];
        if (h->level != HISTORY_JOB)
            continue;
        buf_printf(out, "%s[\"%s\",\"%s\",%lld,", comma, job_state_name(h->previous), job_state_name(h->next),
                   (long long)h->version);
        put_words(out, job, h->comment);
        buf_char(out, ']');
        comma = ",";
    }
    buf_char(out, ']');
}

static bool first_on_its_node(const struct job *job, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (span_eq(job->executions[i]->node_id, job->executions[n]->node_id))
            return false;
    return true;
}

static void put_node_moves(struct buf *out, const struct job *job, struct span node_id)
{
    const char *comma = "";

    buf_char(out, '[');
    put_text(out, kind_of(node_id));
    buf_text(out, ",[");
    for (size_t i = 0; i < job->n_history; i++) {
        const struct history *h = &job->history[i];
        if (h->level != HISTORY_EXECUTION || !span_eq(job->executions[h->execution]->node_id, node_id))
            continue;
        buf_printf(out, "%s[\"%s\",\"%s\",%lld]", comma, execution_state_name(h->previous),
                   execution_state_name(h->next), (long long)h->version);
        comma = ",";
    }
    buf_text(out, "]]");
}

static bool is_published(const struct execution *x)
{
    return x->published && x->published->cid.n;
}

static void put_final(struct buf *out, const struct job *job, const struct execution *x)
{
    static const char *const verified[2][2] = { { "\"{}\"", "\"{\\\"Result\\\": true}\"" },
                                                { "\"{\\\"Complete\\\": true}\"",
                                                  "\"{\\\"Complete\\\": true, \\\"Result\\\": true}\"" } };

    buf_char(out, '[');
    put_text(out, kind_of(x->node_id));
    buf_printf(out, ",\"%s\",", execution_state_name(x->state));
    put_words(out, job, x->status);
    buf_printf(out, ",%s,%s]", verified[x->verification.complete][x->verification.result],
               is_published(x) ? "true" : "false");
}

static void put_results(struct buf *out, const struct job *job)
{
    struct pieces nodes = { .n = 0 };

    for (size_t i = 0; i < job->n_executions; i++) {
        const struct execution *x = job->executions[i];
        struct buf piece = buf_init(TEXT_MAX);
        if (x->state != EXECUTION_COMPLETED || !x->verification.complete || !x->verification.result || !is_published(x))
            continue;
        put_text(&piece, kind_of(x->node_id));
        piece_add(&nodes, &piece);
    }
    put_sorted(out, &nodes);
}

static void put_moves(struct buf *out, const struct job *job)
{
    struct pieces nodes = { .n = 0 };

    for (size_t i = 0; i < job->n_executions; i++) {
        struct buf piece = buf_init(TEXT_MAX);
        if (!first_on_its_node(job, i))
            continue;
        put_node_moves(&piece, job, job->executions[i]->node_id);
        piece_add(&nodes, &piece);
    }
    put_sorted(out, &nodes);
}

static void put_finals(struct buf *out, const struct job *job)
{
    struct pieces executions = { .n = 0 };

    for (size_t i = 0; i < job->n_executions; i++) {
        struct buf piece = buf_init(TEXT_MAX);
        put_final(&piece, job, job->executions[i]);
        piece_add(&executions, &piece);
    }
    put_sorted(out, &executions);
}

static void put_outcome(struct buf *out, const struct job *job, enum err submitted)
{
    buf_text(out, submitted == ERR_OK ? "[\"HTTP/1.1 200 OK\"," : "[\"HTTP/1.1 500 Internal Server Error\",");
    put_job_moves(out, job);
    buf_char(out, ',');
    put_moves(out, job);
    buf_char(out, ',');
    put_finals(out, job);
    buf_printf(out, ",\"%s\",", job_state_name(job->state));
    put_results(out, job);
    buf_char(out, ']');
}

/* ---- an outcome's name, for people ---------------------------------------------------------------------- */

static const char *const words[EXECUTION_STATE_COUNT] = {
    [EXECUTION_ASK_FOR_BID] = "asked",
    [EXECUTION_ASK_FOR_BID_ACCEPTED] = "bids",
    [EXECUTION_ASK_FOR_BID_REJECTED] = "refuses",
    [EXECUTION_BID_ACCEPTED] = "accepted",
    [EXECUTION_BID_REJECTED] = "turned down",
    [EXECUTION_WAITING_VERIFICATION] = "runs",
    [EXECUTION_RESULT_ACCEPTED] = "verified",
    [EXECUTION_RESULT_REJECTED] = "refuted",
    [EXECUTION_COMPLETED] = "published",
    [EXECUTION_FAILED] = "failed",
    [EXECUTION_CANCELLED] = "cancelled",
};

static void put_node_story(struct buf *out, const struct job *job, struct span node_id)
{
    const char *comma = " ";

    buf_span(out, kind_of(node_id));
    for (size_t i = 0; i < job->n_history; i++) {
        const struct history *h = &job->history[i];
        if (h->level != HISTORY_EXECUTION || !span_eq(job->executions[h->execution]->node_id, node_id))
            continue;
        buf_printf(out, "%s%s", comma, words[h->next]);
        comma = ", ";
    }
}

/* FNV-1a: tells outcomes apart whose stories read alike. */
static uint32_t mark_of(struct span text)
{
    uint32_t mark = 2166136261u;

    for (size_t i = 0; i < text.n; i++)
        mark = (mark ^ (unsigned char)text.p[i]) * 16777619u;
    return mark;
}

/* `Completed: badexec asked, bids, turned down; good asked, … (1a2b3c4d)` */
static void put_name(struct buf *out, const struct job *job, struct span outcome)
{
    struct pieces stories = { .n = 0 };

    for (size_t i = 0; i < job->n_executions; i++) {
        struct buf piece = buf_init(TEXT_MAX);
        if (!first_on_its_node(job, i))
            continue;
        put_node_story(&piece, job, job->executions[i]->node_id);
        piece_add(&stories, &piece);
    }
    qsort(stories.at, stories.n, sizeof stories.at[0], by_text);
    buf_printf(out, "%s:", job_state_name(job->state));
    for (size_t i = 0; i < stories.n; i++)
        buf_printf(out, "%s %.*s", i ? ";" : "", SPAN_ARG(stories.at[i]));
    buf_printf(out, " (%08x)", mark_of(outcome));
    arena_release(&stories.arena);
}

/* ---- playing ------------------------------------------------------------------------------------------ */

struct cast {
    const char *release;
    struct span name;
    struct told_network network;
    struct deal deal;
    struct span outcomes[OUTCOMES_MAX]; /* recorded */
    bool came_up[OUTCOMES_MAX];
    size_t n_outcomes;
};

static int64_t whole(const struct json_value *value)
{
    int64_t n = 0;

    json_integer(value, &n);
    return n;
}

/* `good-1-ipfs badpub-2, Concurrency 2 MinBids 1, -over 1` */
static struct span name_of(const struct cast *cast, struct arena *arena)
{
    CLEANUP(buf_release) struct buf name = buf_init(TEXT_MAX);

    for (size_t i = 0; i < cast->network.nodes.n; i++)
        buf_printf(&name, "%s%.*s", i ? " " : "", SPAN_ARG(cast->network.nodes.at[i]));
    buf_printf(&name, ", Concurrency %lld", (long long)cast->deal.concurrency);
    if (cast->deal.confidence)
        buf_printf(&name, " Confidence %lld", (long long)cast->deal.confidence);
    if (cast->deal.min_bids)
        buf_printf(&name, " MinBids %lld", (long long)cast->deal.min_bids);
    for (size_t i = 0; i < cast->network.options.n; i++)
        buf_printf(&name, "%s %.*s", i ? "" : ",", SPAN_ARG(cast->network.options.at[i]));
    return arena_span(arena, buf_view(&name));
}

static struct cast *cast_of(const char *release, const struct json *json, const struct json_value *value,
                            struct arena *arena)
{
    const struct json_value *deal = json_get(value, "deal");
    struct cast *cast = ARENA_NEW(arena, struct cast);

    MUST(cast);
    *cast = (struct cast){
        .release = release,
        .network = {.nodes = texts_of(json_get(value, "nodes"), arena),
                    .options = texts_of(json_get(value, "options"), arena)},
        .deal = {.concurrency = whole(json_get(deal, "Concurrency")),
                 .confidence = whole(json_get(deal, "Confidence")),
                 .min_bids = whole(json_get(deal, "MinBids"))},
    };

    cast->name = name_of(cast, arena);
    JSON_EACH(outcome, json_get(value, "outcomes")) {
        CLEANUP(buf_release) struct buf text = buf_init(TEXT_MAX);
        MUST(cast->n_outcomes < OUTCOMES_MAX);
        put_recorded_outcome(&text, json, outcome);
        cast->outcomes[cast->n_outcomes++] = arena_span(arena, buf_view(&text));
    }
    return cast;
}

static struct job_spec minimal_spec(const struct cast *cast)
{
    static struct span command[] = { { "echo", 4 }, { "hi", 2 } };

    return (struct job_spec){ .engine = ENGINE_DOCKER,
                              .verifier = VERIFIER_NOOP,
                              .publisher = PUBLISHER_IPFS,
                              .docker = { .image = SPAN("ubuntu"), .entrypoint = { command, 2 } },
                              .timeout = 1800,
                              .deal = cast->deal };
}

static void play(const struct cast *cast, uint64_t seed, struct buf *outcome, struct buf *name)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct engine_options options =
        network_options(&cast->network, cast->release, NETWORK_RACING, SPAN(""), seed, &arena);
    struct job_spec spec = minimal_spec(cast);
    const struct job *job = NULL;
    struct engine *engine;
    struct error error;

    options.start = start;
    MUST(engine_new(&options, &engine, &error) == ERR_OK);
    enum err submitted = submit_with_error(engine, SPAN("client"), SPAN("V1beta1"), &spec, start, &job, &error);
    MUST(job);
    struct span id = arena_span(&arena, job->id);
    job = engine_job(engine, id, start + long_enough);
    put_outcome(outcome, job, submitted);
    put_name(name, job, buf_view(outcome));
    engine_free(engine);
}

/* The recorded outcome that this is, or n_outcomes. */
static size_t recorded_as(const struct cast *cast, struct span outcome)
{
    size_t i = 0;

    while (i < cast->n_outcomes && !span_eq(cast->outcomes[i], outcome))
        i++;
    return i;
}

/* As an excuse would have to name it. */
static struct span full_name(const struct cast *cast, const struct buf *name, struct arena *arena)
{
    return arena_printf(arena, "%s casts: %.*s \xe2\x80\x94 %.*s", cast->release, SPAN_ARG(cast->name),
                        SPAN_ARG(buf_view(name)));
}

/* One seed. False: what came up is not recorded, not excused, and told for the first time. */
static bool seed_agrees(struct cast *cast, uint64_t seed, struct excuses *excuses, struct buf *why)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    CLEANUP(buf_release) struct buf outcome = buf_init(TEXT_MAX), name = buf_init(TEXT_MAX);

    play(cast, seed, &outcome, &name);
    size_t which = recorded_as(cast, buf_view(&outcome));
    if (which < cast->n_outcomes) {
        cast->came_up[which] = true;
        return true;
    }
    struct span full = full_name(cast, &name, &arena);
    if (excuses_use(excuses, full))
        return true;
    if (!why->n || !memmem(why->p, why->n, full.p, full.n))
        buf_printf(why, "  not recorded: %.*s\n", SPAN_ARG(full));
    return false;
}

static bool cast_agrees(struct cast *cast, struct excuses *excuses, struct buf *why)
{
    bool agrees = true;

    for (uint64_t seed = 1; seed <= CAST_SEEDS; seed++)
        agrees = seed_agrees(cast, seed, excuses, why) && agrees;
    if (!cast->came_up[0]) {
        buf_printf(why, "  %s casts: %.*s: the commonest outcome does not come up\n      %.*s\n", cast->release,
                   SPAN_ARG(cast->name), SPAN_ARG(cast->outcomes[0]));
        agrees = false;
    }
    return agrees;
}

static void count(struct cast_counts *counts, const struct cast *cast, bool agrees)
{
    counts->casts++;
    counts->agree += agrees;
    counts->outcomes += cast->n_outcomes;
    for (size_t i = 0; i < cast->n_outcomes; i++)
        counts->come_up += cast->came_up[i];
}

static void play_cast(struct cast *cast, const char *only, struct excuses *excuses, struct cast_counts *counts,
                      struct buf *why)
{
    if (!only || span_is(cast->name, only))
        count(counts, cast, cast_agrees(cast, excuses, why));
}

/* An excuse for a cast that is not there. That one does not come up with these seeds is no fault. */
static void put_strays(struct buf *why, const struct excuses *excuses, const char *release,
                       const struct span_list *names)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct span ours = arena_printf(&arena, "%s casts: ", release);

    for (size_t i = 0; i < excuses->n; i++) {
        struct span what = excuses->at[i].what;
        bool known = !span_starts(what, ours);
        for (size_t k = 0; k < names->n && !known; k++)
            known = span_starts(what,
                                arena_printf(&arena, "%.*s%.*s \xe2\x80\x94 ", SPAN_ARG(ours), SPAN_ARG(names->at[k])));
        if (!known)
            buf_printf(why, "  an excuse for no cast: %.*s\n", SPAN_ARG(what));
    }
}

static void play_all(const char *release, const char *only, const struct json *json, struct excuses *excuses,
                     struct cast_counts *counts, struct buf *why)
{
    const struct json_value *cases = json_get(json_root(json), "cases");
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct span_list names = { arena_alloc(&arena, json_count(cases) * sizeof *names.at), 0 };

    MUST(names.at);
    JSON_EACH(value, cases) {
        struct cast *cast = cast_of(release, json, value, &arena);
        names.at[names.n++] = cast->name;
        play_cast(cast, only, excuses, counts, why);
    }
    put_strays(why, excuses, release, &names);
}

enum err casts_play(const char *release, const char *only, struct cast_counts *counts, struct buf *why,
                    struct error *error)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    CLEANUP(excuses_release) struct excuses excuses = { 0 };
    struct json *json;
    struct span text;

    struct span path = arena_printf(&arena, TESTS_DIR "/reference/%s/casts.json", release);
    enum err err = file_read(path.p, &arena, &text, error);
    if (err == ERR_OK)
        err = excuses_load("casts-excused.txt", &excuses, error);
    if (err == ERR_OK)
        err = json_parse(text, JSON_STRICT, &json, NULL, error);
    if (err != ERR_OK)
        return err;
    play_all(release, only, json, &excuses, counts, why);
    json_free(json);
    return ERR_OK;
}
