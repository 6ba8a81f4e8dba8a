#include "support/panel.h"

#include "support/described.h"
#include "support/suite.h"
#include "support/worlds.h"

#include <stdio.h>
#include <stdlib.h>

static const char gated[] =
    "{\"version\": 1, \"jobs\": [{\"name\": \"gated\", \"steps\": [{\"after\": {\"gate\": \"go\"}, \"job\": \"Completed\"}]}],\n"
    "\"expect\": [{\"never\": \"cancel\"}, {\"endpoint\": \"list\", \"times\": 1}]}";

struct panel *panel_open_with(const char *scenario, enum clock_kind kind)
{
    struct program_settings settings = PROGRAM_SETTINGS_NONE;
    struct panel *panel = calloc(1, sizeof *panel);
    struct world *world = NULL;

    ck_assert_ptr_nonnull(panel);
    settings.clock = (int)kind;
    settings.clock_scale = 1;
    settings.has_seed = true;
    settings.seed = 1;
    settings.signatures = SIGNATURES_OFF;
    struct program *program = program_of_text(scenario, &settings);
    ck_assert_int_eq(world_new(&(struct world_options){ .program = program, .max_jobs = PANEL_JOBS_MAX, .journal = 4 }, &world, NULL), ERR_OK);
    program_drop(program);
    ck_assert(worlds_init(&panel->worlds, world));
    ck_assert_int_eq(api_new(&(struct api_options){ 0 }, &panel->worlds, &panel->api, NULL), ERR_OK);
    reply_init(&panel->reply);
    return panel;
}

struct panel *panel_open(void)
{
    return panel_open_with(gated, CLOCK_KIND_MANUAL);
}

void panel_close(struct panel *panel)
{
    reply_release(&panel->reply);
    api_free(panel->api);
    worlds_release(&panel->worlds);
    free(panel);
}

static void ask_control(struct panel *panel, const struct request *request)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct control_call call;
    struct target target;

    ck_assert_int_eq(target_read(request->target, &arena, &target), ERR_OK);
    ck_assert(control_serves(target.path));
    control_prepare(&(struct control){ .worlds = &panel->worlds }, request, &target, &panel->reply, &call);
    control_answer(&call, world_enter(call.world));
    if (call.wait) { /* its time is over at once */
        call.wait->until_ns = 0;
        control_resume(&call, call.now, true);
    }
    world_leave(call.world);
    if (call.row)
        described_check(call.row, &panel->reply);
    control_call_release(&call);
}

static void ask_requester(struct panel *panel, const struct request *request)
{
    struct call call;

    api_prepare(panel->api, request, &panel->reply, &call);
    api_answer(&call, world_enter(call.world));
    world_leave(call.world);
    api_call_release(&call);
}

const char *panel_ask(struct panel *panel, const char *method, const char *target, const char *body)
{
    const struct request request = { .method = span_text(method), .target = span_text(target), .http_minor = 1,
                                     .body = span_text(body), .body_end = panel->body_end,
                                     .headers = panel->headers, .n_headers = panel->n_headers,
                                     .remote = SPAN("127.0.0.1:5") };

    reply_release(&panel->reply);
    reply_init(&panel->reply);
    if (strstr(target, "/__mock"))
        ask_control(panel, &request);
    else
        ask_requester(panel, &request);
    return panel->reply.body.p ? panel->reply.body.p : "";
}

const char *panel_get(struct panel *panel, const char *target)
{
    return panel_ask(panel, "GET", target, "");
}

const char *panel_header(const struct panel *panel, const char *name)
{
    static char value[128];

    for (size_t i = 0; i < panel->reply.n_headers; i++)
        if (strcmp(panel->reply.headers[i].name, name) == 0) {
            snprintf(value, sizeof value, "%.*s", SPAN_ARG(panel->reply.headers[i].value));
            return value;
        }
    return "";
}

const char *panel_submit(struct panel *panel, const char *annotation)
{
    static char id[64];
    char body[1024];

    snprintf(body, sizeof body,
             "{\"job_create_payload\":{\"ClientID\":\"c\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","
             "\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Annotations\":[\"%s\"],\"Deal\":{\"Concurrency\":1}}},"
             "\"signature\":\"\",\"client_public_key\":\"\"}", annotation);
    panel_ask(panel, "POST", "/requester/submit", body);
    ck_assert_int_eq(panel->reply.status, 200);
    snprintf(id, sizeof id, "%s", panel_header(panel, "X-Bacalhau-Job-Id"));
    return id;
}

void assert_has(const char *body, const char *part)
{
    ck_assert_msg(strstr(body, part), "%s\nlacks %s", body, part);
}
