#include "sim/transform.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/cid.h"
#include "support/suite.h"

#include <stdint.h>

/* ---- time-outs -------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    double sent, kept;
} timeouts[] = {
    { "absent", 0, 1800 },
    { "negative", -1, 1800 },
    { "a fraction", 0.5, 0.5 },
    { "a nanosecond", 1e-9, 1e-9 },
    { "less than a nanosecond", 1e-10, 1800 },
    { "an hour", 3600, 3600 },
    { "the longest", 9223372036, 9223372036 },
    { "longer than int64 nanoseconds", 9223372037, 1800 },
    { "much longer", 1e300, 1800 },
};

START_TEST(a_timeout_that_is_none_becomes_half_an_hour)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct job_spec spec = { .timeout = timeouts[_i].sent };

    ck_assert(transform_spec(&spec, &arena));

    double off = spec.timeout - timeouts[_i].kept;
    ck_assert_msg(off > -1e-12 && off < 1e-12, "%s: %g", timeouts[_i].name, spec.timeout);
}
END_TEST

/* ---- inline storage ---------------------------------------------------------------------------------------- */

/* A data URL of `n` bytes, all `c`. */
static struct span data_url(struct arena *arena, const char *head, char c, size_t n)
{
    struct span url = arena_printf(arena, "%s%*s", head, (int)n, "");
    char *bytes = arena_alloc(arena, url.n + 1);

    memcpy(bytes, url.p, url.n - n);
    memset(bytes + url.n - n, c, n);
    return span_of(bytes, url.n);
}

static struct storage_spec inline_of(struct arena *arena, char c, size_t n)
{
    return (struct storage_spec){
        .source = SOURCE_INLINE, .url = data_url(arena, "data:text/plain,", c, n), .name = SPAN("name"), .path = SPAN("/in")
    };
}

static void assert_cid_of(struct span cid, char c, size_t n)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    unsigned char digest[SHA256_SIZE];
    char text[MULTIHASH_TEXT_SIZE + 1];

    crypto_sha256(data_url(&arena, "", c, n), digest);
    multihash_text(digest, text);
    ck_assert_msg(span_is(cid, text), "%.*s, not %s", SPAN_ARG(cid), text);
}

START_TEST(five_kilobytes_stay_inline)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct storage_spec input = inline_of(&arena, 'x', 5 * 1024);
    struct job_spec spec = { .inputs = { &input, 1 } };
    struct span url = input.url;

    ck_assert(transform_spec(&spec, &arena));

    ck_assert_int_eq(input.source, SOURCE_INLINE);
    ck_assert(span_eq(input.url, url));
}
END_TEST

START_TEST(a_byte_more_moves_to_ipfs)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct storage_spec input = inline_of(&arena, 'x', 5 * 1024 + 1);
    struct job_spec spec = { .inputs = { &input, 1 } };

    ck_assert(transform_spec(&spec, &arena));

    ck_assert_int_eq(input.source, SOURCE_IPFS);
    assert_cid_of(input.cid, 'x', 5 * 1024 + 1);
    ck_assert(span_is(input.path, "/in"));
    ck_assert_uint_eq(input.url.n, 0);
}
END_TEST

START_TEST(what_is_too_much_together_moves_until_it_is_not)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct storage_spec inputs[] = { inline_of(&arena, 'a', 2000), inline_of(&arena, 'b', 3000), inline_of(&arena, 'c', 1000) };
    struct job_spec spec = { .inputs = { inputs, 3 } };

    ck_assert(transform_spec(&spec, &arena));

    size_t left = 0;
    for (size_t i = 0; i < 3; i++)
        left += inputs[i].source == SOURCE_INLINE ? (size_t[]){ 2000, 3000, 1000 }[i] : 0;
    ck_assert_uint_le(left, 5 * 1024);
    ck_assert_uint_gt(left, 0);
}
END_TEST

START_TEST(the_bytes_of_base64_are_what_counts)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct storage_spec small = { .source = SOURCE_INLINE, .url = data_url(&arena, "data:;base64,", 'A', 6800) };
    struct storage_spec large = { .source = SOURCE_INLINE, .url = data_url(&arena, "data:;base64,", 'A', 6832) };
    struct job_spec spec = { .inputs = { &small, 1 } };

    ck_assert(transform_spec(&spec, &arena));
    ck_assert_int_eq(small.source, SOURCE_INLINE);
    spec.inputs.at = &large;
    ck_assert(transform_spec(&spec, &arena));

    ck_assert_int_eq(large.source, SOURCE_IPFS);
    assert_cid_of(large.cid, '\0', 6832 / 4 * 3);
}
END_TEST

START_TEST(escapes_count_as_the_byte_they_stand_for)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    CLEANUP(buf_release) struct buf url = buf_init(64 * 1024);
    buf_text(&url, "data:,");
    for (int i = 0; i < 5 * 1024; i++)
        buf_text(&url, "%41");
    struct storage_spec input = { .source = SOURCE_INLINE, .url = buf_view(&url) };
    struct job_spec spec = { .inputs = { &input, 1 } };

    ck_assert(transform_spec(&spec, &arena));
    ck_assert_int_eq(input.source, SOURCE_INLINE);
    buf_text(&url, "%4");
    input.url = buf_view(&url);
    ck_assert(transform_spec(&spec, &arena));

    ck_assert_int_eq(input.source, SOURCE_IPFS);
}
END_TEST

START_TEST(every_place_of_a_spec_is_looked_at)
{
    enum { LARGE = 6000 };
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct storage_spec import = inline_of(&arena, 'c', LARGE), input = inline_of(&arena, 'd', LARGE),
                        output = inline_of(&arena, 'e', LARGE);
    struct job_spec spec = {
        .language = { .context = inline_of(&arena, 'a', LARGE) },
        .wasm = { .entry_module = inline_of(&arena, 'b', LARGE), .import_modules = { &import, 1 } },
        .inputs = { &input, 1 },
        .outputs = { &output, 1 },
    };

    ck_assert(transform_spec(&spec, &arena));

    assert_cid_of(spec.language.context.cid, 'a', LARGE);
    assert_cid_of(spec.wasm.entry_module.cid, 'b', LARGE);
    assert_cid_of(import.cid, 'c', LARGE);
    assert_cid_of(input.cid, 'd', LARGE);
    assert_cid_of(output.cid, 'e', LARGE);
}
END_TEST

static const struct {
    const char *name;
    int source;
    const char *head;
} kept[] = {
    { "not inline", SOURCE_URL_DOWNLOAD, "data:," },
    { "no data URL", SOURCE_INLINE, "http://," },
    { "no comma", SOURCE_INLINE, "data:" },
    { "bad base64", SOURCE_INLINE, "data:;base64,!" },
    { "nothing", SOURCE_INLINE, "" },
};

START_TEST(what_is_no_inline_data_stays)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct storage_spec input = { .source = kept[_i].source, .url = data_url(&arena, kept[_i].head, 'x', 6000) };
    struct job_spec spec = { .inputs = { &input, 1 } };

    ck_assert(transform_spec(&spec, &arena));

    ck_assert_msg(input.source == kept[_i].source && input.cid.n == 0, "%s", kept[_i].name);
}
END_TEST

START_TEST(an_empty_url_is_nothing)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct storage_spec input = { .source = SOURCE_INLINE };
    struct job_spec spec = { .inputs = { &input, 1 } };

    ck_assert(transform_spec(&spec, &arena));

    ck_assert_int_eq(input.source, SOURCE_INLINE);
}
END_TEST

START_TEST(however_many_small_ones_there_are_too_much_together_moves)
{
    enum { MANY = 200, EACH = 100 };
    CLEANUP(arena_release) struct arena arena = { 0 };
    static struct storage_spec inputs[MANY]; /* large */
    struct job_spec spec = { .inputs = { inputs, MANY } };
    size_t left = 0;
    for (size_t i = 0; i < MANY; i++)
        inputs[i] = (struct storage_spec){ .source = SOURCE_INLINE, .url = data_url(&arena, "data:,", 'x', EACH) };

    ck_assert(transform_spec(&spec, &arena));

    for (size_t i = 0; i < MANY; i++)
        left += inputs[i].source == SOURCE_INLINE ? EACH : 0;
    ck_assert_uint_le(left, 5 * 1024);
}
END_TEST

TEST_MAIN("transform",
    TEST_EACH(a_timeout_that_is_none_becomes_half_an_hour, timeouts),
    TEST(five_kilobytes_stay_inline),
    TEST(a_byte_more_moves_to_ipfs),
    TEST(what_is_too_much_together_moves_until_it_is_not),
    TEST(the_bytes_of_base64_are_what_counts),
    TEST(escapes_count_as_the_byte_they_stand_for),
    TEST(every_place_of_a_spec_is_looked_at),
    TEST_EACH(what_is_no_inline_data_stays, kept),
    TEST(an_empty_url_is_nothing),
    TEST(however_many_small_ones_there_are_too_much_together_moves))
