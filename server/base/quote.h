/* Texts between double quotes, as Go's strconv.Quote (and its %q and %#v) writes them. */
#ifndef MOCK_REQUESTER_BASE_QUOTE_H
#define MOCK_REQUESTER_BASE_QUOTE_H

#include "base/buf.h"

/* Appends the text with quotes and Go's escapes: `\n`, `\x00`, `\u200b`, `\xff` for bytes that are no
 * UTF-8. What counts as printable is what Go 1.19 and 1.20 say: Unicode 13. Pure, any thread. */
void buf_quote(struct buf *out, struct span text);

#endif
