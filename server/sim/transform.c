#include "sim/transform.h"

#include "base/ascii.h"
#include "base/error.h"
#include "base/cid.h"
#include "base/base64.h"

#include <stdint.h>
#include <stdlib.h>

/* ---- data URLs: data:[type][;base64],bytes ------------------------------------------------------------------- */

static struct span percent_decoded(struct span text, struct arena *arena)
{
    char *out = arena_alloc(arena, text.n + 1);
    size_t n = 0;

    if (!out)
        return SPAN("");
    for (size_t i = 0; i < text.n; i++) {
        int byte = ascii_percent(text, i);
        out[n++] = byte < 0 ? text.p[i] : (char)byte;
        i += byte < 0 ? 0 : 2;
    }
    return span_of(out, n);
}

static bool ends_with(struct span s, struct span end)
{
    return s.n >= end.n && span_eq(span_of(s.p + s.n - end.n, end.n), end);
}

/* False: it is no data URL; the storage then stays where it is. */
static bool data_url_bytes(struct span url, struct arena *arena, struct span *bytes)
{
    const char *comma = url.n ? memchr(url.p, ',', url.n) : NULL;

    if (!span_starts(url, SPAN("data:")) || !comma)
        return false;
    struct span head = span_of(url.p, (size_t)(comma - url.p));
    struct span data = span_of(comma + 1, url.n - head.n - 1);
    if (ends_with(head, SPAN(";base64")))
        return base64_decode(data, arena, bytes, NULL) == ERR_OK;
    *bytes = percent_decoded(data, arena);
    return true;
}

/* ---- inline storage ---------------------------------------------------------------------------------------------- */

struct place {
    struct storage_spec *storage;
    struct span bytes;
    size_t order;
};

struct places {
    struct place *at;
    size_t n, total; /* bytes of all */
};

static void collect(struct places *places, struct storage_spec *storage, struct arena *scratch)
{
    struct span bytes;

    if (storage->source != SOURCE_INLINE || !data_url_bytes(storage->url, scratch, &bytes))
        return;
    places->at[places->n] = (struct place){ storage, bytes, places->n };
    places->n++;
    places->total += bytes.n;
}

static void collect_list(struct places *places, struct storage_list *list, struct arena *scratch)
{
    for (size_t i = 0; i < list->n; i++)
        collect(places, &list->at[i], scratch);
}

static bool collect_all(struct places *places, struct job_spec *spec, struct arena *scratch)
{
    size_t most = 2 + spec->wasm.import_modules.n + spec->inputs.n + spec->outputs.n;

    places->at = arena_alloc(scratch, most * sizeof *places->at);
    if (!places->at)
        return false;
    collect(places, &spec->language.context, scratch);
    collect(places, &spec->wasm.entry_module, scratch);
    collect_list(places, &spec->wasm.import_modules, scratch);
    collect_list(places, &spec->inputs, scratch);
    collect_list(places, &spec->outputs, scratch);
    return !scratch->failed;
}

static bool move_to_ipfs(const struct place *place, struct arena *arena)
{
    unsigned char digest[SHA256_SIZE];
    char cid[MULTIHASH_TEXT_SIZE + 1];

    crypto_sha256(place->bytes, digest);
    multihash_text(digest, cid);
    *place->storage = (struct storage_spec){
        .source = SOURCE_IPFS,
        .cid = arena_span(arena, span_text(cid)),
        .path = place->storage->path,
    };
    return !arena->failed;
}

static int larger_first(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (x->bytes.n != y->bytes.n)
        return x->bytes.n > y->bytes.n ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* The largest goes first, until what is left is small enough, singly and together. */
static bool pin_inline(struct job_spec *spec, struct arena *arena)
{
    CLEANUP(arena_release) struct arena scratch = { 0 };
    struct places places = { .n = 0 };

    if (!collect_all(&places, spec, &scratch))
        return false;
    qsort(places.at, places.n, sizeof *places.at, larger_first);
    for (size_t i = 0; i < places.n && places.total > INLINE_MAX; i++) {
        if (!move_to_ipfs(&places.at[i], arena))
            return false;
        places.total -= places.at[i].bytes.n;
    }
    return true;
}

/* ---- time-out ---------------------------------------------------------------------------------------------------------- */

static void default_timeout(struct job_spec *spec)
{
    bool lawful = spec->timeout > 0 && spec->timeout * 1e9 < (double)INT64_MAX && (int64_t)(spec->timeout * 1e9) > 0;

    if (!lawful)
        spec->timeout = TIMEOUT_DEFAULT;
}

bool transform_spec(struct job_spec *spec, struct arena *arena)
{
    default_timeout(spec);
    return pin_inline(spec, arena);
}
