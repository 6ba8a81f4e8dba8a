/* From names to a scenario: which files are meant, their bytes, and what they come to.
 *
 * With a `/` or .json at its end a name is a file; else a scenario that ships with the program; else a file.
 * The only place that opens scenario files, and those that they name; prints nothing. */
#ifndef MOCK_REQUESTER_CLI_SCENARIO_FILES_H
#define MOCK_REQUESTER_CLI_SCENARIO_FILES_H

#include "cli/options.h"
#include "scenario/shipped.h"

/* What the operands, else the environment name, in order. ERR_INVALID with nothing in *findings: the error
 * is one line for the user; with findings: they say it all. ERR_NOMEM. *scenario is yours to free. */
enum err scenario_files_load(const struct options *options, struct findings *findings, struct scenario **scenario,
                             struct error *error);

/* One file whose text is at hand, and one that ships. As above. */
enum err scenario_text_load(const char *name, struct span text, struct findings *findings, struct scenario **scenario,
                            struct error *error);
enum err scenario_shipped_load(const struct shipped_file *file, struct findings *findings, struct scenario **scenario,
                               struct error *error);

enum { FILE_TEXT_MAX = JSON_TEXT_MAX + 64 * 1024 /* enough to see that one is too long */ };

/* The bytes of a file, into a buf of FILE_TEXT_MAX or less. ERR_NOT_FOUND, ERR_INVALID: why it cannot be
 * read (`No such file or directory`). ERR_NOMEM. */
enum err file_text_read(const char *name, struct buf *text, struct error *error);

#endif
