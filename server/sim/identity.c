#include "sim/identity.h"

#include "base/arena.h"
#include "base/base64.h"

static const char key[] =
    "CAASpgIwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCzM60fi3Bwp74WczybVXbLJnY+R/8p759B2bDs2JoRMaOKKBM1"
    "xpQTbEob68LJVy6T45vAxwZ6J/hDuHlbuVD8FG7h9X+z1lRaWM8HSPrsydV+EI2B0ST6IWoGaZAycReOSr9SoXeZXoDuPeY7vBwr"
    "iGfChD1YOd/9Lk6MABIuyuwgaYpvOf7c9QvLNB0qjlR91xe3RwUOblb8Q26N9+riS3+fbqJKledk9WE6qQjOnH81dJpvDFrkKchn"
    "JKUJ9vjk7nqH2YyJORgELFDP88WLouvsh+t/96rZAK/vzRPGdpm+l66Twg7Ct2snY1q1HVQQ+uG9lFyr64y+NHTufl5JAgMBAAE=";

struct span identity_key(void)
{
    return span_of(key, sizeof key - 1);
}

bool identity_id(char out[MULTIHASH_TEXT_SIZE + 1])
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct span bytes = SPAN("");
    unsigned char digest[SHA256_SIZE];

    if (base64_decode(identity_key(), &arena, &bytes, NULL))
        return false;
    crypto_sha256(bytes, digest);
    multihash_text(digest, out);
    return true;
}
