#include "base/cid.h"

static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* 58^5 is the largest power of 58 that fits into 32 bits. */
enum { BASE = 58, LIMB_BASE = 656356768, LIMB_DIGITS = 5, LIMBS = 10, SHA2_256_CODE = 0x12 };

/* A number in base 58^5, its lowest limb first. */
struct limbs {
    uint32_t at[LIMBS];
    size_t n;
};

/* limbs × 2^32 + word */
static void limbs_shift_in(struct limbs *limbs, uint32_t word)
{
    uint64_t carry = word;

    for (size_t i = 0; i < limbs->n; i++) {
        carry += (uint64_t)limbs->at[i] << 32;
        limbs->at[i] = (uint32_t)(carry % LIMB_BASE);
        carry /= LIMB_BASE;
    }
    for (; carry; carry /= LIMB_BASE) {
        MUST(limbs->n < LIMBS);
        limbs->at[limbs->n++] = (uint32_t)(carry % LIMB_BASE);
    }
}

static uint32_t word_of(const unsigned char bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

void multihash_text(const unsigned char digest[SHA256_SIZE], char out[MULTIHASH_TEXT_SIZE + 1])
{
    struct limbs limbs = { .at = { SHA2_256_CODE << 8 | SHA256_SIZE }, .n = 1 };
    size_t at = MULTIHASH_TEXT_SIZE;

    for (size_t i = 0; i < SHA256_SIZE; i += 4)
        limbs_shift_in(&limbs, word_of(digest + i));
    out[at] = '\0';
    for (size_t i = 0; i < limbs.n; i++)
        for (int digit = 0; digit < LIMB_DIGITS && at; digit++, limbs.at[i] /= BASE)
            out[--at] = alphabet[limbs.at[i] % BASE];
}
