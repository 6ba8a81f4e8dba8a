/* Writes lines to standard error from a thread of its own, so that a pipe that is not read never blocks an exchange.
 *
 * Lines are appended to one of two buffers while the thread writes the other. A line that finds no room is dropped
 * and counted; the next line that is written says how many.
 *
 * A broken promise (base/error.h) writes the lines that are left of the writer that was started last.
 *
 * Life: log_writer_start → log_writer_add, any thread … → log_writer_stop. */
#ifndef MOCK_REQUESTER_HTTP_LOG_WRITER_H
#define MOCK_REQUESTER_HTTP_LOG_WRITER_H

#include "base/span.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

enum {
    LOG_BUFFER_SIZE = 256 * 1024,
    LOG_REST_MS = 2,  /* that a line may wait for the next one */
    LOG_STOP_MS = 50, /* spent at the end on what is left */
};

struct log_buffer {
    char bytes[LOG_BUFFER_SIZE];
    atomic_size_t written; /* bytes that were copied into it */
    atomic_size_t end;     /* where the first line that found no room would be; above LOG_BUFFER_SIZE: none */
};

struct log_writer {
    atomic_uint_fast64_t next; /* the buffer in use in the top bit, and where in it the next line goes */
    struct log_buffer *buffers; /* two */
    atomic_size_t dropped;
    atomic_bool asleep; /* the thread waits for wake_fd */
    atomic_bool stopping;
    int wake_fd;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool over; /* under the lock: the thread has written everything */
};

/* False: no memory or no thread. The thread blocks all signals. */
bool log_writer_start(struct log_writer *writer);
void log_writer_add(struct log_writer *writer, struct span line);
/* No thread adds lines any more. A writer that was not started (all zero) is fine. */
void log_writer_stop(struct log_writer *writer);

#endif
