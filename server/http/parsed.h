/* The head of a request as the library has parsed it, turned into a struct head. Pure.
 *
 * The library has overwritten the separators in its buffer with NULs, and stops early at what it does not know; the
 * buffer behind the last part that it read is looked at to see what it left out. */
#ifndef MOCK_REQUESTER_HTTP_PARSED_H
#define MOCK_REQUESTER_HTTP_PARSED_H

#include "base/arena.h"
#include "http/library.h"

/* False if the library could not read the head, or has read it wrong. `door`: only with DOOR_REQUEST the library
 * has cut the query off the target; `arena` then takes the two joined. `buffer_size`: of the library's buffer. */
bool parsed_take_head(struct head *head, const struct library_head *parsed, enum library_door door, size_t buffer_size,
                      struct arena *arena);

/* True if the library knows the method. With another one it stops behind the request line. */
bool parsed_knows(struct span method);

#endif
