/* What a fault does to a call: before its handler, instead of it, after it.
 *
 *   faulting_begin → the handler, unless faulting_is_instead → faulting_finish
 *
 * A handler whose answer tells of a job asks faulting_counts first. Thread: the engine's lock. */
#ifndef MOCK_REQUESTER_API_FAULTING_H
#define MOCK_REQUESTER_API_FAULTING_H

#include "api/api.h"

/* Looks up the job that the request names, and the fault that takes the exchange. */
void faulting_begin(struct api *api, struct call *call, ns_t now);

/* The handler is not to run. */
bool faulting_is_instead(const struct call *call);

/* The answer 200 stands: does it count as one that told of its jobs? A patch is made here. */
bool faulting_counts(struct api *api, struct call *call);

/* The reply as it goes out, and what happens to it on its way. */
void faulting_finish(struct api *api, struct call *call, ns_t now);

/* ---- presets.c ------------------------------------------------------------------------------------------------ */

/* Words the reply as the preset says; `handled`: the handler has run. */
void preset_make(struct api *api, struct call *call, int preset, bool handled);

/* How long the preset keeps the reply back: the reference's write deadline, or 0. */
ns_t preset_delay(int preset);

#endif
