/* Each class of differences that random requests found between the real v0.3.25 and this program, named after what it
 * is: the reproducer's bytes are sent and the answer compared with the real one's. differences.json has the classes
 * with both answers; those that still differ are listed in differences-open.txt, which may only become shorter. A
 * class without bytes is held by the test that `elsewhere` names. */
#include "base/base64.h"
#include "base/json.h"
#include "reference/excuses.h"
#include "reference/normal.h"
#include "reference/play.h"
#include "reference/raw.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { CLASSES_MAX = 80, TEXT_MAX = 16 * 1024 * 1024, QUIET_MS = 250, GAP_MS = 40 };

static struct json *json;
static struct arena arena;
static struct clients clients;
static struct recording network; /* its scenario is played */
static struct playground ground;
static struct excuses open_classes;
static const struct json_value *classes[CLASSES_MAX];
static int n_classes, n_bytes, n_agree;

static const struct elsewhere {
    const char *id, *where;
} elsewhere[] = {
    { "W1", "test_stream: late_stream_has_nothing_from_before" },
    { "W10", "test_engine: a_listener_hears_nothing_of_a_job_that_the_policy_refuses" },
    { "J1", "more/inline" },
    { "J2", "more/inline" },
    { "J3", "more/jobs-3" },
    { "J4", "more/wasm-run" },
    { "J5", "test_verification" },
    { "J6", "test_engine: webassembly_past_its_timeout_completes_with_the_runtimes_exit_code" },
    { "N1", "test_engine: node_of_unknown_engines_is_asked_and_refuses" },
    { "B1", "unit test_differences" },
    { "E2", "more/submit-random" }, /* the real answer is cut in differences.json */
    { "S4", "unit test_differences" },    /* the numbers are those of the machine */
};

static struct span text_in(const struct json_value *class, const char *key)
{
    return json_string(json_get(class, key));
}

/* ---- connections as text -------------------------------------------------------------------------------- */

static const char *const left_out[] = { "Date", "Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset",
                                        "X-Rate-Limit-Duration", "X-Rate-Limit-Limit",
                                        "X-Rate-Limit-Request-Remote-Addr" }; /* differences.json has them not */

static bool is_left_out(struct span name)
{
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (span_is(name, left_out[i]))
            return true;
    return false;
}

/* Appends the text with each UUID as `${uuid}`. */
static void put_without_ids(struct buf *out, struct span text)
{
    enum { UUID = 36 };

    for (size_t at = 0; at < text.n;) {
        bool id = text.n - at >= UUID && is_uuid(span_of(text.p + at, UUID));
        buf_text(out, id ? "${uuid}" : "");
        if (!id)
            buf_char(out, text.p[at]);
        at += id ? UUID : 1;
    }
}

static void put_reply(struct buf *out, const struct http_reply *reply)
{
    for (size_t i = 0; i < reply->n_interim; i++)
        buf_printf(out, "%.*s\n", SPAN_ARG(reply->interim[i]));
    buf_printf(out, "%.*s\n", SPAN_ARG(reply->status_line));
    for (size_t i = 0; i < reply->n_headers; i++) {
        const struct http_header *h = &reply->headers[i];
        if (is_left_out(h->name))
            continue;
        buf_printf(out, "%.*s: ", SPAN_ARG(h->name));
        put_without_ids(out, h->value);
        buf_char(out, '\n');
    }
    buf_char(out, '\n');
    put_without_ids(out, buf_view(&reply->body));
}

/* Appends what came on a connection: replies with what is compared of them, then the bytes behind the last. */
static void put_connection(struct buf *out, struct span bytes, const char *method)
{
    struct http_client client = { .timeout_ms = 0, .unread = buf_init(TEXT_MAX) };
    struct http_client writer = { .timeout_ms = 0 };
    enum http_read_end last;
    int pair[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    client.fd = pair[0];
    writer.fd = pair[1];
    ck_assert(http_send(&writer, bytes.p, bytes.n));
    http_close(&writer);
    do {
        struct http_reply reply = http_read(&client, method);
        last = reply.end;
        if (last == HTTP_READ_REPLY)
            put_reply(out, &reply);
        else
            buf_span(out, buf_view(&reply.raw));
        http_reply_release(&reply);
    } while (last == HTTP_READ_REPLY);
    http_close(&client);
}

/* ---- a class ---------------------------------------------------------------------------------------------- */

static struct span_list pieces_of(const struct json_value *class)
{
    const struct json_value *pieces = json_get(class, "pieces");
    struct span_list list = { arena_alloc(&arena, (json_count(pieces) + 1) * sizeof(struct span)), 0 };

    ck_assert_ptr_nonnull(list.at);
    JSON_EACH(piece, pieces)
        ck_assert_int_eq(base64_decode(json_string(piece), &arena, &list.at[list.n++], NULL), ERR_OK);
    if (!pieces)
        list.at[list.n++] = recording_bytes(json_get(class, "request"), &arena);
    return list;
}

/* Sends the reproducer; `end` is how the connection ended, the result all bytes that came. */
static struct span answer_to(const struct json_value *class, struct span real, struct span *end)
{
    struct http_client client = { .fd = -1 };
    struct told_step step = { .pieces = pieces_of(class), .gap_ms = GAP_MS, .quiet_ms = QUIET_MS,
                              .reply = { .status_line = *end, .body = real } };

    raw_send(&client, playground_port(&ground), &step);
    struct told_reply told = raw_end(&client, &step, &arena);
    *end = told.status_line;
    return told.body;
}

static bool class_agrees(const struct json_value *class, struct buf *real, struct buf *ours)
{
    const struct json_value *answer = json_get(class, "real");
    struct span request = recording_bytes(json_get(class, "request"), &arena),
                bytes = recording_bytes(json_get(answer, "bytes"), &arena), end = text_in(answer, "end"), our_end = end;
    const char *method = span_starts(request, SPAN("HEAD ")) ? "HEAD" : "GET";

    put_connection(real, bytes, method);
    put_connection(ours, answer_to(class, bytes, &our_end), method);
    buf_printf(real, "\n(%.*s)", SPAN_ARG(end));
    buf_printf(ours, "\n(%.*s)", SPAN_ARG(our_end));
    return span_eq(buf_view(real), buf_view(ours));
}

static bool is_held_elsewhere(struct span id)
{
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        if (span_is(id, elsewhere[i].id))
            return true;
    return false;
}

START_TEST(class_is_answered_as_by_the_real_requester)
{
    const struct json_value *class = classes[_i];
    CLEANUP(buf_release) struct buf real = buf_init(TEXT_MAX), ours = buf_init(TEXT_MAX);
    struct span what = arena_printf(&arena, "%.*s %.*s", SPAN_ARG(text_in(class, "id")), SPAN_ARG(text_in(class, "name")));

    if (is_held_elsewhere(text_in(class, "id")))
        return;
    n_bytes++;
    bool agrees = class_agrees(class, &real, &ours);

    n_agree += agrees;
    ck_assert_msg(agrees || excuses_use(&open_classes, what), "%.*s\n--- real\n%.*s\n--- ours\n%.*s", SPAN_ARG(what),
                  SPAN_ARG(buf_view(&real)), SPAN_ARG(buf_view(&ours)));
}
END_TEST

START_TEST(every_class_that_is_listed_differs)
{
    CLEANUP(buf_release) struct buf stale = buf_init(TEXT_MAX);

    ck_assert_msg(excuses_put_stale(&open_classes, "", &stale) == 0, "differences-open.txt:\n%.*s",
                  SPAN_ARG(buf_view(&stale)));
}
END_TEST

/* ---- main --------------------------------------------------------------------------------------------------- */

static enum err load(struct error *error)
{
    struct span text;

    enum err err = file_read(TESTS_DIR "/reference/differences.json", &arena, &text, error);
    if (err == ERR_OK)
        err = json_parse(text, JSON_WITH_NUL, &json, NULL, error);
    if (err == ERR_OK)
        err = clients_load(&clients, error);
    if (err == ERR_OK)
        err = excuses_load("differences-open.txt", &open_classes, error);
    if (err == ERR_OK)
        err = recording_load("v0.3.25", "more/http-raw", &network, error);
    if (err != ERR_OK)
        return err;
    JSON_EACH(class, json_get(json_root(json), "classes"))
        classes[n_classes++] = class;
    ground = (struct playground){ .clients = &clients, .release = "v0.3.25" };
    return playground_open(&ground, &network.cases[0], error);
}

static void release(void)
{
    playground_release(&ground);
    recording_release(&network);
    excuses_release(&open_classes);
    clients_release(&clients);
    json_free(json);
    arena_release(&arena);
}

int main(void)
{
    Suite *suite = suite_create("differences");
    TCase *all = tcase_create("all");
    struct error error;

    if (load(&error) != ERR_OK) {
        fprintf(stderr, "test_reference_classes: %s\n", error.text);
        return EXIT_FAILURE;
    }
    suite_add_tcase(suite, all);
    tcase_set_timeout(all, 60);
    tcase_add_loop_test(all, class_is_answered_as_by_the_real_requester, 0, n_classes);
    tcase_add_test(all, every_class_that_is_listed_differs);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK); /* one server for all */
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    printf("differences v0.3.25: %d of %d classes with bytes agree, %d are held by other tests\n", n_agree, n_bytes,
           n_classes - n_bytes);
    release();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
