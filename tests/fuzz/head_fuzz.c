/* The head of a request: any bytes. What is accepted is framed one way, and its parts lie within it. */
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "http/chunks.h"
#include "http/head.h"

static void must_be_within(struct span part, struct span whole)
{
    MUST(part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
}

static void read_chunks(struct span wire)
{
    struct buf body = buf_init(64 * 1024);
    struct chunks chunks;

    chunks_init(&chunks, &body, 1024);
    MUST(chunks_feed(&chunks, wire) == wire.n || chunks_is_over(&chunks));
    MUST(body.n <= 1024);
    buf_release(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct span raw = span_of((const char *)bytes, n);
    struct head head = { 0 };
    size_t size = head_size(raw);

    MUST(size <= n && (size == 0 || raw.p[size - 1] == '\n'));
    if (size == 0 || !head_parse(&head, span_of(raw.p, size)) || head_check(&head))
        return 0;
    MUST(head.n_headers < HEAD_HEADERS_MAX && head.major == 1 && head.length >= 0);
    must_be_within(head.method, raw);
    must_be_within(head.target, raw);
    for (size_t i = 0; i < head.n_headers; i++) {
        must_be_within(head.headers[i].name, raw);
        must_be_within(head.headers[i].value, raw);
    }
    if (head.chunked)
        read_chunks(span_of(raw.p + size, n - size));
    return 0;
}
