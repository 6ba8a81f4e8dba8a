/* Matchers: globs against a slow model that cannot be wrong, and whole jobs.
 *
 * A line each: glob, image, client, annotation, engine, entrypoint as a glob, then the entrypoint's words. */
#include "base/error.h"
#include "sim/match.h"
#include "fuzz/fuzz.h"

enum { MODEL_MAX = 256, WORDS_MAX = 8 };

/* fits[t]: the pattern so far fits the first t bytes. */
static bool model_glob(struct span pattern, struct span text)
{
    bool fits[MODEL_MAX + 1] = { true };

    for (size_t p = 0; p < pattern.n; p++) {
        bool before = fits[0];
        fits[0] = before && pattern.p[p] == '*';
        for (size_t t = 1; t <= text.n; t++) {
            bool was = fits[t];
            if (pattern.p[p] == '*')
                fits[t] = was || fits[t - 1];
            else
                fits[t] = before && (pattern.p[p] == '?' || pattern.p[p] == text.p[t - 1]);
            before = was;
        }
    }
    return fits[text.n];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct span rest = fuzz_text(data, n), lines[6], words[WORDS_MAX];
    size_t n_words = 0;

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        lines[i] = fuzz_take(&rest, '\n');
    while (rest.n && n_words < WORDS_MAX)
        words[n_words++] = fuzz_take(&rest, '\n');
    struct job_match match = { .image = lines[0], .client_id = lines[2], .annotation = lines[3], .engine = lines[4],
                               .entrypoint = lines[5] };
    struct job_spec spec = { .engine = ENGINE_DOCKER, .docker = { .image = lines[1], .entrypoint = { words, n_words } },
                             .annotations = { words, n_words } };
    struct job_facts facts = { .client_id = n_words ? words[0] : lines[2], .spec = &spec };
    struct match_miss miss;

    bool fits = match_job(&match, &facts, &arena, &miss);
    MUST(fits == (miss.failed == 0));
    MUST(fits || miss.condition);
    bool globbed = match_glob(lines[0], lines[1]);
    MUST(globbed || !fits || !lines[0].p);
    if (lines[1].n <= MODEL_MAX)
        MUST(globbed == model_glob(lines[0], lines[1]));
    return 0;
}
