/* The presets of faults: answers that the real requester, or a proxy before it, is known to give. The caller has
 * entered the call's world. */
#ifndef MOCK_REQUESTER_API_PRESETS_H
#define MOCK_REQUESTER_API_PRESETS_H

#include "api/call.h"

/* Makes the preset's reply. `handled`: the handler has run. */
void preset_make(struct call *call, int preset, bool handled);

/* Returns how long, in ns, the preset delays the reply: the real requester's write deadline, or 0. */
ns_t preset_delay(int preset);

#endif
