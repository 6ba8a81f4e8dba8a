#include "support/suite.h"
#include "wire/target.h"

#define TEXT(literal) { literal, sizeof literal - 1 }

static const struct row {
    const char *raw, *path, *clean, *query; /* path NULL: refused; clean NULL: as the path; query NULL: none */
} rows[] = {
    { "/requester/list", "/requester/list", NULL, NULL },
    { "/", "/", NULL, NULL },
    { "*", "*", "/*", NULL },
    { "/requester/%6cist", "/requester/list", NULL, NULL },
    { "/requester/%6Cist", "/requester/list", NULL, NULL },
    { "/a%2fb", "/a/b", NULL, NULL },
    { "/a%2F%2Fb", "/a//b", "/a/b", NULL },
    { "/a+b", "/a+b", NULL, NULL },
    { "/%", NULL, NULL, NULL },
    { "/%4", NULL, NULL, NULL },
    { "/%zz", NULL, NULL, NULL },
    { "/%4g", NULL, NULL, NULL },
    { "/%41", "/A", NULL, NULL },

    { "//requester/list", "//requester/list", "/requester/list", NULL },
    { "/requester//list", "/requester//list", "/requester/list", NULL },
    { "/requester/./list", "/requester/./list", "/requester/list", NULL },
    { "/x/../requester/list", "/x/../requester/list", "/requester/list", NULL },
    { "/x/%2e%2e/requester/list", "/x/../requester/list", "/requester/list", NULL },
    { "/requester/list/", "/requester/list/", NULL, NULL },
    { "/requester/list//", "/requester/list//", "/requester/list/", NULL },
    { "/..", "/..", "/", NULL },
    { "/../..", "/../..", "/", NULL },
    { "/a/..", "/a/..", "/", NULL },
    { "/a/../", "/a/../", "/", NULL },
    { "/a/b/..", "/a/b/..", "/a", NULL },
    { "/a/b/../", "/a/b/../", "/a/", NULL },
    { "/.", "/.", "/", NULL },
    { "/...", "/...", NULL, NULL },
    { "/a/.b", "/a/.b", NULL, NULL },
    { "///", "///", "/", NULL },

    { "/list?", "/list", NULL, "" },
    { "/list?a=b", "/list", NULL, "a=b" },
    { "/list?a?b", "/list", NULL, "a?b" },
    { "/list?%zz", "/list", NULL, "%zz" },
    { "/list?a=//b", "/list", NULL, "a=//b" },
    { "/?x=http://y/z", "/", NULL, "x=http://y/z" },

    { "http://host/requester/list", "/requester/list", NULL, NULL },
    { "http://host:1234/requester/list?q", "/requester/list", NULL, "q" },
    { "https://host/a", "/a", NULL, NULL },
    { "http://host", "", "/", NULL },
    { "http://host?q", "", "/", "q" },
    { "http://", "", "/", NULL },
    { "host:80", "", "/", NULL },
    { "http:/a", "/a", NULL, NULL },
    { "//host/a", "//host/a", "/host/a", NULL },
    { "http://host//a", "//a", "/a", NULL },

    { "requester/list", NULL, NULL, NULL },
    { "1host:80", NULL, NULL, NULL },
    { ":80", NULL, NULL, NULL },
    { "", NULL, NULL, NULL },
};

START_TEST(a_target_is_taken_apart_as_the_library_does)
{
    const struct row *row = &rows[_i];
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct target target;

    enum err err = target_read(span_text(row->raw), &arena, &target);

    ck_assert_msg((err == ERR_OK) == (row->path != NULL), "%s", row->raw);
    if (!row->path)
        return;
    ck_assert_msg(span_is(target.path, row->path), "%s: path %.*s", row->raw, SPAN_ARG(target.path));
    ck_assert_msg(span_is(target.clean, row->clean ? row->clean : row->path), "%s: clean %.*s", row->raw,
                  SPAN_ARG(target.clean));
    ck_assert_msg(target.has_query == (row->query != NULL), "%s", row->raw);
    ck_assert_msg(!row->query || span_is(target.query, row->query), "%s: query %.*s", row->raw, SPAN_ARG(target.query));
}
END_TEST

START_TEST(a_nul_may_stand_in_a_path)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct target target;

    ck_assert_int_eq(target_read(SPAN("/a%00b"), &arena, &target), ERR_OK);

    ck_assert(span_eq(target.path, SPAN("/a\0b")));
    ck_assert(span_eq(target.clean, SPAN("/a\0b")));
}
END_TEST

static const struct {
    struct span path;
    const char *escaped;
} escapes[] = {
    { TEXT("/requester/list"), "/requester/list" },
    { TEXT("/a b"), "/a%20b" },
    { TEXT("/a?b#c"), "/a%3Fb%23c" },
    { TEXT("/100%"), "/100%25" },
    { TEXT("/-_.~$&+,/:;=@"), "/-_.~$&+,/:;=@" },
    { TEXT("/\"<>[]{}|\\^`'()*!"), "/%22%3C%3E%5B%5D%7B%7D%7C%5C%5E%60%27%28%29%2A%21" },
    { TEXT("/\xc3\xbc"), "/%C3%BC" },
    { TEXT("/a\0b\x7f"), "/a%00b%7F" },
    { TEXT(""), "" },
};

START_TEST(a_path_is_escaped_where_it_must_be)
{
    CLEANUP(arena_release) struct arena arena = { 0 };

    struct span escaped = target_escape(escapes[_i].path, &arena);

    ck_assert_msg(span_is(escaped, escapes[_i].escaped), "%s: %.*s", escapes[_i].escaped, SPAN_ARG(escaped));
}
END_TEST

TEST_MAIN("target",
    TEST_EACH(a_target_is_taken_apart_as_the_library_does, rows),
    TEST(a_nul_may_stand_in_a_path),
    TEST_EACH(a_path_is_escaped_where_it_must_be, escapes))
