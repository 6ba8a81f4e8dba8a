#include "base/base64.h"
#include "base/json.h"
#include "base/crypto.h"
#include "support/files.h"
#include "support/suite.h"
#include "wire/signature.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 8 << 20 };

/* ---- base64 ------------------------------------------------------------------------------------------------ */

static const struct encoding {
    struct span bytes;
    const char *text;
} encodings[] = {
    { { "", 0 }, "" },          { { NULL, 0 }, "" },       { { "f", 1 }, "Zg==" },
    { { "fo", 2 }, "Zm8=" },    { { "foo", 3 }, "Zm9v" },  { { "\0\xff\xfe", 3 }, "AP/+" },
};

START_TEST(bytes_become_padded_base64)
{
    CLEANUP(buf_release) struct buf out = buf_init(100);

    buf_text(&out, ">");
    base64_encode(&out, encodings[_i].bytes);

    ck_assert(span_is(span_of(out.p + 1, out.n - 1), encodings[_i].text));
}
END_TEST

static const struct decoding {
    const char *text;
    struct span bytes;
} decodings[] = {
    { "", { "", 0 } },
    { "\n\r\n", { "", 0 } },
    { "Zm8=", { "fo", 2 } },
    { "Zm9v", { "foo", 3 } },
    { "Z\nm9\r\nvZg=\n=\n", { "foof", 4 } },
    { "AP/+", { "\0\xff\xfe", 3 } },
    { "Zh==", { "f", 1 } }, /* bits that are left over are not looked at */
    { "Zm9vYmFyYmF6", { "foobarbaz", 9 } },
};

START_TEST(good_base64_is_read)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct span bytes;

    ck_assert_msg(!base64_decode(span_text(decodings[_i].text), &arena, &bytes, NULL), "%s", decodings[_i].text);
    ck_assert_msg(span_eq(bytes, decodings[_i].bytes), "%s", decodings[_i].text);
}
END_TEST

static const struct misspelling {
    const char *text;
    int at;
} misspellings[] = {
    { "!!!", 0 },       { "=", 0 },        { "Zg", 0 },         { "Zg=", 3 },       { "Zm9", 0 },        { "Z", 0 },
    { "Z=", 1 },        { "Zg=x", 2 },     { "Zg==x", 4 },      { "Zm9v!", 4 },     { "Zm9vZg", 4 },
    { "Zm9vZg=", 7 },
    { "Zm9v Zg==", 4 }, { "Zm9v====", 4 }, { "Zm8=Zm8=", 4 },   { "Zg=\n", 4 },     { "Zg=\n\nx", 4 },
    { "Z\n\ng", 2 },
    { "Zm9v-_==", 4 },  { "\xff", 0 },     { "Zm9vYmFyYmF*", 11 },
};

START_TEST(bad_base64_is_refused_where_it_goes_wrong)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct error error = { 0 };
    struct span bytes;
    char want[100];

    snprintf(want, sizeof want, "illegal base64 data at input byte %d", misspellings[_i].at);

    ck_assert_msg(base64_decode(span_text(misspellings[_i].text), &arena, &bytes, &error) == ERR_INVALID, "%s",
                  misspellings[_i].text);
    ck_assert_msg(strcmp(error.text, want) == 0, "%s: %s", misspellings[_i].text, error.text);
}
END_TEST

/* ---- public keys ------------------------------------------------------------------------------------------- */

#define PREFIX "client's signature is invalid: failed to decode public key: "
#define PARAMETERS " {optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> " \
                   "stringType:0 timeType:0 set:false omitEmpty:false} "

#define MISMATCH(what) "asn1: structure error: tags don't match (" what ")" PARAMETERS

static const struct bad_key {
    const char *name, *hex, *why;
} bad_keys[] = {
    { "no bytes", "",
      "asn1: syntax error: sequence truncated" },
    { "a tag alone", "30",
      "asn1: syntax error: truncated tag or length" },
    { "a tag with its long form cut", "1f",
      "asn1: syntax error: truncated base 128 integer" },
    { "a long tag that never ends", "1f8181",
      "asn1: syntax error: truncated base 128 integer" },
    { "a long tag with a leading zero", "1f8001",
      "asn1: syntax error: integer is not minimally encoded" },
    { "a long tag that fits the short form", "1f1e00",
      "asn1: syntax error: non-minimal tag" },
    { "a long tag of five bytes and more", "1f818181818101",
      "asn1: structure error: base 128 integer too large" },
    { "a long tag beyond 31 bits", "1f8f8f8f8f0f00",
      "asn1: structure error: base 128 integer too large" },
    { "a long tag", "3f8f0103",
      MISMATCH("16 vs {class:0 tag:1921 length:3 isCompound:true}") "pkcs1PublicKey @4" },
    { "a length cut short", "3082",
      "asn1: syntax error: truncated tag or length" },
    { "a length of no known end", "3080",
      "asn1: syntax error: indefinite length found (not DER)" },
    { "a length with leading zeros", "308200ff",
      "asn1: structure error: superfluous leading zeros in length" },
    { "a long length that fits the short form", "30817f",
      "asn1: structure error: non-minimal length" },
    { "a length beyond 31 bits", "30857fffffffff",
      "asn1: structure error: length too large" },
    { "a length beyond the text", "3005020103",
      "asn1: syntax error: data truncated" },
    { "a set", "3106020103020103",
      MISMATCH("16 vs {class:0 tag:17 length:6 isCompound:true}") "pkcs1PublicKey @2" },
    { "a primitive sequence", "1006020103020103",
      MISMATCH("16 vs {class:0 tag:16 length:6 isCompound:false}") "pkcs1PublicKey @2" },
    { "another class", "7006020103020103",
      MISMATCH("16 vs {class:1 tag:16 length:6 isCompound:true}") "pkcs1PublicKey @2" },
    { "an empty sequence", "3000",
      "asn1: syntax error: sequence truncated" },
    { "a modulus alone", "3003020103",
      "asn1: syntax error: sequence truncated" },
    { "a modulus that is a null", "30050500020103",
      MISMATCH("2 vs {class:0 tag:5 length:0 isCompound:false}") " @2" },
    { "an exponent that is octets", "3006020103040103",
      MISMATCH("2 vs {class:0 tag:4 length:1 isCompound:false}") "int @5" },
    { "a compound modulus", "3006220103020103",
      MISMATCH("2 vs {class:0 tag:2 length:1 isCompound:true}") " @2" },
    { "an empty modulus", "30050200020103",
      "asn1: structure error: empty integer" },
    { "a modulus with a needless zero", "300702020003020103",
      "asn1: structure error: integer not minimally-encoded" },
    { "a modulus with a needless sign", "30070202ff80020103",
      "asn1: structure error: integer not minimally-encoded" },
    { "an empty exponent", "30050201030200",
      "asn1: structure error: empty integer" },
    { "an exponent of nine bytes", "300e020103020901000000000000ffff",
      "asn1: structure error: integer too large" },
    { "a modulus cut short", "3005020503020103",
      "asn1: syntax error: data truncated" },
    { "a byte behind the sequence", "300602010302010300",
      "asn1: syntax error: trailing data" },
    { "a zero modulus", "3006020100020103",
      "x509: public key contains zero or negative value" },
    { "a negative modulus", "3006020180020103",
      "x509: public key contains zero or negative value" },
    { "a zero exponent", "3006020103020100",
      "x509: public key contains zero or negative value" },
    { "a negative exponent", "30060201030201ff",
      "x509: public key contains zero or negative value" },
    { "an exponent of 32 bits", "300a02010302050080000000",
      "x509: public key contains large public exponent" },
    { "an exponent of 64 bits", "300d02010302087fffffffffffffff",
      "x509: public key contains large public exponent" },
    { "SPKI", "301c300d06092a864886f70d0101010500030b003008020307ffff020103",
      "x509: failed to parse public key (use ParsePKIXPublicKey instead for this key format)" },
    { "SPKI with a byte behind", "301c300d06092a864886f70d0101010500030b003008020307ffff02010300",
      "x509: failed to parse public key (use ParsePKIXPublicKey instead for this key format)" },
    { "SPKI of no parameters", "301a300b06092a864886f70d010101030b003008020307ffff020103",
      "x509: failed to parse public key (use ParsePKIXPublicKey instead for this key format)" },
    { "SPKI with an empty algorithm", "300f3000030b003008020307ffff020103",
      MISMATCH("2 vs {class:0 tag:16 length:0 isCompound:true}") " @2" },
    { "SPKI with bad bits", "301c300d06092a864886f70d0101010500030b093008020307ffff020103",
      MISMATCH("2 vs {class:0 tag:16 length:13 isCompound:true}") " @2" },
};

static struct span unhex(const char *hex, char *out)
{
    size_t n = strlen(hex) / 2;

    for (size_t i = 0; i < n; i++) {
        char digits[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

        out[i] = (char)strtol(digits, NULL, 16);
    }
    return span_of(out, n);
}

START_TEST(a_bad_key_is_refused_in_the_words_of_go)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    CLEANUP(buf_release) struct buf base64 = buf_init(1000);
    struct public_key key;
    struct error error = { 0 };
    char bytes[100];

    base64_encode(&base64, unhex(bad_keys[_i].hex, bytes));

    ck_assert_msg(signature_key_read(buf_view(&base64), &arena, &key, &error) == ERR_INVALID, "%s", bad_keys[_i].name);
    ck_assert_msg(span_starts(span_text(error.text), SPAN(PREFIX)), "%s: %s", bad_keys[_i].name, error.text);
    ck_assert_msg(strcmp(error.text + strlen(PREFIX), bad_keys[_i].why) == 0, "%s: %s", bad_keys[_i].name, error.text);
}
END_TEST

START_TEST(a_key_that_is_no_base64_is_refused_with_the_doubled_prefix)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct public_key key;
    struct error error = { 0 };

    ck_assert_int_eq(signature_key_read(SPAN("!!!"), &arena, &key, &error), ERR_INVALID);
    ck_assert_str_eq(error.text, PREFIX "failed to decode public key: illegal base64 data at input byte 0");
}
END_TEST

static const struct good_key {
    const char *name, *hex;
    struct span modulus, exponent;
} good_keys[] = {
    { "small numbers", "3006020105020103", { "\5", 1 }, { "\3", 1 } },
    { "a sign byte", "30080202008102020081", { "\x81", 1 }, { "\x81", 1 } },
    { "something behind the exponent", "30080201050201030500", { "\5", 1 }, { "\3", 1 } },
    { "the largest exponent", "300902010502047fffffff", { "\5", 1 }, { "\x7f\xff\xff\xff", 4 } },
};

START_TEST(a_key_of_any_size_is_read)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    CLEANUP(buf_release) struct buf base64 = buf_init(1000);
    struct public_key key;
    struct error error = { 0 };
    char bytes[100];

    base64_encode(&base64, unhex(good_keys[_i].hex, bytes));

    ck_assert_msg(!signature_key_read(buf_view(&base64), &arena, &key, &error), "%s: %s", good_keys[_i].name, error.text);
    ck_assert_msg(span_eq(key.modulus, good_keys[_i].modulus), "%s", good_keys[_i].name);
    ck_assert_msg(span_eq(key.exponent, good_keys[_i].exponent), "%s", good_keys[_i].name);
}
END_TEST

/* ---- the recordings ----------------------------------------------------------------------------------------- */

struct recording {
    struct json *json;
    struct signing_key *clients[2]; /* A and B */
};

static struct recording recording_open(const char *name)
{
    CLEANUP(buf_release) struct buf path = buf_init(1000);
    struct recording made = { NULL, { NULL, NULL } };

    buf_printf(&path, "%s/reference/%s.json", TESTS_DIR, name);
    CLEANUP(buf_release) struct buf text = file_read(path.p);
    ck_assert_int_eq(json_parse(buf_view(&text), JSON_WITH_NUL, &made.json, NULL, NULL), ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        static const char *const files[] = { TESTS_DIR "/reference/client-A.der", TESTS_DIR "/reference/client-B.der" };

        CLEANUP(buf_release) struct buf key = file_read(files[i]);
        ck_assert_int_eq(signing_key_parse(buf_view(&key), &made.clients[i], NULL), ERR_OK);
    }
    return made;
}

static void recording_close(struct recording *r)
{
    json_free(r->json);
    signing_key_free(r->clients[0]);
    signing_key_free(r->clients[1]);
}

/* A signed request as its client sends it. */
struct envelope {
    struct span payload;
    struct buf key, signature; /* base64 */
};

static void envelope_release(struct envelope *e)
{
    buf_release(&e->key);
    buf_release(&e->signature);
}

static void json_freep(struct json **json)
{
    json_free(*json);
}

/* It stands in the recording as it stood in the body, between the quotes: escapes are still to be read. */
static void put_recorded(struct buf *out, struct span escaped)
{
    CLEANUP(buf_release) struct buf quoted = buf_init(FILE_MAX);
    CLEANUP(json_freep) struct json *json = NULL;

    buf_char(&quoted, '"');
    buf_span(&quoted, escaped);
    buf_char(&quoted, '"');
    ck_assert_int_eq(json_parse(buf_view(&quoted), JSON_WITH_NUL, &json, NULL, NULL), ERR_OK);
    buf_span(out, json_string(json_root(json)));
}

/* Recordings name the client; what stands in `public_key` or `signature` replaces what it would send. */
static struct envelope envelope_of(const struct recording *r, const struct json_value *is_signed)
{
    struct span name = json_string(json_get(is_signed, "key"));
    const struct signing_key *key = r->clients[span_is(name, "B")];
    const struct json_value *own_key = json_get(is_signed, "public_key"), *own = json_get(is_signed, "signature");
    CLEANUP(buf_release) struct buf der = buf_init(FILE_MAX);
    CLEANUP(buf_release) struct buf raw = buf_init(FILE_MAX);
    struct envelope made = { .payload = json_string(json_get(is_signed, "payload")),
                             .key = buf_init(FILE_MAX),
                             .signature = buf_init(FILE_MAX) };

    ck_assert_int_eq(signing_key_public_der(key, &der), ERR_OK);
    ck_assert_int_eq(signing_key_sign(key, made.payload, &raw), ERR_OK);
    if (json_type(own_key) == JSON_STRING)
        put_recorded(&made.key, json_string(own_key));
    else
        base64_encode(&made.key, buf_view(&der));
    if (json_type(own) == JSON_STRING)
        put_recorded(&made.signature, json_string(own));
    else
        base64_encode(&made.signature, buf_view(&raw));
    return made;
}

/* ERR_OK, or the text of a refusal. */
static enum err judge(const struct envelope *e, struct error *error)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct public_key key;
    enum err err = signature_key_read(buf_view(&e->key), &arena, &key, error);

    return err ? err : signature_check(&key, buf_view(&e->signature), e->payload, &arena, error);
}

/* The refusal in a recorded body that is about the signature, without cancel's prefix; empty if none. */
static struct span recorded_refusal(const struct json_value *response, struct json **body)
{
    struct span text = json_string(json_get(response, "body"));
    struct span about = SPAN("client's signature is invalid");

    if (json_parse(text, JSON_WITH_NUL, body, NULL, NULL))
        return (struct span){ NULL, 0 };
    struct span message = json_string(json_get(json_root(*body), "Message"));
    const char *p = message.p ? memmem(message.p, message.n, about.p, about.n) : NULL;
    return p ? span_of(p, message.n - (size_t)(p - message.p)) : (struct span){ NULL, 0 };
}

static bool step_judged_as_recorded(const struct recording *r, const struct json_value *step, struct span name)
{
    const struct json_value *is_signed = json_get(json_get(step, "request"), "signed");
    CLEANUP(json_freep) struct json *body = NULL;
    struct error error = { .text = "" };

    if (json_type(is_signed) != JSON_OBJECT)
        return false;
    CLEANUP(envelope_release) struct envelope envelope = envelope_of(r, is_signed);
    struct span refusal = recorded_refusal(json_get(step, "response"), &body);
    judge(&envelope, &error);
    ck_assert_msg(span_is(refusal, error.text), "%.*s: %s", SPAN_ARG(name), error.text);
    return true;
}

static const char *const recordings[] = { "v0.3.24/envelope", "v0.3.24/payload-bytes", "v0.3.25/envelope",
                                          "v0.3.25/payload-bytes", "v0.3.25/submit", "v0.3.25/lifecycle" };

START_TEST(every_recorded_envelope_is_judged_as_the_reference_did)
{
    CLEANUP(recording_close) struct recording r = recording_open(recordings[_i]);
    size_t judged = 0;

    JSON_EACH (c, json_get(json_root(r.json), "cases"))
        JSON_EACH (step, json_get(c, "steps"))
            judged += step_judged_as_recorded(&r, step, json_string(json_get(c, "name")));

    ck_assert_msg(judged > 0, "%s", recordings[_i]);
}
END_TEST

START_TEST(client_ids_are_the_recorded_ones)
{
    CLEANUP(recording_close) struct recording r = recording_open("v0.3.25/envelope");
    CLEANUP(arena_release) struct arena arena = { 0 };
    char id[CLIENT_ID_SIZE + 1];
    size_t n = 0;

    JSON_EACH (client, json_get(json_root(r.json), "clients")) {
        struct public_key key;

        ck_assert_int_eq(signature_key_read(json_string(json_get(client, "public_key")), &arena, &key, NULL), ERR_OK);
        signature_client_id(&key, id);
        ck_assert(span_is(json_string(json_get(client, "client_id")), id));
        n++;
    }

    ck_assert_uint_eq(n, 2);
}
END_TEST

START_TEST(a_signature_that_is_no_base64_is_refused_with_its_offset)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct public_key key = { .modulus = SPAN("\5"), .exponent = SPAN("\3") };
    struct error error = { 0 };

    ck_assert_int_eq(signature_check(&key, SPAN("AAAA*"), SPAN("{}"), &arena, &error), ERR_INVALID);
    ck_assert_str_eq(error.text,
                     "client's signature is invalid: failed to decode signature: illegal base64 data at input byte 4");
}
END_TEST

START_TEST(a_key_of_three_bits_fails_as_a_wrong_signature)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct public_key key = { .modulus = SPAN("\5"), .exponent = SPAN("\3") };
    struct error error = { 0 };

    ck_assert_int_eq(signature_check(&key, SPAN("Ag=="), SPAN("{}"), &arena, &error), ERR_INVALID);
    ck_assert_str_eq(error.text, "client's signature is invalid: crypto/rsa: verification error");
}
END_TEST

TEST_MAIN("signature",
    TEST_EACH(bytes_become_padded_base64, encodings),
    TEST_EACH(good_base64_is_read, decodings),
    TEST_EACH(bad_base64_is_refused_where_it_goes_wrong, misspellings),
    TEST_EACH(a_bad_key_is_refused_in_the_words_of_go, bad_keys),
    TEST(a_key_that_is_no_base64_is_refused_with_the_doubled_prefix),
    TEST_EACH(a_key_of_any_size_is_read, good_keys),
    TEST_EACH(every_recorded_envelope_is_judged_as_the_reference_did, recordings),
    TEST(client_ids_are_the_recorded_ones),
    TEST(a_signature_that_is_no_base64_is_refused_with_its_offset),
    TEST(a_key_of_three_bits_fails_as_a_wrong_signature))
