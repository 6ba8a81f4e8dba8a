/* What a client sends on a websocket: any bytes. Read in pieces of any size they come to the same messages. The first
 * byte is the size of the pieces. */
#include "base/buf.h"
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "wire/websocket.h"

enum { TEXT_MAX = 1 << 20 };

static void put_message(struct buf *out, const struct websocket_message *message)
{
    MUST(message->payload.n <= WS_CONTROL_MAX);
    websocket_frame(out, (enum websocket_opcode)message->opcode, message->payload);
}

/* Appends the messages that the piece completes. False: the client violated the protocol. */
static bool read_piece(struct websocket_reader *reader, struct span in, struct buf *out)
{
    for (;;) {
        struct websocket_message message = { 0 };
        size_t before = in.n;
        enum websocket_input input = websocket_read(reader, &in, &message);

        MUST(in.n <= before);
        if (input == WS_INPUT_MORE) {
            MUST(in.n == 0);
            return true;
        }
        put_message(out, &message);
        if (input == WS_INPUT_BROKEN)
            return false;
    }
}

static struct buf read_all(struct span bytes, size_t piece)
{
    struct buf out = buf_init(TEXT_MAX);
    struct websocket_reader reader = { 0 };
    bool goes_on = true;

    for (size_t at = 0; at < bytes.n && goes_on; at += piece)
        goes_on = read_piece(&reader, span_of(bytes.p + at, bytes.n - at < piece ? bytes.n - at : piece), &out);
    buf_char(&out, goes_on ? '.' : '!');
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2)
        return 0;
    struct span bytes = fuzz_text(data + 1, n - 1);
    CLEANUP(buf_release) struct buf whole = read_all(bytes, bytes.n);
    CLEANUP(buf_release) struct buf pieces = read_all(bytes, 1 + data[0] % 16);

    MUST(!whole.failed && span_eq(buf_view(&whole), buf_view(&pieces)));
    return 0;
}
