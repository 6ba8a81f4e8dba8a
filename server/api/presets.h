/* The presets of faults: answers that the real requester, or a proxy before it, is known to give. The caller has
 * entered the call's world. */
#ifndef MOCK_REQUESTER_API_PRESETS_H
#define MOCK_REQUESTER_API_PRESETS_H

#include "api/call.h"

/* The reply is as the preset says; `handled`: the handler has run. */
void preset_make(struct call *call, int preset, bool handled);

/* How long, in ns, the preset holds the reply back: the real requester's write deadline, or 0. */
ns_t preset_delay(int preset);

#endif
