/* Which jobs a matcher fits, and what it says of those that it does not fit. */
#include "sim/match.h"

#include "support/suite.h"

#include <stdlib.h>

#define TEXT(literal) { literal, sizeof literal - 1 }

static const struct {
    const char *pattern, *text;
    bool fits;
} globs[] = {
    { "", "", true },          { "", "a", false },         { "*", "", true },        { "*", "abc", true },
    { "a?c", "abc", true },    { "a?c", "ac", false },     { "a*c", "abbbc", true }, { "a*c", "abcd", false },
    { "*b*b", "abab", true },  { "*b*b", "aba", false },   { "ubuntu*", "ubuntu:22.04", true },
    { "ABC", "abc", false },   { "**?", "a", true },       { "a**", "a", true },
};

START_TEST(a_glob_knows_any_bytes_and_one_byte)
{
    bool fits = match_glob(span_text(globs[_i].pattern), span_text(globs[_i].text));

    ck_assert_msg(fits == globs[_i].fits, "%s on %s", globs[_i].pattern, globs[_i].text);
}
END_TEST

static struct span annotations[] = { TEXT("nightly"), TEXT("mock:slow") };
static struct span words[] = { TEXT("echo"), TEXT("hello") };

static const struct {
    const char *name;
    struct job_match match;
    const char *miss; /* NULL: it fits */
} matches[] = {
    { "no condition fits every job", { .nth_first = 0 }, NULL },
    { "a client", { .client_id = TEXT("client") }, NULL },
    { "another client", { .client_id = TEXT("Client") }, "client_id" },
    { "any of the annotations", { .annotation = TEXT("mock:slow") }, NULL },
    { "part of an annotation", { .annotation = TEXT("mock") }, "annotation" },
    { "an engine, without regard to case", { .engine = TEXT("dOCKER") }, NULL },
    { "another engine", { .engine = TEXT("wasm") }, "engine" },
    { "an image as a glob", { .image = TEXT("ubuntu:*") }, NULL },
    { "another image", { .image = TEXT("debian") }, "image" },
    { "an entrypoint, joined by blanks", { .entrypoint = TEXT("echo h*") }, NULL },
    { "another entrypoint", { .entrypoint = TEXT("echo") }, "entrypoint" },
    { "one condition that fails is enough", { .client_id = TEXT("client"), .image = TEXT("debian") }, "image" },
};

START_TEST(all_conditions_must_fit)
{
    struct job_spec spec = { .engine = ENGINE_DOCKER,
                             .annotations = { annotations, 2 },
                             .docker = { .image = SPAN("ubuntu:22.04"), .entrypoint = { words, 2 } } };
    struct job_facts facts = { SPAN("client"), &spec };
    struct arena arena = { 0 };
    struct match_miss miss;

    bool fits = match_job(&matches[_i].match, &facts, &arena, &miss);

    ck_assert_msg(fits == !matches[_i].miss, "%s", matches[_i].name);
    ck_assert_msg(match_job(&matches[_i].match, &facts, &arena, NULL) == fits, "%s, without a miss", matches[_i].name);
    ck_assert_int_eq(miss.failed, matches[_i].miss ? 1 : 0);
    if (matches[_i].miss)
        ck_assert_str_eq(miss.condition, matches[_i].miss);
    arena_release(&arena);
}
END_TEST

START_TEST(nth_is_a_range_from_1)
{
    const struct job_match second = { .nth_first = 2, .nth_last = 3 }, any = { .nth_first = 0 };

    ck_assert(!match_nth(&second, 1));
    ck_assert(match_nth(&second, 2));
    ck_assert(match_nth(&second, 3));
    ck_assert(!match_nth(&second, 4));
    ck_assert(match_nth(&any, 1));
}
END_TEST

TEST_MAIN("match",
    TEST_EACH(a_glob_knows_any_bytes_and_one_byte, globs),
    TEST_EACH(all_conditions_must_fit, matches),
    TEST(nth_is_a_range_from_1))
