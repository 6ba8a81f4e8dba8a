/* Every recorded exchange, played again (README.md). One process: groups are played one after the other and
 * their replies kept, because the test that changes bytes compares with them once more. */
#include "base/draw.h"
#include "reference/casts.h"
#include "reference/compare.h"
#include "reference/excuses.h"
#include "reference/play.h"
#include "reference/suites.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- what is played ----------------------------------------------------------------------------------- */

static const char *const releases[] = { "v0.3.25", "v0.3.24" };
static const char *const groups[] = {
    "http",   "decode",           "unknown-job",  "envelope", "payload-bytes", "submit",
    "list",   "not-enough-nodes", "finished-job", "ranking",  "lifecycle",     "policy",
    "websocket",
};

enum {
    RELEASES = sizeof releases / sizeof releases[0],
    GROUPS = sizeof groups / sizeof groups[0],
    WHY_MAX = 16 * 1024 * 1024
};

/* A group of one release, and how we answered. */
struct played {
    struct recording recording;
    struct telling *recorded, *ours; /* one a case; ours[i].of is NULL when it was not played */
    bool *agrees;                    /* one a case; true until it was played and did not */
    struct arena arena;
    size_t cases, agree; /* of those that were played */
};

static struct played played[RELEASES][GROUPS];
static struct cast_counts casts[RELEASES];
static struct excuses deviations;
static struct clients clients;

/* REFERENCE_GROUP and REFERENCE_CASE limit a run. */
static bool is_wanted(const char *variable, struct span name)
{
    const char *only = getenv(variable);

    return !only || span_is(name, only);
}

static bool plays_all(void)
{
    return !getenv("REFERENCE_GROUP") && !getenv("REFERENCE_CASE");
}

/* Of v0.3.24 no streams were recorded: they are those of v0.3.25. */
static bool is_recorded(const char *release, const char *group)
{
    return strcmp(group, "websocket") != 0 || strcmp(release, "v0.3.25") == 0;
}

static void load(struct played *p, const char *release, const char *group)
{
    struct error error;

    p->recording = (struct recording){ .release = release, .group = group };
    if (!is_recorded(release, group))
        return;
    ck_assert_msg(recording_load(release, group, &p->recording, &error) == ERR_OK, "%s", error.text);
    p->recorded = arena_alloc(&p->arena, p->recording.n_cases * sizeof *p->recorded);
    p->ours = arena_alloc(&p->arena, p->recording.n_cases * sizeof *p->ours);
    p->agrees = arena_alloc(&p->arena, p->recording.n_cases);
    ck_assert(p->recorded && p->ours && p->agrees);
    memset(p->agrees, true, p->recording.n_cases);
    for (size_t i = 0; i < p->recording.n_cases; i++)
        p->recorded[i] = telling_of_recording(&p->recording.cases[i], &p->arena);
}

static struct played *group_of(int index)
{
    struct played *p = &played[index / GROUPS][index % GROUPS];

    if (!p->recording.group)
        load(p, releases[index / GROUPS], groups[index % GROUPS]);
    return p;
}

/* ---- the recordings themselves -------------------------------------------------------------------------- */

START_TEST(every_recorded_case_agrees_with_itself)
{
    struct played *p = group_of(_i);
    CLEANUP(buf_release) struct buf why = buf_init(WHY_MAX);

    for (size_t i = 0; i < p->recording.n_cases; i++)
        ck_assert_msg(tellings_agree(p->recording.release, &p->recorded[i], &p->recorded[i], &why), "%s %s: %.*s\n%.*s",
                      p->recording.release, p->recording.group, SPAN_ARG(p->recording.cases[i].name),
                      SPAN_ARG(buf_view(&why)));
}
END_TEST

/* ---- playing -------------------------------------------------------------------------------------------- */

/* A listed deviation that deviates counts as a case that disagrees, but fails nothing. */
static bool case_agrees(struct played *p, struct playground *ground, size_t i)
{
    const struct recording *r = &p->recording;
    CLEANUP(buf_release) struct buf why = buf_init(WHY_MAX), what = buf_init(WHY_MAX);
    struct error error;

    ck_assert_msg(case_play(ground, &r->cases[i], i + 1, &p->arena, &p->ours[i], &error) == ERR_OK, "%s", error.text);
    p->cases++;
    if (tellings_agree(r->release, &p->recorded[i], &p->ours[i], &why)) {
        p->agree++;
        return true;
    }
    p->agrees[i] = false;
    buf_printf(&what, "%s %s: %.*s", r->release, r->group, SPAN_ARG(r->cases[i].name));
    if (excuses_use(&deviations, buf_view(&what)))
        return true;
    printf("  %.*s\n%.*s", SPAN_ARG(buf_view(&what)), SPAN_ARG(buf_view(&why)));
    return false;
}

START_TEST(every_case_is_answered_as_recorded)
{
    struct played *p = group_of(_i);
    CLEANUP(playground_release) struct playground ground = { .clients = &clients, .release = p->recording.release };
    size_t failed = 0;

    if (!is_wanted("REFERENCE_GROUP", span_text(p->recording.group)))
        return;
    for (size_t i = 0; i < p->recording.n_cases; i++)
        if (is_wanted("REFERENCE_CASE", p->recording.cases[i].name))
            failed += !case_agrees(p, &ground, i);
    fflush(stdout);

    ck_assert_msg(failed == 0, "%s %s: %zu of %zu cases disagree", p->recording.release, p->recording.group, failed,
                  p->cases);
}
END_TEST

START_TEST(every_deviation_that_is_listed_deviates)
{
    CLEANUP(buf_release) struct buf stale = buf_init(WHY_MAX);

    if (!plays_all())
        return;
    ck_assert_msg(excuses_put_stale(&deviations, "", &stale) == 0, "deviations.txt:\n%.*s", SPAN_ARG(buf_view(&stale)));
}
END_TEST

START_TEST(every_cast_comes_to_a_recorded_outcome)
{
    CLEANUP(buf_release) struct buf why = buf_init(WHY_MAX);
    struct error error;

    if (!is_wanted("REFERENCE_GROUP", SPAN("casts")))
        return;
    enum err err = casts_play(releases[_i], getenv("REFERENCE_CASE"), &casts[_i], &why, &error);

    printf("%.*s", SPAN_ARG(buf_view(&why)));
    fflush(stdout);

    ck_assert_msg(err == ERR_OK, "%s", error.text);
    ck_assert_msg(why.n == 0, "%s: %zu of %zu casts disagree, or an excuse is stale", releases[_i],
                  casts[_i].casts - casts[_i].agree, casts[_i].casts);
}
END_TEST

/* ---- it cannot be fooled ---------------------------------------------------------------------------------- */

/* The rule: a byte outside what the normal form replaces may become any other byte; so may one inside a job
 * id, a node's name, the requester or the commit, for which the comparison keeps rules of its own. A time
 * stamp or an execution's reference may become another lawful one, so there a byte that none can hold is
 * put. Each such change must be noticed. */
static char changed_byte(struct span body, size_t at, const struct names *names)
{
    size_t from = 0;

    while (from < body.n) {
        struct token token = token_at(body, from, names);
        size_t n = token.n ? token.n : 1;
        if (at < from + n)
            return token.kind == TOKEN_TIME || token.kind == TOKEN_EXECUTION ? '!' : (char)(body.p[at] ^ 1);
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
    ck_assert(bytes && changed.steps);
    memcpy(bytes, body.p, body.n);
    bytes[at] = changed_byte(body, at, &p->recorded[i].names);
    memcpy(changed.steps, c->steps, c->n_steps * sizeof *c->steps);
    changed.steps[step].reply.body.p = bytes;
    struct telling recorded = telling_of_recording(&changed, &arena);
    return !tellings_agree(p->recording.release, &recorded, p->ours[i].of ? &p->ours[i] : &p->recorded[i], &why);
}

/* How many bytes of each body are changed, one at a time; REFERENCE_CHANGES may say more. */
static size_t changes_a_body(void)
{
    const char *more = getenv("REFERENCE_CHANGES");

    return more ? (size_t)strtoul(more, NULL, 10) : 5;
}

static void change_body(const struct played *p, size_t i, size_t step)
{
    const struct reference_case *c = &p->recording.cases[i];
    size_t n = c->steps[step].reply.body.n, changes = changes_a_body() < n ? changes_a_body() : n;
    struct draw source = draw_of_seed(i * 1000 + step);

    for (size_t k = 0; k < changes; k++) {
        size_t at = changes == n ? k : (size_t)draw_below(&source, n);
        ck_assert_msg(change_is_noticed(p, i, step, at), "%s %s: %.*s: step %zu: byte %zu changed, and nobody noticed",
                      p->recording.release, p->recording.group, SPAN_ARG(c->name), step + 1, at);
    }
}

START_TEST(one_changed_byte_in_any_recorded_body_fails_its_case)
{
    struct played *p = group_of(_i);

    if (!is_wanted("REFERENCE_GROUP", span_text(p->recording.group)))
        return;
    for (size_t i = 0; i < p->recording.n_cases; i++) {
        const struct reference_case *c = &p->recording.cases[i];
        for (size_t step = 0; step < c->n_steps && p->agrees[i] && is_wanted("REFERENCE_CASE", c->name); step++)
            change_body(p, i, step);
    }
}
END_TEST

/* ---- main --------------------------------------------------------------------------------------------------- */

static void print_counts(size_t release)
{
    size_t cases = 0, agree = 0;

    printf("  ");
    for (size_t i = 0; i < GROUPS; i++) {
        const struct played *p = &played[release][i];
        cases += p->cases;
        agree += p->agree;
        if (is_recorded(releases[release], groups[i]))
            printf("%s %zu/%zu, ", groups[i], p->agree, p->cases);
    }
    printf("casts %zu/%zu (%zu of %zu recorded outcomes come up)", casts[release].agree, casts[release].casts,
           casts[release].come_up, casts[release].outcomes);
    putchar('\n');
    printf("reference %s: %zu of %zu cases agree\n", releases[release], agree + casts[release].agree,
           cases + casts[release].casts);
}

static void release_all(void)
{
    for (int i = 0; i < RELEASES * GROUPS; i++) {
        struct played *p = &played[i / GROUPS][i % GROUPS];
        recording_release(&p->recording);
        arena_release(&p->arena);
    }
    excuses_release(&deviations);
    clients_release(&clients);
}

static Suite *reference_suite(void)
{
    Suite *suite = suite_create("reference");
    TCase *all = tcase_create("all");

    suite_add_tcase(suite, all);
    tcase_add_loop_test(all, every_recorded_case_agrees_with_itself, 0, RELEASES * GROUPS);
    tcase_add_loop_test(all, every_case_is_answered_as_recorded, 0, RELEASES * GROUPS);
    tcase_add_test(all, every_deviation_that_is_listed_deviates);
    tcase_add_loop_test(all, every_cast_comes_to_a_recorded_outcome, 0, RELEASES);
    tcase_add_loop_test(all, one_changed_byte_in_any_recorded_body_fails_its_case, 0, RELEASES * GROUPS);
    return suite;
}

int main(void)
{
    struct error error;

    if (clients_load(&clients, &error) != ERR_OK || excuses_load("deviations.txt", &deviations, &error) != ERR_OK) {
        fprintf(stderr, "test_reference: %s\n", error.text);
        return EXIT_FAILURE;
    }
    SRunner *runner = srunner_create(normal_suite());
    srunner_add_suite(runner, compare_suite());
    srunner_add_suite(runner, reference_suite());
    srunner_set_fork_status(runner, CK_NOFORK); /* groups share what was played */
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    for (size_t i = 0; i < RELEASES; i++)
        print_counts(i);
    release_all();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
