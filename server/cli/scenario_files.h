/* Finds and reads the scenario files that names refer to, and makes a program of them.
 *
 * A name with a `/` or with .json at its end is a file; else a scenario that ships with the program; else a
 * file. The only place that opens scenario files, and those that they name; prints nothing. */
#ifndef MOCK_REQUESTER_CLI_SCENARIO_FILES_H
#define MOCK_REQUESTER_CLI_SCENARIO_FILES_H

#include "cli/options.h"
#include "cli/watch.h"

/* Loads what the operands, else the environment name, in order, and the file of --fixtures. `source`: its
 * settings and `before` are used; the rest is overwritten and not valid afterwards. ERR_INVALID with nothing in
 * *findings: the error is one line for the user; with findings: they are the errors. ERR_NOMEM. Adds every file that it
 * opens, and those that they name, to `watch` (may be NULL). */
enum err scenario_files_load(const struct options *options, struct program_source *source, struct watch *watch,
                             struct findings *findings, struct program **program, struct error *error);

/* Loads one file whose text is at hand; as scenario_load. */
enum err scenario_text_load(const char *name, struct span text, struct findings *findings, struct scenario **scenario,
                            struct error *error);

enum { FILE_TEXT_MAX = JSON_TEXT_MAX + 64 * 1024 /* enough to see that one is too long */ };

/* Reads the bytes of a file into `text`, up to its maximum. ERR_NOT_FOUND, ERR_INVALID: why it cannot be
 * read (`No such file or directory`). ERR_NOMEM. */
enum err file_text_read(const char *name, struct buf *text, struct error *error);

#endif
