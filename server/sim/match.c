#include "sim/match.h"

#include <stddef.h>

/* Where the text can go on after a star: at the next byte that the pattern wants there, from `from` on. text.n + 1: nowhere. */
static size_t after_star(struct span pattern, size_t p, struct span text, size_t from)
{
    if (p == pattern.n || pattern.p[p] == '*' || pattern.p[p] == '?')
        return from;
    const char *at = from < text.n ? memchr(text.p + from, pattern.p[p], text.n - from) : NULL;
    return at ? (size_t)(at - text.p) : text.n + 1;
}

bool match_glob(struct span pattern, struct span text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, from = 0;

    while (t < text.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.n && (pattern.p[p] == '?' || pattern.p[p] == text.p[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) { /* the star takes one byte more, or several */
            p = star + 1;
            t = from = after_star(pattern, p, text, from + 1);
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*')
        p++;
    return p == pattern.n && t == text.n;
}

const char *engine_name(int engine)
{
    static const char *const names[ENGINE_TYPE_COUNT] = { "", "Noop", "Docker", "Wasm", "Language", "PythonWasm" };

    return engine >= 0 && engine < ENGINE_TYPE_COUNT ? names[engine] : "";
}

/* The words of a list joined by a blank. */
static struct span joined(const struct span_list *words, struct arena *arena)
{
    size_t n = 0;

    for (size_t i = 0; i < words->n; i++)
        n += words->at[i].n + 1;
    char *p = arena_alloc(arena, n + 1);
    if (!p)
        return SPAN("");
    size_t at = 0;
    for (size_t i = 0; i < words->n; i++) {
        if (i)
            p[at++] = ' ';
        if (words->at[i].n)
            memcpy(p + at, words->at[i].p, words->at[i].n);
        at += words->at[i].n;
    }
    return span_of(p, at);
}

static struct span client_of(const struct job_facts *facts, struct arena *arena)
{
    (void)arena;
    return facts->client_id;
}

static struct span annotations_of(const struct job_facts *facts, struct arena *arena)
{
    return joined(&facts->spec->annotations, arena);
}

static struct span engine_of(const struct job_facts *facts, struct arena *arena)
{
    (void)arena;
    return span_text(engine_name(facts->spec->engine));
}

static struct span image_of(const struct job_facts *facts, struct arena *arena)
{
    (void)arena;
    return facts->spec->docker.image;
}

static struct span entrypoint_of(const struct job_facts *facts, struct arena *arena)
{
    return joined(&facts->spec->docker.entrypoint, arena);
}

static bool same(struct span wanted, const struct job_facts *facts, struct span got)
{
    (void)facts;
    return span_eq(wanted, got);
}

static bool same_but_for_case(struct span wanted, const struct job_facts *facts, struct span got)
{
    (void)facts;
    return span_eq_nocase(wanted, got);
}

static bool globs(struct span wanted, const struct job_facts *facts, struct span got)
{
    (void)facts;
    return match_glob(wanted, got);
}

static bool among_annotations(struct span wanted, const struct job_facts *facts, struct span got)
{
    (void)got;
    for (size_t i = 0; i < facts->spec->annotations.n; i++)
        if (span_eq(wanted, facts->spec->annotations.at[i]))
            return true;
    return false;
}

static const struct condition {
    const char *name;
    size_t wanted; /* offset in struct job_match */
    struct span (*get)(const struct job_facts *facts, struct arena *arena);
    bool (*fits)(struct span wanted, const struct job_facts *facts, struct span got);
} conditions[] = {
    { "client_id", offsetof(struct job_match, client_id), client_of, same },
    { "annotation", offsetof(struct job_match, annotation), annotations_of, among_annotations },
    { "engine", offsetof(struct job_match, engine), engine_of, same_but_for_case },
    { "image", offsetof(struct job_match, image), image_of, globs },
    { "entrypoint", offsetof(struct job_match, entrypoint), entrypoint_of, globs },
};

bool match_job(const struct job_match *match, const struct job_facts *facts, struct arena *arena, struct match_miss *miss)
{
    struct match_miss found = { 0 };

    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
        const struct condition *c = &conditions[i];
        struct span wanted = *(const struct span *)(const void *)((const char *)match + c->wanted);
        if (!wanted.p)
            continue;
        struct span got = c->get(facts, arena);
        if (c->fits(wanted, facts, got))
            continue;
        if (!miss)
            return false;
        if (found.failed++ == 0) {
            found.condition = c->name;
            found.wanted = wanted;
            found.got = got;
        }
    }
    if (miss)
        *miss = found;
    return found.failed == 0;
}

bool match_nth(const struct job_match *match, int64_t count)
{
    return match->nth_first == 0 || (count >= match->nth_first && count <= match->nth_last);
}
