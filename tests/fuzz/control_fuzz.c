/* Calls of the control API, one after the other in one world that has a job. A call is its method and target on the first
 * line, and the body; a form feed stands between calls. Every answer is JSON with a status that the API knows. */
#include "base/error.h"
#include "base/json.h"
#include "fuzz/fuzz.h"
#include "support/desk.h"

enum { CALLS_MAX = 8, TARGET_MAX = 4096 };

static const char scenario[] =
    "{\"version\": 1, \"jobs\": [{\"name\": \"gated\", \"steps\": [{\"after\": {\"gate\": \"go\"}, \"job\": \"Completed\"}]}],"
    " \"faults\": [{\"name\": \"blip\", \"on\": \"states\", \"preset\": \"plain-500\"}],"
    " \"expect\": [{\"never\": \"cancel\"}, {\"endpoint\": \"list\", \"times\": 1}]}";

static void assert_json(struct span body)
{
    struct json *json = NULL;

    MUST(json_parse(body, JSON_STRICT, &json, NULL, NULL) == ERR_OK);
    json_free(json);
}

static bool is_known_status(int status)
{
    static const int statuses[] = { 200, 201, 400, 403, 404, 405, 408, 409, 410, 413, 422, 503 };

    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (status == statuses[i])
            return true;
    return false;
}

static void ask(struct desk *desk, struct span text)
{
    struct span line = fuzz_take(&text, '\n');
    struct span method = fuzz_take(&line, ' ');

    if (!span_starts(line, SPAN("/__mock/")) || line.n > TARGET_MAX)
        return;
    const struct reply *reply = desk_ask(desk, method, line, text);
    MUST(reply->status == 0 || is_known_status(reply->status));
    MUST(!reply->body.failed);
    if (reply->status)
        assert_json(buf_view(&reply->body));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct desk *desk = desk_open(scenario);
    CLEANUP(buf_release) struct buf job = desk_job("mock:gated");
    struct span text = fuzz_text(data, n);

    MUST(desk_ask(desk, SPAN("POST"), SPAN("/requester/submit"), buf_view(&job))->status == 200);
    for (int calls = 0; text.n && calls < CALLS_MAX; calls++)
        ask(desk, fuzz_take(&text, '\f'));
    desk_close(desk);
    return 0;
}
