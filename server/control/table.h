/* The table of the control API's calls, in the order of the documentation. Constant: any thread. */
#ifndef MOCK_REQUESTER_CONTROL_TABLE_H
#define MOCK_REQUESTER_CONTROL_TABLE_H

#include "control/call.h"

extern const struct control_row control_rows[];
extern const size_t n_control_rows;

#endif
