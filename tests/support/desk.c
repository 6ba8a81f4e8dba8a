#include "support/desk.h"

#include "control/control.h"
#include "support/worlds.h"

#include <stdlib.h>

enum { JOURNAL = 16, JOB_SIZE = 1024 };

struct desk {
    struct worlds worlds;
    struct api *api;
    struct reply reply;
};

static struct world *new_world(const char *scenario)
{
    struct program_settings settings = PROGRAM_SETTINGS_NONE;
    struct world *world = NULL;

    settings.clock = CLOCK_KIND_MANUAL;
    settings.clock_scale = 1;
    settings.has_seed = true;
    settings.seed = 1;
    settings.signatures = SIGNATURES_OFF;
    struct program *program = program_of_text(scenario ? scenario : "{\"version\": 1}", &settings);
    MUST(world_new(&(struct world_options){ .program = program, .journal = JOURNAL }, &world, NULL) == ERR_OK);
    program_drop(program);
    return world;
}

struct desk *desk_open(const char *scenario)
{
    struct desk *desk = calloc(1, sizeof *desk);

    MUST(desk != NULL);
    MUST(worlds_init(&desk->worlds, new_world(scenario)));
    MUST(api_new(&(struct api_options){ .fixed_health = true }, &desk->worlds, &desk->api, NULL) == ERR_OK);
    reply_init(&desk->reply);
    return desk;
}

void desk_close(struct desk *desk)
{
    reply_release(&desk->reply);
    api_free(desk->api);
    worlds_release(&desk->worlds);
    free(desk);
}

static void ask_control(struct desk *desk, const struct request *request, const struct target *target)
{
    struct control_call call;

    control_prepare(&(struct control){ .worlds = &desk->worlds }, request, target, &desk->reply, &call);
    struct world *world = world_hold(call.world);
    ns_t now = world_enter(world);
    control_answer(&call, now);
    bool goes_on = call.wait || call.stream;
    if (call.wait)
        control_resume(&call, now, false);
    control_call_release(&call);
    world_leave(world);
    world_drop(world);
    if (goes_on)
        desk->reply.status = 0;
}

/* As http/ does it; a stream is closed at once. */
static void ask_requester(struct desk *desk, const struct request *request)
{
    struct call call = { 0 };

    api_prepare(desk->api, request, &desk->reply, &call);
    api_answer(&call, world_enter(call.world));
    api_ended(call.world, request, &desk->reply, &(struct api_end){ "complete", 1, 0 }, clock_now(&call.world->clock));
    if (desk->reply.fate.has_place)
        held_give_place(&call.world->held);
    stream_close(call.stream);
    world_leave(call.world);
    api_call_release(&call);
}

const struct reply *desk_ask(struct desk *desk, struct span method, struct span path, struct span body)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    const struct request request = { .method = method, .target = path, .http_minor = 1, .body = body,
                                     .remote = SPAN("127.0.0.1:5") };
    struct target target;

    reply_release(&desk->reply);
    reply_init(&desk->reply);
    if (target_read(path, &arena, &target))
        desk->reply.status = 0;
    else if (control_serves(target.path))
        ask_control(desk, &request, &target);
    else
        ask_requester(desk, &request);
    return &desk->reply;
}

struct buf desk_job(const char *annotation)
{
    struct buf body = buf_init(JOB_SIZE);

    buf_printf(&body, "{\"job_create_payload\":{\"ClientID\":\"c\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","
                      "\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Annotations\":[\"%s\"],\"Deal\":{\"Concurrency\":1}}},"
                      "\"signature\":\"\",\"client_public_key\":\"\"}", annotation);
    return body;
}
