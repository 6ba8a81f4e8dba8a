/* The control API without a socket, beside the requester API in front of the same world.
 *
 *   panel_open → panel_ask, panel_get … → panel_close
 *
 * The answer of each control call is compared with what openapi.json says of it: status, error key and the keys of the
 * body. What goes wrong ends the test. */
#ifndef MOCK_REQUESTER_SUPPORT_PANEL_H
#define MOCK_REQUESTER_SUPPORT_PANEL_H

#include "api/api.h"
#include "control/control.h"
#include "control/table.h"

#define PANEL_NINE "2023-03-22T09:00:00Z" /* when the clock starts */

enum { PANEL_JOBS_MAX = 700 };

struct panel {
    struct worlds worlds;
    struct api *api;
    struct reply reply; /* the last one */
    enum body_end body_end;
    const struct header *headers; /* of the next requests; borrowed */
    size_t n_headers;
};

/* A manual clock; the scenario has one job, `mock:gated`, whose step waits for the gate `go`, and two expectations. */
struct panel *panel_open(void);
struct panel *panel_open_with(const char *scenario, enum clock_kind kind);
void panel_close(struct panel *panel);

/* The body of the answer until the next call; it ends with a NUL. */
const char *panel_ask(struct panel *panel, const char *method, const char *target, const char *body);
const char *panel_get(struct panel *panel, const char *target);
/* A header of the last answer, empty if it has none; until the next call. */
const char *panel_header(const struct panel *panel, const char *name);

/* Submits a job with this annotation; returns its id, until the next call. */
const char *panel_submit(struct panel *panel, const char *annotation);

void assert_has(const char *body, const char *part);

#endif
