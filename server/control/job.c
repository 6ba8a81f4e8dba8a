#include "control/handlers.h"

#include "releases/fixture.h"
#include "sim/store.h"
#include "wire/json_put.h"

#include <stdlib.h>

/* ---- one job ----------------------------------------------------------------------------------------------- */

static void put_script(struct json_out *out, const struct job *job)
{
    const struct job_script *script = job->script;

    if (!script) {
        out_null(out, "script");
        return;
    }
    out_open(out, "script", '{');
    out_text_or_null(out, "name", script->name);
    out_text(out, "file", script->file);
    out_int(out, "line", (int64_t)script->line);
    out_int(out, "step", (int64_t)job->step);
    out_int(out, "steps", (int64_t)script->n_steps);
    out_bool(out, "left", job->left_script);
    out_close(out, '}');
}

static bool came_before(const struct job *job, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (span_eq(job->executions[j]->node_id, job->executions[i]->node_id))
            return true;
    return false;
}

/* The names of the executions' nodes, by id; null: it is not in the network. */
static void put_nodes(struct json_out *out, const struct job *job)
{
    out_open(out, "nodes", '{');
    for (size_t i = 0; i < job->n_executions; i++) {
        const struct execution *x = job->executions[i];
        if (came_before(job, i))
            continue;
        json_put_string(out_value(out, NULL), x->node_id);
        buf_char(out->buf, ':');
        out->comma = false;
        out_text_or_null(out, NULL, execution_node_name(job, x));
    }
    out_close(out, '}');
}

void control_put_job(struct control_call *c, struct json_out *out, const char *key, const struct job *job)
{
    fixture_put_job(out_value(out, key), job, c->world->zone);
    put_script(out, job);
    put_nodes(out, job);
    control_put_upcoming(c, out, "upcoming", job);
    out_close(out, '}');
}

void answer_job(struct control_call *c)
{
    const struct job *job = control_find_job(c, c->name);

    if (!job)
        return;
    struct json_out out = control_begin(c);
    control_put_job(c, &out, NULL, job);
}

/* ---- all jobs, as a fixture -------------------------------------------------------------------------------- */

/* In pieces: each job as it is when it is printed. */
static void put_jobs(struct control_call *c, struct json_out *out, const struct job *const *jobs, size_t n)
{
    struct engine *engine = c->world->engine;

    engine_hold(engine, jobs, n);
    for (size_t i = 0; i < n; i++) {
        if (i && i % WORLD_PIECE == 0)
            c->now = world_pause(c->world);
        fixture_put_job(out_value(out, NULL), jobs[i], c->world->zone);
        out_close(out, '}');
    }
    engine_let_go(engine, jobs, n);
}

void answer_fixture(struct control_call *c)
{
    struct list_query all = { .order = LIST_SUBMITTED };
    const struct job **jobs = NULL;
    size_t n = 0;

    if (engine_list(c->world->engine, &all, c->now, &jobs, &n) != ERR_OK) {
        control_no_memory(c);
        return;
    }
    struct json_out out = control_begin(c);
    out_open(&out, NULL, '{');
    out_open(&out, "jobs", '[');
    put_jobs(c, &out, jobs, n);
    out_close(&out, ']');
    out_close(&out, '}');
    free(jobs);
}

/* ---- adding jobs ------------------------------------------------------------------------------------------- */

/* Loads the body into a network without nodes, as `check` does: what is wrong with it is found before anything changes. */
static enum err try_fixture(struct control_call *c, struct json_place *where, struct error *why)
{
    struct engine_options options = { .rules = c->world->release->rules, .ids = draw_of_seed(1), .max_jobs = SIZE_MAX };
    struct engine *engine = NULL;
    enum err err = engine_new(&options, &engine, why);

    if (err == ERR_OK)
        err = fixture_load(engine, c->request->body, CLOCK_DEFAULT_START, where, why);
    engine_free(engine);
    return err;
}

static void refuse_fixture(struct control_call *c, struct json_place where, const struct error *why)
{
    CLEANUP(findings_release) struct findings findings = { 0 };

    findings_add(&findings, &(struct finding){ .file = SPAN("body"), .place = where, .key = FINDING_BAD_VALUE,
                                               .message = span_text(why->text), .hint = SPAN("") });
    if (findings.n)
        control_refuse_findings(c, &findings);
}

void prepare_add_jobs(struct control_call *c)
{
    struct fixture *fixture = ARENA_NEW(&c->arena, struct fixture);
    struct json_place where = { 1, 1 };
    struct error why;

    c->input = fixture;
    if (!fixture || !control_read_query(c, control_no_parameters, NULL))
        return;
    enum err err = fixture ? try_fixture(c, &where, &why) : ERR_NOMEM;
    if (err == ERR_OK)
        err = fixture_read(c->request->body, &c->arena, fixture, &why);
    if (err == ERR_NOMEM)
        control_no_memory(c);
    else if (err != ERR_OK)
        refuse_fixture(c, where, &why);
}

static void store_full(struct control_call *c, size_t n)
{
    control_refuse(c, 503, "job-store-full", "reset \"jobs\", or start with a larger --max-jobs or --max-memory",
                   "there is no room for %zu jobs more", n);
}

/* False: the reply is an error. */
static bool may_add(struct control_call *c, const struct fixture *fixture)
{
    const struct store *store = engine_store(c->world->engine);

    for (size_t i = 0; i < fixture->n; i++) {
        if (!store_get(store, fixture->at[i].id))
            continue;
        control_refuse(c, 409, "job-exists", "give it another id, or reset \"jobs\"", "there is a job \"%.*s\" already",
                       SPAN_ARG(fixture->at[i].id));
        return false;
    }
    if (store_has_room(store, fixture->n))
        return true;
    store_full(c, fixture->n);
    return false;
}

void answer_add_jobs(struct control_call *c)
{
    const struct fixture *fixture = c->input;
    struct error error;

    if (!may_add(c, fixture))
        return;
    if (fixture_add(c->world->engine, fixture, c->now, &error) != ERR_OK) {
        store_full(c, fixture->n);
        return;
    }
    struct json_out out = control_begin(c);
    c->reply->status = 201;
    out_open(&out, NULL, '{');
    out_open(&out, "added", '[');
    for (size_t i = 0; i < fixture->n; i++)
        out_text(&out, NULL, fixture->at[i].id);
    out_close(&out, ']');
    out_close(&out, '}');
}
