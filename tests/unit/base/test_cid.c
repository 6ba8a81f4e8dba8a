#include "base/base64.h"
#include "base/cid.h"
#include "support/suite.h"
#include "wire/signature.h"

START_TEST(the_cid_of_nothing_is_the_known_one)
{
    unsigned char digest[SHA256_SIZE];
    char text[MULTIHASH_TEXT_SIZE + 1];

    crypto_sha256(SPAN(""), digest);
    multihash_text(digest, text);

    ck_assert_str_eq(text, "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n");
}
END_TEST

static const struct edge {
    unsigned char fill;
    const char *text;
} edges[] = {
    { 0x00, "QmNLei78zWmzUdbeRB3CiUfAizWUrbeeZh5K1rhAQKCh51" },
    { 0xff, "QmfZy5bvk7a3DQAjCbGNtmrPXWkyVvPrdnZMyBZ5q5ieKG" },
};

START_TEST(the_lowest_and_the_highest_digest_have_46_characters)
{
    unsigned char digest[SHA256_SIZE];
    char text[MULTIHASH_TEXT_SIZE + 1];

    memset(digest, edges[_i].fill, sizeof digest);
    multihash_text(digest, text);

    ck_assert_str_eq(text, edges[_i].text);
}
END_TEST

/* From the recordings: RequesterPublicKey and RequesterNodeID of one node. */
START_TEST(a_node_id_is_the_multihash_of_its_public_key)
{
    static const char key[] =
        "CAASpgIwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQD2uGOX2T1zhOoPvLQ4IY9/OGxupskdk1ayKir7cQZ1lh2sHXOf"
        "cDutwlTSs/lzfUdjJ1fR7jYMduGFniDOL51+HsP3djZSF2ky/TrxiZa+tmMF/OaiFQMy7pRVFVVlCTQj/ZAElDVGFwVYCsnXmKUj"
        "cZeQpkBwYakod8YI/kliysA5Pm4T+IwkNsAPyu4CLGP2DsiuZftLWnMADzsWrjUahZJcM/e7fTD6qtInjr+uqq51XUuVfJgUqaDE"
        "DguaaTfb+3dxlHvxx2Ib1ymCoU6+xSsgoWG2N3e9nuieX3RvTX7o8INaEWbDLQqRofYuMpEi9E3UpEvrz/OEm1z1YSopAgMBAAE=";
    CLEANUP(arena_release) struct arena arena = { 0 };
    unsigned char digest[SHA256_SIZE];
    char text[MULTIHASH_TEXT_SIZE + 1];
    struct span bytes;

    ck_assert_int_eq(base64_decode(span_text(key), &arena, &bytes, NULL), ERR_OK);
    crypto_sha256(bytes, digest);
    multihash_text(digest, text);

    ck_assert_str_eq(text, "QmW93hUHrzPYWq5MPXPnenUjj52Q8que9A7T53sXcRqn5h");
}
END_TEST

TEST_MAIN("cid",
    TEST(the_cid_of_nothing_is_the_known_one),
    TEST_EACH(the_lowest_and_the_highest_digest_have_46_characters, edges),
    TEST(a_node_id_is_the_multihash_of_its_public_key))
