#include "sim/submit.h"

#include "sim/policy.h"
#include "sim/steps.h"
#include "sim/transform.h"

/* In the store, state New, version 1. ERR_INVALID: see transform_spec. ERR_NOMEM. */
static enum err add_job(struct scheduler *s, const struct submission *submission, const char *id, ns_t now, struct job **out,
                        struct buf *why)
{
    struct job *job = job_new(span_text(id), submission->client_id, submission->api_version, submission->spec, now);

    if (!job)
        return ERR_NOMEM;
    store_count(&s->store, job);
    job_keep(job, s->keeper);
    job->requester_id = s->requester_id;
    job->requester_key = s->requester_key;
    enum err err = transform_spec(&job->spec, &job->arena, why);
    if (!err && (job->arena.failed || !scheduler_make_room(s) || !store_add(&s->store, job)))
        err = ERR_NOMEM;
    if (err) {
        job_free(job);
        return err;
    }
    agenda_set_deadline(&s->agenda, job, s->rules->deadline(s, job));
    if (s->rules->sharded)
        job->spec.shards_total = 1;
    *out = job;
    return ERR_OK;
}

/* Removes and frees a job that could not be started: it has no executions yet. */
static void unmake_job(struct scheduler *s, struct job *job)
{
    agenda_set_deadline(&s->agenda, job, NS_NEVER);
    store_remove(&s->store, job);
    job_tell_forgotten(job);
    job_free(job);
}

/* A script of steps takes the place of policy, scheduler and nodes. */
static void start_script(struct scheduler *s, struct job *job, ns_t now)
{
    agenda_set_deadline(&s->agenda, job, NS_NEVER);
    if (!job->script->start_queued) {
        job_move(job, JOB_NEW, SPAN(""), now);
        job_move(job, JOB_IN_PROGRESS, SPAN(""), now);
        events_emit(&s->events, EVENT_CREATED, job, NULL, SPAN(""), now);
    }
    steps_begin(s, job, now);
}

static enum err select_and_start(struct scheduler *s, struct job *job, ns_t now, struct buf *why)
{
    if (job->script && job->script->n_steps) {
        start_script(s, job, now);
        return ERR_OK;
    }
    return policy_start(s, job, now, why);
}

enum err submit_job(struct scheduler *s, struct scripts *scripts, const struct submission *submission,
                    char id[UUID_SIZE + 1], ns_t now, struct job **out, struct buf *why)
{
    struct job *job = NULL;

    draw_uuid(&s->ids, id);
    enum err err = add_job(s, submission, id, now, &job, why);
    if (err)
        return err;
    job->script = scripts_choose(scripts, &(struct job_facts){ job->client_id, &job->spec });
    job_watch(job, &s->watch);
    job_move(job, JOB_QUEUED, SPAN(""), now);
    err = select_and_start(s, job, now, why);
    if (err && s->rules->short_makes_no_job)
        unmake_job(s, job);
    else
        *out = job;
    return err;
}
