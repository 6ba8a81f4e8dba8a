/* The generator behind every id. The only file that includes uuid/uuid.h: libuuid cannot be seeded, so
 * the bytes are drawn here and libuuid only formats them. */
#include "base/draw.h"

#include "base/error.h"
#include "base/cid.h"

#include <errno.h>
#include <sys/random.h>
#include <uuid/uuid.h>

_Static_assert((int)UUID_SIZE + 1 == UUID_STR_LEN, "libuuid's texts are longer than ours");
_Static_assert((int)CID_SIZE == (int)MULTIHASH_TEXT_SIZE, "a CIDv0 is the text of a multihash");

struct draw draw_of_system(void)
{
    return (struct draw){ .seeded = false };
}

struct draw draw_of_seed(uint64_t seed)
{
    return (struct draw){ .seeded = true, .state = seed };
}

static uint64_t system_draw(void)
{
    uint64_t drawn;
    ssize_t n;

    do
        n = getrandom(&drawn, sizeof drawn, 0);
    while (n < 0 && errno == EINTR);
    MUST(n == (ssize_t)sizeof drawn); /* a read this short is never partial */
    return drawn;
}

/* SplitMix64 (Steele, Lea and Flood, 2014). */
static uint64_t seeded_draw(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint64_t draw_next(struct draw *source)
{
    return source->seeded ? seeded_draw(&source->state) : system_draw();
}

uint64_t draw_below(struct draw *source, uint64_t n)
{
    MUST(n > 0);
    uint64_t uneven = -n % n; /* 2^64 mod n: so many draws would make some results too likely */
    uint64_t drawn;

    do
        drawn = draw_next(source);
    while (drawn < uneven);
    return drawn % n;
}

/* Big-endian, so that a seed gives the same ids on every machine. */
static void fill(struct draw *source, unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i += 8) {
        uint64_t drawn = draw_next(source);

        for (size_t k = 0; k < 8; k++)
            bytes[i + k] = (unsigned char)(drawn >> (56 - 8 * k));
    }
}

void draw_uuid(struct draw *source, char out[UUID_SIZE + 1])
{
    uuid_t bytes;

    fill(source, bytes, sizeof bytes);
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); /* version 4 */
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80); /* RFC 4122's variant */
    uuid_unparse_lower(bytes, out);
}

void draw_cid(struct draw *source, char out[CID_SIZE + 1])
{
    unsigned char digest[SHA256_SIZE];

    fill(source, digest, sizeof digest);
    multihash_text(digest, out);
}
