/* Node selectors: Kubernetes' label selectors, with the error texts of their validator.
 *
 * After k8s.io/apimachinery v0.26 (pkg/labels NewRequirement and Requirement.Matches, with pkg/util/
 * validation), which the real requester calls. Operators are in notin = == != gt lt exists !, in lower case.
 *
 * The prefix `favour_` is not known here: for such keys, copy the selector, put the rest of the key into the
 * copy's `key`, and check and match the copy. Pure, any thread. */
#ifndef MOCK_REQUESTER_SIM_SELECTOR_H
#define MOCK_REQUESTER_SIM_SELECTOR_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "sim/spec.h"

enum { SELECTOR_TEXT_MAX = 16 * 1024 * 1024 }; /* the text about one selector is cut here */

/* ERR_INVALID: the selector is malformed; appends the validator's text, all faults in one, to `why`. ERR_NOMEM.
 * `arena` is for the text while it is made. */
enum err selector_check(const struct node_selector *selector, struct arena *arena, struct buf *why);

/* The same text whole, in `arena`; the empty span: nothing is wrong (or no memory: arena->failed). */
struct span selector_fault(const struct node_selector *selector, struct arena *arena);

/* True if a well-formed selector holds for a node's labels. `notin`, `!=` and `!` hold where the key is
 * absent; `gt` and `lt` need an integer on both sides. */
bool selector_matches(const struct node_selector *selector, const struct span_map *labels);

#endif
