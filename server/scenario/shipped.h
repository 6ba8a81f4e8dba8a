/* The files built into the program: the catalogue of scenarios, the files they name, the schemas.
 *
 * The table is made at build time from the folders scenarios/ and fixtures/ by server/embed.cmake, in the
 * order of paths. Nothing here changes: any thread. */
#ifndef MOCK_REQUESTER_SCENARIO_SHIPPED_H
#define MOCK_REQUESTER_SCENARIO_SHIPPED_H

#include "base/nearest.h"
#include "scenario/scenario.h"
#include "wire/json_out.h"

struct shipped_file {
    const char *path; /* "scenarios/stuck-askforbid.json"; NULL: the end of the table */
    const char *name; /* of a scenario: "stuck-askforbid"; NULL: it is none */
    const unsigned char *bytes;
    size_t n;
};

extern const struct shipped_file shipped_files[];

struct span shipped_text(const struct shipped_file *file);

const struct shipped_file *shipped_file(struct span path);     /* NULL: none ships */
const struct shipped_file *shipped_scenario(struct span name); /* NULL: none ships */
/* The first scenario (of NULL), and the one after; NULL at the end. */
const struct shipped_file *shipped_next(const struct shipped_file *scenario);
/* Tries the names of all scenarios that ship. */
void shipped_try_names(struct nearest *near);

/* Prints {"name", "about", "references"}; `root` is the scenario's JSON. */
void shipped_put_row(struct json_out *out, const char *name, const struct json_value *root);

/* For scenario_load: files that the scenario names are looked up among those that ship. */
struct scenario_file shipped_scenario_file(const struct shipped_file *scenario);

/* As read_file_fn of scenario/reading.h: a file that a shipped scenario names, as "scenarios/../fixtures/x". */
enum err shipped_read(void *context, const char *path, struct buf *text, struct error *error);

#endif
