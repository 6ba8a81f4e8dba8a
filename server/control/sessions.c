/* Sessions: made, listed, shown, ended. */
#include "control/handlers.h"

#include "control/document.h"
#include "releases/fixture.h"
#include "scenario/documents.h"
#include "scenario/settings.h"

#include <stdlib.h>

struct session_input {
    struct span client_id;
    struct scenario settings; /* only those that settings.h reads */
    struct documents scenario;
    struct span fixtures; /* the text of the fixture, at its place in the body; empty: none */
    ns_t ttl;
};

/* ---- the body -------------------------------------------------------------------------------------------------- */

static void read_client_id(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct session_input *input = object;

    (void)key;
    if (value_nonempty(r, value, &input->client_id) && input->client_id.n > CLIENT_ID_MAX)
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected at most %d bytes", CLIENT_ID_MAX);
}

static void read_ttl(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct session_input *input = object;

    (void)key;
    if (value_duration(r, value, &input->ttl) && (input->ttl <= 0 || input->ttl > SESSION_TTL_MAX))
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected a duration above 0 and up to 24h");
}

/* Loads it into a network without nodes, to see that it can be loaded. */
static void check_fixture(struct reading *r, const struct json_value *value, struct span text)
{
    struct engine_options options = { .rules = releases[0]->rules, .ids = draw_of_seed(1), .max_jobs = SIZE_MAX };
    struct json_place where = json_place(r->json, value);
    struct engine *engine = NULL;
    struct error why;

    if (engine_new(&options, &engine, NULL) != ERR_OK) {
        r->arena->failed = true;
        return;
    }
    if (fixture_load(engine, text, CLOCK_DEFAULT_START, &where, &why) != ERR_OK)
        findings_add(r->findings, &(struct finding){ .file = r->file,
                                                     .place = where,
                                                     .key = FINDING_BAD_VALUE,
                                                     .message = span_text(why.text),
                                                     .hint = SPAN("") });
    engine_free(engine);
}

static void read_fixtures(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct session_input *input = object;

    (void)key;
    if (json_type(value) == JSON_STRING) {
        reading_error_at(r, value, FINDING_NO_FILES, NULL, "no files are read here");
    } else if (value_is(r, value, JSON_OBJECT, "a fixture, an object")) {
        input->fixtures = documents_place_text(r, value);
        check_fixture(r, value, input->fixtures);
    }
}

#define SETTINGS .offset = offsetof(struct session_input, settings)

static const struct key session_keys[] = {
    { .name = "client_id", .read = read_client_id, .required = true },
    { .name = "scenario", .read = documents_read, .offset = offsetof(struct session_input, scenario) },
    { .name = "dialect", .read = settings_dialect, SETTINGS },
    { .name = "clock", .read = settings_clock, SETTINGS },
    { .name = "start_time", .read = settings_start_time, SETTINGS },
    { .name = "seed", .read = settings_seed, SETTINGS },
    { .name = "signatures", .read = settings_signatures, SETTINGS },
    { .name = "fixtures", .read = read_fixtures },
    { .name = "ttl", .read = read_ttl },
};
static const struct shape session_shape = { SHAPE_KEYS(session_keys) };

static void read_session(struct reading *r, const struct json_value *root, void *input)
{
    keys_read(r, root, &session_shape, input);
}

/* ---- making one -------------------------------------------------------------------------------------------------- */

static struct program_settings settings_of(const struct scenario *given)
{
    return (struct program_settings){ .dialect = given->dialect.n ? release_find(given->dialect) : NULL,
                                      .clock = given->clock.kind,
                                      .clock_scale = given->clock.scale,
                                      .start_time = given->start_time,
                                      .zone = given->zone,
                                      .has_seed = given->has_seed,
                                      .seed = (uint64_t)given->seed,
                                      .signatures = given->signatures };
}

/* NULL: the reply is an error. */
static struct program *program_of(struct control_call *c, const struct session_input *input)
{
    struct program *process = world_program(worlds_default(c->worlds));
    struct program_source source = { .files = input->scenario.files,
                                     .n_files = input->scenario.n,
                                     .settings = settings_of(&input->settings),
                                     .fixture = { SPAN("body"), input->fixtures },
                                     .fallback = process,
                                     .client_id = input->client_id,
                                     .lender = input->scenario.given ? NULL : process };
    struct program *program = control_program(c, &source);

    if (program && !control_fits_world(c, program->dialect == process->dialect ? NULL : "dialect")) {
        program_drop(program);
        program = NULL;
    }
    program_drop(process);
    return program;
}

static void refuse_to_add(struct control_call *c, enum worlds_answer answer, struct span client_id)
{
    if (answer == WORLDS_EXISTS)
        control_refuse(c, 409, "session-exists", "DELETE it first, or choose another client id",
                       "there is a session of the client \"%.*s\" already", SPAN_ARG(client_id));
    else if (answer == WORLDS_FULL)
        control_refuse(c, 503, "too-many-sessions", "DELETE those that have ended", "there are %d sessions already", SESSIONS_MAX);
    else
        control_refuse(c, 503, "stopping", NULL, "the program is stopping");
}

/* A fixture that was checked alone may still not fit those of the scenario. */
static void refuse_world(struct control_call *c, enum err err, const struct error *error)
{
    if (err == ERR_INVALID)
        control_refuse(c, 422, "bad-value", NULL, "%s", error->text);
    else
        control_refuse(c, 503, "no-memory", NULL, "%s", error->text);
}

/* The call acts on the new world. */
static void add_session(struct control_call *c, const struct session_input *input, struct program *program)
{
    struct world_options options = worlds_options_for(c->worlds, input->client_id, program);
    struct world *world = NULL;
    struct error error;
    enum err err = world_new(&options, &world, &error);

    if (err != ERR_OK) {
        refuse_world(c, err, &error);
        return;
    }
    enum worlds_answer answer = worlds_add(c->worlds, world, input->ttl);
    if (answer == WORLDS_ADDED) {
        world_drop(c->world);
        c->world = world;
    } else {
        refuse_to_add(c, answer, input->client_id);
        world_free(world);
    }
}

void prepare_add_session(struct control_call *c)
{
    struct session_input *input = ARENA_NEW(&c->arena, struct session_input);
    struct program *program;

    if (!input) {
        control_no_memory(c);
        return;
    }
    input->settings = (struct scenario){ SETTINGS_LEFT_OUT };
    input->ttl = SESSION_TTL_DEFAULT;
    if (!control_read_query(c, control_no_parameters, NULL) || !control_read_document(c, &c->arena, read_session, input) ||
        !(program = program_of(c, input)))
        return;
    add_session(c, input, program);
    program_drop(program);
}

/* ---- rows --------------------------------------------------------------------------------------------------------- */

/* Of c->world, which is entered. */
static void put_session(struct control_call *c, struct json_out *out)
{
    const struct world *world = c->world;

    out_open(out, NULL, '{');
    out_text(out, "client_id", world->client_id);
    out_text(out, "scenario", world->program->scenario->names);
    control_put_seed(c, out);
    control_put_clock(c, out, "clock");
    out_int(out, "jobs", (int64_t)engine_job_count(world->engine));
    out_int(out, "requests", (int64_t)journal_last(world->journal));
    out_length(out, "ttl", world->membership.ttl);
    out_close(out, '}');
}

void answer_session(struct control_call *c)
{
    struct json_out out = control_begin(c);

    put_session(c, &out);
}

void answer_add_session(struct control_call *c)
{
    answer_session(c);
    c->reply->status = 201;
}

/* Enters each session's world in turn. Caller has entered none. */
void prepare_sessions(struct control_call *c)
{
    struct world **all, *own = c->world;

    if (!control_read_query(c, control_no_parameters, NULL))
        return;
    struct json_out out = control_begin(c);
    out_open(&out, NULL, '{');
    out_open(&out, "sessions", '[');
    size_t n = worlds_hold_all(c->worlds, &all);
    for (size_t i = 0; i < n; i++) {
        c->world = all[i];
        c->now = world_enter(all[i]);
        put_session(c, &out);
        world_leave(all[i]);
        world_drop_unused(all[i]); /* a list keeps no session alive */
    }
    c->world = own;
    free(all);
    out_close(&out, ']');
    out_close(&out, '}');
    control_finish(c);
}

/* ---- one session ----------------------------------------------------------------------------------------------------- */

/* The call acts on the session's world. */
void prepare_session(struct control_call *c)
{
    struct world *world = control_read_query(c, control_no_parameters, NULL) ? worlds_hold(c->worlds, c->name) : NULL;

    if (world) {
        world_drop(c->world);
        c->world = world;
    } else if (!c->done) {
        control_refuse_session(c, c->name);
    }
}

/* The verdict is that of the moment when the session leaves the table. */
void prepare_end_session(struct control_call *c)
{
    struct world *world = control_read_query(c, control_no_parameters, NULL) ? worlds_remove(c->worlds, c->name) : NULL, *own = c->world;

    if (!world) {
        if (!c->done)
            control_refuse_session(c, c->name);
        return;
    }
    c->world = world;
    c->now = world_enter(world);
    answer_verdict(c);
    world_leave(world);
    c->world = own;
    control_finish(c);
    world_close(world);
    world_drop(world);
}
