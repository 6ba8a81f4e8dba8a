#include "sim/spec.h"

/* Each function copies the texts and lists of one struct, in place, into the arena: pointers that lead
 * out of it before lead into it afterwards. A nil list stays nil, an empty one empty. */

static void own_text(struct span *text, struct arena *arena)
{
    if (text->n)
        *text = arena_span(arena, *text);
    else
        *text = (struct span){ 0 };
}

/* The elements, flat; NULL stays NULL. */
static void *own_array(const void *at, size_t n, size_t size, struct arena *arena)
{
    void *copy = at ? arena_alloc(arena, n * size) : NULL;

    if (copy && n)
        memcpy(copy, at, n * size);
    return copy;
}

static void own_texts(struct span_list *list, struct arena *arena)
{
    list->at = own_array(list->at, list->n, sizeof *list->at, arena);
    for (size_t i = 0; list->at && i < list->n; i++)
        own_text(&list->at[i], arena);
}

static void own_map(struct span_map *map, struct arena *arena)
{
    map->at = own_array(map->at, map->n, sizeof *map->at, arena);
    for (size_t i = 0; map->at && i < map->n; i++) {
        own_text(&map->at[i].key, arena);
        own_text(&map->at[i].value, arena);
    }
}

static void own_storage(struct storage_spec *s, struct arena *arena)
{
    own_text(&s->name, arena);
    own_text(&s->cid, arena);
    own_text(&s->url, arena);
    own_text(&s->source_path, arena);
    own_text(&s->path, arena);
    own_map(&s->metadata, arena);
}

static void own_storages(struct storage_list *list, struct arena *arena)
{
    list->at = own_array(list->at, list->n, sizeof *list->at, arena);
    for (size_t i = 0; list->at && i < list->n; i++)
        own_storage(&list->at[i], arena);
}

static void own_docker(struct docker_spec *d, struct arena *arena)
{
    own_text(&d->image, arena);
    own_texts(&d->entrypoint, arena);
    own_texts(&d->environment, arena);
    own_text(&d->working_directory, arena);
}

static bool storage_is_zero(const struct storage_spec *s)
{
    return !s->source && !s->name.n && !s->cid.n && !s->url.n && !s->source_path.n && !s->path.n && !s->metadata.at;
}

static bool language_is_zero(const struct language_spec *l)
{
    return !l->language.n && !l->version.n && !l->deterministic && storage_is_zero(&l->context) && !l->command.n &&
           !l->program_path.n && !l->requirements_path.n;
}

static bool wasm_is_zero(const struct wasm_spec *w)
{
    return storage_is_zero(&w->entry_module) && !w->entry_point.n && !w->parameters.at && !w->environment.at &&
           !w->import_modules.at;
}

/* NULL for one without content. */
static struct language_spec *own_language(const struct language_spec *from, struct arena *arena)
{
    struct language_spec *l = from && !language_is_zero(from) ? own_array(from, 1, sizeof *from, arena) : NULL;

    if (!l)
        return NULL;
    own_text(&l->language, arena);
    own_text(&l->version, arena);
    own_storage(&l->context, arena);
    own_text(&l->command, arena);
    own_text(&l->program_path, arena);
    own_text(&l->requirements_path, arena);
    return l;
}

static struct wasm_spec *own_wasm(const struct wasm_spec *from, struct arena *arena)
{
    struct wasm_spec *w = from && !wasm_is_zero(from) ? own_array(from, 1, sizeof *from, arena) : NULL;

    if (!w)
        return NULL;
    own_storage(&w->entry_module, arena);
    own_text(&w->entry_point, arena);
    own_texts(&w->parameters, arena);
    own_map(&w->environment, arena);
    own_storages(&w->import_modules, arena);
    return w;
}

static void own_resources(struct resources *r, struct arena *arena)
{
    own_text(&r->cpu, arena);
    own_text(&r->memory, arena);
    own_text(&r->disk, arena);
    own_text(&r->gpu, arena);
}

static void own_selectors(struct selector_list *list, struct arena *arena)
{
    list->at = own_array(list->at, list->n, sizeof *list->at, arena);
    for (size_t i = 0; list->at && i < list->n; i++) {
        own_text(&list->at[i].key, arena);
        own_text(&list->at[i].op, arena);
        own_texts(&list->at[i].values, arena);
    }
}

void spec_own(struct job_spec *spec, struct arena *arena)
{
    own_docker(&spec->docker, arena);
    spec->language = own_language(spec->language, arena);
    spec->wasm = own_wasm(spec->wasm, arena);
    own_resources(&spec->resources, arena);
    own_texts(&spec->network.domains, arena);
    own_storages(&spec->inputs, arena);
    own_storages(&spec->outputs, arena);
    own_texts(&spec->annotations, arena);
    own_selectors(&spec->selectors, arena);
    own_storages(&spec->contexts, arena);
    own_text(&spec->sharding.glob_pattern, arena);
    own_text(&spec->sharding.glob_base, arena);
}

int64_t spec_wanted_nodes(const struct job_spec *spec)
{
    return spec->deal.min_bids > spec->deal.concurrency ? spec->deal.min_bids : spec->deal.concurrency;
}

int64_t spec_wanted_confidence(const struct job_spec *spec)
{
    return spec->deal.confidence ? spec->deal.confidence : spec->deal.concurrency;
}

ns_t spec_timeout(const struct job_spec *spec)
{
    double ns = spec->timeout * (double)NS_PER_SECOND;

    return ns >= (double)INT64_MAX ? INT64_MAX : (ns_t)ns;
}
