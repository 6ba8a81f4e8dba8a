#include "core/transform.h"

#include "base/error.h"
#include "core/cid.h"
#include "core/signature.h"

#include <stdint.h>

/* ---- data URLs: data:[type][;base64],bytes ------------------------------------------------------------------- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct span percent_decoded(struct span text, struct arena *arena)
{
    char *out = arena_alloc(arena, text.n + 1);
    size_t n = 0;

    if (!out)
        return SPAN("");
    for (size_t i = 0; i < text.n; i++) {
        bool escaped = text.p[i] == '%' && i + 2 < text.n && hex_digit(text.p[i + 1]) >= 0 && hex_digit(text.p[i + 2]) >= 0;
        if (escaped) {
            out[n++] = (char)(hex_digit(text.p[i + 1]) << 4 | hex_digit(text.p[i + 2]));
            i += 2;
        } else {
            out[n++] = text.p[i];
        }
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

enum { PLACES_MAX = 64 }; /* storages beyond this many stay inline */

struct place {
    struct storage_spec *storage;
    struct span bytes;
};

struct places {
    struct place at[PLACES_MAX];
    size_t n;
};

static void collect(struct places *places, struct storage_spec *storage, struct arena *scratch)
{
    struct span bytes;

    if (storage->source == SOURCE_INLINE && places->n < PLACES_MAX && data_url_bytes(storage->url, scratch, &bytes))
        places->at[places->n++] = (struct place){ storage, bytes };
}

static void collect_list(struct places *places, struct storage_list *list, struct arena *scratch)
{
    for (size_t i = 0; i < list->n; i++)
        collect(places, &list->at[i], scratch);
}

static bool move_to_ipfs(struct place *place, struct arena *arena)
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
    place->bytes.n = 0;
    return !arena->failed;
}

static struct place *largest(struct places *places, size_t *total)
{
    struct place *largest = NULL;

    *total = 0;
    for (size_t i = 0; i < places->n; i++) {
        *total += places->at[i].bytes.n;
        if (!largest || places->at[i].bytes.n > largest->bytes.n)
            largest = &places->at[i];
    }
    return largest;
}

/* The largest goes first, until what is left is small enough, singly and together. */
static bool pin_inline(struct job_spec *spec, struct arena *arena)
{
    CLEANUP(arena_release) struct arena scratch = { 0 };
    struct places places = { .n = 0 };
    size_t total;

    collect(&places, &spec->language.context, &scratch);
    collect(&places, &spec->wasm.entry_module, &scratch);
    collect_list(&places, &spec->wasm.import_modules, &scratch);
    collect_list(&places, &spec->inputs, &scratch);
    collect_list(&places, &spec->outputs, &scratch);
    for (struct place *place = largest(&places, &total); total > INLINE_MAX; place = largest(&places, &total))
        if (!move_to_ipfs(place, arena))
            return false;
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
