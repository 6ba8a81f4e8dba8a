/* A simulation that `simulate` plays, and the report of what changes in it: a line of text a change, or a JSON object. */
#ifndef MOCK_REQUESTER_CLI_SIMULATION_H
#define MOCK_REQUESTER_CLI_SIMULATION_H

#include "cli/printed.h"
#include "releases/release.h"
#include "sim/engine.h"
#include "wire/json_out.h"

/* An execution as it was last reported. */
struct seen {
    int64_t version;
    const struct storage_spec *published;
    const struct run_output *output;
    const char *status;
};

/* A job of the simulation. */
struct played {
    struct span id;    /* in the arena: the job may be forgotten */
    struct span label; /* what it was submitted for */
    struct span script; /* what plays it: its name, or empty */
    size_t told;       /* entries of its history reported so far */
    int state;         /* as last reported */
    bool gone;
    struct seen *seen; /* of each execution */
    size_t n_seen;
};

struct simulation {
    const struct release *dialect;
    struct engine *engine;
    ns_t start, now, end;
    ns_t told; /* the time of the last report */
    struct played *played;
    size_t n_played;
    struct arena arena;
    struct printed *printed;
    struct json_out json; /* buf NULL: lines of text */
};

/* Reports what has changed since the last report: in one job, in all. */
void simulation_report_job(struct simulation *s, struct played *played);
void simulation_report(struct simulation *s);
/* Counts all that the job has been through so far as reported. */
void simulation_skip_job(struct simulation *s, struct played *played, const struct job *job);

/* Returns where to append a remark that is not a change, the time already written: the text, or beside the JSON. */
struct buf *simulation_note(struct simulation *s);
/* A text of a file, control characters replaced: it stays on its line. */
void simulation_put_clean(struct buf *out, struct span text);

#endif
