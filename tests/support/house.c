#include "support/house.h"

#include "base/draw.h"

#include <stdio.h>

struct program *house_program(const char *scenario, enum clock_kind clock, uint64_t seed)
{
    const struct program_settings settings = { .clock = (int)clock, .clock_scale = 1, .has_seed = true, .seed = seed,
                                               .signatures = SIGNATURES_OFF };

    return program_of_text(scenario, &settings);
}

void house_open(struct house *house, const char *scenario)
{
    struct program *program = house_program(scenario, CLOCK_KIND_MANUAL, 1);
    struct world *world = NULL;

    MUST(world_new(&(struct world_options){ .program = program, .catalogue = true }, &world, NULL) == ERR_OK);
    program_drop(program);
    MUST(worlds_init(&house->worlds, world));
    house->worlds.common = (struct world_options){ .catalogue = true };
    MUST(api_new(&(struct api_options){ 0 }, &house->worlds, &house->api, NULL) == ERR_OK);
}

void house_close(struct house *house)
{
    api_free(house->api);
    worlds_release(&house->worlds);
}

void house_add(struct house *house, const char *client_id, const char *scenario)
{
    struct program *program = house_program(scenario, CLOCK_KIND_MANUAL, 2);
    struct world_options options = worlds_options_for(&house->worlds, span_text(client_id), program);
    struct world *world = NULL;

    MUST(world_new(&options, &world, NULL) == ERR_OK);
    program_drop(program);
    MUST(worlds_add(&house->worlds, world, SESSION_TTL_DEFAULT) == WORLDS_ADDED);
    world_drop(world);
}

static int count_jobs(struct span body)
{
    static const char each[] = "\"Metadata\":{\"ID\":";
    int n = 0;

    for (const char *at = body.p; body.n && (at = memmem(at, (size_t)(body.p + body.n - at), each, sizeof each - 1)); at++)
        n++;
    return n;
}

struct house_answer house_post(struct house *house, const char *path, const char *body, const char *session)
{
    const struct header header = { SPAN("x-mock-session"), span_text(session) };
    const struct request request = { .method = SPAN("POST"), .target = span_text(path), .http_minor = 1, .body = span_text(body),
                                     .remote = SPAN("127.0.0.1:5"), .headers = &header, .n_headers = session ? 1 : 0 };
    struct house_answer answer;
    struct reply reply;
    struct call call;

    reply_init(&reply);
    api_prepare(house->api, &request, &reply, &call);
    api_answer(&call, world_enter(call.world));
    world_leave(call.world);
    answer.status = reply.status;
    answer.world = call.world;
    answer.jobs = count_jobs(buf_view(&reply.body));
    snprintf(answer.body, sizeof answer.body, "%.*s", SPAN_ARG(buf_view(&reply.body)));
    snprintf(answer.warning, sizeof answer.warning, "%.*s", SPAN_ARG(reply.warning));
    api_call_release(&call);
    reply_release(&reply);
    return answer;
}

struct house_answer house_submit(struct house *house, const char *client_id, char *id)
{
    char body[512];

    snprintf(body, sizeof body,
             "{\"job_create_payload\":{\"ClientID\":\"%s\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\",\"Verifier\":\"Noop\","
             "\"Publisher\":\"IPFS\",\"Docker\":{\"Image\":\"ubuntu\"},\"Deal\":{\"Concurrency\":1}}}}", client_id);
    struct house_answer answer = house_post(house, "/requester/submit", body, NULL);
    static const char key[] = "\"ID\":\"";
    const char *at = strstr(answer.body, key);
    snprintf(id, UUID_SIZE + 1, "%s", at ? at + sizeof key - 1 : "");
    return answer;
}

struct house_answer house_states(struct house *house, const char *client_id, const char *id)
{
    char body[512];

    snprintf(body, sizeof body, "{\"client_id\":\"%s\",\"job_id\":\"%s\"}", client_id, id);
    return house_post(house, "/requester/states", body, NULL);
}
