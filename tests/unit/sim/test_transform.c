#include "sim/transform.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/cid.h"
#include "support/suite.h"

#include <stdint.h>
#include <stdio.h>

static struct buf why;

static void setup(void)
{
    why = buf_init(64 * 1024);
}

static void teardown(void)
{
    buf_release(&why);
}

static enum err transformed(struct job_spec *spec, struct arena *arena)
{
    return transform_spec(spec, arena, &why);
}

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

    ck_assert_int_eq(transformed(&spec, &arena), ERR_OK);

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

    ck_assert_int_eq(transformed(&spec, &arena), ERR_OK);

    ck_assert_int_eq(input.source, SOURCE_INLINE);
    ck_assert(span_eq(input.url, url));
}
END_TEST

START_TEST(a_byte_more_moves_to_ipfs)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct storage_spec input = inline_of(&arena, 'x', 5 * 1024 + 1);
    struct job_spec spec = { .inputs = { &input, 1 } };

    ck_assert_int_eq(transformed(&spec, &arena), ERR_OK);

    ck_assert_int_eq(input.source, SOURCE_IPFS);
    assert_cid_of(input.cid, 'x', 5 * 1024 + 1);
    ck_assert_uint_eq(input.path.n + input.name.n + input.url.n, 0);
}
END_TEST

static const struct {
    const char *name;
    size_t sizes[3];
    bool moves[3];
} together[] = {
    { "the limit", { 2000, 3000, 120 }, { false, false, false } },
    { "the largest", { 2000, 3000, 1000 }, { false, true, false } },
    { "the last of equals", { 2000, 2000, 2000 }, { false, false, true } },
    { "two", { 3000, 3000, 3000 }, { false, true, true } },
    { "what is too large alone", { 5121, 1, 5119 }, { true, false, false } },
};

START_TEST(what_no_longer_fits_moves_the_smallest_being_looked_at_first)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct storage_spec inputs[3];
    struct job_spec spec = { .inputs = { inputs, 3 } };
    for (size_t i = 0; i < 3; i++)
        inputs[i] = inline_of(&arena, 'a', together[_i].sizes[i]);

    ck_assert_int_eq(transformed(&spec, &arena), ERR_OK);

    for (size_t i = 0; i < 3; i++)
        ck_assert_msg((inputs[i].source == SOURCE_IPFS) == together[_i].moves[i], "%s: %zu", together[_i].name, i);
}
END_TEST

START_TEST(the_bytes_of_base64_are_what_counts)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct storage_spec small = { .source = SOURCE_INLINE, .url = data_url(&arena, "data:;base64,", 'A', 6800) };
    struct storage_spec large = { .source = SOURCE_INLINE, .url = data_url(&arena, "data:;base64,", 'A', 6832) };
    struct job_spec spec = { .inputs = { &small, 1 } };

    ck_assert_int_eq(transformed(&spec, &arena), ERR_OK);
    ck_assert_int_eq(small.source, SOURCE_INLINE);
    spec.inputs.at = &large;
    ck_assert_int_eq(transformed(&spec, &arena), ERR_OK);

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

    ck_assert_int_eq(transformed(&spec, &arena), ERR_OK);
    ck_assert_int_eq(input.source, SOURCE_INLINE);
    buf_text(&url, "%4");
    input.url = buf_view(&url);
    ck_assert_int_eq(transformed(&spec, &arena), ERR_INVALID);
}
END_TEST

START_TEST(every_place_of_a_spec_but_import_modules_is_looked_at)
{
    enum { LARGE = 6000 };
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct storage_spec import = inline_of(&arena, 'c', LARGE), input = inline_of(&arena, 'd', LARGE),
                        output = inline_of(&arena, 'e', LARGE);
    struct job_spec spec = {
        .language = &(struct language_spec){ .context = inline_of(&arena, 'a', LARGE) },
        .wasm = &(struct wasm_spec){ .entry_module = inline_of(&arena, 'b', LARGE), .import_modules = { &import, 1 } },
        .inputs = { &input, 1 },
        .outputs = { &output, 1 },
    };

    ck_assert_int_eq(transformed(&spec, &arena), ERR_OK);

    assert_cid_of(spec.language->context.cid, 'a', LARGE);
    assert_cid_of(spec.wasm->entry_module.cid, 'b', LARGE);
    ck_assert_int_eq(import.source, SOURCE_INLINE);
    assert_cid_of(input.cid, 'd', LARGE);
    assert_cid_of(output.cid, 'e', LARGE);
}
END_TEST

/* The texts are those of the real requester (tests/reference/differences.json). */
static const struct {
    const char *url, *text;
} bad[] = {
    { "", "missing data prefix" },
    { "x", "missing data prefix" },
    { "DATA:,x", "missing data prefix" },
    { "data:", "missing comma before data" },
    { "data:qq", "missing media type slash" },
    { "data:x/y,", "invalid character for media type" },
    { "data:bad type,x", "invalid character for media type" },
    { "data:a/b;c=d;base64,AAAA", "invalid media type" },
    { "data:text/", "incomplete media type" },
    { "data:text/a b,", "invalid character for media subtype" },
    { "data:@,", "invalid character after data prefix" },
    { "data:;", "unterminated parameter sequence" },
    { "data:;,", "unterminated parameter sequence" },
    { "data:;a", "unterminated parameter sequence" },
    { "data:;a b=,", "invalid character for parameter attribute" },
    { "data:;utf8,x", "expected base64, got utf8" },
    { "data:;a=", "missing comma before data" },
    { "data:;a=,", "invalid character for parameter value" },
    { "data:;a=\"b", "unclosed quoted string" },
    { "data:;a=\"b\"c,", "expected semicolon or comma" },
    { "data:;a=\"\\q\",", "invalid syntax" },
    { "data:;a=%,", "rfc2396: unexpected end of unescape sequence" },
    { "data:,%zz", "rfc2396: invalid char 0x25 in unescape sequence" },
    { "data:,%4", "rfc2396: unexpected end of unescape sequence" },
    { "data:,a b", "invalid data character" },
    { "data:text/plain,\u00e9", "invalid data character" },
    { "data:;base64,!!!", "invalid data character" },
    { "data:;base64,AAA", "illegal base64 data at input byte 0" },
    { "data:application/gzip;base64,H4sI", "unexpected EOF" },
    { "data:application/gzip,", "EOF" },
    { "data:application/gzip,0123456789", "gzip: invalid header" },
};

START_TEST(inline_data_that_cannot_be_read_is_an_error_that_shows_its_storage)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct span_pair metadata[] = { { SPAN("b"), SPAN("1") }, { SPAN("a"), SPAN("2") } };
    struct storage_spec input = { .source = SOURCE_INLINE, .name = SPAN("n"), .cid = SPAN("c"), .url = span_text(bad[_i].url),
                                  .source_path = SPAN("/s"), .path = SPAN("/in"), .metadata = { metadata, 2 } };
    struct job_spec spec = { .inputs = { &input, 1 } };
    char wanted[256];

    ck_assert_int_eq(transformed(&spec, &arena), ERR_INVALID);

    snprintf(wanted, sizeof wanted, "failed to read spec &{Inline n c %s /s /in map[a:2 b:1]}: %s", bad[_i].url, bad[_i].text);
    ck_assert_str_eq(why.p, wanted);
}
END_TEST

static const char *const good[] = {
    "data:,x", "data:;base64,AAAA", "data:text/plain;charset=utf-8,x", "data:x-own/y;a=\"b;,\",x", "data:;charset=\"x\",a",
    "data:;a=\"\",x", "data:;a=\"\\x41\\101\\n\",x", "data:application/x;a=b;base64,AAAA", "data:,%41",
};

START_TEST(inline_data_that_can_be_read_stays)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct storage_spec input = { .source = SOURCE_INLINE, .url = span_text(good[_i]), .path = SPAN("/in") };
    struct job_spec spec = { .inputs = { &input, 1 } };

    ck_assert_msg(transformed(&spec, &arena) == ERR_OK, "%s: %s", good[_i], why.p);

    ck_assert_int_eq(input.source, SOURCE_INLINE);
}
END_TEST

START_TEST(other_storage_is_not_read)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct storage_spec input = { .source = SOURCE_URL_DOWNLOAD, .url = data_url(&arena, "data:,", 'x', 6000) };
    struct job_spec spec = { .inputs = { &input, 1 } };

    ck_assert_int_eq(transformed(&spec, &arena), ERR_OK);

    ck_assert_int_eq(input.source, SOURCE_URL_DOWNLOAD);
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

    ck_assert_int_eq(transformed(&spec, &arena), ERR_OK);

    for (size_t i = 0; i < MANY; i++)
        left += inputs[i].source == SOURCE_INLINE ? EACH : 0;
    ck_assert_uint_le(left, 5 * 1024);
}
END_TEST

TEST_MAIN("transform",
    TEST_GROUP("transform", .setup = setup, .teardown = teardown),
    TEST_EACH(a_timeout_that_is_none_becomes_half_an_hour, timeouts),
    TEST(five_kilobytes_stay_inline),
    TEST(a_byte_more_moves_to_ipfs),
    TEST_EACH(what_no_longer_fits_moves_the_smallest_being_looked_at_first, together),
    TEST(the_bytes_of_base64_are_what_counts),
    TEST(escapes_count_as_the_byte_they_stand_for),
    TEST(every_place_of_a_spec_but_import_modules_is_looked_at),
    TEST_EACH(inline_data_that_cannot_be_read_is_an_error_that_shows_its_storage, bad),
    TEST_EACH(inline_data_that_can_be_read_stays, good),
    TEST(other_storage_is_not_read),
    TEST(however_many_small_ones_there_are_too_much_together_moves))
