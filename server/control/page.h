/* The page of the control API: page/page.html, built into the program.
 *
 * The page uses the calls under /__mock/ of its own origin and nothing else. Its Content-Security-Policy allows the one
 * script and the one style sheet that are in it, by their hashes, which are made at build time. */
#ifndef MOCK_REQUESTER_CONTROL_PAGE_H
#define MOCK_REQUESTER_CONTROL_PAGE_H

#include "control/call.h"

extern const char page_policy[]; /* made by page/policy.cmake */

/* True if the client accepts text/html by name, as browsers do. Any thread. */
bool page_is_wanted(const struct request *request);
/* Makes the page the reply. Any thread. */
void page_answer(struct control_call *c);

#endif
