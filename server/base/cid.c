#include "base/cid.h"

static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

enum { BASE = 58, MULTIHASH_SIZE = 2 + SHA256_SIZE, SHA2_256_CODE = 0x12 };

/* Writes the digits of the number that `bytes` are, most significant last, and returns how many there
 * are. `digits` must have room for n × 138/100 + 1. Takes quadratic time: for short inputs. */
static size_t base58_digits(const unsigned char *bytes, size_t n, unsigned char *digits)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        unsigned carry = bytes[i];

        for (size_t k = 0; k < count; k++) {
            carry += (unsigned)digits[k] << 8;
            digits[k] = (unsigned char)(carry % BASE);
            carry /= BASE;
        }
        for (; carry; carry /= BASE)
            digits[count++] = (unsigned char)(carry % BASE);
    }
    return count;
}

/* Digits, least significant first, to text in place. */
static void base58_spell(unsigned char *digits, size_t n)
{
    for (size_t i = 0, k = n; i < k--; i++) {
        unsigned char low = digits[i];

        digits[i] = (unsigned char)alphabet[digits[k]];
        digits[k] = (unsigned char)alphabet[low];
    }
}

void base58_encode(struct buf *out, struct span bytes)
{
    while (bytes.n && bytes.p[0] == '\0') {
        buf_char(out, alphabet[0]);
        bytes = span_of(bytes.p + 1, bytes.n - 1);
    }
    unsigned char *digits = (unsigned char *)buf_reserve(out, bytes.n * 138 / 100 + 1);
    if (!digits)
        return;
    size_t n = base58_digits((const unsigned char *)bytes.p, bytes.n, digits);
    base58_spell(digits, n);
    out->n += n;
    out->p[out->n] = '\0';
}

void multihash_text(const unsigned char digest[SHA256_SIZE], char out[MULTIHASH_TEXT_SIZE + 1])
{
    unsigned char bytes[MULTIHASH_SIZE] = { SHA2_256_CODE, SHA256_SIZE };
    unsigned char digits[MULTIHASH_TEXT_SIZE + 1];

    memcpy(bytes + 2, digest, SHA256_SIZE);
    size_t n = base58_digits(bytes, sizeof bytes, digits);
    MUST(n == MULTIHASH_TEXT_SIZE); /* the two bytes in front fix the length */
    base58_spell(digits, n);
    memcpy(out, digits, n);
    out[n] = '\0';
}
