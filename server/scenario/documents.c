#include "scenario/documents.h"

#include "base/ascii.h"
#include "scenario/shipped.h"

#define WANTED "a scenario, {\"name\": …} for one that ships, or a list of them"

struct span documents_place_text(struct reading *r, const struct json_value *value)
{
    struct json_place place = json_place(r->json, value);
    struct span raw = json_raw(r->json, value);
    size_t before = place.line - 1 + place.column - 1;
    char *text = arena_alloc(r->arena, before + raw.n);

    if (!text)
        return SPAN("");
    memset(text, '\n', place.line - 1);
    memset(text + place.line - 1, ' ', place.column - 1);
    memcpy(text + before, raw.p, raw.n);
    return span_of(text, before + raw.n);
}

/* True for {"name": "…"} alone. */
static bool names_shipped(const struct json_value *value)
{
    const struct json_value *first = json_first(value);

    return first && !json_next(first) && span_is(json_key(first), "name");
}

static bool is_name(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!ascii_is_letter(text.p[i]) && !ascii_is_digit(text.p[i]) && text.p[i] != '-')
            return false;
    return text.n > 0;
}

/* A scenario may have a name, which must be its file's: so that is what the text is called; else `body`. */
static const char *name_of(struct reading *r, const struct json_value *value)
{
    struct span name = json_string(json_get(value, "name"));

    return is_name(name) ? arena_span(r->arena, name).p : "body";
}

static void add(struct documents *documents, struct scenario_file file)
{
    documents->files[documents->n++] = file;
}

static void add_shipped(struct reading *r, const struct json_value *value, struct documents *documents)
{
    const struct json_value *member = json_first(value);
    struct span name;

    reading_enter_key(r, SPAN("name"));
    if (value_text(r, member, &name)) {
        const struct shipped_file *shipped = shipped_scenario(name);
        struct nearest near = nearest_to(name.p);
        if (shipped)
            add(documents, shipped_scenario_file(shipped));
        else {
            shipped_try_names(&near);
            reading_error_at(r, member, FINDING_BAD_VALUE, near.best, "no scenario %s ships with the program", reading_shown(r, name));
        }
    }
    reading_leave(r);
}

static void add_one(struct reading *r, const struct json_value *value, struct documents *documents)
{
    if (!value_is(r, value, JSON_OBJECT, WANTED))
        return;
    if (names_shipped(value))
        add_shipped(r, value, documents);
    else
        add(documents, (struct scenario_file){ .name = name_of(r, value), .text = documents_place_text(r, value), .source = "body" });
}

void documents_read(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct documents *documents = (void *)((char *)object + key->offset);
    size_t i = 0;

    documents->given = true;
    if (json_type(value) != JSON_ARRAY) {
        add_one(r, value, documents);
        return;
    }
    if (json_count(value) > DOCUMENTS_MAX) {
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected at most %d scenarios", DOCUMENTS_MAX);
        return;
    }
    JSON_EACH(element, value) {
        reading_enter_index(r, i++);
        add_one(r, element, documents);
        reading_leave(r);
    }
}
