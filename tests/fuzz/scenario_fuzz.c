/* Scenario files: loaded and made ready to play, or refused with places. */
#include "base/error.h"
#include "scenario/scenario.h"
#include "fuzz/fuzz.h"


/* Every file that is named can be had, and says the same. */
static enum err read_any(void *context, const char *path, struct buf *text, struct error *error)
{
    (void)context;
    (void)path;
    buf_text(text, "{\"jobs\": []}");
    return text->failed ? error_set(error, ERR_NOMEM, "out of memory") : ERR_OK;
}

static void assert_told(const struct findings *findings)
{
    CLEANUP(buf_release) struct buf out = buf_init(FINDINGS_TEXT_MAX);

    MUST(findings->n > 0 && !findings->failed);
    for (size_t i = 0; i < findings->n; i++) {
        const struct finding *f = &findings->at[i];
        MUST(f->place.line >= 1 && f->place.column >= 1 && f->message.n && finding_key_name(f->key));
    }
    findings_put(&out, findings);
    MUST(!out.failed);
}

static void play(const struct scenario *scenario)
{
    CLEANUP(arena_release) struct arena arena = { 0 };

    MUST(scenario_network(scenario, SPAN("v0.3.25"), 1, &arena));
    MUST(scenario_scripts(scenario, SPAN("v0.3.25"), 1, &arena));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct scenario_file file = { .name = "a.json", .text = fuzz_text(data, n), .read_file = read_any };
    struct findings findings = { 0 };
    struct scenario *scenario = NULL;
    struct error error;

    enum err err = scenario_load(&file, 1, &findings, &scenario, &error);
    MUST(err == ERR_OK || err == ERR_INVALID);
    if (err)
        assert_told(&findings);
    else
        play(scenario);
    scenario_free(scenario);
    findings_release(&findings);
    return 0;
}
