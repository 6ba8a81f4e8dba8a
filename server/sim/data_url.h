/* Data URLs as the real requester reads them: github.com/vincent-petithory/dataurl, with its error texts and its bugs
 * (`x` as the first letter of a type swallows the next character). Pure, any thread. */
#ifndef MOCK_REQUESTER_SIM_DATA_URL_H
#define MOCK_REQUESTER_SIM_DATA_URL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

struct data_url {
    struct span type, subtype; /* `text`, `plain` where the URL names none */
    struct span bytes;
};

/* Reads `data:type/subtype;attribute=value;base64,bytes`; spans may be in `arena`. ERR_INVALID: appends the library's
 * text to `why`. ERR_NOMEM. */
enum err data_url_read(struct span url, struct arena *arena, struct data_url *out, struct buf *why);

#endif
