/* Scenarios of the catalogue, for annotations `mock:NAME` whose name no loaded file has.
 *
 *   shipped_scripts_new → shipped_script … → shipped_scripts_free
 *
 * The scenario's network plays: its top-level `nodes`, or its first script where it has scripts and no `nodes`.
 * A scenario is read when it is first asked for and then kept, because jobs point to it. Thread: the engine's
 * lock. */
#ifndef MOCK_REQUESTER_SCENARIO_SHIPPED_SCRIPTS_H
#define MOCK_REQUESTER_SCENARIO_SHIPPED_SCRIPTS_H

#include "scenario/scenario.h"

struct shipped_scripts;

/* `version`: of nodes that name none; borrowed. NULL: no memory. */
struct shipped_scripts *shipped_scripts_new(struct span version, uint64_t seed);
void shipped_scripts_free(struct shipped_scripts *scripts); /* NULL is fine */

/* As find_script_fn of sim/script.h; `context` is a struct shipped_scripts. NULL: none ships, or no memory. */
const struct job_script *shipped_script(void *context, struct span name);

#endif
