/* DER as Go's encoding/asn1 reads it, with its error texts: parseTagAndLength and parseField, as far as a public key
 * needs them (Go 1.19 and 1.20, which the real releases are built with).
 *
 * `bytes`, `*at`: what is read and from where; on success *at is behind it. Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_DER_H
#define MOCK_REQUESTER_WIRE_DER_H

#include "base/error.h"
#include "base/span.h"

#include <stdbool.h>

enum { TAG_INTEGER = 2, TAG_BIT_STRING = 3, TAG_OID = 6, TAG_SEQUENCE = 16 };

/* Go's tagAndLength. */
struct der_head {
    int class, tag, length;
    bool compound;
};

/* What a field of a Go struct must be, and what Go calls its type. */
struct der_type {
    int tag;
    bool compound;
    const char *go_name;
};

enum err der_syntax(struct error *error, const char *what);
enum err der_structure(struct error *error, const char *what);

unsigned der_byte(struct span bytes, size_t at);
enum err der_base128(struct span bytes, size_t *at, int *value, struct error *error);
/* Go's parseTagAndLength. There is at least one byte. */
enum err der_read_head(struct span bytes, size_t *at, struct der_head *head, struct error *error);
enum err der_content(struct span bytes, size_t *at, const struct der_head *head, struct span *content, struct error *error);
/* Go's parseField for one required field: its content. */
enum err der_field(struct span bytes, size_t *at, const struct der_type *type, struct span *content, struct error *error);
/* … for an integer, which must be minimally encoded. */
enum err der_integer(struct span bytes, size_t *at, const struct der_type *type, struct span *content, struct error *error);

#endif
