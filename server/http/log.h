/* The log: a line an exchange and a line a change of state on standard error, as text or JSON.
 *
 *   log_start → log_exchange, log_move, any thread → log_stop
 *
 * No function blocks: lines are written by a thread of their own (http/log_writer.h). */
#ifndef MOCK_REQUESTER_HTTP_LOG_H
#define MOCK_REQUESTER_HTTP_LOG_H

#include "http/http.h"
#include "http/log_writer.h"
#include "sim/job.h"

enum log_kind { LOG_TEXT, LOG_JSON, LOG_OFF };

/* What is logged; a bit each. */
enum log_what { LOG_EXCHANGES = 1, LOG_JOBS = 2, LOG_CONTROL = 4 };

struct log {
    enum log_kind kind;
    unsigned what;
    bool colour; /* of text */
    struct log_writer writer;
};

/* False: there is no thread for it. Colours are used at a terminal only, and not if NO_COLOR is set. */
bool log_start(struct log *log, enum log_kind kind, unsigned what);
/* No thread logs any more. One that was not started (all zero) is fine. */
void log_stop(struct log *log);

/* An exchange has ended. `now`: the world's clock, for one that was never answered. `session`: the client id of its
 * world; empty: the default world. With LOG_OFF only its warning is written. */
void log_exchange(struct log *log, struct span session, const struct request *request, const struct reply *reply,
                  const struct http_end *end, ns_t now);

/* A job or an execution has moved. Called under the lock of the job's world. */
void log_move(struct log *log, struct span session, const struct job *job, const struct history *entry);

#endif
