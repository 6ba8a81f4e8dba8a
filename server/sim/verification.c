#include "sim/verification.h"

#include "sim/node.h"

enum { PROPOSAL_SIZE = 256 /* bytes that RSA-2048 encrypts to */ };

static const struct verify_behaviour *behaviour_of(const struct execution *x)
{
    return NODE_NTH(x->node->verify, x->ask);
}

static bool waits(const struct execution *x)
{
    return x->state == EXECUTION_WAITING_VERIFICATION;
}

bool verification_by_rule(const struct execution *x)
{
    return behaviour_of(x)->verdict == VERDICT_BY_RULE;
}

bool verification_fails(const struct job *job, struct span *why)
{
    for (size_t i = 0; i < job->n_executions; i++) {
        const struct execution *x = job->executions[i];
        if (!waits(x) || behaviour_of(x)->verdict != VERDICT_ERROR)
            continue;
        *why = behaviour_of(x)->error;
        return true;
    }
    return false;
}

/* ---- verifier Deterministic ------------------------------------------------------------------------------------- */

static bool same_results(const struct execution *a, const struct execution *b)
{
    static const struct run_output nothing = { 0 };
    const struct run_output *x = a->output ? a->output : &nothing, *y = b->output ? b->output : &nothing;

    return x->exit_code == y->exit_code && span_eq(x->stdout_text, y->stdout_text) &&
           span_eq(x->stderr_text, y->stderr_text);
}

/* How many executions that wait have the same results, this one among them. */
static size_t group_size(const struct job *job, const struct execution *x)
{
    size_t n = 0;

    for (size_t i = 0; i < job->n_executions; i++)
        n += waits(job->executions[i]) && same_results(job->executions[i], x);
    return n;
}

/* The size of the group that is accepted; 0 if none is. */
static size_t accepted_size(const struct job *job)
{
    size_t largest = 0, members = 0, waiting = 0;

    for (size_t i = 0; i < job->n_executions; i++) {
        size_t n = waits(job->executions[i]) ? group_size(job, job->executions[i]) : 0;
        waiting += n > 0;
        members = n > largest ? 1 : members + (n == largest);
        largest = n > largest ? n : largest;
    }
    bool is_void = members != largest || waiting == 1 || (int64_t)largest < job->spec.deal.confidence;
    return is_void ? 0 : largest;
}

const bool *verification_verdicts(struct job *job)
{
    bool *accepts = arena_alloc(&job->arena, job->n_executions + 1);
    size_t accepted = job->spec.verifier == VERIFIER_DETERMINISTIC ? accepted_size(job) : 0;

    for (size_t i = 0; accepts && i < job->n_executions; i++) {
        const struct execution *x = job->executions[i];
        if (!waits(x))
            accepts[i] = false;
        else if (!verification_by_rule(x))
            accepts[i] = behaviour_of(x)->verdict == VERDICT_ACCEPTED;
        else
            accepts[i] = job->spec.verifier != VERIFIER_DETERMINISTIC || group_size(job, x) == accepted;
    }
    return accepts;
}

struct span verification_proposal(struct job *job, const struct execution *x, struct draw *ids)
{
    uint64_t bytes[PROPOSAL_SIZE / sizeof(uint64_t)];

    if (job->spec.verifier != VERIFIER_DETERMINISTIC || !verification_by_rule(x))
        return SPAN("");
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        bytes[i] = draw_next(ids);
    return arena_span(&job->arena, span_of((const char *)bytes, sizeof bytes));
}
