/* The shapes of bodies and answers: shapes.json, and how it becomes schemas.
 *
 * shapes.json names each shape once, in a short notation:
 *
 *   "string" "integer" "number" "boolean" "object" "any"   a JSON type ("object": with any keys)
 *   "NAME"                  another shape of the file
 *   "=a|b"                  one of these texts
 *   "A|B"                   one of these shapes
 *   "X?"                    X or null
 *   ["X"]                   an array of X
 *   {"key": X, "key?": Y}   an object with exactly these keys; key? may be left out; "*": X for any other key
 *   {"=": {…}}              a schema, as it is
 *
 * Pure, any thread. */
#ifndef MOCK_REQUESTER_CONTROL_SHAPES_H
#define MOCK_REQUESTER_CONTROL_SHAPES_H

#include "base/buf.h"

/* Appends {"NAME": SCHEMA, …} of all shapes, as in OpenAPI 3.0's components. */
void shapes_put_all(struct buf *out);
/* Appends the schema of a text in the notation above. */
void shapes_put(struct buf *out, struct span shape);

#endif
