/* A recording, and what we answered to it: what test_reference and test_reference_more share.
 *
 *   zeroed → played_load → played_play → (played_changes_are_noticed) → played_release
 *
 * REFERENCE_GROUP and REFERENCE_CASE limit a run, REFERENCE_CHANGES says how many bytes of a body are changed. */
#ifndef MOCK_REQUESTER_REFERENCE_PLAYED_H
#define MOCK_REQUESTER_REFERENCE_PLAYED_H

#include "reference/excuses.h"
#include "reference/play.h"

enum { WHY_MAX = 16 * 1024 * 1024, PLAYERS = 6 /* fewer than half of the streams that may be open */ };

struct played {
    struct recording recording;
    struct telling *recorded, *ours; /* one a case; ours[i].of is NULL when it was not played */
    bool *agrees;                    /* one a case; true until it was played and did not */
    struct arena arena;
    struct arena players[PLAYERS]; /* what was played at the same time */
    size_t cases, agree;           /* of those that were played */
};

/* Reads the recording and takes its cases apart. The error names file and place. */
enum err played_load(struct played *p, const char *release, const char *group, struct error *error);
void played_release(struct played *p);

/* True if this group is to be played, or if everything is. */
bool played_is_wanted(const char *group);
bool played_is_all(void);

/* Plays the cases; those of bytes alone at the same time. Prints each that disagrees without an excuse and
 * returns their number, or -1 with an error if a server cannot be started. */
int played_play(struct played *p, const struct clients *clients, struct excuses *excuses, struct error *error);

/* Appends each case that differs from its own recording: never, or the comparison is at fault. */
void played_compare_with_itself(const struct played *p, struct buf *why);

/* Changes some bytes of each recorded body of the cases that agree, one at a time, and appends where a case
 * still agrees with what we answered. */
void played_changes_are_noticed(const struct played *p, struct buf *why);

#endif
