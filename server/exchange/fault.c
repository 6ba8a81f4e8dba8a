#include "exchange/fault.h"

#include "base/table.h"

#include <stdlib.h>

struct fault_state {
    struct fault_state *next;
    const struct fault *fault;
    uint64_t number;
    struct keeper *keeper; /* of the fault, held: it was added at run time; NULL: the scenario has it */
    bool off;
    ns_t since;        /* of one added at run time: what `between` and `ttl` count from */
    int64_t seen;      /* exchanges that match, with any `per` */
    int64_t fired;
    int64_t submitted; /* jobs that match apart from `nth` … */
    struct table meant;   /* … and those of them that `nth` selects; no values */
    struct table apart;   /* → int64_t: exchanges that match, by job or client */
};

/* ---- names ------------------------------------------------------------------------------------------------ */

const char *preset_name(enum preset preset)
{
#define NAME(constant, name, make, limited, delay) [PRESET_##constant] = name,
    static const char *const names[PRESET_COUNT] = { PRESET_LIST(NAME) };
#undef NAME

    return names[preset];
}

struct span fault_title(const struct fault *fault, struct arena *arena)
{
    if (fault->name.n)
        return arena_printf(arena, "%.*s", SPAN_ARG(fault->name));
    return arena_printf(arena, "%.*s:%zu", SPAN_ARG(fault->file), fault->place.line);
}

bool fault_lets_act(const struct fault *fault)
{
    bool instead = fault->kind == FAULT_REPLIES || fault->kind == FAULT_PRESET;

    return fault->effect == EFFECT_USUAL ? !instead : fault->effect == EFFECT_DONE;
}

/* ---- life ------------------------------------------------------------------------------------------------- */

void faults_init(struct faults *faults, struct engine *engine, ns_t now)
{
    *faults = (struct faults){ .engine = engine, .since = now, .added = faults->added };
}

static void clear(struct fault_state *s)
{
    table_release(&s->meant);
    table_release(&s->apart);
    s->seen = s->fired = s->submitted = 0;
}

/* Unlinks and frees the state at `*at`. */
static void drop(struct faults *faults, struct fault_state **at)
{
    struct fault_state *s = *at;

    *at = s->next;
    clear(s);
    if (s->keeper) {
        faults->n_added--;
        s->keeper->drop(s->keeper);
    }
    free(s);
}

void faults_reset(struct faults *faults, ns_t now)
{
    faults_remove_all_added(faults);
    for (struct fault_state *s = faults->first; s; s = s->next) {
        clear(s);
        s->off = false;
    }
    faults->since = now;
}

void faults_release(struct faults *faults)
{
    while (faults->first)
        drop(faults, &faults->first);
}

static struct fault_state *state_new(const struct fault *fault)
{
    struct fault_state *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->meant = table_init(0, FAULT_JOBS_MAX, TABLE_FORGETS);
    s->apart = table_init(sizeof(int64_t), FAULT_KEYS_MAX, TABLE_FORGETS);
    s->fault = fault;
    return s;
}

bool faults_add(struct faults *faults, const struct fault *fault, bool before_others)
{
    struct fault_state *s = state_new(fault), **at = &faults->first;

    if (!s)
        return false;
    while (*at && !before_others)
        at = &(*at)->next;
    s->number = ++faults->added;
    s->next = *at;
    *at = s;
    return true;
}

/* ---- at run time ------------------------------------------------------------------------------------------ */

/* Takes `n` states from the front. */
static enum err take_back_first(struct faults *faults, size_t n)
{
    while (n--)
        drop(faults, &faults->first);
    return ERR_NOMEM;
}

enum err faults_insert(struct faults *faults, const struct fault *at, size_t n, struct keeper *keeper, ns_t now)
{
    if (n > FAULTS_ADDED_MAX - faults->n_added)
        return ERR_STATE;
    for (size_t i = n; i--;) {
        if (!faults_add(faults, &at[i], true))
            return take_back_first(faults, n - 1 - i);
        faults->first->keeper = keeper;
        faults->first->since = now;
        faults->n_added++;
        keeper->hold(keeper);
    }
    return ERR_OK;
}

/* Removes those added at run time that `chosen` selects. */
static size_t remove_added(struct faults *faults, bool (*chosen)(const struct fault_state *s, const void *detail), const void *detail)
{
    size_t n = 0;

    for (struct fault_state **at = &faults->first; *at;) {
        if ((*at)->keeper && chosen(*at, detail)) {
            drop(faults, at);
            n++;
        } else {
            at = &(*at)->next;
        }
    }
    return n;
}

static bool is_that(const struct fault_state *s, const void *detail)
{
    return s->fault == detail;
}

static bool is_any(const struct fault_state *s, const void *detail)
{
    (void)s;
    (void)detail;
    return true;
}

static bool is_over(const struct fault_state *s, const void *detail)
{
    const ns_t *now = detail;

    return s->fault->ttl && *now - s->since >= s->fault->ttl;
}

size_t faults_remove_added(struct faults *faults, const struct fault *fault)
{
    return remove_added(faults, is_that, fault);
}

size_t faults_remove_all_added(struct faults *faults)
{
    return remove_added(faults, is_any, NULL);
}

void faults_expire(struct faults *faults, ns_t now)
{
    remove_added(faults, is_over, &now);
}

const struct fault *faults_find(const struct faults *faults, struct span name)
{
    for (const struct fault_state *s = faults->first; s; s = s->next)
        if (s->fault->name.n && span_eq(s->fault->name, name))
            return s->fault;
    return NULL;
}

static struct fault_state *state_of(const struct faults *faults, const struct fault *fault)
{
    struct fault_state *s = faults->first;

    while (s && s->fault != fault)
        s = s->next;
    return s;
}

const struct fault *faults_next(const struct faults *faults, const struct fault *fault, int64_t *fired)
{
    const struct fault_state *before = fault ? state_of(faults, fault) : NULL;
    const struct fault_state *s = !fault ? faults->first : before ? before->next : NULL;

    if (!s)
        return NULL;
    *fired = s->fired;
    return s->fault;
}

uint64_t faults_number(const struct faults *faults, const struct fault *fault)
{
    const struct fault_state *s = state_of(faults, fault);

    MUST(s);
    return s->number;
}

const struct fault *faults_numbered(const struct faults *faults, uint64_t number)
{
    const struct fault_state *s = faults->first;

    while (s && s->number != number)
        s = s->next;
    return s ? s->fault : NULL;
}

void faults_switch(struct faults *faults, const struct fault *fault, bool on)
{
    struct fault_state *s = state_of(faults, fault);

    if (s)
        s->off = !on;
}

static int64_t left_of(const struct fault_state *s)
{
    const struct fault *fault = s->fault;

    if (fault->count == FAULT_NO_LIMIT || fault->per != FAULT_PER_ALL)
        return FAULT_NO_LIMIT;
    int64_t counted = s->seen > fault->skip ? s->seen - fault->skip : 0;
    return counted < fault->count ? fault->count - counted : 0;
}

struct fault_report faults_report(const struct faults *faults, const struct fault *fault)
{
    const struct fault_state *s = state_of(faults, fault);

    if (!s)
        return (struct fault_report){ 0 };
    return (struct fault_report){ .on = !s->off, .added = s->keeper, .seen = s->seen, .fired = s->fired, .left = left_of(s) };
}

/* ---- matching ----------------------------------------------------------------------------------------------- */

struct judging {
    const struct fault_state *state;
    const struct exchange_facts *facts;
    ns_t since; /* time passed since the moment that `between` counts from */
    struct arena *arena;
    bool tells; /* true: fills `miss` and counts all failures; false: stops at the first failure */
    int failed;
    struct near_miss miss;
};

static void fails(struct judging *j, const char *condition, struct span wanted, struct span got)
{
    if (j->failed++ == 0)
        j->miss = (struct near_miss){ .fault = j->state->fault, .condition = condition, .wanted = wanted, .got = got };
}

/* True if the failure needs no text: only the first fault reports a near miss. */
static bool fails_untold(struct judging *j)
{
    if (!j->tells)
        j->failed++;
    return !j->tells;
}

static void judge_client(struct judging *j)
{
    struct span wanted = j->state->fault->match.client_id;

    if (wanted.p && !span_eq(wanted, j->facts->client_id))
        fails(j, "client_id", wanted, j->facts->client_id);
}

/* Judges `nth`: the job's place among those that match otherwise. The job of a submit would be the next one. */
static void judge_nth(struct judging *j)
{
    const struct fault_state *s = j->state;
    const struct job_match *match = &s->fault->match.job;
    bool is_new = j->facts->endpoint == ENDPOINT_SUBMIT;

    if (match->nth_first == 0)
        return;
    if (is_new ? match_nth(match, s->submitted + 1) : table_get(&s->meant, j->facts->job_id) != NULL)
        return;
    if (fails_untold(j))
        return;
    struct span wanted = arena_printf(j->arena, "%lld..%lld", (long long)match->nth_first, (long long)match->nth_last);
    fails(j, "nth", wanted, is_new ? arena_printf(j->arena, "%lld", (long long)s->submitted + 1) : SPAN("another"));
    j->miss.of_job |= j->failed == 1;
}

static bool asks_nothing(const struct job_match *m)
{
    return !m->client_id.p && !m->annotation.p && !m->engine.p && !m->image.p && !m->entrypoint.p && !m->nth_first;
}

static void judge_job(struct judging *j)
{
    const struct exchange_match *match = &j->state->fault->match;
    struct job_facts job = { j->facts->job_client, j->facts->spec };
    struct match_miss miss;

    if (!match->has_job)
        return;
    if (!job.spec) {
        if (!asks_nothing(&match->job) || !j->facts->job_id.n)
            fails(j, "job", SPAN("one that is known"), j->facts->job_id);
        return;
    }
    if (match_job(&match->job, &job, j->arena, j->tells ? &miss : NULL)) {
        judge_nth(j);
        return;
    }
    if (fails_untold(j))
        return;
    fails(j, miss.condition, miss.wanted, miss.got);
    j->miss.of_job |= j->failed == 1;
    j->failed += miss.failed - 1;
}

static void judge_time(struct judging *j)
{
    const struct fault *fault = j->state->fault;

    if (j->since >= fault->from && j->since < fault->to)
        return;
    if (fails_untold(j))
        return;
    fails(j, "between",
          arena_printf(j->arena, "%.3fs to %.3fs", (double)fault->from / 1e9, (double)fault->to / 1e9),
          arena_printf(j->arena, "%.3fs", (double)j->since / 1e9));
}

static void (*const judges[])(struct judging *j) = { judge_client, judge_job, judge_time };

static bool fits(struct judging *j)
{
    for (size_t i = 0; i < sizeof judges / sizeof *judges && (j->tells || !j->failed); i++)
        judges[i](j);
    return j->failed == 0;
}

/* ---- firing --------------------------------------------------------------------------------------------------- */

/* Counts an exchange under the key and returns its count; always 1 if there is no memory. */
static int64_t count_apart(struct fault_state *s, struct span key)
{
    int64_t *times = table_add(&s->apart, key);

    return times ? ++*times : 1;
}

/* Counts a matching exchange and returns its number, from 1. With `per` job, a submit is always number 1. */
static int64_t count(struct fault_state *s, const struct exchange_facts *facts)
{
    ++s->seen;
    switch ((enum fault_per)s->fault->per) {
    case FAULT_PER_JOB:
        return facts->endpoint == ENDPOINT_SUBMIT ? 1 : count_apart(s, facts->job_id);
    case FAULT_PER_CLIENT:
        return count_apart(s, facts->client_id);
    case FAULT_PER_ALL:
        break;
    }
    return s->seen;
}

static bool chance_has_it(const struct faults *faults, double chance)
{
    const double draws = 9007199254740992.0; /* 2^53 */

    return chance >= 1 || (double)(engine_draw(faults->engine) >> 11) < chance * draws;
}

static bool fires(const struct faults *faults, struct fault_state *s, const struct exchange_facts *facts)
{
    int64_t n = count(s, facts) - s->fault->skip;

    return n > 0 && n <= s->fault->count && chance_has_it(faults, s->fault->chance);
}

static const struct fault_state *first_on(const struct faults *faults)
{
    const struct fault_state *s = faults->first;

    while (s && s->off)
        s = s->next;
    return s;
}

const struct fault *faults_choose(struct faults *faults, const struct exchange_facts *facts, ns_t now, struct arena *arena,
                                  struct near_miss *miss)
{
    *miss = (struct near_miss){ 0 };
    faults_expire(faults, now);
    const struct fault_state *first = first_on(faults);
    for (struct fault_state *s = faults->first; s; s = s->next) {
        struct judging judging = { .state = s, .facts = facts, .since = now - (s->keeper ? s->since : faults->since),
                                   .arena = arena, .tells = s == first };
        if (s->off || !(s->fault->on & ENDPOINT_BIT(facts->endpoint)))
            continue;
        bool fit = fits(&judging);
        if (judging.tells && judging.failed == 1)
            *miss = judging.miss;
        if (!fit || !fires(faults, s, facts))
            continue;
        s->fired++;
        return s->fault;
    }
    return NULL;
}

void faults_take_back(struct faults *faults, const struct fault *fault)
{
    struct fault_state *s = state_of(faults, fault);

    if (s)
        s->fired--;
}

void faults_submitted(struct faults *faults, const struct exchange_facts *facts)
{
    struct job_facts job = { facts->job_client, facts->spec };
    CLEANUP(arena_release) struct arena arena = { 0 };

    for (struct fault_state *s = faults->first; s; s = s->next) {
        const struct job_match *match = &s->fault->match.job;
        if (match->nth_first && job.spec && match_job(match, &job, &arena, NULL) && match_nth(match, ++s->submitted))
            table_add(&s->meant, facts->job_id);
    }
}
