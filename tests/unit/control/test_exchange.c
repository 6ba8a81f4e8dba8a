/* One exchange of the journal in full: heads and bodies of both sides. */
#include "support/panel.h"
#include "support/suite.h"

#include <stdio.h>

/* The answer of the one exchange that a journal with these bodies holds. */
static const char *get_exchange(struct panel *panel, struct span request, struct span reply)
{
    const struct header headers[] = { { SPAN("Host"), SPAN("h:1") }, { SPAN("x-twice"), SPAN("a") }, { SPAN("X-Twice"), SPAN("") } };
    struct world *world = worlds_default(&panel->worlds);

    journal_enter(world->journal,
                  &(struct journal_entry){ .method = SPAN("POST"), .target = SPAN("/a?b"), .status = 200, .how = "complete",
                                           .bytes = 9, .duration = 1500, .endpoint = ENDPOINT_LIST,
                                           .source = SPAN("a.json:3"), .near_miss = SPAN("nearly") },
                  &(struct journal_content){ .headers = headers,
                                             .n_headers = 3,
                                             .request_body = request,
                                             .reply_head = SPAN("Date: D\r\n"),
                                             .reply_body = reply });
    return panel_get(panel, "/__mock/requests/1");
}

#define HEADERS "\"headers\":[[\"Host\",\"h:1\"],[\"x-twice\",\"a\"],[\"X-Twice\",\"\"]],\"headers_truncated\":false,"

START_TEST(an_exchange_has_both_heads_and_bodies_as_they_were_sent)
{
    struct panel *panel = panel_open();

    const char *body = get_exchange(panel, SPAN("{\"a\": 1}"), SPAN("\xc3\xa4"));

    assert_has(body, "\"duration\":\"1.5µs\",\"source\":\"a.json:3\",\"near_miss\":\"nearly\",\"signature\":null,");
    assert_has(body, "\"request\":{" HEADERS "\"body\":{\"text\":\"{\\\"a\\\": 1}\",\"length\":8,\"truncated\":false}}");
    assert_has(body, "\"reply\":{\"headers\":[[\"Date\",\"D\"]],\"headers_truncated\":false,"
                     "\"body\":{\"text\":\"\xc3\xa4\",\"length\":2,\"truncated\":false}}}");
    panel_close(panel);
}
END_TEST

static const struct body_row {
    const char *name;
    struct span sent;
    const char *shown;
} bodies[] = {
    { "none", { "", 0 }, "\"body\":{\"text\":\"\",\"length\":0,\"truncated\":false}" },
    { "a NUL", { "a\0b", 3 }, "\"body\":{\"base64\":\"YQBi\",\"length\":3,\"truncated\":false}" },
    { "no UTF-8", { "\xff", 1 }, "\"body\":{\"base64\":\"/w==\",\"length\":1,\"truncated\":false}" },
    { "half a character", { "a\xc3", 2 }, "\"body\":{\"base64\":\"YcM=\",\"length\":2,\"truncated\":false}" },
};

START_TEST(a_body_that_is_no_text_is_shown_in_base64)
{
    const struct body_row *row = &bodies[_i];
    struct panel *panel = panel_open();

    assert_has(get_exchange(panel, row->sent, SPAN("")), row->shown);

    panel_close(panel);
}
END_TEST

START_TEST(a_text_cut_within_a_character_is_still_a_text)
{
    static char long_text[JOURNAL_BODY_MAX + 1];
    struct panel *panel = panel_open();

    memset(long_text, 'x', sizeof long_text);
    memcpy(long_text + JOURNAL_BODY_MAX - 1, "\xc3\xa4", 2);
    const char *body = get_exchange(panel, span_of(long_text, sizeof long_text), SPAN(""));

    assert_has(body, "xxx\",\"length\":16385,\"truncated\":true}");
    panel_close(panel);
}
END_TEST

START_TEST(a_body_that_was_dropped_says_so)
{
    struct journal_budget budget = { .max = 1 };
    struct panel *panel = panel_open();
    struct world *world = worlds_default(&panel->worlds);

    journal_free(world->journal);
    world->journal = journal_new(4, &budget);
    assert_has(get_exchange(panel, SPAN("abc"), SPAN("")), "\"body\":{\"evicted\":true,\"length\":3,\"truncated\":true}");

    assert_has(panel_get(panel, "/__mock/requests"), "\"dropped\":0,\"evicted\":1}");
    panel_close(panel);
}
END_TEST

static const struct unknown_row {
    const char *number, *hint;
} unknown[] = {
    { "0", "the journal holds 1 to 1" },
    { "2", "the journal holds 1 to 1" },
    { "x", "the journal holds 1 to 1" },
    { "99999999999999999999", "the journal holds 1 to 1" },
};

START_TEST(an_exchange_that_the_journal_does_not_hold_is_404)
{
    struct panel *panel = panel_open();
    char target[64];

    panel_get(panel, "/livez");
    snprintf(target, sizeof target, "/__mock/requests/%s", unknown[_i].number);
    assert_has(panel_get(panel, target), "\"key\":\"unknown-exchange\"");

    ck_assert_int_eq(panel->reply.status, 404);
    assert_has(panel->reply.body.p, unknown[_i].hint);
    panel_close(panel);
}
END_TEST

#define PAYLOAD "{\"ClientID\":\"c\",\"APIVersion\":\"V1beta1\"}"

START_TEST(a_refused_signature_tells_what_was_verified)
{
    struct panel *panel = panel_open();

    atomic_store(&worlds_default(&panel->worlds)->signatures, SIGNATURES_STRICT);
    panel_ask(panel, "POST", "/requester/submit",
              "{\"job_create_payload\":" PAYLOAD ",\"signature\":\"AA==\",\"client_public_key\":\"AA==\"}");
    ck_assert_int_eq(panel->reply.status, 400);

    assert_has(panel_get(panel, "/__mock/requests/1"),
               "\"signature\":{\"length\":39,\"sha256\":\"a5aa10918f52784e5cf21321b5bc0cae9db3bc4aef6f741803ae43e648a83814\","
               "\"key_client_id\":null,\"client_id\":\"c\"}");
    panel_close(panel);
}
END_TEST

/* More entries than are printed under the lock at a time. */
START_TEST(a_long_journal_is_shown_whole_and_in_order)
{
    enum { ENTRIES = 3 * WORLD_PIECE + 1 };
    struct panel *panel = panel_open();
    struct world *world = worlds_default(&panel->worlds);
    char number[32];

    journal_free(world->journal);
    world->journal = journal_new(ENTRIES, NULL);
    for (int i = 0; i < ENTRIES; i++)
        journal_enter(world->journal, &(struct journal_entry){ .method = SPAN("GET"), .target = SPAN("/"), .status = 200 }, NULL);
    const char *at = panel_get(panel, "/__mock/requests");

    for (int i = 1; i <= ENTRIES; i++) {
        snprintf(number, sizeof number, "{\"number\":%d,", i);
        ck_assert_msg((at = strstr(at, number)), "%d", i);
    }
    assert_has(at, "\"matched\":769,\"last\":769,");
    panel_close(panel);
}
END_TEST

TEST_MAIN("exchange of the journal",
    TEST(an_exchange_has_both_heads_and_bodies_as_they_were_sent),
    TEST_EACH(a_body_that_is_no_text_is_shown_in_base64, bodies),
    TEST(a_text_cut_within_a_character_is_still_a_text),
    TEST(a_body_that_was_dropped_says_so),
    TEST_EACH(an_exchange_that_the_journal_does_not_hold_is_404, unknown),
    TEST(a_refused_signature_tells_what_was_verified),
    TEST(a_long_journal_is_shown_whole_and_in_order))
