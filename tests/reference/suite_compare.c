#include "reference/compare.h"

#include "reference/suites.h"

#include <stdio.h>

/* ---- tellings in shorthand ------------------------------------------------------------------------------ */

#define JOB "d41986d5-eb1c-4505-a116-d780c09906e2"

/* J is an entry of the job; a, b and x are entries of executions on good-1, good-2 and badexec-3: 1
 * AskForBid, 2 AskForBidAccepted, 3 BidAccepted, 4 BidRejected, 5 Failed. Capital letters: a second
 * execution on the same node. */
static const char *const states[] = { "", "AskForBid", "AskForBidAccepted", "BidAccepted", "BidRejected", "Failed" };

static const char *node_of(char letter)
{
    return letter == 'x' || letter == 'X'   ? "badexec-3"
           : letter == 'b' || letter == 'B' ? "good-2-ipfs"
                                            : "good-1-ipfs";
}

static void put_entry(struct buf *out, char letter, char digit, int second)
{
    int state = digit - '0';
    char reference[128] = "";

    if (letter == 'J') {
        buf_printf(out, "{\"Type\":\"JobLevel\",\"JobID\":\"" JOB "\",\"JobState\":{\"New\":\"%c\"},", digit);
    } else {
        if (state > 1)
            snprintf(reference, sizeof reference, "\"ComputeReference\":\"e-4fb39b4b-e554-4a58-8238-1544626a79%02x\",",
                     letter);
        buf_printf(out, "{\"Type\":\"ExecutionLevel\",\"JobID\":\"" JOB "\",\"NodeID\":\"%s\",%s\"ExecutionState\":{",
                   node_of(letter), reference);
        if (state > 1)
            buf_printf(out, "\"Previous\":\"%s\",", states[state == 4 ? 2 : state == 5 ? 3 : state - 1]);
        buf_printf(out, "\"New\":\"%s\"},", states[state]);
    }
    buf_printf(out, "\"Time\":\"2026-11-23T11:53:%02dZ\"}", second);
}

static struct span events(struct arena *arena, const char *shorthand)
{
    CLEANUP(buf_release) struct buf out = buf_init(PART_MAX);
    int n = 0;

    buf_text(&out, "{\"events\":[");
    for (const char *p = shorthand; *p; p += p[2] ? 3 : 2) {
        buf_text(&out, n ? "," : "");
        put_entry(&out, p[0], p[1], n++);
    }
    buf_text(&out, "]}\n");
    return arena_span(arena, buf_view(&out));
}

static bool bodies_agree(const char *release, struct span recorded, struct span ours, struct buf *why)
{
    static struct span nodes[] = { { "good-1-ipfs", 11 }, { "good-2-ipfs", 11 }, { "badexec-3", 9 } };
    static struct span jobs[] = { { JOB, sizeof JOB - 1 } };
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct told_reply reply = { .status_line = SPAN("HTTP/1.1 200 OK"), .framing = FRAMING_UNKNOWN, .body = recorded };
    struct told_step step = { .request = { .method = SPAN("POST"), .target = SPAN("/x") }, .reply = reply };
    struct reference_case c = { .jobs = { jobs, 1 }, .network.nodes = { nodes, 3 }, .steps = &step, .n_steps = 1 };

    struct telling there = telling_of_recording(&c, &arena), here = there;
    reply.body = ours;
    here.replies = &reply;
    return tellings_agree(release, &there, &here, why);
}

/* ---- races ------------------------------------------------------------------------------------------------ */

static const struct row {
    const char *name, *recorded, *ours;
    bool agree;
    const char *release;
} rows[] = {
    {"the same", "J1 J2 a1 b1 a2 a3 b2 b4 J3", "J1 J2 a1 b1 a2 a3 b2 b4 J3", true, "v0.3.25"},
    {"executions in one another", "J1 a1 b1 a2 a3 b2 b4 J3", "J1 a1 b1 b2 a2 b4 a3 J3", true, "v0.3.25"},
    {"another is asked first", "J1 a1 x1 a2 x2 J2", "J1 x1 a1 x2 a2 J2", true, "v0.3.25"},
    {"nodes of one kind change places", "J1 a1 b1 a2 a3 b2 b4 J3", "J1 a1 b1 b2 b3 a2 a4 J3", true, "v0.3.25"},
    {"nodes of two kinds do not", "J1 a1 x1 a2 a3 x2 x4 J3", "J1 a1 x1 x2 x3 a2 a4 J3", false, "v0.3.25"},
    {"job entries in another order", "J1 J2 a1 a2", "J2 J1 a1 a2", false, "v0.3.25"},
    {"a job entry missing", "J1 a1 a2 J2", "J1 a1 a2", false, "v0.3.25"},
    {"a job entry before the last of an execution", "J1 a1 a2 J2", "J1 a1 J2 a2", false, "v0.3.25"},
    {"a job entry at another execution's first end", "J1 a1 b1 a2 J2 b2", "J1 a1 b1 b2 J2 a2", true, "v0.3.25"},
    {"a job entry when both are through", "J1 a1 b1 a2 J2 b2", "J1 a1 b1 a2 b2 J2", false, "v0.3.25"},
    {"an entry of an execution missing", "J1 a1 a2 a3 J2", "J1 a1 a2 J2", false, "v0.3.25"},
    {"an execution's entries in another order", "J1 a1 a2 a3", "J1 a1 a3 a2", false, "v0.3.25"},
    {"one execution too many", "J1 a1 a2", "J1 a1 b1 a2", false, "v0.3.25"},
    {"one execution too few", "J1 a1 b1 a2", "J1 a1 a2", false, "v0.3.25"},
    {"all asked before the first bid", "J1 a1 b1 a2 b2", "J1 a1 a2 b1 b2", false, "v0.3.25"},
    {"v0.3.24 asks as it likes", "J1 a1 b1 a2 b2", "J1 a1 a2 b1 b2", true, "v0.3.24"},
    {"a node asked twice", "J1 a1 a2 a3 a5 A1 A2 A3 J2", "J1 a1 a2 a3 a5 A1 A2 A3 J2", true, "v0.3.25"},
    {"the other of two executions on one node", "J1 a1 a2 a3 a5 A1 A2 A3 J2", "J1 a1 a2 a3 A1 A2 A3 A5 J2", false,
     "v0.3.25"},
    {"a node asked twice, its executions mixed", "J1 a1 a2 A1 a3 A2 a5 J2", "J1 a1 a2 A1 A2 a3 a5 J2", true, "v0.3.25"},
};

START_TEST(races_agree_and_all_else_does_not)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    CLEANUP(buf_release) struct buf why = buf_init(PART_MAX);
    const struct row *row = &rows[_i];

    bool agree = bodies_agree(row->release, events(&arena, row->recorded), events(&arena, row->ours), &why);

    ck_assert_msg(agree == row->agree, "%s: %s\n%.*s", row->name, agree ? "they agree" : "they do not agree",
                  SPAN_ARG(buf_view(&why)));
    ck_assert_msg(agree || why.n, "%s: nothing is said", row->name);
}
END_TEST

/* ---- live frames ---------------------------------------------------------------------------------------- */

/* In shorthand: a and b are of the executions on good-1 and good-2, 1 Bid, 2 BidAccepted; J1 Created, J2 Error,
 * by the requester, and by another in J3. The digit that follows is the second of its moment. */
static void put_frame(struct buf *out, char letter, char digit, char second)
{
    static const char *const names[] = { "", "Bid", "BidAccepted", "Created", "Error", "Error" };
    bool of_job = letter == 'J';
    int event = digit - '0' + (of_job ? 2 : 0);

    buf_text(out, "{\"JobID\":\"" JOB "\",");
    if (!of_job)
        buf_printf(out, "\"ExecutionID\":\"e-4fb39b4b-e554-4a58-8238-1544626a79%02x\",", letter);
    buf_printf(out, "\"SourceNodeID\":\"%s\",\"EventName\":\"%s\",\"EventTime\":\"2026-11-23T11:54:0%cZ\"}\n",
               !of_job ? node_of(letter) : event == 5 ? "QmOther" : "QmRequesterNodeAAAAAAAA", names[event], second);
}

static struct span live(struct arena *arena, const char *shorthand)
{
    CLEANUP(buf_release) struct buf out = buf_init(PART_MAX);

    buf_text(&out, "{\"live\":[");
    for (const char *p = shorthand; *p; p += p[3] ? 4 : 3) {
        buf_text(&out, p == shorthand ? "" : ",");
        put_frame(&out, p[0], p[1], p[2]);
    }
    buf_text(&out, "]}");
    return arena_span(arena, buf_view(&out));
}

static bool streams_agree(const char *recorded, const char *ours, struct buf *why)
{
    static struct span nodes[] = { { "good-1-ipfs", 11 }, { "good-2-ipfs", 11 } };
    static struct span jobs[] = { { JOB, sizeof JOB - 1 } };
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct told_reply history = { .framing = FRAMING_UNKNOWN, .body = events(&arena, "J1 a1 b1 a2 b2 a3 b3 J2") },
                      frames = { .framing = FRAMING_UNKNOWN, .recorded = true, .body = live(&arena, recorded) };
    struct told_step steps[] = { { .reply = history }, { .kind = TOLD_FRAMES, .reply = frames } };
    struct reference_case c = { .jobs = { jobs, 1 }, .network.nodes = { nodes, 2 }, .steps = steps, .n_steps = 2 };

    struct telling there = telling_of_recording(&c, &arena), here = there;
    struct told_reply replies[] = { history, { .framing = FRAMING_UNKNOWN, .body = live(&arena, ours) } };
    here.replies = replies;
    return tellings_agree("v0.3.25", &there, &here, why);
}

static const struct live_row {
    const char *name, *recorded, *ours;
    bool agree;
} live_rows[] = {
    { "the same", "J10 a11 a22 b11 b22 J23", "J10 a11 a22 b11 b22 J23", true },
    { "executions in one another", "J10 a11 a22 b11 b22 J23", "J10 b11 a11 b22 a22 J23", true },
    { "a recorded frame was overtaken", "J10 a22 a11 b11 b22 J23", "J10 a11 a22 b11 b22 J23", true },
    { "one of ours was overtaken", "J10 a11 a22 b11 b22 J23", "J10 a22 a11 b11 b22 J23", false },
    { "the job's last frame before another", "J10 a11 a22 b11 b22 J23", "J10 a11 a22 b11 J23 b22", false },
    { "the job's first frame after another", "J10 a11 a22 b11 b22 J23", "a11 J10 a22 b11 b22 J23", false },
    { "a frame missing", "J10 a11 a22 b11 b22 J23", "J10 a11 a22 b11 J23", false },
    { "a frame twice", "J10 a11 a22 b11 b22 J23", "J10 a11 a22 b11 b22 b22 J23", false },
    { "a frame of an unknown execution", "J10 a11 a22 b11 b22 J23", "J10 a11 a22 b11 x22 J23", false },
    { "another requester", "J10 a11 a22 b11 b22 J23", "J10 a11 a22 b11 b22 J33", false },
    { "moments the other way round", "J10 a11 a22 b11 b22 J23", "J10 a12 a21 b11 b22 J23", false },
};

START_TEST(live_frames_agree_but_for_races)
{
    CLEANUP(buf_release) struct buf why = buf_init(PART_MAX);
    const struct live_row *row = &live_rows[_i];

    ck_assert_msg(streams_agree(row->recorded, row->ours, &why) == row->agree, "%s: %.*s", row->name,
                  SPAN_ARG(buf_view(&why)));
}
END_TEST

/* ---- what must hold within one telling ------------------------------------------------------------------ */

#define EXECUTION(node, reference) "{\"NodeId\":\"" node "\",\"ComputeReference\":\"" reference "\"}"
#define STATE(executions) "{\"state\":{\"JobID\":\"" JOB "\",\"Executions\":[" executions "]}}\n"
#define E1 "e-4fb39b4b-e554-4a58-8238-1544626a7932"
#define E2 "e-00000000-e554-4a58-8238-1544626a7932"

START_TEST(two_executions_with_one_reference_are_noticed)
{
    struct span good = SPAN(STATE(EXECUTION("good-1-ipfs", E1) "," EXECUTION("good-2-ipfs", E2)));
    struct span bad = SPAN(STATE(EXECUTION("good-1-ipfs", E1) "," EXECUTION("good-2-ipfs", E1)));
    CLEANUP(buf_release) struct buf why = buf_init(PART_MAX);

    ck_assert(bodies_agree("v0.3.25", good, good, &why));
    ck_assert(!bodies_agree("v0.3.25", good, bad, &why));
    ck_assert_msg(strstr(why.p, "reference of two executions"), "%s", why.p);
}
END_TEST

START_TEST(a_stray_byte_between_executions_is_noticed)
{
    struct span good = SPAN(STATE(EXECUTION("good-1-ipfs", E1) "," EXECUTION("good-2-ipfs", E2)));
    struct span bad = SPAN(STATE(EXECUTION("good-1-ipfs", E1) ", " EXECUTION("good-2-ipfs", E2)));
    CLEANUP(buf_release) struct buf why = buf_init(PART_MAX);

    ck_assert(!bodies_agree("v0.3.25", good, bad, &why));
}
END_TEST

START_TEST(an_unknown_node_is_noticed_not_stumbled_over)
{
    struct span good = SPAN(STATE(EXECUTION("good-1-ipfs", E1)));
    struct span bad = SPAN(STATE(EXECUTION("good-9-ipfs", E1)));
    CLEANUP(buf_release) struct buf why = buf_init(PART_MAX);

    ck_assert(!bodies_agree("v0.3.25", good, bad, &why));
    ck_assert(!bodies_agree("v0.3.25", bad, good, &why));
}
END_TEST

/* ---- time stamps ---------------------------------------------------------------------------------------- */

#define T(time) "\"2026-11-23T11:53:" time "Z\","

static const struct times {
    const char *name;
    struct span recorded, ours;
    bool agree;
} times[] = {
    { "the same order", { T("01") T("02"), 46 }, { T("07") T("08.5"), 48 }, true },
    { "one moment for two", { T("01") T("02"), 46 }, { T("07") T("07"), 46 }, true },
    { "the other way round", { T("01") T("02"), 46 }, { T("08") T("07"), 46 }, false },
    { "two moments for one", { T("01") T("01"), 46 }, { T("07") T("08"), 46 }, false },
    { "fractions are numbers", { T("01") T("01.2"), 48 }, { T("07.19") T("07.2"), 51 }, true },
    { "a shorter fraction may be later", { T("01.15") T("01.2"), 51 }, { T("07.2") T("07.15"), 51 }, false },
    { "one too few", { T("01") T("02"), 46 }, { T("01"), 23 }, false },
};

START_TEST(moments_keep_their_order)
{
    CLEANUP(buf_release) struct buf why = buf_init(PART_MAX);

    ck_assert_msg(times_agree(times[_i].recorded, times[_i].ours, &why) == times[_i].agree, "%s", times[_i].name);
}
END_TEST

/* ---- heads ---------------------------------------------------------------------------------------------- */

struct head {
    struct told_header at[4];
    size_t n;
    enum framing framing;
    size_t body;
};

#define H(name, value) { { name, sizeof(name) - 1 }, { value, sizeof(value) - 1 }, false }
#define DATE H("Date", "*")
#define OUR_DATE H("Date", "Wed, 22 Mar 2023 09:00:00 GMT")

static const struct head_row {
    const char *name;
    struct head recorded, ours;
    bool agree;
} head_rows[] = {
    { "the same",
      { { H("A", "x"), DATE, H("Content-Length", "*") }, 3, FRAMING_LENGTH, 5 },
      { { H("A", "x"), OUR_DATE, H("Content-Length", "5") }, 3, FRAMING_LENGTH, 5 }, true },
    { "another value",
      { { H("A", "x"), DATE, H("Content-Length", "*") }, 3, FRAMING_LENGTH, 5 },
      { { H("A", "y"), OUR_DATE, H("Content-Length", "5") }, 3, FRAMING_LENGTH, 5 }, false },
    { "another case of a name",
      { { H("A", "x"), DATE, H("Content-Length", "*") }, 3, FRAMING_LENGTH, 5 },
      { { H("a", "x"), OUR_DATE, H("Content-Length", "5") }, 3, FRAMING_LENGTH, 5 }, false },
    { "another order",
      { { H("A", "x"), DATE, H("Content-Length", "*") }, 3, FRAMING_LENGTH, 5 },
      { { OUR_DATE, H("A", "x"), H("Content-Length", "5") }, 3, FRAMING_LENGTH, 5 }, false },
    { "one too many",
      { { DATE, H("Content-Length", "*") }, 2, FRAMING_LENGTH, 5 },
      { { OUR_DATE, H("Content-Length", "5"), H("Server", "x") }, 3, FRAMING_LENGTH, 5 }, false },
    { "one too few",
      { { DATE, H("Content-Length", "*"), H("Server", "x") }, 3, FRAMING_LENGTH, 5 },
      { { OUR_DATE, H("Content-Length", "5") }, 2, FRAMING_LENGTH, 5 }, false },
    { "a wrong length",
      { { DATE, H("Content-Length", "*") }, 2, FRAMING_LENGTH, 5 },
      { { OUR_DATE, H("Content-Length", "6") }, 2, FRAMING_LENGTH, 5 }, false },
    { "no date",
      { { DATE, H("Content-Length", "*") }, 2, FRAMING_LENGTH, 5 },
      { { H("Date", "today"), H("Content-Length", "5") }, 2, FRAMING_LENGTH, 5 }, false },
    { "our body is long, the recorded one was not",
      { { DATE, H("Content-Length", "*"), H("Z", "z") }, 3, FRAMING_LENGTH, 2000 },
      { { OUR_DATE, H("Z", "z"), H("Transfer-Encoding", "chunked") }, 3, FRAMING_CHUNKED, 2049 }, true },
    { "our body is short, the recorded one was not",
      { { DATE, H("Z", "z"), H("Transfer-Encoding", "chunked") }, 3, FRAMING_CHUNKED, 2049 },
      { { OUR_DATE, H("Content-Length", "2048"), H("Z", "z") }, 3, FRAMING_LENGTH, 2048 }, true },
    { "chunked though short",
      { { DATE, H("Content-Length", "*"), H("Z", "z") }, 3, FRAMING_LENGTH, 5 },
      { { OUR_DATE, H("Z", "z"), H("Transfer-Encoding", "chunked") }, 3, FRAMING_CHUNKED, 5 }, false },
    { "not chunked though long",
      { { DATE, H("Z", "z"), H("Transfer-Encoding", "chunked") }, 3, FRAMING_CHUNKED, 2049 },
      { { OUR_DATE, H("Content-Length", "2049"), H("Z", "z") }, 3, FRAMING_LENGTH, 2049 }, false },
};

static char long_body[4096];

static struct told_reply reply_with(const struct head *head, struct told_header *headers)
{
    memcpy(headers, head->at, sizeof head->at);
    return (struct told_reply){ .status_line = SPAN("HTTP/1.1 200 OK"),
                                .headers = { headers, head->n },
                                .framing = head->framing,
                                .body = span_of(long_body, head->body) };
}

START_TEST(heads_agree_line_by_line)
{
    struct told_header there[4], here[4];
    struct told_reply recorded = reply_with(&head_rows[_i].recorded, there),
                      ours = reply_with(&head_rows[_i].ours, here);
    struct telling a = { .replies = &recorded }, b = { .replies = &ours };
    CLEANUP(buf_release) struct buf why = buf_init(PART_MAX);

    ck_assert_msg(heads_agree(&a, &b, 0, &why) == head_rows[_i].agree, "%s: %.*s", head_rows[_i].name,
                  SPAN_ARG(buf_view(&why)));
}
END_TEST

START_TEST(no_reply_agrees_with_no_reply_alone)
{
    struct told_reply none = {.none = true}, some = {.status_line = SPAN("HTTP/1.1 200 OK")},
                      reset = {.trouble = SPAN("reset")};
    struct telling a = { .replies = &none }, b = { .replies = &some }, c = { .replies = &reset };
    CLEANUP(buf_release) struct buf why = buf_init(PART_MAX);

    ck_assert(heads_agree(&a, &a, 0, &why));
    ck_assert(!heads_agree(&a, &b, 0, &why));
    ck_assert(!heads_agree(&b, &a, 0, &why));
    ck_assert(!heads_agree(&a, &c, 0, &why));
    ck_assert(!heads_agree(&b, &c, 0, &why));
}
END_TEST

#define ROWS(table) (int)(sizeof table / sizeof table[0])

Suite *compare_suite(void)
{
    Suite *suite = suite_create("comparison");
    TCase *all = tcase_create("all");

    suite_add_tcase(suite, all);
    tcase_add_loop_test(all, races_agree_and_all_else_does_not, 0, ROWS(rows));
    tcase_add_loop_test(all, live_frames_agree_but_for_races, 0, ROWS(live_rows));
    tcase_add_test(all, two_executions_with_one_reference_are_noticed);
    tcase_add_test(all, a_stray_byte_between_executions_is_noticed);
    tcase_add_test(all, an_unknown_node_is_noticed_not_stumbled_over);
    tcase_add_loop_test(all, moments_keep_their_order, 0, ROWS(times));
    tcase_add_loop_test(all, heads_agree_line_by_line, 0, ROWS(head_rows));
    tcase_add_test(all, no_reply_agrees_with_no_reply_alone);
    return suite;
}
