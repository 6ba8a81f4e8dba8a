#include "base/crypto.h"
#include "support/files.h"
#include "support/suite.h"

#include <pthread.h>
#include <stdio.h>

enum { FILE_MAX = 1 << 20 };

static void key_freep(struct signing_key **key)
{
    signing_key_free(*key);
}

static struct signing_key *parse(struct span bytes)
{
    struct signing_key *key = NULL;
    struct error error = { 0 };

    ck_assert_msg(signing_key_parse(bytes, &key, &error) == ERR_OK, "%s", error.text);
    return key;
}

static struct signing_key *client_a(void)
{
    CLEANUP(buf_release) struct buf der = file_read(TESTS_DIR "/reference/client-A.der");

    return parse(buf_view(&der));
}

/* What a verifier needs, of client A's key and one message. */
struct signed_text {
    struct buf modulus, signature;
};

static const struct span three = { "\1\0\1", 3 };
static const struct span message = { "{\"ClientID\":\"a\"}", 16 };

static struct signed_text signed_text(struct span text)
{
    CLEANUP(key_freep) struct signing_key *key = client_a();
    struct signed_text made = { .modulus = buf_init(FILE_MAX), .signature = buf_init(FILE_MAX) };

    ck_assert_int_eq(signing_key_modulus(key, &made.modulus), ERR_OK);
    ck_assert_int_eq(signing_key_sign(key, text, &made.signature), ERR_OK);
    return made;
}

static void signed_text_release(struct signed_text *made)
{
    buf_release(&made->modulus);
    buf_release(&made->signature);
}

static bool holds(const struct signed_text *made, struct span text)
{
    return crypto_rsa_verify(buf_view(&made->modulus), three, text, buf_view(&made->signature));
}

static void hex(const unsigned char *bytes, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* ---- digests ---------------------------------------------------------------------------------------------- */

START_TEST(digests_are_those_of_the_standards)
{
    unsigned char sha256[SHA256_SIZE], sha1[SHA1_SIZE];
    char text[2 * SHA256_SIZE + 1];

    crypto_sha256(SPAN("abc"), sha256);
    crypto_sha1(SPAN("abc"), sha1);

    hex(sha256, sizeof sha256, text);
    ck_assert_str_eq(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hex(sha1, sizeof sha1, text);
    ck_assert_str_eq(text, "a9993e364706816aba3e25717850c26c9cd0d89d");
}
END_TEST

START_TEST(the_zero_span_has_the_digest_of_the_empty_text)
{
    unsigned char sha256[SHA256_SIZE];
    char text[2 * SHA256_SIZE + 1];

    crypto_sha256((struct span){ NULL, 0 }, sha256);

    hex(sha256, sizeof sha256, text);
    ck_assert_str_eq(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

/* ---- verifying -------------------------------------------------------------------------------------------- */

START_TEST(a_signature_holds_for_its_message_and_no_other)
{
    CLEANUP(signed_text_release) struct signed_text made = signed_text(message);

    ck_assert(holds(&made, message));
    ck_assert(!holds(&made, span_of(message.p, message.n - 1)));
    ck_assert(!holds(&made, (struct span){ NULL, 0 }));
    ck_assert(holds(&made, message));
}
END_TEST

START_TEST(the_empty_message_can_be_signed)
{
    CLEANUP(signed_text_release) struct signed_text made = signed_text((struct span){ NULL, 0 });

    ck_assert(holds(&made, (struct span){ NULL, 0 }));
    ck_assert(holds(&made, SPAN("")));
}
END_TEST

START_TEST(a_changed_signature_does_not_hold)
{
    CLEANUP(signed_text_release) struct signed_text made = signed_text(message);

    made.signature.p[made.signature.n - 1] ^= 1;

    ck_assert(!holds(&made, message));
}
END_TEST

START_TEST(a_signature_of_another_length_does_not_hold)
{
    CLEANUP(signed_text_release) struct signed_text made = signed_text(message);
    struct span signature = buf_view(&made.signature), modulus = buf_view(&made.modulus);

    ck_assert(!crypto_rsa_verify(modulus, three, message, span_of(signature.p, signature.n - 1)));
    ck_assert(!crypto_rsa_verify(modulus, three, message, (struct span){ NULL, 0 }));
    buf_char(&made.signature, '\0');
    ck_assert(!holds(&made, message));
}
END_TEST

START_TEST(zeros_before_the_modulus_do_not_matter)
{
    CLEANUP(signed_text_release) struct signed_text made = signed_text(message);
    CLEANUP(buf_release) struct buf padded = buf_init(FILE_MAX);

    buf_add(&padded, "\0\0", 2);
    buf_span(&padded, buf_view(&made.modulus));

    ck_assert(crypto_rsa_verify(buf_view(&padded), SPAN("\0\1\0\1"), message, buf_view(&made.signature)));
}
END_TEST

START_TEST(the_last_key_of_a_thread_is_not_taken_for_another)
{
    CLEANUP(signed_text_release) struct signed_text made = signed_text(message);
    CLEANUP(buf_release) struct buf other = buf_init(FILE_MAX);

    buf_span(&other, buf_view(&made.modulus));
    other.p[100] ^= 1;

    for (int i = 0; i < 3; i++) {
        ck_assert(holds(&made, message));
        ck_assert(!crypto_rsa_verify(buf_view(&other), three, message, buf_view(&made.signature)));
        ck_assert(!crypto_rsa_verify(buf_view(&made.modulus), SPAN("\3"), message, buf_view(&made.signature)));
    }
}
END_TEST

/* Returns what it was given when every signature held. */
static void *verify_often(void *p)
{
    for (int i = 0; i < 50; i++)
        if (!holds(p, message))
            return NULL;
    return p;
}

START_TEST(threads_verify_at_the_same_time)
{
    CLEANUP(signed_text_release) struct signed_text made = signed_text(message);
    pthread_t threads[4];
    void *result;

    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, verify_often, &made), 0);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        ck_assert_ptr_eq(result, &made);
    }
}
END_TEST

static const struct absurd {
    const char *name;
    size_t n;          /* bytes of the modulus, 0xff each but the last */
    unsigned char last;
    struct span exponent;
} absurd[] = {
    { "a modulus of nothing", 0, 0, { "\3", 1 } },
    { "a modulus of 1", 1, 1, { "\3", 1 } },
    { "a modulus of 64 bits", 8, 0xff, { "\3", 1 } },
    { "a modulus of 480 bits", 60, 0xff, { "\1\0\1", 3 } },
    { "an even modulus", 256, 0xfe, { "\1\0\1", 3 } },
    { "no exponent", 256, 0xff, { NULL, 0 } },
    { "an exponent of 0", 256, 0xff, { "\0", 1 } },
    { "an exponent of 1", 256, 0xff, { "\1", 1 } },
    { "an exponent of 2", 256, 0xff, { "\2", 1 } },
    { "an exponent of 31 bits", 256, 0xff, { "\x7f\xff\xff\xff", 4 } },
    { "an exponent of 72 bits", 256, 0xff, { "\1\1\1\1\1\1\1\1\1", 9 } },
    { "a modulus of 16384 bits", 2048, 0xff, { "\x7f\xff\xff\xff", 4 } },
    { "a modulus of 16392 bits", 2049, 0xff, { "\1\0\1", 3 } },
    { "a modulus of a quarter of a million bits", 32768, 0xff, { "\1\0\1", 3 } },
};

START_TEST(an_absurd_key_never_verifies)
{
    const struct absurd *row = &absurd[_i];
    CLEANUP(buf_release) struct buf modulus = buf_init(FILE_MAX);
    CLEANUP(buf_release) struct buf signature = buf_init(FILE_MAX);

    for (size_t i = 0; i < row->n; i++) {
        buf_char(&modulus, i + 1 < row->n ? '\xff' : (char)row->last);
        buf_char(&signature, '\x11');
    }

    ck_assert_msg(!crypto_rsa_verify(buf_view(&modulus), row->exponent, message, buf_view(&signature)), "%s",
                  row->name);
}
END_TEST

/* ---- private keys ----------------------------------------------------------------------------------------- */

static void assert_same_key(const struct signing_key *a, const struct signing_key *b)
{
    CLEANUP(buf_release) struct buf pem_a = buf_init(FILE_MAX);
    CLEANUP(buf_release) struct buf pem_b = buf_init(FILE_MAX);

    ck_assert_int_eq(signing_key_pem(a, &pem_a), ERR_OK);
    ck_assert_int_eq(signing_key_pem(b, &pem_b), ERR_OK);
    ck_assert(span_eq(buf_view(&pem_a), buf_view(&pem_b)));
}

START_TEST(a_new_key_has_2048_bits_and_signs)
{
    CLEANUP(key_freep) struct signing_key *key = NULL;
    CLEANUP(buf_release) struct buf modulus = buf_init(FILE_MAX);
    CLEANUP(buf_release) struct buf signature = buf_init(FILE_MAX);

    ck_assert_int_eq(signing_key_generate(&key, NULL), ERR_OK);
    ck_assert_int_eq(signing_key_modulus(key, &modulus), ERR_OK);
    ck_assert_int_eq(signing_key_sign(key, message, &signature), ERR_OK);

    ck_assert_uint_eq(modulus.n, 256);
    ck_assert(modulus.p[0] & 0x80);
    ck_assert(crypto_rsa_verify(buf_view(&modulus), three, message, buf_view(&signature)));
}
END_TEST

START_TEST(the_public_part_is_a_bare_rsa_public_key)
{
    CLEANUP(key_freep) struct signing_key *key = client_a();
    CLEANUP(buf_release) struct buf der = buf_init(FILE_MAX);

    ck_assert_int_eq(signing_key_public_der(key, &der), ERR_OK);

    ck_assert_uint_eq(der.n, 270);
    ck_assert(span_starts(buf_view(&der), SPAN("\x30\x82\x01\x0a\x02\x82\x01\x01\x00")));
}
END_TEST

START_TEST(pkcs1_pem_is_written_and_read)
{
    CLEANUP(key_freep) struct signing_key *key = client_a();
    CLEANUP(buf_release) struct buf pem = buf_init(FILE_MAX);

    ck_assert_int_eq(signing_key_pem(key, &pem), ERR_OK);
    CLEANUP(key_freep) struct signing_key *again = parse(buf_view(&pem));

    ck_assert(span_starts(buf_view(&pem), SPAN("-----BEGIN RSA PRIVATE KEY-----\n")));
    assert_same_key(key, again);
}
END_TEST

/* PKCS#8 is PKCS#1 with a header in front. */
static void put_pkcs8(struct buf *out, struct span pkcs1)
{
    size_t rest = pkcs1.n + 22;

    buf_printf(out, "%c%c%c%c", 0x30, 0x82, (int)(rest >> 8), (int)(rest & 255));
    buf_span(out, SPAN("\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04\x82"));
    buf_printf(out, "%c%c", (int)(pkcs1.n >> 8), (int)(pkcs1.n & 255));
    buf_span(out, pkcs1);
}

START_TEST(pkcs8_der_is_read)
{
    CLEANUP(key_freep) struct signing_key *key = client_a();
    CLEANUP(buf_release) struct buf pkcs1 = file_read(TESTS_DIR "/reference/client-A.der");
    CLEANUP(buf_release) struct buf pkcs8 = buf_init(FILE_MAX);

    put_pkcs8(&pkcs8, buf_view(&pkcs1));
    CLEANUP(key_freep) struct signing_key *again = parse(buf_view(&pkcs8));

    assert_same_key(key, again);
}
END_TEST

static const struct no_key {
    const char *name, *text;
} no_keys[] = {
    { "nothing", "" },
    { "words", "my key\n" },
    { "an empty PEM block", "-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----\n" },
    { "an RSA public key", "-----BEGIN RSA PUBLIC KEY-----\nMAYCAQMCAQM=\n-----END RSA PUBLIC KEY-----\n" },
    { "an elliptic key", "-----BEGIN PRIVATE KEY-----\n"
                         "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\n"
                         "OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n"
                         "1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n"
                         "-----END PRIVATE KEY-----\n" },
    { "a key with a passphrase", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
                                 "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
                                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n-----END RSA PRIVATE KEY-----\n" },
};

START_TEST(what_is_no_rsa_private_key_is_refused)
{
    struct signing_key *key = NULL;
    struct error error = { 0 };

    ck_assert_msg(signing_key_parse(span_text(no_keys[_i].text), &key, &error) == ERR_INVALID, "%s", no_keys[_i].name);
    ck_assert_ptr_null(key);
    ck_assert_str_eq(error.text, "no RSA private key in PEM or DER, PKCS#1 or PKCS#8, without a passphrase");
}
END_TEST

START_TEST(a_full_buffer_is_an_error)
{
    CLEANUP(key_freep) struct signing_key *key = client_a();
    CLEANUP(buf_release) struct buf small = buf_init(10);

    ck_assert_int_eq(signing_key_pem(key, &small), ERR_NOMEM);
    ck_assert_int_eq(signing_key_public_der(key, &small), ERR_NOMEM);
    ck_assert_int_eq(signing_key_modulus(key, &small), ERR_NOMEM);
    ck_assert_int_eq(signing_key_sign(key, message, &small), ERR_NOMEM);
}
END_TEST

START_TEST(freeing_no_key_is_fine)
{
    signing_key_free(NULL);
}
END_TEST

TEST_MAIN("crypto",
    TEST(digests_are_those_of_the_standards),
    TEST(the_zero_span_has_the_digest_of_the_empty_text),
    TEST(a_signature_holds_for_its_message_and_no_other),
    TEST(the_empty_message_can_be_signed),
    TEST(a_changed_signature_does_not_hold),
    TEST(a_signature_of_another_length_does_not_hold),
    TEST(zeros_before_the_modulus_do_not_matter),
    TEST(the_last_key_of_a_thread_is_not_taken_for_another),
    TEST(threads_verify_at_the_same_time),
    TEST_EACH(an_absurd_key_never_verifies, absurd),
    TEST(a_new_key_has_2048_bits_and_signs),
    TEST(the_public_part_is_a_bare_rsa_public_key),
    TEST(pkcs1_pem_is_written_and_read),
    TEST(pkcs8_der_is_read),
    TEST_EACH(what_is_no_rsa_private_key_is_refused, no_keys),
    TEST(a_full_buffer_is_an_error),
    TEST(freeing_no_key_is_fine))
