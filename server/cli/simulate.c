#include "cli/simulate.h"

#include "cli/scenario_files.h"
#include "cli/simulated_job.h"
#include "cli/simulation.h"

#include "world/clock.h"
#include "sim/store.h"
#include "world/world.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- submitting ---------------------------------------------------------------------------------------------- */

/* `flaky`, or `flaky.json:14` where it has no name. */
static struct span title_of(struct simulation *s, const struct job_script *script)
{
    if (script->name.n)
        return script->name;
    return arena_printf(&s->arena, "%.*s:%zu", SPAN_ARG(script->file), script->line);
}

/* Another script may match before the one that the job was made for. */
static void tell_who_plays(struct simulation *s, struct span label, const struct job *job,
                           const struct job_script *meant)
{
    const struct job_script *plays = job->script;

    if (plays == meant || !plays)
        return;
    struct buf *out = simulation_note(s);
    simulation_put_clean(out, label);
    buf_text(out, "  is played by the script ");
    simulation_put_clean(out, title_of(s, plays));
    buf_char(out, '\n');
}

static void tell_refusal(struct simulation *s, struct span label, struct span why)
{
    struct buf *out = simulation_note(s);

    simulation_put_clean(out, label);
    buf_text(out, "  submit answers: ");
    simulation_put_clean(out, why);
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
    simulation_report_job(s, played);
    return ERR_OK;
}

/* True if some script plays each job that is like this one: the network plays none. */
static bool plays_all_like(const struct program *program, const struct simulated_job *job, struct arena *arena)
{
    const struct job_facts facts = { job->client_id, job->spec };

    for (size_t i = 0; job->spec && i < program->n_scripts; i++) {
        const struct job_script *script = &program->scripts[i];
        if (script->has_match && !script->match.nth_first && match_job(&script->match, &facts, arena, NULL))
            return true;
    }
    return false;
}

static enum err submit_own(struct simulation *s, const struct program *program, int64_t concurrency, struct error *error)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < program->n_scripts && err == ERR_OK; i++) {
        const struct job_script *script = &program->scripts[i];
        struct simulated_job made = simulated_for(script, concurrency, &s->arena);
        err = submit(s, &made, title_of(s, script), script, error);
    }
    struct simulated_job plain = simulated_plain(concurrency, &s->arena);
    bool none = err != ERR_OK || plays_all_like(program, &plain, &s->arena);
    return none ? err : submit(s, &plain, SPAN("plain"), NULL, error);
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

/* Adds a job of a fixture: only further changes are reported, not its history. Its label is its short id. */
static void adopt(struct simulation *s, const struct job *job)
{
    struct played *played = &s->played[s->n_played++];

    *played = (struct played){ .id = arena_span(&s->arena, job->id) };
    played->label = span_of(played->id.p, played->id.n < SHORT_ID_SIZE ? played->id.n : SHORT_ID_SIZE);
    simulation_skip_job(s, played, job);
}

/* Adds all jobs that fixtures have loaded, and makes room for `more`. */
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

/* Those on all endpoints are listed once. */
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
            buf_printf(out = simulation_note(s), "faults on %s, not played:",
                       endpoint == ENDPOINT_COUNT ? "*" : endpoint_name((enum endpoint)endpoint));
        else
            buf_char(out, ',');
        buf_char(out, ' ');
        simulation_put_clean(out, fault_title(&scenario->faults[i], &s->arena));
    }
    if (out)
        buf_char(out, '\n');
}

static void list_faults(struct simulation *s, const struct scenario *scenario)
{
    for (int endpoint = 0; endpoint <= ENDPOINT_COUNT; endpoint++)
        list_faults_on(s, scenario, endpoint);
}

/* ---- advancing ----------------------------------------------------------------------------------------------- */

static void open_gate(struct simulation *s, struct span gate)
{
    struct buf *out = simulation_note(s);

    buf_text(out, "waits for gate \"");
    simulation_put_clean(out, gate);
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
    struct buf *out = simulation_note(s);
    unsigned of = wait->trigger->of;

    simulation_put_clean(out, label_of_job(s, wait->job));
    buf_printf(out, "  waits for %" PRIu32 " read%s of ", wait->reads, wait->reads == 1 ? "" : "s");
    put_endpoints(out, of);
    buf_text(out, ": read here\n");
    for (uint32_t i = 0; i < wait->reads; i++)
        engine_told(s->engine, wait->job, ENDPOINT_BIT(first_endpoint(of)), s->now);
    engine_tick(s->engine, s->now);
}

/* Opens the gate or makes the reads that an action waits for. False: nothing waits. */
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

/* Advances to the next action. False: the simulation is over. */
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
        struct buf *out = simulation_note(s);
        simulation_put_clean(out, s->played[i].label);
        buf_printf(out, "  stays %s\n", job_state_name(job->state));
    }
    buf_text(simulation_note(s), more ? "ends: more would happen\n" : "ends: nothing is left to happen\n");
}

static void run(struct simulation *s)
{
    while (go_on(s))
        simulation_report(s);
    tell_end(s);
}

/* ---- the command --------------------------------------------------------------------------------------------- */

static enum err play(struct simulation *s, const struct options *options, const struct program *program,
                     struct error *error)
{
    const struct scenario *scenario = program->scenario;
    enum err err = adopt_all(s, program->n_scripts + 1, error);

    if (err != ERR_OK)
        return err;
    list_faults(s, scenario);
    err = options->job ? submit_given(s, options->job, error)
                       : submit_own(s, program, (int64_t)options->concurrency.value, error);
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

/* Plays in a world of its own, whose clock does not move: `s->now` is the time. */
static enum err in_world(struct simulation *s, const struct options *options, struct program *program, struct error *error)
{
    const struct world_options world_options = { .program = program, .catalogue = true };
    struct world *world = NULL;

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
    struct simulation s = { .dialect = program->dialect, .printed = printed };
    enum err err = in_world(&s, options, program, error);

    arena_release(&s.arena);
    return err;
}

enum err simulate(const struct options *options, struct printed *printed, struct error *error)
{
    CLEANUP(findings_release) struct findings findings = { 0 };
    struct program_source source = { .settings = PROGRAM_SETTINGS_NONE };
    struct program *program = NULL;

    source.settings.clock = CLOCK_KIND_MANUAL;
    enum err err = scenario_files_load(options, &source, NULL, &findings, &program, error);
    findings_put(&printed->notes, &findings);
    printed->refused = findings.n > 0;
    if (err == ERR_OK)
        err = simulate_program(options, program, printed, error);
    else if (err == ERR_INVALID && printed->refused)
        err = ERR_OK;
    program_drop(program);
    return err;
}
