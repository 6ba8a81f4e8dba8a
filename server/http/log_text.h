/* Lines of the log for people, in columns: time, what, status, job, state, what answered, and texts. Pure.
 *
 *   2023-03-22T09:00:00.000Z submit    200 3b1c9f0a InProgress scheduler
 *   2023-03-22T09:00:02.000Z n0            3b1c9f0a BidAccepted → Failed  no such image */
#ifndef MOCK_REQUESTER_HTTP_LOG_TEXT_H
#define MOCK_REQUESTER_HTTP_LOG_TEXT_H

#include "base/line.h"
#include "http/http.h"
#include "sim/job.h"

/* An exchange that has ended. */
struct logged {
    struct span session; /* empty: the default world */
    const struct request *request; /* NULL: none could be read */
    const struct reply *reply;
    const struct http_end *end;
    ns_t time; /* the world's */
    bool control; /* it is one of the control API */
};

void log_text_exchange(struct line *line, const struct logged *logged, bool colour);
/* Why the first fault did not apply, or one that applied did not fire. */
void log_text_remark(struct line *line, const struct logged *logged, const char *about, struct span text);
void log_text_move(struct line *line, struct span session, const struct job *job, const struct history *entry, bool colour);
/* What was accepted though it is wrong. */
void log_text_warning(struct line *line, struct span target, struct span warning);

/* The name of an execution's node, or its id. */
struct span log_node(const struct job *job, const struct execution *x);

#endif
