/* FNV-1a, 64 bits: a hash for tables and for seeds, not against attackers. Pure, any thread. */
#ifndef MOCK_REQUESTER_BASE_FNV_H
#define MOCK_REQUESTER_BASE_FNV_H

#include <stddef.h>
#include <stdint.h>

#define FNV_START UINT64_C(14695981039346656037)

/* Returns the hash of what `h` is the hash of, followed by these bytes. */
static inline uint64_t fnv_add(uint64_t h, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
    return h;
}

#endif
