#include "cli/simulated_job.h"

#include "sim/script.h"
#include "sim/validate.h"

enum { WHY_MAX = 64 * 1024 };

static const struct span client = { "5e0fc4b1a0d34c4b8a4f0f4f2f5d0b3cb3c1e9b7d86d4c0b9a8f3e7d6c5b4a39", 64 };

struct simulated_job simulated_plain(int64_t concurrency, struct arena *arena)
{
    struct simulated_job job = { client, SPAN("V1beta1"), ARENA_NEW(arena, struct job_spec) };

    if (job.spec)
        *job.spec = (struct job_spec){
            .engine = ENGINE_DOCKER,
            .verifier = VERIFIER_NOOP,
            .publisher = PUBLISHER_IPFS,
            .docker = { .image = SPAN("ubuntu") },
            .deal = { .concurrency = concurrency },
        };
    return job;
}

/* ---- made to fit ---------------------------------------------------------------------------------------------- */

/* A text that the glob fits: nothing for `*`, a letter for `?`. */
static struct span text_of_glob(struct span glob, struct arena *arena)
{
    char *text = arena_alloc(arena, glob.n + 1);
    size_t n = 0;

    for (size_t i = 0; text && i < glob.n; i++)
        if (glob.p[i] != '*')
            text[n++] = glob.p[i] == '?' ? 'x' : glob.p[i];
    return span_of(text, text ? n : 0);
}

static struct span image_of(struct span glob, struct arena *arena)
{
    struct span usual = SPAN("ubuntu");

    return match_glob(glob, usual) ? usual : text_of_glob(glob, arena);
}

/* Its words, divided at single blanks, so that joining them gives the text again. */
static struct span_list words_of(struct span text, struct arena *arena)
{
    struct span_list words = { arena_alloc(arena, (text.n + 1) * sizeof *words.at), 0 };
    size_t start = 0;

    for (size_t i = 0; words.at && text.n && i <= text.n; i++) {
        if (i < text.n && text.p[i] != ' ')
            continue;
        words.at[words.n++] = span_of(text.p + start, i - start);
        start = i + 1;
    }
    return words;
}

static void annotate(struct job_spec *spec, struct span tag, struct arena *arena)
{
    struct span_list *list = &spec->annotations;
    struct span *at = arena_alloc(arena, (list->n + 1) * sizeof *at);

    if (!at)
        return;
    if (list->n)
        memcpy(at, list->at, list->n * sizeof *at);
    at[list->n] = tag;
    *list = (struct span_list){ at, list->n + 1 };
}

static void fit(struct simulated_job *job, const struct job_match *match, struct arena *arena)
{
    struct job_spec *spec = job->spec;

    if (match->client_id.p)
        job->client_id = match->client_id;
    if (match->annotation.p)
        annotate(spec, match->annotation, arena);
    if (match->engine.p)
        spec->engine = codec_enum_find(&names_engine, match->engine);
    if (match->image.p)
        spec->docker.image = image_of(match->image, arena);
    if (match->entrypoint.p)
        spec->docker.entrypoint = words_of(text_of_glob(match->entrypoint, arena), arena);
}

struct simulated_job simulated_for(const struct job_script *script, int64_t concurrency, struct arena *arena)
{
    struct simulated_job job = simulated_plain(concurrency, arena);
    bool by_name = !script->has_match || script->match.nth_first > 1;

    if (job.spec && script->has_match)
        fit(&job, &script->match, arena);
    if (job.spec && by_name && script->name.n)
        annotate(job.spec, arena_printf(arena, "mock:%.*s", SPAN_ARG(script->name)), arena);
    if (arena->failed)
        job.spec = NULL;
    return job;
}

/* ---- given ---------------------------------------------------------------------------------------------------- */

static enum err check(const struct release *release, const struct simulated_job *job, struct error *error)
{
    struct job_request request = { job->client_id, job->api_version, job->spec };
    CLEANUP(buf_release) struct buf why = buf_init(WHY_MAX);

    if (!job->spec)
        return error_set(error, ERR_INVALID, "the payload has no Spec");
    if (validate_job(&request, codec_is_zero(release->spec, job->spec), &why) == ERR_OK)
        return ERR_OK;
    return error_set(error, ERR_INVALID, "%.*s", SPAN_ARG(buf_view(&why)));
}

enum err simulated_payload(const struct release *release, struct span text, struct arena *arena,
                           struct simulated_job *job, struct error *error)
{
    struct submit_payload payload = { .spec = NULL };
    enum err err = codec_read(release_endpoint(release, ENDPOINT_SUBMIT)->payload, &payload, text, arena, error);

    if (err != ERR_OK)
        return err;
    struct simulated_job read = { payload.client_id.n ? payload.client_id : client, payload.api_version, payload.spec };
    err = check(release, &read, error);
    if (err == ERR_OK)
        *job = read;
    return err;
}
