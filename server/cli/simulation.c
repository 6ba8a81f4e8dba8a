#include "cli/simulation.h"

#include <ctype.h>
#include <inttypes.h>

/* One line of what is printed. */
struct change {
    const struct played *played;
    enum history_level level;
    struct span node;
    const char *previous, *next; /* `next` NULL: it is unknown from here on */
    int64_t version;
    struct span comment;
};

/* ---- printing ------------------------------------------------------------------------------------------------ */

static void put_time(struct buf *out, const struct simulation *s)
{
    ns_t ms = (s->now - s->start) / NS_PER_MS;

    buf_printf(out, "+%" PRId64 ".%03" PRId64 "s  ", ms / 1000, ms % 1000);
}

/* Replaces control characters, so that the text stays on its line. */
void simulation_put_clean(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        buf_char(out, iscntrl((unsigned char)text.p[i]) ? '?' : text.p[i]);
}

static void put_line(struct simulation *s, const struct change *c)
{
    struct buf *out = &s->printed->out;

    put_time(out, s);
    simulation_put_clean(out, c->played->label);
    buf_text(out, "  ");
    simulation_put_clean(out, c->level == HISTORY_JOB ? SPAN("-") : c->node);
    buf_printf(out, "  %s \xe2\x86\x92 %s", c->previous, c->next ? c->next : "unknown");
    if (c->comment.n)
        buf_text(out, "  ");
    simulation_put_clean(out, c->comment);
    buf_char(out, '\n');
}

static void put_object(struct simulation *s, const struct change *c)
{
    struct json_out *out = &s->json;

    out_open(out, NULL, '{');
    out_length(out, "at", s->now - s->start);
    out_text(out, "job", c->played->id);
    out_text_or_null(out, "script", c->played->script);
    out_text_or_null(out, "node", c->node);
    out_text(out, "level", span_text(names_history_level.names[c->level]));
    out_text(out, "previous", span_text(c->previous));
    out_text_or_null(out, "new", span_text(c->next));
    out_int(out, "version", c->version);
    out_text(out, "comment", c->comment);
    out_close(out, '}');
}

static void put_change(struct simulation *s, const struct change *c)
{
    s->told = s->now;
    if (s->json.buf)
        put_object(s, c);
    else
        put_line(s, c);
}

/* Not a change: among the lines of text, or beside the JSON. */
struct buf *simulation_note(struct simulation *s)
{
    struct buf *out = s->json.buf ? &s->printed->notes : &s->printed->out;

    put_time(out, s);
    return out;
}

/* ---- changes ------------------------------------------------------------------------------------------------- */

static struct span name_of(const struct job *job, const struct execution *x)
{
    struct span name = execution_node_name(job, x);

    return name.n ? name : x->node_id;
}

static struct span published_text(struct simulation *s, const struct execution *x)
{
    const struct storage_spec *published = x->published;

    if (!published || (!published->cid.n && !published->url.n))
        return SPAN("publishes nothing");
    return arena_printf(&s->arena, "published %.*s", SPAN_ARG(published->cid.n ? published->cid : published->url));
}

/* An execution's status says what its last move came from; it stays when later moves bring none. The move to Completed
 * also says what is published. */
static struct span comment_of(struct simulation *s, const struct played *played, const struct job *job,
                              const struct history *h)
{
    const struct execution *x = h->level == HISTORY_EXECUTION ? job->executions[h->execution] : NULL;
    bool is_last = x && h->version == x->version;
    bool is_new = is_last && (x->index >= played->n_seen || played->seen[x->index].status != x->status.p);

    struct span comment = !h->comment.n && is_new ? x->status : h->comment;

    if (!is_last || h->next != EXECUTION_COMPLETED)
        return comment;
    return arena_printf(&s->arena, "%.*s%s%.*s", SPAN_ARG(comment), comment.n ? "  " : "", SPAN_ARG(published_text(s, x)));
}

static void put_entry(struct simulation *s, const struct played *played, const struct job *job, const struct history *h)
{
    bool of_job = h->level == HISTORY_JOB;
    const char *(*state_name)(int) = of_job ? job_state_name : execution_state_name;

    put_change(s, &(struct change){
        .played = played, .level = (enum history_level)h->level,
        .node = of_job ? SPAN("") : name_of(job, job->executions[h->execution]),
        .previous = state_name(h->previous), .next = state_name(h->next), .version = h->version,
        .comment = comment_of(s, played, job, h),
    });
}

/* Prints what a step has set without a history entry. */
static void put_setting(struct simulation *s, const struct played *played, const struct job *job,
                        const struct execution *x, struct span comment)
{
    const char *state = execution_state_name(x->state);

    put_change(s, &(struct change){
        .played = played, .level = HISTORY_EXECUTION, .node = name_of(job, x),
        .previous = state, .next = state, .version = x->version, .comment = comment,
    });
}

static void tell_settings(struct simulation *s, const struct played *played, const struct job *job,
                          const struct execution *x, const struct seen *seen)
{
    if (x->published != seen->published)
        put_setting(s, played, job, x, published_text(s, x));
    if (x->output != seen->output)
        put_setting(s, played, job, x, arena_printf(&s->arena, "run output, exit code %" PRId64, x->output->exit_code));
    if (x->status.p != seen->status)
        put_setting(s, played, job, x, x->status);
}

static bool grow_seen(struct simulation *s, struct played *played, size_t n)
{
    struct seen *seen = n > played->n_seen ? arena_alloc(&s->arena, n * sizeof *seen) : played->seen;

    if (!seen)
        return n == 0;
    if (seen != played->seen && played->n_seen)
        memcpy(seen, played->seen, played->n_seen * sizeof *seen);
    played->seen = seen;
    return true;
}

static struct seen seen_of(const struct execution *x)
{
    return (struct seen){ x->version, x->published, x->output, x->status.p };
}

static void tell_executions(struct simulation *s, struct played *played, const struct job *job)
{
    if (!grow_seen(s, played, job->n_executions))
        return;
    for (size_t i = 0; i < job->n_executions; i++) {
        const struct execution *x = job->executions[i];
        struct seen *seen = &played->seen[i];
        if (i < played->n_seen && seen->version == x->version)
            tell_settings(s, played, job, x, seen);
        *seen = seen_of(x);
    }
    played->n_seen = job->n_executions;
}

static void tell_gone(struct simulation *s, struct played *played)
{
    played->gone = true;
    put_change(s, &(struct change){ .played = played, .level = HISTORY_JOB, .previous = job_state_name(played->state),
                                    .comment = SPAN("forgotten") });
}

void simulation_report_job(struct simulation *s, struct played *played)
{
    const struct job *job = engine_look(s->engine, played->id);

    if (!job) {
        tell_gone(s, played);
        return;
    }
    for (; played->told < job->n_history; played->told++)
        put_entry(s, played, job, &job->history[played->told]);
    tell_executions(s, played, job);
    played->state = job->state;
}

void simulation_report(struct simulation *s)
{
    for (size_t i = 0; i < s->n_played; i++)
        if (!s->played[i].gone)
            simulation_report_job(s, &s->played[i]);
}

void simulation_skip_job(struct simulation *s, struct played *played, const struct job *job)
{
    played->told = job->n_history;
    played->state = job->state;
    if (!grow_seen(s, played, job->n_executions))
        return;
    for (size_t i = 0; i < job->n_executions; i++)
        played->seen[i] = seen_of(job->executions[i]);
    played->n_seen = job->n_executions;
}
