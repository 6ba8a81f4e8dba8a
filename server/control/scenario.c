/* The scenario of a world: shown, and replaced as a whole. The catalogue of scenarios that ship. */
#include "control/handlers.h"

#include "control/document.h"
#include "scenario/documents.h"
#include "scenario/settings.h"
#include "scenario/shipped.h"

static void put_clock_setting(struct json_out *out, const struct program *program)
{
    if (program->clock != CLOCK_KIND_SCALED) {
        out_text(out, "clock", span_text(choice_name(settings_clocks, (int)program->clock)));
        return;
    }
    out_open(out, "clock", '{');
    out_real(out, "scale", program->clock_scale);
    out_close(out, '}');
}

static void put_settings(struct control_call *c, struct json_out *out, const struct program *program)
{
    out_text(out, "dialect", span_text(program->dialect->name));
    put_clock_setting(out, program);
    out_moment(out, "start_time", c->world->clock.base, program->zone);
    control_put_seed(c, out);
    out_text(out, "signatures", span_text(choice_name(settings_signature_modes, (int)program->signatures)));
}

static void put_parts(struct json_out *out, const struct scenario *scenario)
{
    out_open(out, "parts", '[');
    for (size_t i = 0; i < scenario->n_parts; i++) {
        out_open(out, NULL, '{');
        out_text(out, "source", scenario->parts[i].source);
        buf_span(out_value(out, "scenario"), scenario->parts[i].text);
        out_close(out, '}');
    }
    out_close(out, ']');
}

static void put_fixtures(struct json_out *out, const struct program *program)
{
    out_open(out, "fixtures", '[');
    for (size_t i = 0; i < program->n_fixtures; i++)
        out_text(out, NULL, program->fixtures[i].name);
    out_close(out, ']');
}

void answer_scenario(struct control_call *c)
{
    const struct program *program = c->world->program;
    struct json_out out = control_begin(c);

    out_open(&out, NULL, '{');
    out_text(&out, "name", program->scenario->names);
    put_settings(c, &out, program);
    put_parts(&out, program->scenario);
    put_fixtures(&out, program);
    out_close(&out, '}');
}

/* ---- replacing ----------------------------------------------------------------------------------------------- */

static void read_documents(struct reading *r, const struct json_value *root, void *input)
{
    static const struct key whole = { .read = documents_read };

    documents_read(r, root, &whole, input);
}

/* The settings that the command line or the session gave still win; those that the scenario leaves out stay. */
static struct program *replacement(struct control_call *c, const struct documents *documents)
{
    struct program *before = world_program(c->world);
    struct program *program = control_program(c, &(struct program_source){ .files = documents->files,
                                                                           .n_files = documents->n,
                                                                           .settings = before->given,
                                                                           .fixture = before->extra,
                                                                           .fallback = before });

    if (program && !control_fits_world(c, program_needs_restart(program, before))) {
        program_drop(program);
        program = NULL;
    }
    program_drop(before);
    return program;
}

void prepare_replace_scenario(struct control_call *c)
{
    struct documents *documents = ARENA_NEW(&c->arena, struct documents);

    if (!documents) {
        control_no_memory(c);
        return;
    }
    if (control_read_query(c, control_no_parameters, NULL) && control_read_document(c, &c->arena, read_documents, documents))
        c->input = replacement(c, documents);
}

void answer_replace_scenario(struct control_call *c)
{
    struct program *program = c->input;
    enum err err = world_play(c->world, program, NULL);

    program_drop(program);
    if (err == ERR_OK)
        answer_scenario(c);
    else
        control_no_memory(c);
}

/* ---- the catalogue ------------------------------------------------------------------------------------------- */

/* False: out of memory. */
static bool put_scenario(struct json_out *out, const struct shipped_file *file)
{
    struct json *json = NULL;

    if (json_parse(shipped_text(file), JSON_STRICT, &json, NULL, NULL) == ERR_NOMEM)
        return false;
    shipped_put_row(out, file->name, json_root(json));
    json_free(json);
    return true;
}

void prepare_scenarios(struct control_call *c)
{
    const struct shipped_file *file = NULL;
    bool good = true;

    if (!control_read_query(c, control_no_parameters, NULL))
        return;
    struct json_out out = control_begin(c);
    out_open(&out, NULL, '{');
    out_open(&out, "scenarios", '[');
    while (good && (file = shipped_next(file)))
        good = put_scenario(&out, file);
    out_close(&out, ']');
    out_close(&out, '}');
    control_finish(c);
    if (!good)
        control_no_memory(c);
}
