#include "cli/simulate.h"

#include "cli/scenario_files.h"
#include "cli/simulated_job.h"

#include "wire/json_out.h"
#include "world/clock.h"
#include "scenario/shipped_scripts.h"
#include "sim/store.h"
#include "world/world.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

/* How an execution stood when it was last told of. */
struct seen {
    int64_t version;
    const struct storage_spec *published;
    const struct run_output *output;
    const char *status;
};

/* A job on its way. */
struct played {
    struct span id;    /* in the arena: the job may be forgotten */
    struct span label; /* what it was submitted for */
    struct span script; /* what plays it: its name, or empty */
    size_t told;       /* entries of its history */
    int state;         /* as told */
    bool gone;
    struct seen *seen; /* of each execution */
    size_t n_seen;
};

struct simulation {
    const struct release *dialect;
    struct engine *engine;
    ns_t start, now, end;
    ns_t told; /* when something last was */
    struct played *played;
    size_t n_played;
    struct arena arena;
    struct printed *printed;
    struct json_out json; /* buf NULL: lines of text */
};

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

/* On one line, whatever a file says. */
static void put_clean(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        buf_char(out, iscntrl((unsigned char)text.p[i]) ? '?' : text.p[i]);
}

static void put_line(struct simulation *s, const struct change *c)
{
    struct buf *out = &s->printed->out;

    put_time(out, s);
    put_clean(out, c->played->label);
    buf_text(out, "  ");
    put_clean(out, c->level == HISTORY_JOB ? SPAN("-") : c->node);
    buf_printf(out, "  %s \xe2\x86\x92 %s", c->previous, c->next ? c->next : "unknown");
    if (c->comment.n)
        buf_text(out, "  ");
    put_clean(out, c->comment);
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
static struct buf *note(struct simulation *s)
{
    struct buf *out = s->json.buf ? &s->printed->notes : &s->printed->out;

    put_time(out, s);
    return out;
}

/* ---- what has changed ---------------------------------------------------------------------------------------- */

static struct span name_of(const struct job *job, const struct execution *x)
{
    if (x->node)
        return x->node->name;
    for (const struct stranger *stranger = job->strangers; stranger; stranger = stranger->next)
        if (span_eq(stranger->id, x->node_id))
            return stranger->name;
    return x->node_id;
}

/* An execution's status says what its last move came from; it stays when later moves bring none. */
static struct span comment_of(const struct played *played, const struct job *job, const struct history *h)
{
    const struct execution *x = h->level == HISTORY_EXECUTION ? job->executions[h->execution] : NULL;
    bool is_last = x && h->version == x->version;
    bool is_new = is_last && (x->index >= played->n_seen || played->seen[x->index].status != x->status.p);

    return !h->comment.n && is_new ? x->status : h->comment;
}

static void put_entry(struct simulation *s, const struct played *played, const struct job *job, const struct history *h)
{
    bool of_job = h->level == HISTORY_JOB;
    const char *(*state_name)(int) = of_job ? job_state_name : execution_state_name;

    put_change(s, &(struct change){
        .played = played, .level = (enum history_level)h->level,
        .node = of_job ? SPAN("") : name_of(job, job->executions[h->execution]),
        .previous = state_name(h->previous), .next = state_name(h->next), .version = h->version,
        .comment = comment_of(played, job, h),
    });
}

/* Steps may set what no entry of the history tells. */
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
        put_setting(s, played, job, x, arena_printf(&s->arena, "published %.*s", SPAN_ARG(x->published->cid)));
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

static void tell_job(struct simulation *s, struct played *played)
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

static void tell(struct simulation *s)
{
    for (size_t i = 0; i < s->n_played; i++)
        if (!s->played[i].gone)
            tell_job(s, &s->played[i]);
}

/* ---- submitting ---------------------------------------------------------------------------------------------- */

/* `flaky`, or `flaky.json:14` where it has no name. */
static struct span title_of(struct simulation *s, const struct job_script *script)
{
    if (script->name.n)
        return script->name;
    return arena_printf(&s->arena, "%.*s:%zu", SPAN_ARG(script->file), script->line);
}

/* Another script may stand before the one that the job was made for. */
static void tell_who_plays(struct simulation *s, struct span label, const struct job *job,
                           const struct job_script *meant)
{
    const struct job_script *plays = job->script;

    if (plays == meant || !plays)
        return;
    struct buf *out = note(s);
    put_clean(out, label);
    buf_text(out, "  is played by the script ");
    put_clean(out, title_of(s, plays));
    buf_char(out, '\n');
}

static void tell_refusal(struct simulation *s, struct span label, struct span why)
{
    struct buf *out = note(s);

    put_clean(out, label);
    buf_text(out, "  submit answers: ");
    put_clean(out, why);
    buf_char(out, '\n');
}

/* `meant`: the script that it is made for; NULL: none. */
static enum err submit(struct simulation *s, const struct simulated_job *made, struct span label,
                       const struct job_script *meant, struct error *error)
{
    CLEANUP(buf_release) struct buf why = buf_init(REPLY_BODY_MAX);
    const struct job *job = NULL;

    if (!made->spec)
        return error_set(error, ERR_NOMEM, "out of memory");
    enum err err = engine_submit(s->engine, made->client_id, made->api_version, made->spec, s->now, &job, &why);
    if (err == ERR_NOMEM)
        return error_set(error, err, "%.*s", SPAN_ARG(buf_view(&why)));
    if (err != ERR_OK)
        tell_refusal(s, label, buf_view(&why));
    if (!job)
        return ERR_OK;
    tell_who_plays(s, label, job, meant);
    struct played *played = &s->played[s->n_played++];
    *played = (struct played){ .id = arena_span(&s->arena, job->id),
                               .label = label,
                               .script = job->script ? title_of(s, job->script) : SPAN("") };
    tell_job(s, played);
    return ERR_OK;
}

static enum err submit_own(struct simulation *s, const struct job_script *scripts, size_t n, struct error *error)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < n && err == ERR_OK; i++) {
        struct simulated_job made = simulated_for(&scripts[i], &s->arena);
        err = submit(s, &made, title_of(s, &scripts[i]), &scripts[i], error);
    }
    struct simulated_job plain = simulated_plain(&s->arena);
    return err == ERR_OK ? submit(s, &plain, SPAN("plain"), NULL, error) : err;
}

static enum err submit_given(struct simulation *s, const char *file, struct error *error)
{
    CLEANUP(buf_release) struct buf text = buf_init(FILE_TEXT_MAX);
    struct simulated_job given;
    struct error why;
    enum err err = file_text_read(file, &text, &why);

    if (err != ERR_OK)
        return error_set(error, err == ERR_NOMEM ? err : ERR_INVALID, "cannot read %.500s: %.400s", file, why.text);
    err = simulated_payload(s->dialect, buf_view(&text), &s->arena, &given, &why);
    if (err != ERR_OK)
        return error_set(error, err, "%.200s: %.700s", file, why.text);
    return submit(s, &given, SPAN("job"), NULL, error);
}

/* ---- fixtures ------------------------------------------------------------------------------------------------ */

/* A job that was there before: what has been is not told, only what changes. It is called by its short id. */
static void adopt(struct simulation *s, const struct job *job)
{
    struct played *played = &s->played[s->n_played++];

    *played = (struct played){ .id = arena_span(&s->arena, job->id), .told = job->n_history, .state = job->state };
    played->label = span_of(played->id.p, played->id.n < SHORT_ID_SIZE ? played->id.n : SHORT_ID_SIZE);
    if (!grow_seen(s, played, job->n_executions))
        return;
    for (size_t i = 0; i < job->n_executions; i++)
        played->seen[i] = seen_of(job->executions[i]);
    played->n_seen = job->n_executions;
}

/* Room for them and for `more` jobs. */
static enum err adopt_all(struct simulation *s, size_t more, struct error *error)
{
    const struct job **jobs = NULL;
    size_t n = 0;

    if (engine_list(s->engine, &(struct list_query){ .order = LIST_SUBMITTED }, s->now, &jobs, &n) != ERR_OK)
        return error_set(error, ERR_NOMEM, "out of memory");
    s->played = arena_alloc(&s->arena, (n + more) * sizeof *s->played);
    for (size_t i = 0; s->played && i < n; i++)
        adopt(s, jobs[i]);
    free(jobs);
    return s->played ? ERR_OK : error_set(error, ERR_NOMEM, "out of memory");
}

/* ---- faults -------------------------------------------------------------------------------------------------- */

/* Those on all endpoints stand under one name. */
static bool is_on(const struct fault *fault, int endpoint)
{
    bool everywhere = (fault->on | ENDPOINT_BIT(ENDPOINT_WEBSOCKET)) == ENDPOINTS_ALL;

    return endpoint == ENDPOINT_COUNT ? everywhere : !everywhere && fault->on & ENDPOINT_BIT(endpoint);
}

static void list_faults_on(struct simulation *s, const struct scenario *scenario, int endpoint)
{
    struct buf *out = NULL;

    for (size_t i = 0; i < scenario->n_faults; i++) {
        if (!is_on(&scenario->faults[i], endpoint))
            continue;
        if (!out)
            buf_printf(out = note(s), "faults on %s, not played:",
                       endpoint == ENDPOINT_COUNT ? "*" : endpoint_name((enum endpoint)endpoint));
        else
            buf_char(out, ',');
        buf_char(out, ' ');
        put_clean(out, fault_title(&scenario->faults[i], &s->arena));
    }
    if (out)
        buf_char(out, '\n');
}

static void list_faults(struct simulation *s, const struct scenario *scenario)
{
    for (int endpoint = 0; endpoint <= ENDPOINT_COUNT; endpoint++)
        list_faults_on(s, scenario, endpoint);
}

/* ---- time goes on -------------------------------------------------------------------------------------------- */

static void open_gate(struct simulation *s, struct span gate)
{
    struct buf *out = note(s);

    buf_text(out, "waits for gate \"");
    put_clean(out, gate);
    buf_text(out, "\": opened here\n");
    engine_open_gate(s->engine, gate, s->now);
}

static struct span label_of_job(const struct simulation *s, const struct job *job)
{
    for (size_t i = 0; i < s->n_played; i++)
        if (span_eq(s->played[i].id, job->id))
            return s->played[i].label;
    return job->id;
}

static void put_endpoints(struct buf *out, unsigned of)
{
    bool first = true;

    for (int i = 0; i < ENDPOINT_OTHER; i++) {
        if (!(of & ENDPOINT_BIT(i)))
            continue;
        buf_printf(out, "%s%s", first ? "" : ", ", endpoint_name((enum endpoint)i));
        first = false;
    }
}

static enum endpoint first_endpoint(unsigned of)
{
    return (enum endpoint)__builtin_ctz(of);
}

static void read_answers(struct simulation *s, const struct agenda_wait *wait)
{
    struct buf *out = note(s);
    unsigned of = wait->trigger->of;

    put_clean(out, label_of_job(s, wait->job));
    buf_printf(out, "  waits for %" PRIu32 " read%s of ", wait->reads, wait->reads == 1 ? "" : "s");
    put_endpoints(out, of);
    buf_text(out, ": read here\n");
    for (uint32_t i = 0; i < wait->reads; i++)
        engine_told(s->engine, wait->job, ENDPOINT_BIT(first_endpoint(of)), s->now);
    engine_tick(s->engine, s->now);
}

/* False: nothing waits for anybody. */
static bool help_on(struct simulation *s)
{
    struct agenda_wait wait;

    if (!engine_first_wait(s->engine, &wait))
        return false;
    if (wait.trigger->kind == TRIGGER_GATE)
        open_gate(s, wait.trigger->gate);
    else
        read_answers(s, &wait);
    return true;
}

/* False: it is over. */
static bool go_on(struct simulation *s)
{
    if (engine_only_times_out(s->engine) && help_on(s))
        return true;
    ns_t due = engine_next_deadline(s->engine);
    if (due == NS_NEVER || due > s->end)
        return false;
    s->now = due > s->now ? due : s->now;
    engine_tick(s->engine, s->now);
    return true;
}

static void tell_end(struct simulation *s)
{
    bool more = engine_next_deadline(s->engine) != NS_NEVER;

    s->now = more ? s->end : s->told;
    for (size_t i = 0; i < s->n_played; i++) {
        const struct job *job = s->played[i].gone ? NULL : engine_look(s->engine, s->played[i].id);
        if (!job || job_is_terminal(job))
            continue;
        struct buf *out = note(s);
        put_clean(out, s->played[i].label);
        buf_printf(out, "  stays %s\n", job_state_name(job->state));
    }
    buf_text(note(s), more ? "ends: more would happen\n" : "ends: nothing is left to happen\n");
}

static void run(struct simulation *s)
{
    while (go_on(s))
        tell(s);
    tell_end(s);
}

/* ---- the whole ----------------------------------------------------------------------------------------------- */

static enum err play(struct simulation *s, const struct options *options, const struct program *program,
                     struct error *error)
{
    const struct scenario *scenario = program->scenario;
    enum err err = adopt_all(s, program->n_scripts + 1, error);

    if (err != ERR_OK)
        return err;
    list_faults(s, scenario);
    err = options->job ? submit_given(s, options->job, error)
                       : submit_own(s, program->scripts, program->n_scripts, error);
    if (err == ERR_OK)
        run(s);
    return err;
}

static enum err play_json(struct simulation *s, const struct options *options, const struct program *program,
                          struct error *error)
{
    s->json.buf = &s->printed->out;
    out_open(&s->json, NULL, '[');
    enum err err = play(s, options, program, error);
    out_close(&s->json, ']');
    buf_char(&s->printed->out, '\n');
    return err;
}

/* In a world of its own, whose clock does not move: `s->now` is the time. */
static enum err in_world(struct simulation *s, const struct options *options, struct program *program,
                         struct shipped_scripts *shipped, struct error *error)
{
    const struct world_options world_options = { .program = program, .find_script = shipped_script,
                                                 .find_script_context = shipped };
    struct world *world = NULL;

    if (!shipped)
        return error_set(error, ERR_NOMEM, "out of memory");
    enum err err = world_new(&world_options, &world, error);
    if (err != ERR_OK)
        return err;
    s->engine = world->engine;
    s->start = s->now = s->told = engine_start(world->engine);
    s->end = options->until < CLOCK_LAST - s->start ? s->start + options->until : CLOCK_LAST;
    err = (options->format == FORMAT_JSON ? play_json : play)(s, options, program, error);
    world_free(world);
    return err == ERR_OK && s->arena.failed ? error_set(error, ERR_NOMEM, "out of memory") : err;
}

static enum err simulate_program(const struct options *options, struct program *program, struct printed *printed,
                                 struct error *error)
{
    struct shipped_scripts *shipped = shipped_scripts_new(span_text(program->dialect->rules->release), program->seed);
    struct simulation s = { .dialect = program->dialect, .printed = printed };
    enum err err = in_world(&s, options, program, shipped, error);

    shipped_scripts_free(shipped);
    arena_release(&s.arena);
    return err;
}

enum err simulate(const struct options *options, struct printed *printed, struct error *error)
{
    CLEANUP(findings_release) struct findings findings = { 0 };
    struct program_source source = { .settings = PROGRAM_SETTINGS_NONE };
    struct program *program = NULL;

    source.settings.clock = CLOCK_KIND_MANUAL;
    enum err err = scenario_files_load(options, &source, &findings, &program, error);
    findings_put(&printed->notes, &findings);
    printed->refused = findings.n > 0;
    if (err == ERR_OK)
        err = simulate_program(options, program, printed, error);
    else if (err == ERR_INVALID && printed->refused)
        err = ERR_OK;
    program_drop(program);
    return err;
}
