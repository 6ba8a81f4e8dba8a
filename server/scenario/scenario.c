#include "scenario/scenario.h"

#include "base/fnv.h"
#include "scenario/expectations.h"
#include "scenario/faults.h"
#include "scenario/jobs.h"
#include "scenario/nodes.h"
#include "scenario/scheduling.h"
#include "scenario/settings.h"

#include <stdlib.h>

enum {
    FORMAT_VERSION = 1,
    NODES_DEFAULT = 3,
    NAMES_MAX = 1 << 20,
    RESTARTS_MAX = 1000,
};

/* The files are read into this; the scenario made from it never changes. */
struct draft {
    struct scenario scenario;
    struct node_list nodes;
    struct expectation_list expect;
    struct fault_list faults;
    struct gate_names gates;
    struct script_list scripts;
    struct span name; /* of the file at hand */
};

/* ---- names ----------------------------------------------------------------------------------------------- */

/* A file's own name without folder and .json. */
static struct span own_name(struct span file)
{
    static const struct span json = { ".json", 5 };
    const char *slash = memrchr(file.p, '/', file.n);
    struct span name = slash ? span_of(slash + 1, file.n - (size_t)(slash + 1 - file.p)) : file;
    bool ends = name.n > json.n && span_eq(span_of(name.p + name.n - json.n, json.n), json);

    return ends ? span_of(name.p, name.n - json.n) : name;
}

static void read_name(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct draft *draft = object;
    struct span name, own = own_name(r->file);

    (void)key;
    if (!value_name(r, value, &name))
        return;
    if (!span_eq(name, own))
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "the name is %s, but the file's own is %s", reading_shown(r, name),
                 reading_shown(r, own));
    else
        draft->name = name;
}

static void read_version(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    int64_t version;

    (void)key;
    (void)object;
    if (!value_is(r, value, JSON_NUMBER, "the number 1"))
        return;
    if (!json_integer(value, &version) || version != FORMAT_VERSION)
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected version %d, got %.*s", FORMAT_VERSION,
                 SPAN_ARG(json_raw(r->json, value)));
}

/* ---- a file's settings ------------------------------------------------------------------------------------ */

static const struct choice list_orders[] = {
    { "sorted", LISTS_SORTED }, { "random-subset", LISTS_RANDOM_SUBSET }, { NULL, 0 },
};

/* ---- a file ---------------------------------------------------------------------------------------------- */

static void read_network(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    (void)key;
    nodes_read(r, value, &((struct draft *)object)->nodes);
}

/* The script that has the name already; NULL: none. */
static const struct job_script *script_named(const struct script_list *list, struct span name)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i].name.n && span_eq(list->at[i].name, name))
            return &list->at[i];
    return NULL;
}

static void check_script_names(struct reading *r, const struct json_value *value, const struct script_list *read,
                               const struct script_list *earlier)
{
    struct script_list before = { read->at, 0 };

    JSON_EACH(element, value) {
        if (before.n == read->n)
            break;
        const struct job_script *script = &read->at[before.n];
        const struct job_script *twin = script_named(&before, script->name);
        twin = twin ? twin : script_named(earlier, script->name);
        reading_enter_index(r, before.n);
        if (twin)
            reading_error_at(r, json_get(element, "name"), FINDING_DUPLICATE_NAME, NULL, "the name %s stands already at %.*s:%zu",
                     reading_shown(r, script->name), SPAN_ARG(twin->file), twin->line);
        reading_leave(r);
        before.n++;
    }
}

/* Scripts of a later file come before those of an earlier one. */
static void read_scripts(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct draft *draft = object;
    struct script_list read = { 0 };

    (void)key;
    jobs_read(r, value, &read);
    check_script_names(r, value, &read, &draft->scripts);
    struct job_script *all = arena_alloc(r->arena, (read.n + draft->scripts.n + 1) * sizeof *all);
    if (!all)
        return;
    memcpy(all, read.at ? read.at : all, read.n * sizeof *all);
    if (draft->scripts.n)
        memcpy(all + read.n, draft->scripts.at, draft->scripts.n * sizeof *all);
    draft->scripts = (struct script_list){ all, read.n + draft->scripts.n };
}

static void read_expect(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    (void)key;
    expectations_read(r, value, &((struct draft *)object)->expect);
}

static void read_file_faults(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    (void)key;
    faults_read(r, value, &((struct draft *)object)->faults);
}

/* The restarts of a later file replace those of an earlier one, as with any setting. */
static void read_restarts(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    static const struct key whole = { .read = key_jobless_trigger };
    struct scenario *scenario = &((struct draft *)object)->scenario;
    size_t n = json_type(value) == JSON_ARRAY ? json_count(value) : 0, i = 0;

    (void)key;
    if (!value_is(r, value, JSON_ARRAY, "an array of triggers"))
        return;
    if (n > RESTARTS_MAX) {
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected at most %d triggers", RESTARTS_MAX);
        return;
    }
    struct trigger *restarts = arena_alloc(r->arena, n * sizeof *restarts);
    JSON_EACH(element, restarts ? value : NULL) {
        reading_enter_index(r, i);
        whole.read(r, element, &whole, &restarts[i++]);
        reading_leave(r);
    }
    scenario->restarts = restarts;
    scenario->n_restarts = i;
}

static void read_fixtures(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct scenario *scenario = &((struct draft *)object)->scenario;
    size_t n = json_type(value) == JSON_ARRAY ? json_count(value) : 0, i = 0;

    (void)key;
    if (!value_is(r, value, JSON_ARRAY, "an array of file names"))
        return;
    if (n + scenario->n_fixtures > FIXTURES_MAX) {
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected at most %d fixtures", FIXTURES_MAX);
        return;
    }
    struct fixture_text *all = arena_alloc(r->arena, (n + scenario->n_fixtures + 1) * sizeof *all);
    JSON_EACH(element, all ? value : NULL) {
        reading_enter_index(r, i);
        value_file(r, element, FIXTURE_TEXT_MAX, &all[i].name, &all[i].text);
        reading_leave(r);
        i++;
    }
    if (all && scenario->n_fixtures)
        memcpy(all + i, scenario->fixtures, scenario->n_fixtures * sizeof *all);
    scenario->fixtures = all;
    scenario->n_fixtures = all ? i + scenario->n_fixtures : 0;
}

#define SETTING(field) (offsetof(struct draft, scenario) + offsetof(struct scenario, field))

static const struct key file_keys[] = {
    { .name = "$schema", .read = key_ignored_text },
    { .name = "version", .read = read_version, .required = true },
    { .name = "name", .read = read_name },
    { .name = "about", .read = key_ignored_text },
    { .name = "references", .read = key_ignored_texts },
    { .name = "dialect", .read = settings_dialect },
    { .name = "clock", .read = settings_clock },
    { .name = "start_time", .read = settings_start_time },
    { .name = "seed", .read = settings_seed },
    { .name = "signatures", .read = settings_signatures },
    { .name = "list", .read = key_choice, .offset = SETTING(list_order), .detail = list_orders },
    { .name = "restart", .read = read_restarts },
    { .name = "scheduler", .read = key_inner, .offset = SETTING(scheduler), .detail = &scheduler_shape },
    { .name = "nodes", .read = read_network },
    { .name = "jobs", .read = read_scripts },
    { .name = "fixtures", .read = read_fixtures },
    { .name = "faults", .read = read_file_faults },
    { .name = "expect", .read = read_expect },
};

static const struct shape file_shape = { SHAPE_KEYS(file_keys) };

/* A part has the place of the i-th file. */
static void keep_part(struct reading *r, const struct scenario_file *file, struct scenario_part *part)
{
    part->source = arena_span(r->arena, span_text(file->source ? file->source : file->name));
    part->text = arena_span(r->arena, span_trim(file->text));
}

/* ERR_NOMEM, or ERR_OK even when there are findings. */
static enum err read_file(const struct scenario_file *file, struct reading *r, struct draft *draft, struct error *error)
{
    struct json *json = NULL;
    struct json_place place;
    struct error said;
    size_t before = r->findings->n;

    r->file = span_text(file->name);
    r->read_file = file->read_file;
    r->read_context = file->read_context;
    draft->name = own_name(r->file);
    enum err err = json_parse(file->text, JSON_STRICT, &json, &place, &said);
    if (err == ERR_INVALID) {
        findings_add_syntax(r->findings, span_text(file->name), file->text, place, &said);
        return ERR_OK;
    }
    if (err != ERR_OK)
        return error_set(error, err, "%s", said.text);
    r->json = json;
    keys_read(r, json_root(json), &file_shape, draft);
    r->json = NULL;
    json_free(json);
    findings_sort(r->findings, before);
    return ERR_OK;
}

/* ---- all files ------------------------------------------------------------------------------------------- */

static void put_name(struct buf *names, struct span name)
{
    if (names->n)
        buf_char(names, '+');
    buf_span(names, name);
}

static enum err read_files(const struct scenario_file *files, size_t n, struct reading *r, struct draft *draft,
                           struct error *error)
{
    CLEANUP(buf_release) struct buf names = buf_init(NAMES_MAX);
    struct scenario_part *parts = arena_alloc(r->arena, n * sizeof *parts);
    enum err err = parts ? ERR_OK : ERR_NOMEM;

    draft->scenario.parts = parts;
    draft->scenario.n_parts = n;
    for (size_t i = 0; i < n && err == ERR_OK; i++) {
        keep_part(r, &files[i], &parts[i]);
        err = read_file(&files[i], r, draft, error);
        put_name(&names, draft->name);
    }
    if (err != ERR_OK)
        return parts ? err : error_set(error, err, "out of memory");
    draft->scenario.names = arena_span(r->arena, n ? buf_view(&names) : SPAN("none"));
    if (r->arena->failed || names.failed || r->findings->failed)
        return error_set(error, ERR_NOMEM, "out of memory");
    return ERR_OK;
}

static struct draft draft_new(struct arena *arena)
{
    return (struct draft){
        .scenario = { SETTINGS_LEFT_OUT },
        .nodes = nodes_good(NODES_DEFAULT, arena),
    };
}

/* The draft's memory becomes the scenario's. */
static enum err finish(const struct draft *draft, struct arena *arena, struct scenario **out, struct error *error)
{
    struct scenario *scenario = malloc(sizeof *scenario);

    if (!scenario)
        return error_set(error, ERR_NOMEM, "out of memory");
    *scenario = draft->scenario;
    scenario->nodes = draft->nodes.at;
    scenario->n_nodes = draft->nodes.n;
    scenario->faults = draft->faults.at;
    scenario->n_faults = draft->faults.n;
    scenario->expect = draft->expect.at;
    scenario->n_expect = draft->expect.n;
    scenario->gates = draft->gates.at;
    scenario->n_gates = draft->gates.n;
    scenario->scripts = draft->scripts.at;
    scenario->n_scripts = draft->scripts.n;
    scenario->arena = *arena;
    *arena = (struct arena){ 0 };
    *out = scenario;
    return ERR_OK;
}

enum err scenario_load(const struct scenario_file *files, size_t n, struct findings *findings,
                       struct scenario **scenario, struct error *error)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct reading reading = { .arena = &arena, .findings = findings };
    struct draft draft = draft_new(&arena);
    size_t before = findings->n + findings->dropped;

    reading.gates = &draft.gates;
    enum err err = read_files(files, n, &reading, &draft, error);
    if (err != ERR_OK)
        return err;
    if (findings->n + findings->dropped > before)
        return error_set(error, ERR_INVALID, "not every file passes");
    return finish(&draft, &arena, scenario, error);
}

void scenario_free(struct scenario *scenario)
{
    if (!scenario)
        return;
    arena_release(&scenario->arena);
    free(scenario);
}

/* `list` numbers the lists of a scenario: 0 the network, i + 1 that of the i-th script. */
static struct node *complete(const struct node *from, size_t n, size_t list, struct span version, uint64_t seed,
                             struct arena *arena)
{
    struct node *nodes = arena_alloc(arena, n * sizeof *nodes);

    for (size_t i = 0; nodes && i < n; i++) {
        uint64_t h = fnv_add(FNV_START, &seed, sizeof seed);
        h = fnv_add(fnv_add(h, &list, sizeof list), &i, sizeof i);
        struct draw ids = draw_of_seed(h);
        char id[CID_SIZE + 1];
        nodes[i] = from[i];
        if (!nodes[i].version.n)
            nodes[i].version = version;
        if (nodes[i].id.n)
            continue;
        draw_cid(&ids, id);
        nodes[i].id = arena_span(arena, span_text(id));
    }
    return arena->failed ? NULL : nodes;
}

struct node *scenario_network(const struct scenario *scenario, struct span version, uint64_t seed, struct arena *arena)
{
    return complete(scenario->nodes, scenario->n_nodes, 0, version, seed, arena);
}

struct job_script *scenario_scripts(const struct scenario *scenario, struct span version, uint64_t seed, struct arena *arena)
{
    struct job_script *scripts = arena_alloc(arena, (scenario->n_scripts + 1) * sizeof *scripts);

    for (size_t i = 0; scripts && i < scenario->n_scripts; i++) {
        scripts[i] = scenario->scripts[i];
        if (scripts[i].has_nodes)
            scripts[i].nodes = complete(scripts[i].nodes, scripts[i].n_nodes, i + 1, version, seed, arena);
    }
    return arena->failed ? NULL : scripts;
}
