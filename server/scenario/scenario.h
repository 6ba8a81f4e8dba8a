/* Scenario files: loaded, checked and laid over one another; the result does not change.
 *
 *   scenario_load → (its fields, scenario_network) → scenario_free
 *
 * Files are texts here: the caller reads them and prints the findings. A key that no file has
 * keeps its default; with `{"version": 1}`, or without any file, every job completes.
 *
 * A loaded scenario may be read by any thread. */
#ifndef MOCK_REQUESTER_SCENARIO_SCENARIO_H
#define MOCK_REQUESTER_SCENARIO_SCENARIO_H

#include "base/ns.h"
#include "sim/engine.h"
#include "exchange/expectation.h"
#include "exchange/fault.h"
#include "scenario/findings.h"
#include "sim/script.h"

enum { SCALE_MAX = 1000000 /* of a clock: a million engine seconds a second, eleven days */ };

struct scenario_file {
    const char *name; /* as the user wrote it */
    struct span text;
    /* Reads a file that this one names, for bodies; NULL: none can be had. As read_file_fn of scenario/reading.h. */
    enum err (*read_file)(void *context, const char *path, struct buf *text, struct error *error);
    void *read_context;
    const char *source; /* where the text comes from, to show; NULL: `name` */
};

/* One of the files that a scenario was made of, as it was read. */
struct scenario_part {
    struct span source; /* its name, or that of the file that ships */
    struct span text;
};

/* A fixture file that a scenario names: releases/fixture.h reads it. */
struct fixture_text {
    struct span name, text;
};

enum { FIXTURES_MAX = 1000, FIXTURE_TEXT_MAX = 64 * 1024 * 1024 };

enum list_answer { LISTS_SORTED, LISTS_RANDOM_SUBSET };

struct clock_setting {
    int kind; /* enum clock_kind */
    double scale;
};

struct scenario {
    struct span names; /* the files' joined by `+`; "none" */
    /* Settings: SETTING_LEFT_OUT, an empty text or 0 where no file gives one. */
    struct span dialect;
    struct clock_setting clock;
    ns_t start_time;
    int zone; /* of start_time, seconds east of UTC */
    bool has_seed;
    int64_t seed;
    int signatures; /* enum signatures */
    int list_order; /* enum list_answer */
    struct scheduler_options scheduler;
    const struct node *nodes; /* versions empty where no file gives one */
    size_t n_nodes;
    const struct fault *faults; /* later files' first */
    size_t n_faults;
    const struct trigger *restarts;
    size_t n_restarts;
    const struct expectation *expect; /* later files' first */
    size_t n_expect;
    const struct span *gates; /* that something in the files waits for */
    size_t n_gates;
    const struct fixture_text *fixtures; /* those of later files first */
    size_t n_fixtures;
    const struct job_script *scripts; /* those of later files first */
    size_t n_scripts;
    const struct scenario_part *parts; /* in the order in which they were loaded */
    size_t n_parts;
    struct arena arena;
};

enum { SETTING_LEFT_OUT = -1 };

/* Settings of a later file override earlier ones by key; its `nodes` replace the earlier. ERR_INVALID: *findings got
 * what is wrong, file by file, in the order of each file. ERR_NOMEM. *scenario is yours to free. */
enum err scenario_load(const struct scenario_file *files, size_t n, struct findings *findings,
                       struct scenario **scenario, struct error *error);
void scenario_free(struct scenario *scenario); /* NULL is fine */

/* The nodes in `arena`, those without a version of their own with this one, those without an id with one
 * that depends on the seed, the list and the position only; other texts are the scenario's and `version`'s.
 * NULL: no memory. */
struct node *scenario_network(const struct scenario *scenario, struct span version, uint64_t seed, struct arena *arena);
/* The scripts in `arena`, their networks completed in the same way. NULL: no memory. */
struct job_script *scenario_scripts(const struct scenario *scenario, struct span version, uint64_t seed,
                                    struct arena *arena);

#endif
