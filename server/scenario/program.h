/* A program: scenario files combined with overriding settings, the release and the seed.
 * Everything that a world needs to play.
 *
 *   program_new → program_hold / program_drop …
 *
 * A program never changes after program_new, so any thread may read it. It owns all its memory and is
 * counted: jobs keep pointing to the scripts of the program that they were submitted under, so hold it for
 * as long as there are such jobs. */
#ifndef MOCK_REQUESTER_SCENARIO_PROGRAM_H
#define MOCK_REQUESTER_SCENARIO_PROGRAM_H

#include "releases/release.h"
#include "scenario/scenario.h"
#include "wire/signature.h"

#include <stdatomic.h>

/* Settings that override those of the files. */
struct program_settings {
    const struct release *dialect; /* NULL: left open */
    int clock;                     /* enum clock_kind; SETTING_LEFT_OUT */
    double clock_scale;
    ns_t start_time;               /* 0: left open */
    int zone;                      /* of start_time, seconds east of UTC */
    bool has_seed;
    uint64_t seed;
    int signatures;                /* enum signatures; SETTING_LEFT_OUT */
};

#define PROGRAM_SETTINGS_NONE \
    (struct program_settings){ .clock = SETTING_LEFT_OUT, .signatures = SETTING_LEFT_OUT }

struct program {
    struct scenario *scenario; /* owned, unless `lender` is set; read only: names, scheduler, list_order, faults, expect, restarts, gates */

    /* The settings: of struct program_settings, else of the files, else the default. */
    const struct release *dialect; /* default: the first of releases[] */
    enum clock_kind clock;         /* default: real */
    double clock_scale;            /* engine seconds a real second, of a scaled clock */
    ns_t start_time;               /* 0: the default of clock_init */
    int zone;                      /* of time stamps, seconds east of UTC */
    uint64_t seed;
    bool seed_chosen;              /* false: it was drawn */
    enum signatures signatures;    /* default: strict */

    const struct node *nodes; /* the network, each node with id and version */
    size_t n_nodes;
    const struct job_script *scripts; /* their nodes likewise */
    size_t n_scripts;
    const struct fixture_text *fixtures; /* in the order in which they are to be loaded */
    size_t n_fixtures;

    struct program_settings given; /* those of its source … */
    struct fixture_text extra;     /* … and the fixture; no text: none */
    struct program *lender;        /* held: the owner of the scenario; NULL: this program */
    struct keeper keeper; /* for jobs: holds and drops this program */
    struct arena arena;
    atomic_uint holders;
};

/* What a program is made from. All is borrowed during program_new only. */
struct program_source {
    const struct scenario_file *files;
    size_t n_files; /* 0: the default network */
    struct program_settings settings;
    struct fixture_text fixture;  /* one more, after the files' own; no text: none */
    const struct program *before; /* its drawn seed is used if none is chosen; NULL: one is drawn */
    const struct program *fallback; /* has the settings that neither `settings` nor the files give; NULL: the defaults */
    struct span client_id;   /* not empty: a seed that is not given is drawn from that of `fallback` and this */
    struct program *lender;  /* its scenario is played, without the settings and fixtures in it, and `files` are not read;
                              * NULL: none */
};

/* *program is held once for the caller. ERR_INVALID: *findings got what is wrong with the files. ERR_NOMEM.
 * A manual clock without a seed has the seed 1. */
enum err program_new(const struct program_source *source, struct findings *findings, struct program **program,
                     struct error *error);

/* Makes a zeroed program one that is held once: for program_new, and for tests that make programs by hand. */
void program_init(struct program *program);
struct program *program_hold(struct program *program); /* returns it */
void program_drop(struct program *program);            /* frees it with the last holder; NULL is fine */

/* The setting in which the two differ and that a running world cannot change: "dialect", "clock",
 * "start_time" or "seed". NULL: none. */
const char *program_needs_restart(const struct program *now, const struct program *before);

#endif
