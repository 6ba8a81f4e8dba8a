/* Fixture files: loaded, or refused with a place and a message. What was loaded lives on and can be printed. */
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "releases/fixture.h"
#include "releases/release.h"
#include "sim/scheduler.h"

#include <stdlib.h>

enum { BODY_MAX_SIZE = 64 << 20 };

static struct engine *one_node_engine(void)
{
    struct node node = node_good(SPAN("n0"), SPAN("v0.3.25"));
    struct engine_options options = { .rules = &rules_v0_3_25, .nodes = &node, .n_nodes = 1, .ids = draw_of_seed(1),
                                      .start = CLOCK_DEFAULT_START };
    struct engine *engine;

    MUST(engine_new(&options, &engine, NULL) == ERR_OK);
    return engine;
}

static void print_all(struct engine *engine, ns_t now)
{
    static const enum endpoint printed[] = { ENDPOINT_STATES, ENDPOINT_EVENTS, ENDPOINT_RESULTS };
    struct list_query query = { .order = LIST_CREATED };
    const struct job **jobs;
    size_t n;

    MUST(engine_list(engine, &query, now, &jobs, &n) == ERR_OK);
    struct buf out = buf_init(BODY_MAX_SIZE);
    release_put_list(&release_v0_3_25, &out, jobs, n, 0);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof printed / sizeof *printed; k++)
            release_endpoint(&release_v0_3_25, printed[k])->put(&out, jobs[i], 0);
    MUST(!out.failed);
    buf_release(&out);
    free(jobs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct engine *engine = one_node_engine();
    ns_t now = CLOCK_DEFAULT_START;
    struct json_place where = { 0 };
    struct error error = { 0 };
    enum err err = fixture_load(engine, fuzz_text(data, n), now, &where, &error);

    MUST(err == ERR_OK || (err == ERR_INVALID && where.line >= 1 && where.column >= 1 && error.text[0]));
    engine_tick(engine, now += 3600 * NS_PER_SECOND);
    print_all(engine, now);
    engine_free(engine);
    return 0;
}
