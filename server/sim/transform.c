#include "sim/transform.h"

#include "base/cid.h"
#include "sim/data_url.h"

#include <stdint.h>
#include <stdlib.h>

/* ---- inline storage: CopyOversize of pkg/storage/copy/copy.go ------------------------------------------------- */

struct part {
    struct storage_spec *storage;
    struct span bytes;
    size_t order;
};

struct parts {
    struct part *at;
    size_t n;
    struct arena *scratch;
    struct buf *why;
};

static int by_key(const void *a, const void *b)
{
    const struct span_pair *x = a, *y = b;

    return span_cmp(x->key, y->key);
}

/* Go's %v of a *model.StorageSpec, which is inline. */
static void put_storage(struct buf *out, const struct storage_spec *storage, struct arena *scratch)
{
    const struct span texts[] = { storage->name, storage->cid, storage->url, storage->source_path, storage->path };
    size_t n = storage->metadata.n;
    struct span_pair *pairs = arena_alloc(scratch, (n + 1) * sizeof *pairs);

    buf_text(out, "&{Inline");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        buf_char(out, ' ');
        buf_span(out, texts[i]);
    }
    buf_text(out, " map[");
    if (pairs && n) {
        memcpy(pairs, storage->metadata.at, n * sizeof *pairs);
        qsort(pairs, n, sizeof *pairs, by_key);
    }
    for (size_t i = 0; pairs && i < n; i++) {
        buf_text(out, i ? " " : "");
        buf_span(out, pairs[i].key);
        buf_char(out, ':');
        buf_span(out, pairs[i].value);
    }
    buf_text(out, "]}");
}

static enum err refuse(struct parts *parts, const struct storage_spec *storage, struct span reason)
{
    buf_text(parts->why, "failed to read spec ");
    put_storage(parts->why, storage, parts->scratch);
    buf_text(parts->why, ": ");
    buf_span(parts->why, reason);
    return ERR_INVALID;
}

/* Returns the error of Go's gzip reader for a bad header, or NULL. Nothing is unpacked here: the packed size counts as
 * the size of the content. */
static const char *gzip_fault(const struct data_url *url)
{
    struct span bytes = url->bytes;

    if (!span_is(url->type, "application") || !span_is(url->subtype, "gzip"))
        return NULL;
    if (bytes.n < 10)
        return bytes.n ? "unexpected EOF" : "EOF";
    return memcmp(bytes.p, "\x1f\x8b\x08", 3) ? "gzip: invalid header" : NULL;
}

static enum err collect(struct parts *parts, struct storage_spec *storage)
{
    CLEANUP(buf_release) struct buf why = buf_init(SIZE_MAX / 2);
    struct data_url url;

    if (storage->source != SOURCE_INLINE)
        return ERR_OK;
    enum err err = data_url_read(storage->url, parts->scratch, &url, &why);
    if (err)
        return err == ERR_INVALID ? refuse(parts, storage, buf_view(&why)) : err;
    const char *fault = gzip_fault(&url);
    if (fault)
        return refuse(parts, storage, span_text(fault));
    parts->at[parts->n] = (struct part){ storage, url.bytes, parts->n };
    parts->n++;
    return ERR_OK;
}

static enum err collect_list(struct parts *parts, struct storage_list *list)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < list->n; i++)
        err = collect(parts, &list->at[i]);
    return err;
}

/* The order of Spec.AllStorageSpecs, which skips a Wasm job's ImportModules. */
static enum err collect_all(struct parts *parts, struct job_spec *spec)
{
    parts->at = arena_alloc(parts->scratch, (2 + spec->inputs.n + spec->outputs.n) * sizeof *parts->at);
    if (!parts->at)
        return ERR_NOMEM;
    enum err err = spec->language ? collect(parts, &spec->language->context) : ERR_OK;
    if (!err && spec->wasm)
        err = collect(parts, &spec->wasm->entry_module);
    if (!err)
        err = collect_list(parts, &spec->inputs);
    if (!err)
        err = collect_list(parts, &spec->outputs);
    return err;
}

/* Replaces the storage by an IPFS one that has only source and CID. */
static bool move_to_ipfs(const struct part *part, struct arena *arena)
{
    unsigned char digest[SHA256_SIZE];
    char cid[MULTIHASH_TEXT_SIZE + 1];

    crypto_sha256(part->bytes, digest);
    multihash_text(digest, cid);
    *part->storage = (struct storage_spec){ .source = SOURCE_IPFS, .cid = arena_span(arena, span_text(cid)) };
    return !arena->failed;
}

static int smaller_first(const void *a, const void *b)
{
    const struct part *x = a, *y = b;

    if (x->bytes.n != y->bytes.n)
        return x->bytes.n < y->bytes.n ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* Beginning with the smallest, moves each storage that no longer fits into INLINE_MAX. */
static enum err move_oversize(struct job_spec *spec, struct arena *arena, struct buf *why)
{
    CLEANUP(arena_release) struct arena scratch = { 0 };
    struct parts parts = { .scratch = &scratch, .why = why };
    enum err err = collect_all(&parts, spec);
    size_t total = 0;

    if (err)
        return err;
    qsort(parts.at, parts.n, sizeof *parts.at, smaller_first);
    for (size_t i = 0; i < parts.n; i++) {
        if (total + parts.at[i].bytes.n <= INLINE_MAX)
            total += parts.at[i].bytes.n;
        else if (!move_to_ipfs(&parts.at[i], arena))
            return ERR_NOMEM;
    }
    return ERR_OK;
}

/* ---- time-out ---------------------------------------------------------------------------------------------------------- */

static void default_timeout(struct job_spec *spec)
{
    bool lawful = spec->timeout > 0 && spec->timeout * 1e9 < (double)INT64_MAX && (int64_t)(spec->timeout * 1e9) > 0;

    if (!lawful)
        spec->timeout = TIMEOUT_DEFAULT;
}

enum err transform_spec(struct job_spec *spec, struct arena *arena, struct buf *why)
{
    default_timeout(spec);
    return move_oversize(spec, arena, why);
}
