/* What hostile bodies cost: the decoded request and the job that is made of it take at most eight times the body's
 * bytes. */
#include "api/api.h"
#include "support/suite.h"
#include "support/worlds.h"

#include <stdlib.h>

enum {
    ABOUT = 1 << 20, /* bytes of a body */
    LEAST = 2 * DECODED_LEAST + ABOUT / 2, /* for an envelope and its payload; for what is unused of the last block */
};

#define SUBMIT(spec)                                                                                              \
    "{\"job_create_payload\":{\"ClientID\":\"c\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","       \
    "\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Docker\":{\"Image\":\"i\"},\"Deal\":{\"Concurrency\":1}," spec

#define MORE "\"StorageSource\":\"IPFS\",\"Name\":\"n\",\"CID\":\"Qm\",\"path\":\"/p\""
#define STORAGE(more) "{" more MORE "}"

/* A body: what it begins with, an element again and again, what it ends with. `%d` in an element: its number. */
static const struct shape {
    const char *name, *path, *begin, *element, *end;
    bool refused; /* it would cost more */
} shapes[] = {
    { "empty storages", "/requester/submit", SUBMIT("\"Inputs\":["), "{},", "{}]}}}", true },
    { "empty outputs", "/requester/submit", SUBMIT("\"Outputs\":["), "{},", "{}]}}}", true },
    { "small storages", "/requester/submit", SUBMIT("\"Inputs\":["), "{\"CID\":\"a\"},", "{}]}}}", true },
    { "empty selectors", "/requester/submit", SUBMIT("\"NodeSelectors\":["), "{},", "{}]}}}", true },
    { "storages as clients write them", "/requester/submit", SUBMIT("\"Inputs\":["),
      "{\"StorageSource\":\"IPFS\",\"Name\":\"n\",\"CID\":\"Qm%d\",\"path\":\"/p\"},", STORAGE("") "]}}}", false },
    { "empty annotations", "/requester/submit", SUBMIT("\"Annotations\":["), "\"\",", "\"\"]}}}", false },
    { "nulls", "/requester/submit", SUBMIT("\"Annotations\":["), "null,", "\"\"]}}}", false },
    { "short annotations", "/requester/submit", SUBMIT("\"Annotations\":["), "\"a\",", "\"\"]}}}", false },
    { "escaped annotations", "/requester/submit", SUBMIT("\"Annotations\":["), "\"\\n\",", "\"\"]}}}", false },
    { "one long escaped text", "/requester/submit", SUBMIT("\"Annotations\":[\""), "\\u0001", "\"]}}}", false },
    { "one long text of bytes that are no text", "/requester/submit", SUBMIT("\"Annotations\":[\""), "\xff\\n", "\"]}}}", false },
    { "a map", "/requester/submit", SUBMIT("\"Inputs\":[" STORAGE("") ",{\"Metadata\":{"), "\"%d\":\"\",", "\"\":\"\"}," MORE "}]}}}", false },
    { "a map of one key", "/requester/submit", SUBMIT("\"Inputs\":[{\"Metadata\":{"), "\"a\":\"\",", "\"\":\"\"}," MORE "}]}}}", false },
    { "the same map again and again", "/requester/submit", SUBMIT("\"Inputs\":[{\"Metadata\":{\"a\":\"b\"},"),
      "\"Metadata\":{\"%d\":\"\"},", "\"Name\":\"\"}]}}}", true },
    { "the same list again and again", "/requester/submit", SUBMIT("\"Annotations\":[\"a\"],"),
      "\"Annotations\":[\"b\",\"c\"],", "\"Inputs\":[]}}}", false },
    { "the same text again and again", "/requester/submit", SUBMIT("\"Annotations\":[],"),
      "\"Timeout\":1,\"Docker\":{\"Image\":\"\\n\"},", "\"Inputs\":[]}}}", false },
    { "unknown objects in one another", "/requester/submit", SUBMIT("\"Unknown\":[0"), ",{\"a\":{\"b\":[{}]}}", "]}}}", false },
    { "tags of a list", "/requester/list", "{\"client_id\":\"c\",\"include_tags\":[", "\"\",", "\"\"]}", false },
    { "two lists of tags", "/requester/list", "{\"client_id\":\"c\",\"include_tags\":[\"a\"],\"exclude_tags\":[",
      "\"b\",", "\"\"]}", false },
};

static struct buf body_of(const struct shape *shape)
{
    struct buf body = buf_init(2 * ABOUT);

    buf_text(&body, shape->begin);
    for (int i = 0; body.n < ABOUT; i++) {
        const char *number = strstr(shape->element, "%d");
        if (number) {
            buf_add(&body, shape->element, (size_t)(number - shape->element));
            buf_printf(&body, "%d", i);
            buf_text(&body, number + 2);
        } else {
            buf_text(&body, shape->element);
        }
    }
    buf_text(&body, shape->end);
    return body;
}

START_TEST(a_body_costs_at_most_eight_times_its_bytes)
{
    const struct shape *shape = &shapes[_i];
    struct program *program = program_by_hand(&release_v0_3_25, (struct node[]){ node_of(GOOD, "n") }, 1);
    struct meter meter = { 0 };
    struct worlds worlds;
    struct world *world;
    struct api *api;
    struct reply reply;
    struct call call;
    CLEANUP(buf_release) struct buf body = body_of(shape);
    const struct request request = { .method = SPAN("POST"), .target = span_text(shape->path), .http_minor = 1,
                                     .body = buf_view(&body), .remote = SPAN("127.0.0.1:5") };
    ck_assert_int_eq(world_new(&(struct world_options){ .program = program, .memory = &meter }, &world, NULL), ERR_OK);
    program_drop(program);
    ck_assert(worlds_init(&worlds, world));
    ck_assert_int_eq(api_new(&(struct api_options){ 0 }, &worlds, &api, NULL), ERR_OK);
    reply_init(&reply);
    size_t before = meter_used(&meter);

    api_prepare(api, &request, &reply, &call);
    size_t decoded = call.arena.size;
    api_answer(&call, world_enter(world));
    world_leave(world);
    size_t kept = meter_used(&meter) - before;

    ck_assert_msg(decoded <= DECODED_PER_BYTE * body.n + LEAST, "%s: decoded to %zu of %zu", shape->name, decoded, body.n);
    ck_assert_msg(kept <= DECODED_PER_BYTE * body.n + LEAST, "%s: kept %zu of %zu", shape->name, kept, body.n);
    bool too_large = reply.body.n && memmem(reply.body.p, reply.body.n, "too large", 9);
    ck_assert_msg(too_large == shape->refused, "%s: %d %.200s", shape->name, reply.status, reply.body.p);
    ck_assert_msg(shape->refused || reply.status == 200, "%s: %d %.200s", shape->name, reply.status, reply.body.p);
    api_call_release(&call);
    reply_release(&reply);
    api_free(api);
    worlds_release(&worlds);
}
END_TEST

START_TEST(few_empty_objects_are_taken_as_the_real_requester_takes_them)
{
    struct call call = { 0 };
    struct submit_payload payload = { 0 };
    struct span why;
    CLEANUP(buf_release) struct buf body = buf_init(10000);
    buf_text(&body, "{\"Spec\":{\"Inputs\":[");
    for (int i = 0; i < 500; i++)
        buf_text(&body, "{},");
    buf_text(&body, "{}]}}");

    ck_assert_int_eq(call_decode(&call, &message_submit_payload, &payload, buf_view(&body), &why), ERR_OK);

    ck_assert_uint_eq(payload.spec->inputs.n, 501);
    arena_release(&call.arena);
}
END_TEST

TEST_MAIN("cost",
          TEST_EACH(a_body_costs_at_most_eight_times_its_bytes, shapes),
          TEST(few_empty_objects_are_taken_as_the_real_requester_takes_them))
