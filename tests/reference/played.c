#include "reference/played.h"

#include "base/draw.h"
#include "base/ns.h"
#include "reference/compare.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_wanted(const char *variable, struct span name)
{
    const char *only = getenv(variable);

    return !only || span_is(name, only);
}

bool played_is_wanted(const char *group)
{
    return is_wanted("REFERENCE_GROUP", span_text(group));
}

bool played_is_all(void)
{
    return !getenv("REFERENCE_GROUP") && !getenv("REFERENCE_CASE");
}

static bool case_is_wanted(const struct played *p, size_t i)
{
    return is_wanted("REFERENCE_CASE", p->recording.cases[i].name);
}

static void put_case(const struct played *p, size_t i, struct buf *out)
{
    const struct recording *r = &p->recording;

    buf_printf(out, "%s %s: %.*s", r->release, r->group, SPAN_ARG(r->cases[i].name));
}

/* ---- loading -------------------------------------------------------------------------------------------- */

enum err played_load(struct played *p, const char *release, const char *group, struct error *error)
{
    enum err err = recording_load(release, group, &p->recording, error);

    if (err != ERR_OK)
        return err;
    p->recorded = arena_alloc(&p->arena, p->recording.n_cases * sizeof *p->recorded);
    p->ours = arena_alloc(&p->arena, p->recording.n_cases * sizeof *p->ours);
    p->agrees = arena_alloc(&p->arena, p->recording.n_cases);
    MUST(p->recorded && p->ours && p->agrees);
    memset(p->agrees, true, p->recording.n_cases);
    for (size_t i = 0; i < p->recording.n_cases; i++)
        p->recorded[i] = telling_of_recording(&p->recording.cases[i], &p->arena);
    return ERR_OK;
}

void played_release(struct played *p)
{
    recording_release(&p->recording);
    arena_release(&p->arena);
    for (size_t i = 0; i < PLAYERS; i++)
        arena_release(&p->players[i]);
}

void played_compare_with_itself(const struct played *p, struct buf *why)
{
    for (size_t i = 0; i < p->recording.n_cases; i++) {
        CLEANUP(buf_release) struct buf where = buf_init(WHY_MAX);
        if (tellings_agree(p->recording.release, &p->recorded[i], &p->recorded[i], &where))
            continue;
        put_case(p, i, why);
        buf_printf(why, "\n%.*s", SPAN_ARG(buf_view(&where)));
    }
}

/* ---- playing -------------------------------------------------------------------------------------------- */

/* What several threads play from. */
struct round {
    struct played *p;
    struct playground ground;
    atomic_size_t next;
    struct error error;
    atomic_bool failed;
};

struct player {
    struct round *round;
    struct arena *arena;
};

enum { RARE_OUTCOMES = 64 };

/* Full releases were recorded in real time, so a case may come to several outcomes. Whether a job was over when
 * the next request came is a race: the clock is moved by much between requests, or by less than a job takes. Where
 * several nodes refuse at once, ties drawn by other seeds show the rare outcome. */
static size_t outcomes_of(const struct reference_case *c)
{
    if (!c->jobs.n || !c->network.default_policy)
        return 1;
    return c->network.scenario.n ? 2 : 1 + RARE_OUTCOMES;
}

static struct manner manner_of(const struct reference_case *c, size_t i, size_t outcome)
{
    struct manner manner = { .seed = i + 1 };

    if (c->network.scenario.n)
        manner.pace = outcome == 0 ? NS_PER_MS : 5;
    else if (outcome)
        manner = (struct manner){ .seed = outcome, .ties_random = true };
    return manner;
}

/* Plays the case until an outcome agrees. */
static enum err play_one(const struct player *player, size_t i, struct error *error)
{
    struct played *p = player->round->p;
    const struct reference_case *c = &p->recording.cases[i];
    size_t outcomes = outcomes_of(c);
    bool agrees = false;
    enum err err = ERR_OK;

    for (size_t k = 0; k < outcomes && !agrees && err == ERR_OK; k++) {
        CLEANUP(buf_release) struct buf why = buf_init(WHY_MAX);
        err = case_play(&player->round->ground, c, manner_of(c, i, k), player->arena, &p->ours[i], error);
        agrees = outcomes > 1 && err == ERR_OK &&
                 tellings_agree(p->recording.release, &p->recorded[i], &p->ours[i], &why);
    }
    return err;
}

static void *play_on(void *of)
{
    const struct player *player = of;
    struct round *round = player->round;
    const struct played *p = round->p;
    struct error error;
    size_t i;

    while ((i = atomic_fetch_add(&round->next, 1)) < p->recording.n_cases)
        if (case_is_wanted(p, i) && play_one(player, i, &error) != ERR_OK && !atomic_exchange(&round->failed, true))
            round->error = error;
    return NULL;
}

static bool is_bytes_alone(const struct played *p)
{
    for (size_t i = 0; i < p->recording.n_cases; i++)
        if (p->recording.cases[i].steps[0].kind != TOLD_RAW)
            return false;
    return true;
}

static void play_at_once(struct round *round)
{
    struct player players[PLAYERS];
    pthread_t threads[PLAYERS];

    for (size_t i = 0; i < PLAYERS; i++) {
        players[i] = (struct player){ round, &round->p->players[i] };
        MUST(pthread_create(&threads[i], NULL, play_on, &players[i]) == 0);
    }
    for (size_t i = 0; i < PLAYERS; i++)
        pthread_join(threads[i], NULL);
}

static void play_all(struct round *round)
{
    struct played *p = round->p;

    if (!p->recording.n_cases)
        return;
    if (!is_bytes_alone(p))
        play_on(&(struct player){ round, &p->players[0] });
    else if (playground_open(&round->ground, &p->recording.cases[0], &round->error) == ERR_OK)
        play_at_once(round);
    else
        atomic_store(&round->failed, true);
}

/* A listed case that disagrees is counted as one, but is no failure. */
static bool case_passes(struct played *p, size_t i, struct excuses *excuses)
{
    CLEANUP(buf_release) struct buf why = buf_init(WHY_MAX), what = buf_init(WHY_MAX);

    p->cases++;
    if (tellings_agree(p->recording.release, &p->recorded[i], &p->ours[i], &why)) {
        p->agree++;
        return true;
    }
    p->agrees[i] = false;
    put_case(p, i, &what);
    if (excuses_use(excuses, buf_view(&what)))
        return true;
    printf("  %.*s\n%.*s", SPAN_ARG(buf_view(&what)), SPAN_ARG(buf_view(&why)));
    return false;
}

int played_play(struct played *p, const struct clients *clients, struct excuses *excuses, struct error *error)
{
    struct round round = { .p = p, .ground = { .clients = clients, .release = p->recording.release } };
    int failed = 0;

    play_all(&round);
    playground_release(&round.ground);
    if (atomic_load(&round.failed)) {
        *error = round.error;
        return -1;
    }
    for (size_t i = 0; i < p->recording.n_cases; i++)
        if (case_is_wanted(p, i))
            failed += !case_passes(p, i, excuses);
    fflush(stdout);
    return failed;
}

/* ---- changed bytes -------------------------------------------------------------------------------------- */

/* The rule: a byte outside what the normal form replaces may become any other byte; so may one inside a job
 * id, a node's name, the requester or the commit, for which the comparison keeps rules of its own. A time
 * stamp, an execution's reference, a CID or a peer id may become another lawful one, so there a byte that none can hold
 * is put. Each such change must be noticed. */
static char changed_byte(struct span body, size_t at, const struct names *names)
{
    size_t from = 0;

    while (from < body.n) {
        struct token token = token_at(body, from, names);
        size_t n = token.n ? token.n : 1;
        bool any = token.kind == TOKEN_TIME || token.kind == TOKEN_EXECUTION || token.kind == TOKEN_CID ||
                   (token.kind == TOKEN_NODE && is_peer_id(span_of(body.p + from, token.n)));
        if (at < from + n)
            return any ? '!' : (char)(body.p[at] ^ 1);
        from += n;
    }
    return '!';
}

/* The same case, but for one byte of one recorded body. */
static bool change_is_noticed(const struct played *p, size_t i, size_t step, size_t at)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    CLEANUP(buf_release) struct buf why = buf_init(WHY_MAX);
    const struct reference_case *c = &p->recording.cases[i];
    struct reference_case changed = *c;
    struct span body = c->steps[step].reply.body;
    char *bytes = arena_alloc(&arena, body.n);

    changed.steps = arena_alloc(&arena, c->n_steps * sizeof *c->steps);
    MUST(bytes && changed.steps);
    memcpy(bytes, body.p, body.n);
    bytes[at] = changed_byte(body, at, &p->recorded[i].names);
    memcpy(changed.steps, c->steps, c->n_steps * sizeof *c->steps);
    changed.steps[step].reply.body.p = bytes;
    struct telling recorded = telling_of_recording(&changed, &arena);
    return !tellings_agree(p->recording.release, &recorded, p->ours[i].of ? &p->ours[i] : &p->recorded[i], &why);
}

/* How many bytes of each body are changed, one at a time. */
static size_t changes_a_body(void)
{
    const char *more = getenv("REFERENCE_CHANGES");

    return more ? (size_t)strtoul(more, NULL, 10) : 5;
}

static void change_body(const struct played *p, size_t i, size_t step, struct buf *why)
{
    size_t n = p->recording.cases[i].steps[step].reply.body.n,
           changes = changes_a_body() < n ? changes_a_body() : n;
    struct draw source = draw_of_seed(i * 1000 + step);

    for (size_t k = 0; k < changes; k++) {
        size_t at = changes == n ? k : (size_t)draw_below(&source, n);
        if (change_is_noticed(p, i, step, at))
            continue;
        put_case(p, i, why);
        buf_printf(why, ": step %zu: byte %zu changed, and the case agrees\n", step + 1, at);
    }
}

void played_changes_are_noticed(const struct played *p, struct buf *why)
{
    for (size_t i = 0; i < p->recording.n_cases; i++)
        for (size_t step = 0; step < p->recording.cases[i].n_steps && p->agrees[i] && case_is_wanted(p, i); step++)
            change_body(p, i, step, why);
}
