/* What an engine reports to the world that owns it, within the engine call that causes it. The functions must not call
 * the engine back. Caller of the engine holds its lock. */
#ifndef MOCK_REQUESTER_SIM_WATCH_H
#define MOCK_REQUESTER_SIM_WATCH_H

struct history;
struct job;

struct engine_watch {
    /* The job is new in the store, submitted or adopted; its moves follow. NULL: not wanted. */
    void (*added)(void *context, const struct job *job);
    /* An entry was appended to the job's history: the job or an execution has moved to `entry->next`, or is new. The
     * job is in the store, in its new state. Of a job that was adopted only the last entry is reported. */
    void (*moved)(void *context, const struct job *job, const struct history *entry);
    /* The job was removed from the store; it can be read until the function returns. */
    void (*forgotten)(void *context, const struct job *job);
    void *context;
};

#endif
