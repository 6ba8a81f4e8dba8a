/* The table of calls and what is made from it: index, openapi.json, `schema control`, the table in README.md. */
#include "base/json.h"
#include "cli/catalogue.h"
#include "control/openapi.h"
#include "support/panel.h"
#include "support/files.h"
#include "support/suite.h"

#include <stdio.h>

static void json_free_at(struct json **json)
{
    json_free(*json);
}

START_TEST(the_index_lists_each_call_with_its_summary)
{
    struct panel *panel = panel_open();
    char wanted[512];

    const char *index = panel_get(panel, "/__mock/");

    for (size_t i = 0; i < n_control_rows; i++) {
        snprintf(wanted, sizeof wanted, "{\"method\":\"%s\",\"path\":\"%s\",\"summary\":\"%s\",", control_rows[i].method,
                 control_rows[i].path, control_rows[i].summary);
        assert_has(index, wanted);
    }
    panel_close(panel);
}
END_TEST

START_TEST(the_command_schema_control_prints_openapi_json)
{
    char word[] = "control", *words[] = { word };
    struct options options = { .operands = words };
    struct printed printed = { .out = buf_init(OPENAPI_TEXT_MAX), .notes = buf_init(OPENAPI_TEXT_MAX) };
    struct panel *panel = panel_open();

    ck_assert_int_eq(print_schema(&options, &printed, NULL), ERR_OK);

    ck_assert_str_eq(panel_get(panel, "/__mock/openapi.json"), printed.out.p);
    buf_release(&printed.out);
    buf_release(&printed.notes);
    panel_close(panel);
}
END_TEST

/* Every "$ref" of the document names a shape. */
START_TEST(openapi_json_refers_to_shapes_that_exist)
{
    CLEANUP(buf_release) struct buf text = buf_init(OPENAPI_TEXT_MAX);
    CLEANUP(json_free_at) struct json *json = NULL;
    static const char prefix[] = "#/components/schemas/";

    openapi_put(&text, control_rows, n_control_rows);
    ck_assert_int_eq(json_parse(buf_view(&text), JSON_STRICT, &json, NULL, NULL), ERR_OK);
    const struct json_value *schemas = json_get(json_get(json_root(json), "components"), "schemas");

    for (const char *at = text.p; (at = strstr(at, prefix));) {
        bool known = false;
        at += sizeof prefix - 1;
        JSON_EACH(schema, schemas)
            known = known || span_eq(json_key(schema), span_of(at, strcspn(at, "\"")));
        ck_assert_msg(known, "there is no shape %.40s", at);
    }
}
END_TEST

/* A line of README.md's table: `GET /__mock/requests?endpoint=` and so on, and the summary. */
static void put_line(struct buf *out, const struct control_row *row)
{
    const char *before = "?";

    buf_printf(out, "| `%s %s", row->method, row->path);
    for (const struct control_parameter *p = row->parameters; p && p->name; p++, before = "&")
        buf_printf(out, "%s%s=", before, p->name);
    buf_printf(out, "` | %s", row->summary);
    if (row->form)
        buf_printf(out, ": `%s`", row->form);
    buf_text(out, " |\n");
}

START_TEST(the_readme_has_a_line_for_each_call_in_the_order_of_the_table)
{
    CLEANUP(buf_release) struct buf readme = file_read(SOURCE_DIR "/server/control/README.md");
    CLEANUP(buf_release) struct buf table = buf_init(OPENAPI_TEXT_MAX);

    for (size_t i = 0; i < n_control_rows; i++)
        put_line(&table, &control_rows[i]);

    ck_assert_msg(strstr(readme.p, table.p), "server/control/README.md lacks this table:\n%s", table.p);
}
END_TEST

START_TEST(every_row_of_the_table_answers_as_it_says)
{
    for (size_t i = 0; i < n_control_rows; i++) {
        struct panel *panel = panel_open();
        panel_ask(panel, control_rows[i].method, control_rows[i].path, control_rows[i].form ? "{}" : "");
        ck_assert_msg(panel->reply.status != 405, "%s %s", control_rows[i].method, control_rows[i].path);
        ck_assert(control_rows[i].summary[0]);
        panel_close(panel);
    }
}
END_TEST

/* Asks each call with one more header; returns how many were answered 403 with the key. */
static size_t refused_with(const char *name, const char *value, const char *key)
{
    struct panel *panel = panel_open();
    const struct header header = { span_text(name), span_text(value) };
    size_t n = 0;

    panel->headers = &header;
    panel->n_headers = 1;
    for (size_t i = 0; i < n_control_rows; i++) {
        const char *answer = panel_ask(panel, control_rows[i].method, control_rows[i].path, "");
        n += panel->reply.status == 403 && strstr(answer, key);
    }
    panel_close(panel);
    return n;
}

START_TEST(every_call_is_closed_to_foreign_names)
{
    ck_assert_uint_eq(refused_with("Host", "evil.example.org", "\"foreign-host\""), n_control_rows);
}
END_TEST

START_TEST(every_call_that_changes_something_is_closed_to_foreign_pages)
{
    size_t changing = 0;

    for (size_t i = 0; i < n_control_rows; i++)
        changing += strcmp(control_rows[i].method, "GET") != 0;

    ck_assert_uint_eq(refused_with("Origin", "http://evil.example.org", "\"foreign-origin\""), changing);
}
END_TEST

TEST_MAIN("the table of the control API",
    TEST(the_index_lists_each_call_with_its_summary),
    TEST(the_command_schema_control_prints_openapi_json),
    TEST(openapi_json_refers_to_shapes_that_exist),
    TEST(the_readme_has_a_line_for_each_call_in_the_order_of_the_table),
    TEST(every_row_of_the_table_answers_as_it_says),
    TEST(every_call_is_closed_to_foreign_names),
    TEST(every_call_that_changes_something_is_closed_to_foreign_pages))
