/* What a client sends on a websocket, read in pieces. */
#include "base/error.h"
#include "support/suite.h"
#include "wire/websocket.h"

#define BYTES(literal) { literal, sizeof(literal) - 1 }
#define MASK "\0\0\0\0"

/* Reads `bytes` in pieces of `size`; what it comes to in the end. */
static enum websocket_input read_in_pieces(struct websocket_reader *reader, struct span bytes, size_t size,
                                           struct websocket_message *message)
{
    enum websocket_input input = WS_INPUT_MORE;

    for (size_t at = 0; at < bytes.n && input == WS_INPUT_MORE; at += size) {
        struct span in = span_of(bytes.p + at, bytes.n - at < size ? bytes.n - at : size);
        input = websocket_read(reader, &in, message);
    }
    return input;
}

/* With the reasons of the real requester's library. */
static const struct violation {
    struct span bytes;
    const char *reason;
} violations[] = {
    { BYTES("\x81\x01x"), "bad MASK" },
    { BYTES("\x83\x81" MASK "x"), "bad opcode 3" },
    { BYTES("\x8f\x80" MASK), "bad opcode 15" },
    { BYTES("\xc1\x81" MASK "x"), "RSV1 set" },
    { BYTES("\x73\x01x"), "RSV1 set, RSV2 set, RSV3 set, bad opcode 3, bad MASK" },
    { BYTES("\x80\x81" MASK "x"), "continuation after FIN" },
    { BYTES("\x01\x81" MASK "x" "\x81\x81" MASK "y"), "data before FIN" },
    { BYTES("\x09\x81" MASK "x"), "FIN not set on control" },
    { BYTES("\x89\xfe\0\x7e" MASK), "len > 125 for control" },
    { BYTES("\x88\x82" MASK "\x03\xed"), "bad close code 1005" },
    { BYTES("\x88\x82" MASK "\x03\xf6"), "bad close code 1014" },
    { BYTES("\x88\x82" MASK "\x13\x88"), "bad close code 5000" },
    { BYTES("\x88\x83" MASK "\x03\xea\xff"), "invalid utf8 payload in close frame" },
    { BYTES("\x81\xff\x80\0\0\0\0\0\0\0" MASK), "" },
};

START_TEST(violation_is_named_as_the_library_names_it)
{
    for (size_t size = 1; size < 16; size++) {
        struct websocket_reader reader = { 0 };
        struct websocket_message message = { 0 };

        enum websocket_input input = read_in_pieces(&reader, violations[_i].bytes, size, &message);

        ck_assert_int_eq(input, WS_INPUT_BROKEN);
        ck_assert_msg(span_is(message.payload, violations[_i].reason), "%s: %.*s", violations[_i].reason,
                      SPAN_ARG(message.payload));
    }
}
END_TEST

static const struct passed_over {
    const char *name;
    struct span bytes;
} passed_over[] = {
    { "nothing", BYTES("") },
    { "text", BYTES("\x81\x81" MASK "x") },
    { "binary", BYTES("\x82\x81" MASK "x") },
    { "fragments", BYTES("\x01\x81" MASK "x" "\0\x80" MASK "\x80\x81" MASK "y") },
    { "a length in two bytes", BYTES("\x81\xfe\0\x01" MASK "x") },
    { "a length in eight bytes", BYTES("\x81\xff\0\0\0\0\0\0\0\x02" MASK "xy") },
};

START_TEST(data_of_every_form_is_passed_over_up_to_the_next_control_frame)
{
    static const struct span ping = BYTES("\x89\x82\x01\x02\x03\x04\x69\x6b");

    for (size_t size = 1; size < 16; size++) {
        CLEANUP(buf_release) struct buf bytes = buf_init(64);
        struct websocket_reader reader = { 0 };
        struct websocket_message message = { 0 };
        buf_span(&bytes, passed_over[_i].bytes);
        buf_span(&bytes, ping);

        enum websocket_input input = read_in_pieces(&reader, buf_view(&bytes), size, &message);

        ck_assert_int_eq(input, WS_INPUT_MESSAGE);
        ck_assert_int_eq(message.opcode, WS_PING);
        ck_assert_msg(span_is(message.payload, "hi"), "%s", passed_over[_i].name);
    }
}
END_TEST

START_TEST(control_frame_may_come_between_the_fragments_of_a_message)
{
    struct websocket_reader reader = { 0 };
    struct websocket_message message = { 0 };
    struct span in = BYTES("\x01\x81" MASK "x" "\x8a\x80" MASK "\x80\x81" MASK "y");

    ck_assert_int_eq(websocket_read(&reader, &in, &message), WS_INPUT_MESSAGE);
    ck_assert_int_eq(message.opcode, WS_PONG);
    ck_assert_int_eq(websocket_read(&reader, &in, &message), WS_INPUT_MORE);
    ck_assert_uint_eq(in.n, 0);
}
END_TEST

TEST_MAIN("websocket",
    TEST_EACH(violation_is_named_as_the_library_names_it, violations),
    TEST_EACH(data_of_every_form_is_passed_over_up_to_the_next_control_frame, passed_over),
    TEST(control_frame_may_come_between_the_fragments_of_a_message))
