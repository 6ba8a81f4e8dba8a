#include "reference/normal.h"

#include "base/error.h"
#include "reference/suites.h"

#define JOB1 "d41986d5-eb1c-4505-a116-d780c09906e2"
#define JOB2 "0e6651db-0b86-4066-8273-56773ade82cf"
#define REFERENCE "e-4fb39b4b-e554-4a58-8238-1544626a7932"
#define OTHER_UUID "79b4813d-3758-4e82-89b0-d2c2c824307d"

static struct names some_names(void)
{
    struct names names = { .n_jobs = 0 };

    ck_assert(names_add_job(&names, SPAN(JOB1)) && names_add_job(&names, SPAN(JOB2)));
    ck_assert(names_add_node(&names, SPAN("good-1-ipfs"), SPAN("good-1-ipfs")));
    ck_assert(names_add_node(&names, SPAN("good-12-ipfs"), SPAN("good-12-ipfs")));
    ck_assert(names_add_node(&names, SPAN("badexec-3"), SPAN("badexec-3")));
    return names;
}

static const struct row {
    const char *name, *text, *normal;
} rows[] = {
    {"a job id", "\"JobID\":\"" JOB1 "\"", "\"JobID\":\"${job1}\""},
    {"the second job", "job " JOB2 " is", "job ${job2} is"},
    {"a job id within a name", "job-" JOB1 "-host-good-1-ipfs", "job-${job1}-host-${good-ipfs}"},
    {"a short id", "Job not found. ID: d41986d5\n", "Job not found. ID: ${short1}\n"},
    {"a short id and more", "ID: d41986d5-", "ID: ${short1}-"},
    {"a longer word with a short id", "d41986d5a xd41986d5", "d41986d5a xd41986d5"},
    {"a job id that goes on", JOB1 "0", "${job1}0"},
    {"a job of another case", OTHER_UUID, OTHER_UUID},
    {"a reference", "\"" REFERENCE "\"", "\"${execution}\""},
    {"a reference of another version", "e-4fb39b4b-e554-1a58-8238-1544626a7932",
     "e-4fb39b4b-e554-1a58-8238-1544626a7932"},
    {"a reference in upper case", "e-4FB39B4B-e554-4a58-8238-1544626a7932", "e-4FB39B4B-e554-4a58-8238-1544626a7932"},
    {"a reference within a word", "the-4fb39b4b-e554-4a58-8238-1544626a7932",
     "the-4fb39b4b-e554-4a58-8238-1544626a7932"},
    {"a time stamp", "\"Time\":\"2026-11-23T11:53:57.026138329Z\"", "\"Time\":\"${time}\""},
    {"a time stamp of whole seconds", "\"2023-03-22T09:00:00Z\"", "\"${time}\""},
    {"the zero time", "\"0001-01-01T00:00:00Z\"", "\"0001-01-01T00:00:00Z\""},
    {"a time stamp with a zero at the end", "\"2023-03-22T09:00:00.10Z\"", "\"2023-03-22T09:00:00.10Z\""},
    {"a time stamp with a point alone", "\"2023-03-22T09:00:00.Z\"", "\"2023-03-22T09:00:00.Z\""},
    {"a time stamp with ten digits", "\"2023-03-22T09:00:00.1234567891Z\"", "\"2023-03-22T09:00:00.1234567891Z\""},
    {"a time stamp of another zone", "\"2023-03-22T09:00:00+01:00\"", "\"2023-03-22T09:00:00+01:00\""},
    {"a time stamp without quotes", "at 2023-03-22T09:00:00Z", "at 2023-03-22T09:00:00Z"},
    {"a node", "node badexec-3 failed", "node ${badexec} failed"},
    {"a node whose name begins with another's", "good-12-ipfs", "${good-ipfs}"},
    {"a node of another network", "good-2-ipfs", "good-2-ipfs"},
    {"the recordings' requester", "\"RequesterNodeID\":\"QmRequesterNodeAAAAAAAA\",\"RequesterPublicKey\":\"cGs/\"}",
     "\"RequesterNodeID\":\"${requester}\"}"},
    {"a requester with another's key",
     "\"RequesterNodeID\":\"QmRequesterNodeAAAAAAAA\",\"RequesterPublicKey\":\"cGt/\"}",
     "\"RequesterNodeID\":\"QmRequesterNodeAAAAAAAA\",\"RequesterPublicKey\":\"cGt/\"}"},
    {"a requester without a key", "\"RequesterNodeID\":\"QmRequesterNodeAAAAAAAA\"",
     "\"RequesterNodeID\":\"QmRequesterNodeAAAAAAAA\""},
    {"the recordings' commit", "\"gitcommit\":\"c\",\"x\":\"c\"", "\"gitcommit\":\"${commit}\",\"x\":\"c\""},
    {"a real commit", "\"gitcommit\":\"0123456789abcdef0123456789abcdef01234567\"", "\"gitcommit\":\"${commit}\""},
    {"no commit", "\"gitcommit\":\"v1\"", "\"gitcommit\":\"v1\""},
    {"everything else", "{\"a\":\"\\u003c QmCID \xc3\xa9\"}\n", "{\"a\":\"\\u003c QmCID \xc3\xa9\"}\n"},
};

START_TEST(what_differs_from_run_to_run_is_replaced_and_nothing_else)
{
    struct names names = some_names();
    CLEANUP(buf_release) struct buf out = buf_init(4096);

    normal_form(span_text(rows[_i].text), &names, NAMES_NODES_MAX, &out);

    ck_assert_msg(span_is(buf_view(&out), rows[_i].normal), "%s: %.*s", rows[_i].name, SPAN_ARG(buf_view(&out)));
}
END_TEST

START_TEST(an_execution_calls_its_own_node_self)
{
    struct names names = some_names();
    CLEANUP(buf_release) struct buf out = buf_init(4096);

    normal_form(SPAN("good-1-ipfs good-12-ipfs"), &names, 0, &out);

    ck_assert_str_eq(out.p, "${self} ${good-ipfs}");
}
END_TEST

START_TEST(nul_bytes_stay)
{
    struct names names = some_names();
    CLEANUP(buf_release) struct buf out = buf_init(4096);

    normal_form(SPAN("a\0b d41986d5"), &names, NAMES_NODES_MAX, &out);

    ck_assert(span_eq(buf_view(&out), SPAN("a\0b ${short1}")));
}
END_TEST

START_TEST(a_name_without_its_number_is_the_kind)
{
    struct names names = { .n_jobs = 0 };

    ck_assert(names_add_node(&names, SPAN("x"), SPAN("silent-good-1")));
    ck_assert(names_add_node(&names, SPAN("y"), SPAN("badresult-vererr")));
    ck_assert(names_add_node(&names, SPAN("z"), SPAN("noop-3")));

    ck_assert_str_eq(names.kinds[0], "silent-good");
    ck_assert_str_eq(names.kinds[1], "badresult-vererr");
    ck_assert_str_eq(names.kinds[2], "noop");
}
END_TEST

START_TEST(only_uuids_of_version_four_are_job_ids)
{
    struct names names = { .n_jobs = 0 };

    ck_assert(!names_add_job(&names, SPAN("")));
    ck_assert(!names_add_job(&names, SPAN("d41986d5-eb1c-1505-a116-d780c09906e2")));
    ck_assert(!names_add_job(&names, SPAN("d41986d5-eb1c-4505-c116-d780c09906e2")));
    ck_assert(!names_add_job(&names, SPAN("d41986d5-eb1c-4505-a116-d780c09906e")));
    ck_assert(names_add_job(&names, SPAN(JOB1)));
}
END_TEST

Suite *normal_suite(void)
{
    Suite *suite = suite_create("normal form");
    TCase *all = tcase_create("all");

    suite_add_tcase(suite, all);
    tcase_add_loop_test(all, what_differs_from_run_to_run_is_replaced_and_nothing_else, 0,
                        (int)(sizeof rows / sizeof rows[0]));
    tcase_add_test(all, an_execution_calls_its_own_node_self);
    tcase_add_test(all, nul_bytes_stay);
    tcase_add_test(all, a_name_without_its_number_is_the_kind);
    tcase_add_test(all, only_uuids_of_version_four_are_job_ids);
    return suite;
}
