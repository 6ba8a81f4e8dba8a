/* Bodies that are documents: scenarios, faults, sessions. What is wrong with one is answered as `check` says it: 422, with
 * every finding and its place. */
#ifndef MOCK_REQUESTER_CONTROL_DOCUMENT_H
#define MOCK_REQUESTER_CONTROL_DOCUMENT_H

#include "control/call.h"

/* Reads the body: `read` gets its root. What it makes is in `arena`. False: the reply is an error. */
bool control_read_document(struct control_call *c, struct arena *arena,
                           void (*read)(struct reading *r, const struct json_value *root, void *input), void *input);

/* Makes a program of the source, held for the caller. NULL: the reply is an error. */
struct program *control_program(struct control_call *c, const struct program_source *source);

/* False: the reply is 409 needs-restart, as the two differ in that setting. NULL: they do not. */
bool control_fits_world(struct control_call *c, const char *changed);

#endif
