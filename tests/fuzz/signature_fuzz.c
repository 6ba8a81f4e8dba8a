/* Signed envelopes' parts: base64, keys, signatures. A blank between them: key, signature, payload. */
#include "base/base64.h"
#include "base/error.h"
#include "wire/signature.h"
#include "fuzz/fuzz.h"

enum { TEXT_MAX = 16 << 20 };

static void assert_survives(struct span bytes, struct arena *arena)
{
    CLEANUP(buf_release) struct buf out = buf_init(TEXT_MAX);
    struct span again;

    base64_encode(&out, bytes);
    MUST(!out.failed);
    MUST(base64_decode(buf_view(&out), arena, &again, NULL) == ERR_OK && span_eq(again, bytes));
}

static void check(struct span key_text, struct span signature, struct span payload, struct arena *arena)
{
    struct public_key key = { 0 };
    struct error error = { 0 };
    char id[CLIENT_ID_SIZE + 1];

    if (signature_key_read(key_text, arena, &key, &error)) {
        MUST(error.text[0]);
        return;
    }
    signature_client_id(&key, id);
    MUST(strlen(id) == CLIENT_ID_SIZE);
    if (signature_check(&key, signature, payload, arena, &error))
        MUST(error.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct span payload = fuzz_text(data, n), bytes;
    struct error error = { 0 };

    struct span key = fuzz_take(&payload, ' '), signature = fuzz_take(&payload, ' ');
    if (base64_decode(key, &arena, &bytes, &error) == ERR_OK)
        assert_survives(bytes, &arena);
    else
        MUST(error.text[0]);
    check(key, signature, payload, &arena);
    return 0;
}
