#include "world/bodies.h"

static struct kept_body *slot_of(struct bodies *bodies, put_job_fn *put, const struct job *job)
{
    return &bodies->at[(job->number + ((uintptr_t)put >> 4)) % bodies->room];
}

static bool fits(const struct kept_body *kept, put_job_fn *put, const struct job *job)
{
    return kept->put == put && kept->job == job && kept->number == job->number && kept->n_history == job->n_history &&
           kept->last_stamp == job->last_stamp && kept->step == job->step;
}

static void keep(struct kept_body *kept, put_job_fn *put, const struct job *job, struct span text)
{
    kept->put = NULL;
    if (text.n > BODY_KEPT_MAX)
        return;
    kept->text.max = BODY_KEPT_MAX;
    buf_clear(&kept->text);
    buf_span(&kept->text, text);
    if (!kept->text.failed)
        *kept = (struct kept_body){ put, job, job->number, job->n_history, job->last_stamp, job->step, kept->text };
}

void bodies_put(struct bodies *bodies, put_job_fn *put, const struct job *job, int zone, struct buf *out)
{
    struct kept_body *kept = slot_of(bodies, put, job);
    size_t before = out->n;

    if (fits(kept, put, job)) {
        buf_span(out, buf_view(&kept->text));
        return;
    }
    put(out, job, zone);
    bodies->encoded++;
    if (!out->failed)
        keep(kept, put, job, span_of(out->p + before, out->n - before));
}

void bodies_clear(struct bodies *bodies)
{
    for (size_t i = 0; i < BODIES_KEPT; i++)
        buf_release(&bodies->at[i].text);
    *bodies = (struct bodies){ .room = bodies->room, .encoded = bodies->encoded };
}
