/* JSON Patch. The first line is the document, each further line an operation: `add /path {"value":1}`, `copy /path /from`.
 * What comes out is JSON again; an operation that fails leaves nothing behind. */
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "wire/json_scan.h"
#include "wire/patch.h"

enum { OPERATIONS_MAX = 16, RESULT_MAX = 128 << 20, DOCUMENT_MAX = 64 << 10 };

static bool is_pointer(struct span pointer)
{
    for (size_t i = 0; i < pointer.n; i++)
        if (pointer.p[i] == '~' && (i + 1 == pointer.n || (pointer.p[i + 1] != '0' && pointer.p[i + 1] != '1')))
            return false;
    return pointer.n == 0 || pointer.p[0] == '/';
}

static bool is_json(struct span text, struct span *value)
{
    return json_scan(text, value, NULL, &(struct error){ 0 }) == ERR_OK;
}

static int kind_of(struct span name)
{
    for (int kind = 0; kind < PATCH_KIND_COUNT; kind++)
        if (span_is(name, patch_kind_name(kind)))
            return kind;
    return -1;
}

/* False: the loader of scenarios would refuse the operation. */
static bool read_operation(struct span line, struct patch_operation *operation)
{
    int kind = kind_of(fuzz_take(&line, ' '));
    struct span path = fuzz_take(&line, ' '), value = { NULL, 0 };
    bool moves = kind == PATCH_MOVE || kind == PATCH_COPY;

    if (kind < 0 || !is_pointer(path) || (moves && !is_pointer(line)))
        return false;
    if (!moves && kind != PATCH_REMOVE && !is_json(line, &value))
        return false;
    *operation = (struct patch_operation){ .kind = kind, .path = path, .from = moves ? line : SPAN(""), .value = value };
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct span text = fuzz_text(data, n < DOCUMENT_MAX ? n : DOCUMENT_MAX), document = fuzz_take(&text, '\n'), value;
    struct patch_operation operations[OPERATIONS_MAX];
    CLEANUP(buf_release) struct buf out = buf_init(RESULT_MAX);
    struct error error = { 0 };
    size_t n_operations = 0;

    while (text.n && n_operations < OPERATIONS_MAX)
        n_operations += read_operation(fuzz_take(&text, '\n'), &operations[n_operations]);
    enum err err = patch_apply(document, operations, n_operations, &out, &error);
    MUST(err == ERR_OK || (err == ERR_INVALID && error.text[0] && out.n == 0));
    MUST(err || (!out.failed && is_json(buf_view(&out), &value)));
    return 0;
}
