/* Request targets: what passes is clean once it was cleaned, and survives being escaped. */
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "wire/target.h"

static bool is_clean(struct span path)
{
    for (size_t i = 0; i + 1 < path.n; i++)
        if (path.p[i] == '/' && path.p[i + 1] == '/')
            return false;
    return path.n && path.p[0] == '/';
}

static void assert_survives(struct span path, struct arena *arena)
{
    struct target again;
    struct span escaped = target_escape(path, arena);

    for (size_t i = 0; i < escaped.n; i++)
        MUST(escaped.p[i] > ' ' && escaped.p[i] < 0x7f && escaped.p[i] != '?' && escaped.p[i] != '#');
    MUST(target_read(escaped, arena, &again) == ERR_OK);
    MUST(span_eq(again.path, path) && !again.has_query);
    MUST(span_eq(again.clean, path)); /* what is clean stays as it is */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct target target;

    enum err err = target_read(fuzz_text(data, n), &arena, &target);
    MUST(err == ERR_OK || err == ERR_INVALID);
    if (err)
        return 0;
    MUST(is_clean(target.clean)); /* a path may be empty: `http://host` */
    MUST(target.has_query || !target.query.n);
    assert_survives(target.clean, &arena);
    return 0;
}
