#include "reference/telling.h"

#include <stdlib.h>

/* ---- names ------------------------------------------------------------------------------------------ */

/* The first network name that no peer id has yet: which node has which is not told, and all are alike. */
static void name_peer(struct telling *t, struct span id)
{
    const struct span_list *nodes = &t->of->network.nodes;

    if (is_peer_id(id) && names_node(&t->names, id) == NAMES_NODES_MAX && t->names.n_nodes < nodes->n)
        names_add_node(&t->names, id, nodes->at[t->names.n_nodes]);
}

static void name_peers_after(struct telling *t, struct span body, struct span key)
{
    for (size_t at = 0; at + key.n < body.n; at++) {
        const char *found = memmem(body.p + at, body.n - at, key.p, key.n);
        if (!found)
            return;
        at = (size_t)(found - body.p) + key.n;
        const char *end = memchr(body.p + at, '"', body.n - at);
        if (end)
            name_peer(t, span_of(body.p + at, (size_t)(end - body.p) - at));
    }
}

void telling_name_nodes(struct telling *t)
{
    const struct span_list *nodes = &t->of->network.nodes;

    t->names.cids = nodes->n && span_starts(nodes->at[0], SPAN("wasm-"));
    if (!t->of->network.default_policy) {
        for (size_t i = 0; i < nodes->n; i++)
            names_add_node(&t->names, nodes->at[i], nodes->at[i]);
        return;
    }
    for (size_t i = 0; i < t->of->n_steps; i++) {
        name_peers_after(t, t->replies[i].body, SPAN("\"NodeID\":\""));
        name_peers_after(t, t->replies[i].body, SPAN("\"NodeId\":\""));
    }
}

struct telling telling_of_recording(const struct reference_case *c, struct arena *arena)
{
    struct told_reply *replies = arena_alloc(arena, c->n_steps * sizeof *replies);
    struct telling t = { .of = c, .replies = replies, .names.requester = SPAN("QmRequesterNodeAAAAAAAA") };

    MUST(replies);
    for (size_t i = 0; i < c->n_steps; i++)
        replies[i] = c->steps[i].reply;
    for (size_t i = 0; i < c->jobs.n; i++)
        names_add_job(&t.names, c->jobs.at[i]);
    telling_name_nodes(&t);
    return t;
}

/* ---- taking apart ----------------------------------------------------------------------------------- */

/* One reply's body being read. */
struct reading {
    struct parts *parts;
    struct json *json;
    struct buf *rest;
    size_t step;
    size_t job;
    bool asked_first;
    struct arena arena;
};

struct holes {
    struct span *at;
    size_t n;
};

static struct holes holes_for(struct reading *r, const struct json_value *list)
{
    struct holes holes = { arena_alloc(&r->arena, json_count(list) * sizeof(struct span)), 0 };

    MUST(holes.at);
    JSON_EACH(value, list)
        holes.at[holes.n++] = json_raw(r->json, value);
    return holes;
}

static const struct names *names_in(const struct reading *r)
{
    return &r->parts->telling->names;
}

/* What stands in `whole` outside the holes. */
static void add_rest(struct reading *r, struct span whole, struct holes holes, struct buf *rest)
{
    const char *from = whole.p;

    for (size_t i = 0; i <= holes.n; i++) {
        const char *to = i < holes.n ? holes.at[i].p : whole.p + whole.n;
        struct span piece = span_of(from, (size_t)(to - from));
        normal_form(piece, names_in(r), NAMES_NODES_MAX, rest);
        buf_span(&r->parts->raw_rest, piece);
        if (i < holes.n)
            from = to + holes.at[i].n;
    }
}

static void add_piece(struct reading *r, struct execution_told *x, struct span piece)
{
    buf_printf(&x->profile, "[step %zu] ", r->step + 1);
    normal_form(piece, names_in(r), x->node, &x->profile);
    buf_char(&x->profile, '\n');
    buf_span(&x->raw, piece);
}

static void trouble(struct reading *r, const char *what, struct span which)
{
    buf_printf(&r->parts->trouble, "step %zu: %s: %.*s\n", r->step + 1, what, SPAN_ARG(which));
}

/* ---- executions ------------------------------------------------------------------------------------- */

/* The n-th execution of the reading's job, or NULL. */
static struct execution_told *nth(struct reading *r, size_t n)
{
    struct parts *parts = r->parts;

    for (size_t i = 0; i < parts->n_executions; i++)
        if (parts->executions[i].job == r->job && n-- == 0)
            return &parts->executions[i];
    return NULL;
}

static struct execution_told *add_execution(struct reading *r, size_t node)
{
    struct parts *parts = r->parts;

    if (parts->n_executions == EXECUTIONS_TOLD_MAX)
        return NULL;
    struct execution_told *x = &parts->executions[parts->n_executions++];
    *x = (struct execution_told){.job = r->job, .node = node, .profile = buf_init(PART_MAX), .raw = buf_init(PART_MAX)};
    return x;
}

/* The n-th execution that a list shows must be the n-th of the job, on this node. */
static struct execution_told *execution_listed(struct reading *r, size_t n, struct span node_id)
{
    size_t node = names_node(names_in(r), node_id);
    struct execution_told *x = nth(r, n);

    if (node == NAMES_NODES_MAX) {
        trouble(r, "no node of the network", node_id);
        return NULL;
    }
    if (!x)
        return add_execution(r, node);
    if (x->node != node) {
        trouble(r, "not in the order of the AskForBid entries", node_id);
        return NULL;
    }
    return x;
}

static void take_reference(struct reading *r, struct execution_told *x, struct span reference)
{
    if (reference.n == 0)
        return;
    if (x->reference.n == 0)
        x->reference = arena_span(&r->parts->arena, reference);
    if (!span_eq(x->reference, reference))
        trouble(r, "another reference before", reference);
    for (size_t i = 0; i < r->parts->n_executions; i++)
        if (&r->parts->executions[i] != x && span_eq(r->parts->executions[i].reference, reference))
            trouble(r, "reference of two executions", reference);
}

/* ---- states ----------------------------------------------------------------------------------------- */

static void read_state(struct reading *r, const struct json_value *state, struct span whole, struct buf *rest)
{
    const struct json_value *list = json_get(state, "Executions");
    size_t n = 0;

    add_rest(r, whole, holes_for(r, list), rest);
    JSON_EACH(value, list) {
        struct execution_told *x = execution_listed(r, n++, json_string(json_get(value, "NodeId")));
        if (!x)
            continue;
        take_reference(r, x, json_string(json_get(value, "ComputeReference")));
        add_piece(r, x, json_raw(r->json, value));
    }
}

/* ---- events ----------------------------------------------------------------------------------------- */

/* Whose an entry is. */
struct owned {
    struct span entry;
    struct execution_told *by; /* NULL: the job's */
    bool asks;                 /* New AskForBid: it begins an execution */
};

/* The last execution asked for so far on this node, with this reference if one has it. */
static struct execution_told *execution_meant(struct reading *r, size_t asked, size_t node, struct span reference)
{
    struct execution_told *last = NULL;

    for (size_t i = 0; i < asked; i++) {
        struct execution_told *x = nth(r, i);
        if (!x || x->node != node)
            continue;
        if (reference.n && span_eq(x->reference, reference))
            return x;
        last = x;
    }
    return last;
}

static bool begins_execution(const struct json_value *entry)
{
    const struct json_value *state = json_get(entry, "ExecutionState");

    return !json_get(state, "Previous") && span_is(json_string(json_get(state, "New")), "AskForBid");
}

static struct owned owner_of(struct reading *r, const struct json_value *entry, size_t *asked)
{
    struct span node_id = json_string(json_get(entry, "NodeID")),
                reference = json_string(json_get(entry, "ComputeReference"));
    struct owned owned = { .entry = json_raw(r->json, entry), .asks = begins_execution(entry) };

    if (owned.asks) {
        owned.by = execution_listed(r, (*asked)++, node_id);
    } else {
        owned.by = execution_meant(r, *asked, names_node(names_in(r), node_id), reference);
        if (owned.by)
            take_reference(r, owned.by, reference);
    }
    if (!owned.by)
        trouble(r, "an entry of no execution", node_id);
    return owned;
}

static void add_entries(struct reading *r, struct execution_told *x, const struct owned *entries, size_t n)
{
    size_t job_level = 0;

    buf_printf(&x->profile, "[step %zu]\n", r->step + 1);
    for (size_t i = 0; i < n; i++) {
        if (!entries[i].by) {
            buf_printf(&x->profile, "  the job's entry %zu\n", ++job_level);
        } else if (entries[i].by == x) {
            buf_text(&x->profile, "  ");
            normal_form(entries[i].entry, names_in(r), x->node, &x->profile);
            buf_char(&x->profile, '\n');
            buf_span(&x->raw, entries[i].entry);
        }
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The kinds of the nodes that were asked before anything else happened to an execution. */
static void add_asked_first(struct reading *r, const struct owned *entries, size_t n)
{
    const char **kinds = arena_alloc(&r->arena, (n + 1) * sizeof *kinds);
    size_t n_kinds = 0;

    MUST(kinds);
    for (size_t i = 0; i < n && (!entries[i].by || entries[i].asks); i++)
        if (entries[i].by)
            kinds[n_kinds++] = names_in(r)->kinds[entries[i].by->node];
    qsort(kinds, n_kinds, sizeof *kinds, by_text);
    buf_text(r->rest, "\nasked before the first bid:");
    for (size_t i = 0; i < n_kinds; i++)
        buf_printf(r->rest, " %s", kinds[i]);
}

static struct owned *entries_for(struct reading *r, const struct json_value *list)
{
    struct owned *entries = arena_alloc(&r->arena, (json_count(list) + 1) * sizeof *entries);

    MUST(entries);
    return entries;
}

/* To each execution of the job what is its own. */
static void share_out(struct reading *r, const struct owned *entries, size_t n)
{
    for (size_t i = 0; i < r->parts->n_executions; i++)
        if (r->parts->executions[i].job == r->job)
            add_entries(r, &r->parts->executions[i], entries, n);
}

static void add_job_entry(struct reading *r, struct span entry)
{
    buf_text(r->rest, "\n  ");
    add_rest(r, entry, (struct holes){ 0 }, r->rest);
}

static void read_events(struct reading *r, const struct json_value *list, struct span whole)
{
    struct owned *entries = entries_for(r, list);
    size_t n = 0, asked = 0;

    add_rest(r, whole, holes_for(r, list), r->rest);
    JSON_EACH(entry, list) {
        if (span_is(json_string(json_get(entry, "Type")), "ExecutionLevel")) {
            entries[n] = owner_of(r, entry, &asked);
            n += entries[n].by != NULL;
            continue;
        }
        entries[n++] = (struct owned){ .entry = json_raw(r->json, entry) };
        add_job_entry(r, entries[n - 1].entry);
    }
    share_out(r, entries, n);
    if (r->asked_first)
        add_asked_first(r, entries, n);
}

/* ---- live frames ------------------------------------------------------------------------------------ */

/* The execution with this reference, which the history has told of before. */
static struct execution_told *execution_with(struct reading *r, struct span reference)
{
    struct execution_told *x;

    for (size_t i = 0; (x = nth(r, i)); i++)
        if (x->reference.n && span_eq(x->reference, reference))
            return x;
    trouble(r, "a frame of no execution", reference);
    return NULL;
}

/* Without the Z, a moment that another continues is the earlier one. */
static struct span moment_of(const struct json_value *frame)
{
    struct span time = json_string(json_get(frame, "EventTime"));

    return span_of(time.p, time.n ? time.n - 1 : 0);
}

static int by_moment(const void *a, const void *b)
{
    const struct json_value *const *x = a, *const *y = b;
    int order = span_cmp(moment_of(*x), moment_of(*y));

    return order ? order : *x < *y ? -1 : *x > *y; /* frames lie in the order of the list */
}

/* The reference sent each frame from a thread of its own, so that one could overtake another. Its moment
 * tells which was the first; ours must come in order. */
static const struct json_value **in_order(struct reading *r, const struct json_value *list)
{
    const struct json_value **frames = arena_alloc(&r->arena, (json_count(list) + 1) * sizeof *frames);
    size_t n = 0;

    MUST(frames);
    JSON_EACH(frame, list)
        frames[n++] = frame;
    if (r->parts->telling->replies[r->step].recorded)
        qsort(frames, n, sizeof *frames, by_moment);
    return frames;
}

static void read_live(struct reading *r, const struct json_value *list, struct span whole)
{
    struct owned *entries = entries_for(r, list);
    const struct json_value **frames = in_order(r, list);
    size_t n = 0;

    add_rest(r, whole, holes_for(r, list), r->rest);
    for (size_t i = 0; i < json_count(list); i++) {
        struct span reference = json_string(json_get(frames[i], "ExecutionID"));
        entries[n] = (struct owned){ .entry = json_raw(r->json, frames[i]) };
        if (!reference.n)
            add_job_entry(r, entries[n++].entry);
        else if ((entries[n].by = execution_with(r, reference)))
            n++;
    }
    share_out(r, entries, n);
}

/* ---- results ---------------------------------------------------------------------------------------- */

/* The last execution on that node, which must come after the one before in the list. */
static void read_results(struct reading *r, const struct json_value *list, struct span whole)
{
    const struct execution_told *before = NULL;

    add_rest(r, whole, holes_for(r, list), r->rest);
    JSON_EACH(value, list) {
        struct span node_id = json_string(json_get(value, "NodeID"));
        struct execution_told *x =
            execution_meant(r, EXECUTIONS_TOLD_MAX, names_node(names_in(r), node_id), (struct span){ NULL, 0 });
        if (!x || (before && x <= before)) {
            trouble(r, x ? "results out of order" : "a result of no execution", node_id);
            continue;
        }
        add_piece(r, x, json_raw(r->json, value));
        before = x;
    }
}

/* ---- list ------------------------------------------------------------------------------------------- */

static const struct json_value *id_of(const struct json_value *job_with_info)
{
    return json_get(json_get(json_get(job_with_info, "Job"), "Metadata"), "ID");
}

/* Ids are drawn, so the order by id differs; that it is one is told. */
static const char *order_of(const struct json_value *list)
{
    bool up = true, down = true;

    for (const struct json_value *a = json_first(list), *b; (b = json_next(a)); a = b) {
        int order = span_cmp(json_string(id_of(a)), json_string(id_of(b)));
        up = up && order < 0;
        down = down && order > 0;
    }
    return json_count(list) < 2 ? "" : up ? "\nids go up" : down ? "\nids go down" : "\nids are in no order";
}

/* Jobs in the order of submission; one that the case does not know comes last. */
static void read_jobs(struct reading *r, const struct json_value *list, struct span whole)
{
    size_t n_jobs = names_in(r)->n_jobs;

    add_rest(r, whole, holes_for(r, list), r->rest);
    buf_text(r->rest, order_of(list));
    for (r->job = 0; r->job <= n_jobs; r->job++) {
        JSON_EACH(value, list) {
            size_t job = names_job(names_in(r), json_string(id_of(value)));
            if (r->job != (job < n_jobs ? job : n_jobs))
                continue;
            buf_text(r->rest, "\n  ");
            read_state(r, json_get(value, "State"), json_raw(r->json, value), r->rest);
        }
    }
}

/* ---- bodies ----------------------------------------------------------------------------------------- */

/* `${jobN}` in the request says whose results they are. */
static size_t job_asked_for(struct span body)
{
    const char *mark = body.n ? memmem(body.p, body.n, "${job", 5) : NULL;

    return mark ? (size_t)strtoul(mark + 5, NULL, 10) - 1 : 0;
}

/* False: not one of the bodies in which executions race. */
static bool read_racing(struct reading *r, struct span body)
{
    const struct json_value *root = json_root(r->json), *value = json_first(root);
    struct span key = json_key(value);

    if (json_count(root) != 1)
        return false;
    if (span_is(key, "events")) {
        r->job = names_job(names_in(r), json_string(json_get(json_first(value), "JobID")));
        read_events(r, value, body);
    } else if (span_is(key, "live")) {
        r->job = names_job(names_in(r), json_string(json_get(json_first(value), "JobID")));
        read_live(r, value, body);
    } else if (span_is(key, "state")) {
        r->job = names_job(names_in(r), json_string(json_get(value, "JobID")));
        read_state(r, value, body, r->rest);
    } else if (span_is(key, "results")) {
        read_results(r, value, body);
    } else if (span_is(key, "jobs")) {
        read_jobs(r, value, body);
    } else {
        return false;
    }
    return true;
}

static void read_body(struct parts *parts, size_t step, bool asked_first)
{
    const struct told_step *of = &parts->telling->of->steps[step];
    struct span body = parts->telling->replies[step].body;
    struct reading r = { .parts = parts, .rest = &parts->rest[step], .step = step, .asked_first = asked_first };

    r.job = job_asked_for(of->request.is_signed ? of->request.payload : of->request.body);
    bool read = json_parse(body, JSON_STRICT, &r.json, NULL, NULL) == ERR_OK && read_racing(&r, json_text(r.json));
    if (!read)
        add_rest(&r, body, (struct holes){ 0 }, r.rest);
    json_free(r.json);
    arena_release(&r.arena);
}

struct parts *parts_of(const struct telling *telling, bool asked_first)
{
    size_t n = telling->of->n_steps;
    struct parts *parts = calloc(1, sizeof *parts);

    MUST(parts && (parts->rest = calloc(n, sizeof *parts->rest)));
    parts->telling = telling;
    parts->raw_rest = parts->trouble = buf_init(PART_MAX);
    for (size_t i = 0; i < n; i++) {
        parts->rest[i] = buf_init(PART_MAX);
        if (step_is_told(&telling->of->steps[i]))
            read_body(parts, i, asked_first);
    }
    return parts;
}

void parts_free(struct parts *parts)
{
    if (!parts)
        return;
    for (size_t i = 0; i < parts->n_executions; i++) {
        buf_release(&parts->executions[i].profile);
        buf_release(&parts->executions[i].raw);
    }
    for (size_t i = 0; i < parts->telling->of->n_steps; i++)
        buf_release(&parts->rest[i]);
    buf_release(&parts->raw_rest);
    buf_release(&parts->trouble);
    arena_release(&parts->arena);
    free(parts->rest);
    free(parts);
}
