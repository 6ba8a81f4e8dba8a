#include "control/handlers.h"

#include "sim/store.h"

/* ---- finding one ------------------------------------------------------------------------------------------- */

const struct job *control_find_job(struct control_call *c, struct span id)
{
    const struct job *job;
    size_t n = store_alike(engine_store(c->world->engine), id, &job);

    if (n == 1)
        return job;
    if (n > 1)
        control_refuse(c, 409, "ambiguous-job", "write more of its id", "%zu jobs have an id that begins with \"%.*s\"", n,
                       SPAN_ARG(id));
    else
        control_refuse(c, 404, "unknown-job", id.n < SHORT_ID_SIZE ? "write 8 characters of its id or more"
                                                                   : "GET /__mock/jobs lists all jobs",
                       "there is no job \"%.*s\"", SPAN_ARG(id));
    return NULL;
}

/* ---- which jobs -------------------------------------------------------------------------------------------- */

struct wanted {
    int state; /* -1: any */
    struct span client_id, annotation, before;
    uint64_t limit;
};

static bool read_state(struct control_call *c, struct span value, void *input)
{
    struct wanted *wanted = input;

    (void)c;
    for (int state = 0; state < JOB_STATE_COUNT; state++)
        if (span_is(value, job_state_name(state)))
            wanted->state = state;
    return wanted->state >= 0;
}

static bool read_client(struct control_call *c, struct span value, void *input)
{
    (void)c;
    ((struct wanted *)input)->client_id = value;
    return true;
}

static bool read_annotation(struct control_call *c, struct span value, void *input)
{
    (void)c;
    ((struct wanted *)input)->annotation = value;
    return true;
}

static bool read_before(struct control_call *c, struct span value, void *input)
{
    (void)c;
    ((struct wanted *)input)->before = value;
    return true;
}

static bool read_limit(struct control_call *c, struct span value, void *input)
{
    struct wanted *wanted = input;

    (void)c;
    return control_page(value, &wanted->limit);
}

const struct control_parameter control_jobs_parameters[] = {
    { "state", read_state, "a state of jobs, such as InProgress", "job_state" },
    { "client_id", read_client, "a client id", "string" },
    { "annotation", read_annotation, "an annotation", "string" },
    { "before", read_before, "the id of the last job of the page before", "string" },
    { "limit", read_limit, "a number from 1 to 1000", "page" },
    { NULL, NULL, NULL, NULL },
};

void prepare_jobs(struct control_call *c)
{
    struct wanted *wanted = ARENA_NEW(&c->arena, struct wanted);

    c->input = wanted;
    if (!wanted)
        return;
    *wanted = (struct wanted){ .state = -1, .limit = CONTROL_PAGE_DEFAULT };
    control_read_query(c, control_jobs_parameters, wanted);
}

static bool has_annotation(const struct job *job, struct span annotation)
{
    for (size_t i = 0; i < job->spec.annotations.n; i++)
        if (span_eq(job->spec.annotations.at[i], annotation))
            return true;
    return false;
}

static bool fits(const struct wanted *wanted, const struct job *job)
{
    return (wanted->state < 0 || job->state == wanted->state) &&
           (!wanted->client_id.n || span_eq(job->client_id, wanted->client_id)) &&
           (!wanted->annotation.n || has_annotation(job, wanted->annotation));
}

/* ---- the list ---------------------------------------------------------------------------------------------- */

static void put_counts(struct json_out *out, const struct job *job)
{
    out_open(out, "executions", '{');
    for (int state = 0; state < EXECUTION_STATE_COUNT; state++) {
        int64_t n = job_count(job, EXECUTION_BIT(state));
        if (n)
            out_int(out, execution_state_name(state), n);
    }
    out_close(out, '}');
}

void control_put_job_row(struct control_call *c, struct json_out *out, const struct job *job)
{
    out_open(out, NULL, '{');
    out_text(out, "id", job->id);
    out_text(out, "client_id", job->client_id);
    out_text_or_null(out, "image", job->spec.docker.image);
    out_open(out, "annotations", '[');
    for (size_t i = 0; i < job->spec.annotations.n; i++)
        out_text(out, NULL, job->spec.annotations.at[i]);
    out_close(out, ']');
    out_text(out, "state", span_text(job_state_name(job->state)));
    out_int(out, "version", job->version);
    out_moment(out, "created", job->created_at, c->world->zone);
    out_moment(out, "updated", job->updated, c->world->zone);
    put_counts(out, job);
    out_text_or_null(out, "script", job->script ? job->script->name : SPAN(""));
    control_put_waits(c, out, "waits_for", job);
    out_close(out, '}');
}

/* The jobs behind `before` that fit, newest first, up to the limit. Returns how many fit in all. */
static int64_t put_rows(struct control_call *c, struct json_out *out, const struct job *before)
{
    const struct wanted *wanted = c->input;
    uint64_t left = before ? 0 : wanted->limit;
    int64_t matched = 0;

    for (const struct job *job = engine_store(c->world->engine)->all.last; job; job = store_next(job, false, true)) {
        bool fit = fits(wanted, job);
        matched += fit;
        if (fit && left) {
            control_put_job_row(c, out, job);
            left--;
        }
        if (job == before)
            left = wanted->limit;
    }
    return matched;
}

void answer_jobs(struct control_call *c)
{
    const struct wanted *wanted = c->input;
    const struct job *before = NULL;

    if (!wanted)
        return;
    if (wanted->before.n && !(before = control_find_job(c, wanted->before)))
        return;
    struct json_out out = control_begin(c);
    out_open(&out, NULL, '{');
    out_open(&out, "jobs", '[');
    int64_t matched = put_rows(c, &out, before);
    out_close(&out, ']');
    out_int(&out, "matched", matched);
    out_close(&out, '}');
}
