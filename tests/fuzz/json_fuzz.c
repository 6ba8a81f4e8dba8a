/* The two readers of JSON: of requests, as the reference reads them, and of files, strictly. */
#include "base/json.h"
#include "fuzz/fuzz.h"
#include "wire/codec.h"
#include "wire/json_scan.h"
#include "releases/messages.h"

enum { BODY_MAX = 64 << 20 };

static bool lies_within(struct span piece, struct span text)
{
    return piece.p >= text.p && piece.n <= text.n && (size_t)(piece.p - text.p) <= text.n - piece.n;
}

static void scan(struct span text)
{
    struct span value;
    struct error error = { 0 };
    bool cut = false;

    if (json_scan(text, &value, &cut, &error)) {
        MUST(error.code == ERR_INVALID && error.text[0]);
        return;
    }
    MUST(lies_within(value, text) && value.n);
    MUST(json_skip(value) == value.n);
}

/* What is printed of a payload is JSON again, and nothing behind it. */
static void assert_prints(const struct job_spec *spec)
{
    CLEANUP(buf_release) struct buf out = buf_init(BODY_MAX);
    struct span value;

    codec_encode(&out, &message_spec, spec, 0);
    MUST(!out.failed);
    MUST(json_scan(buf_view(&out), &value, NULL, NULL) == ERR_OK);
    MUST(value.n == out.n);
}

static void decode(struct span text)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct submit_payload payload = { 0 };
    struct error error = { 0 };

    if (codec_read(&message_submit_payload, &payload, text, &arena, &error))
        MUST(error.code == ERR_INVALID && error.text[0]);
    if (payload.spec)
        assert_prints(payload.spec);
}

static void walk(const struct json *json, const struct json_value *value)
{
    struct json_place place = json_place(json, value);

    MUST(place.line >= 1 && place.column >= 1);
    MUST(lies_within(json_raw(json, value), json_text(json)));
    JSON_EACH(member, value) {
        if (json_type(value) == JSON_OBJECT)
            MUST(json_get(value, json_key(member).p) == member && json_key_place(json, member).line >= 1);
        walk(json, member);
    }
}

static void parse(struct span text, unsigned flags)
{
    struct json *json = NULL;
    struct json_place where = { 0 };
    struct error error = { 0 };

    if (json_parse(text, flags, &json, &where, &error)) {
        MUST(error.code == ERR_INVALID && error.text[0] && where.line >= 1 && where.column >= 1);
        return;
    }
    MUST(json_scan(text, &(struct span){ 0 }, NULL, NULL) == ERR_OK); /* strict is never laxer */
    walk(json, json_root(json));
    json_free(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct span text = fuzz_text(data, n);

    scan(text);
    decode(text);
    parse(text, JSON_STRICT);
    parse(text, JSON_WITH_NUL);
    return 0;
}
