#include "sim/refusal.h"

#include "base/buf.h"
#include "base/duration.h"
#include "sim/match.h"
#include "sim/node.h"

static bool by_script(const struct job *job, const struct execution *x)
{
    (void)job;
    return NODE_NTH(x->node->bid, x->ask)->reject;
}

/* True if the node lacks the job's engine; it may be asked while the requester does not know the node's engines. */
static bool lacks_engine(const struct job *job, const struct execution *x)
{
    return x->node->engines && !(x->node->engines & 1u << job->spec.engine);
}

static bool timeout_is_above(const struct job *job, const struct execution *x)
{
    return x->node->timeout_max && spec_timeout(&job->spec) > x->node->timeout_max;
}

static bool timeout_is_below(const struct job *job, const struct execution *x)
{
    return x->node->timeout_min && spec_timeout(&job->spec) < x->node->timeout_min;
}

static void put_reason(struct buf *out, const struct job *job, const struct execution *x)
{
    (void)job;
    buf_span(out, NODE_NTH(x->node->bid, x->ask)->reason);
}

static void put_engine(struct buf *out, const struct job *job, const struct execution *x)
{
    (void)x;
    buf_printf(out, "%s installed: false", engine_name((int)job->spec.engine));
}

static void put_timeout(struct buf *out, const struct job *job, const char *bound, ns_t limit)
{
    buf_text(out, "job timeout ");
    duration_format(out, spec_timeout(&job->spec));
    buf_printf(out, " %s allowed ", bound);
    duration_format(out, limit);
}

static void put_above(struct buf *out, const struct job *job, const struct execution *x)
{
    put_timeout(out, job, "exceeds maximum", x->node->timeout_max);
}

static void put_below(struct buf *out, const struct job *job, const struct execution *x)
{
    put_timeout(out, job, "below minimum", x->node->timeout_min);
}

/* The first row whose test is true gives the reason. */
static const struct refusal {
    bool (*holds)(const struct job *job, const struct execution *x);
    void (*put)(struct buf *out, const struct job *job, const struct execution *x);
} refusals[] = {
    { by_script, put_reason },
    { lacks_engine, put_engine },
    { timeout_is_above, put_above },
    { timeout_is_below, put_below },
};

static const struct refusal *refusal_of(const struct job *job, const struct execution *x)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (refusals[i].holds(job, x))
            return &refusals[i];
    return NULL;
}

bool refusal_is_due(const struct job *job, const struct execution *x)
{
    return x->node && !x->node->unreachable.n && refusal_of(job, x);
}

struct span refusal_status(struct job *job, const struct execution *x)
{
    CLEANUP(buf_release) struct buf text = buf_init(SIZE_MAX / 2);
    const struct refusal *refusal = refusal_of(job, x);

    if (refusal)
        refusal->put(&text, job, x);
    return arena_span(&job->arena, buf_view(&text));
}
