/* `serve --watch`: scenario files that are read again when they change. */
#include "base/error.h"
#include "support/http_client.h"
#include "support/program.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- a folder with the file, a program that watches it ---------------------------------------------------- */

static char folder[] = "/tmp/mock-requester-watch-XXXXXX";
static struct program program;
static int port;

static const char *in_folder(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void write_as(const char *name, const char *text)
{
    FILE *out = fopen(in_folder(name), "w");

    ck_assert_ptr_nonnull(out);
    fputs(text, out);
    ck_assert_int_eq(fclose(out), 0);
}

static void write_file(const char *text)
{
    write_as("x.json", text);
}

static void start(void)
{
    const char *const words[] = { "--port", "0", "--log", "off", "--watch", "x.json", NULL };

    ck_assert_ptr_nonnull(mkdtemp(folder));
    write_as("body", "first body");
    write_file("{\"version\": 1, \"faults\": [{\"on\": \"livez\", \"reply\": {\"status\": 503, \"body_file\": \"body\"}}]}");
    ck_assert(program_start(&(struct program_start){ .path = BINARY_DIR "/mock-requester", .folder = folder, .words = words },
                            &program));
    port = program_await_ready(&program);
    ck_assert_msg(port > 0, "%s", program_told(&program));
}

static void stop(void)
{
    char command[128];

    ck_assert_int_eq(program_stop(&program), 0);
    program_release(&program);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

static void assert_tells(const char *text)
{
    ck_assert_msg(program_await_told(&program, text), "%s\nlacks %s", program_told(&program), text);
}

static void assert_answers(const char *body)
{
    struct http_reply reply = http_exchange_text(port, "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET");

    ck_assert_msg(reply.body.p && strstr(reply.body.p, body), "%s", reply.body.p ? reply.body.p : "");
    http_reply_release(&reply);
}

/* ---- ways to write ---------------------------------------------------------------------------------------- */

/* As editors do that write a new file and give it the name of the old one. */
static void replace_file(const char *text)
{
    write_as("new", text);
    ck_assert_int_eq(rename(in_folder("new"), in_folder("x.json")), 0);
}

/* As Kubernetes does with its config maps: the file is a link, and the link is set anew. */
static void relink_file(const char *text)
{
    write_as("target", text);
    ck_assert_int_eq(symlink("target", in_folder("link")), 0);
    ck_assert_int_eq(rename(in_folder("link"), in_folder("x.json")), 0);
}

/* As editors do that move the old file away first. */
static void back_up_file(const char *text)
{
    ck_assert_int_eq(rename(in_folder("x.json"), in_folder("x.json~")), 0);
    write_file(text);
}

static void (*const rewrites[])(const char *text) = { write_file, replace_file, relink_file, back_up_file };

/* ---- tests ------------------------------------------------------------------------------------------------ */

START_TEST(a_file_is_read_again_however_it_is_written)
{
    rewrites[_i]("{\"version\": 1, \"faults\": [{\"on\": \"livez\", \"reply\": {\"status\": 503, \"body\": \"other body\"}}]}");

    assert_tells("mock-requester: --watch: now plays scenario x\n");
    assert_answers("other body");
}
END_TEST

START_TEST(a_file_that_the_scenario_names_is_watched_too)
{
    write_as("body", "second body");

    assert_tells("mock-requester: --watch: now plays scenario x\n");
    assert_answers("second body");
}
END_TEST

START_TEST(a_file_that_does_not_pass_is_reported_and_changes_nothing)
{
    write_file("{\"version\": 1, \"nods\": []}");

    assert_tells("--watch: nothing has changed: not every file passes\n");
    assert_tells("x.json:1:16: unknown key \"nods\" in / (did you mean \"nodes\"?)\n");
    assert_answers("first body");
}
END_TEST

START_TEST(a_file_is_read_each_time_it_is_written)
{
    write_file("{\"version\": 1, \"nods\": []}");
    assert_tells("not every file passes\n");

    write_file("{\"version\": 1, \"faults\": [{\"on\": \"livez\", \"reply\": {\"status\": 503, \"body\": \"third body\"}}]}");

    assert_tells("now plays scenario x\n");
    assert_answers("third body");
}
END_TEST

TEST_MAIN("watch",
    TEST_GROUP("a program that watches", .setup = start, .teardown = stop),
    TEST_EACH(a_file_is_read_again_however_it_is_written, rewrites),
    TEST(a_file_that_the_scenario_names_is_watched_too),
    TEST(a_file_that_does_not_pass_is_reported_and_changes_nothing),
    TEST(a_file_is_read_each_time_it_is_written))
