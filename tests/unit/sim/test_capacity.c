#include "sim/capacity.h"
#include "support/suite.h"

/* ---- reading ------------------------------------------------------------------------------------------------ */

static const struct cpu {
    const char *text;
    double cores;
} cpus[] = {
    { "", 0 },        { "500m", 0.5 },  { "0.5", 0.5 },    { "2", 2 },       { " 1 0 0 M ", 0.1 },  { "+1", 1 },
    { "+250m", 0.25 }, { "1e3", 1000 }, { "1_000", 1000 }, { "0x10p0", 16 }, { "0.0009", 0 },
    { "1.9999", 1.999 },
    { "9223372036854775807m", 9223372036854775.807 },
    /* what counts as nothing */
    { "lots", 0 },    { "-1", 0 },         { "-500m", 0 },      { "0.5m", 0 },     { "m", 0 },           { "1.2.3", 0 },
    { "1e400", 0 },   { "1e30", 0 },       { "nan", 0 },        { "inf", 0 },      { "0x10", 0 },        { "1__0", 0 },
    { "_1", 0 },      { "1_", 0 },         { "1\t", 0 },        { "1 core", 0 },
    { "9223372036854775808m", 0 },
};

START_TEST(cpus_are_read_in_thousandths)
{
    struct capacity c = capacity_read(&(struct resources){ .cpu = span_text(cpus[_i].text) });

    ck_assert_msg(c.cpu >= cpus[_i].cores && c.cpu <= cpus[_i].cores, "%s: %.17g", cpus[_i].text, c.cpu);
}
END_TEST

#define KB UINT64_C(1024)
#define MB (1024 * KB)
#define TB (1024 * 1024 * MB)

static const struct bytes {
    const char *text;
    uint64_t n;
} bytes[] = {
    { "", 0 },              { "0", 0 },               { "10", 10 },            { "10b", 10 },         { "1kb", KB },
    { "10mb", 10 * MB },    { "10Mb", 10 * MB },      { "10Mi", 10 * MB },     { "10 M i", 10 * MB },
    { "1g", 1024 * MB },
    { "1tb", TB },          { "100Tb", 100 * TB },    { "1pb", 1024 * TB },    { "1e", 1024 * 1024 * TB },
    { "3 megabytes", 3 * MB },                        { "5byte", 5 },          { "1\tkb", KB },
    { "18446744073709551615", UINT64_MAX },           { "1\xe2\x84\xaa", KB }, /* the Kelvin sign */
    /* what counts as nothing */
    { "much", 0 },          { "-1mb", 0 },            { "1.5gb", 0 },          { "5bytes", 0 },       { "1mib", 0 },
    { "1kilo", 0 },         { "+1", 0 },              { "16e", 0 },            { "18446744073709551616", 0 },
    { "99999999999999999999Tb", 0 },
};

START_TEST(bytes_are_read_in_powers_of_1024)
{
    struct span text = span_text(bytes[_i].text);
    struct capacity c = capacity_read(&(struct resources){ .memory = text, .disk = text });

    ck_assert_msg(c.memory == bytes[_i].n, "%s: %llu", bytes[_i].text, (unsigned long long)c.memory);
    ck_assert_msg(c.disk == bytes[_i].n, "%s: %llu", bytes[_i].text, (unsigned long long)c.disk);
}
END_TEST

static const struct gpu {
    const char *text;
    uint64_t n;
} gpus[] = {
    { "", 0 },     { "0", 0 },  { "1", 1 },  { "018", 18 },
    { "many", 0 }, { " 1", 0 }, { "+1", 0 }, { "-1", 0 },   { "1.0", 0 },
    { "18446744073709551616", 0 },
};

START_TEST(gpus_are_plain_numbers)
{
    struct capacity c = capacity_read(&(struct resources){ .gpu = span_text(gpus[_i].text) });

    ck_assert_msg(c.gpu == gpus[_i].n, "%s: %llu", gpus[_i].text, (unsigned long long)c.gpu);
}
END_TEST

START_TEST(an_amount_longer_than_any_number_is_nothing)
{
    static char digits[100000];

    memset(digits, '1', sizeof digits);
    struct span text = span_of(digits, sizeof digits);
    struct capacity c = capacity_read(&(struct resources){ text, text, text, text });

    ck_assert(capacity_is_zero(&c));
}
END_TEST

START_TEST(nothing_asked_is_zero)
{
    struct capacity none = capacity_read(&(struct resources){ .gpu = SPAN("0") });
    struct capacity some = capacity_read(&(struct resources){ .cpu = SPAN("1m") });

    ck_assert(capacity_is_zero(&none));
    ck_assert(!capacity_is_zero(&some));
}
END_TEST

/* ---- fitting ------------------------------------------------------------------------------------------------ */

#define TEXT(literal) { literal, sizeof(literal) - 1 }

static const struct fit {
    const char *name;
    struct resources want, max;
    bool fits;
} fits[] = {
    { "no limits", { TEXT("1000"), TEXT("1eb"), TEXT("1eb"), TEXT("9") }, { .cpu = TEXT("") }, true },
    { "all equal", { TEXT("1"), TEXT("1kb"), TEXT("1kb"), TEXT("1") },
      { TEXT("1000m"), TEXT("1024"), TEXT("1kb"), TEXT("1") }, true },
    { "too much CPU", { .cpu = TEXT("1001m") }, { .cpu = TEXT("1") }, false },
    { "too much memory", { .memory = TEXT("1025") }, { .memory = TEXT("1kb") }, false },
    { "too much disk", { .disk = TEXT("2") }, { .disk = TEXT("1") }, false },
    { "too many GPUs", { .gpu = TEXT("1") }, { .gpu = TEXT("0") }, false },
    { "a limit of something else", { .cpu = TEXT("5") }, { .memory = TEXT("1") }, true },
    { "a limit that cannot be read", { .cpu = TEXT("1") }, { .cpu = TEXT("few") }, false },
    { "nothing against a limit of nothing", { .cpu = TEXT("") }, { TEXT("0"), TEXT("0"), TEXT("0"), TEXT("0") }, true },
};

START_TEST(a_job_fits_where_no_limit_is_passed)
{
    struct capacity want = capacity_read(&fits[_i].want);

    ck_assert_msg(capacity_fits(&want, &fits[_i].max) == fits[_i].fits, "%s", fits[_i].name);
}
END_TEST

TEST_MAIN("capacity",
    TEST_EACH(cpus_are_read_in_thousandths, cpus),
    TEST_EACH(bytes_are_read_in_powers_of_1024, bytes),
    TEST_EACH(gpus_are_plain_numbers, gpus),
    TEST(an_amount_longer_than_any_number_is_nothing),
    TEST(nothing_asked_is_zero),
    TEST_EACH(a_job_fits_where_no_limit_is_passed, fits))
