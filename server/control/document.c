#include "control/document.h"

#include "base/json_cause.h"

static void refuse_syntax(struct control_call *c, struct json_place place, const struct error *error)
{
    CLEANUP(findings_release) struct findings findings = { 0 };

    findings_add_syntax(&findings, SPAN("body"), c->request->body, place, error);
    control_refuse_findings(c, &findings);
}

bool control_read_document(struct control_call *c, struct arena *arena,
                           void (*read)(struct reading *r, const struct json_value *root, void *input), void *input)
{
    CLEANUP(findings_release) struct findings findings = { 0 };
    struct json *json = NULL;
    struct json_place place;
    struct error error;
    enum err err = json_parse(c->request->body, JSON_STRICT, &json, &place, &error);

    if (err == ERR_INVALID)
        refuse_syntax(c, place, &error);
    else if (err != ERR_OK)
        control_no_memory(c);
    if (err != ERR_OK)
        return false;
    struct reading reading = { .file = SPAN("body"), .json = json, .arena = arena, .findings = &findings };
    read(&reading, json_root(json), input);
    json_free(json);
    findings_sort(&findings, 0);
    if (findings.n)
        control_refuse_findings(c, &findings);
    else if (arena->failed || findings.failed)
        control_no_memory(c);
    return !c->done;
}

struct program *control_program(struct control_call *c, const struct program_source *source)
{
    CLEANUP(findings_release) struct findings findings = { 0 };
    struct program *program = NULL;
    struct error error;

    if (program_new(source, &findings, &program, &error) == ERR_OK)
        return program;
    if (findings.n)
        control_refuse_findings(c, &findings);
    else
        control_no_memory(c);
    return NULL;
}

bool control_fits_world(struct control_call *c, const char *changed)
{
    if (!changed)
        return true;
    control_refuse(c, 409, "needs-restart", "leave it out, or start the program or a session with it",
                   "another %s needs a restart", changed);
    return false;
}
