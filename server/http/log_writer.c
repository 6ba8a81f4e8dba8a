#include "http/log_writer.h"

#include "base/error.h"
#include "base/ns.h"
#include "base/os_clock.h"
#include "world/wake.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const uint_fast64_t SECOND = UINT64_C(1) << 63;

/* ---- any thread ---------------------------------------------------------------------------------------------- */

/* The offset only grows: behind a line that found no room every other finds none, until the buffers change places. */
static bool append(struct log_writer *writer, struct span line)
{
    uint_fast64_t next = atomic_fetch_add(&writer->next, line.n);
    struct log_buffer *buffer = &writer->buffers[next & SECOND ? 1 : 0];
    size_t at = (size_t)(next & ~SECOND);

    if (at + line.n > LOG_BUFFER_SIZE) {
        if (at <= LOG_BUFFER_SIZE)
            atomic_store(&buffer->end, at);
        return false;
    }
    memcpy(buffer->bytes + at, line.p, line.n);
    atomic_fetch_add(&buffer->written, line.n);
    return true;
}

void log_writer_add(struct log_writer *writer, struct span line)
{
    if (line.n == 0)
        return;
    if (!append(writer, line))
        atomic_fetch_add(&writer->dropped, 1);
    if (atomic_exchange(&writer->asleep, false))
        wake_send(writer->wake_fd);
}

/* ---- the writer's thread ------------------------------------------------------------------------------------- */

/* Blocks while standard error is a full pipe. */
static void write_all(const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(STDERR_FILENO, p, n);
        if (done < 0 && errno == EAGAIN)
            poll(&(struct pollfd){ .fd = STDERR_FILENO, .events = POLLOUT }, 1, -1);
        else if (done < 0 && errno != EINTR)
            return;
        p += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
}

static void tell_dropped(struct log_writer *writer)
{
    size_t dropped = atomic_exchange(&writer->dropped, 0);
    char line[128];

    if (dropped == 0)
        return;
    int n = snprintf(line, sizeof line, "mock-requester: %zu log lines dropped: standard error is not read fast enough\n", dropped);
    write_all(line, (size_t)n);
}

/* Lets the buffers change places, and writes the one that was in use. Returns whether there was anything. */
static bool write_buffer(struct log_writer *writer)
{
    uint_fast64_t used = atomic_load(&writer->next) & SECOND;
    struct log_buffer *buffer = &writer->buffers[used ? 1 : 0];

    if ((atomic_load(&writer->next) & ~SECOND) == 0)
        return false;
    size_t n = (size_t)(atomic_exchange(&writer->next, used ^ SECOND) & ~SECOND);
    while (atomic_load(&buffer->written) < (n <= LOG_BUFFER_SIZE ? n : atomic_load(&buffer->end)) ||
           (n > LOG_BUFFER_SIZE && atomic_load(&buffer->end) == LOG_BUFFER_SIZE + 1))
        sched_yield(); /* lines are being copied */
    write_all(buffer->bytes, atomic_load(&buffer->written));
    atomic_store(&buffer->written, 0);
    atomic_store(&buffer->end, LOG_BUFFER_SIZE + 1);
    tell_dropped(writer);
    return true;
}

/* Sleeps until a line is added after the last look. */
static void sleep_until_woken(struct log_writer *writer)
{
    struct pollfd polled = { .fd = writer->wake_fd, .events = POLLIN };

    atomic_store(&writer->asleep, true);
    if ((atomic_load(&writer->next) & ~SECOND) == 0 && !atomic_load(&writer->stopping))
        poll(&polled, 1, -1);
    atomic_store(&writer->asleep, false);
    wake_clear(writer->wake_fd);
}

/* Lines that come within LOG_REST_MS of those just written are written together, and wake nothing. */
static void rest(const struct log_writer *writer)
{
    struct pollfd polled = { .fd = writer->wake_fd, .events = POLLIN };

    poll(&polled, 1, LOG_REST_MS);
}

static void *run(void *context)
{
    struct log_writer *writer = context;

    for (;;) {
        bool stopping = atomic_load(&writer->stopping); /* before the last look */
        if (write_buffer(writer))
            rest(writer);
        else if (stopping)
            break;
        else
            sleep_until_woken(writer);
    }
    tell_dropped(writer);
    pthread_mutex_lock(&writer->lock);
    writer->over = true;
    pthread_cond_broadcast(&writer->ended);
    pthread_mutex_unlock(&writer->lock);
    return NULL;
}

/* ---- life ---------------------------------------------------------------------------------------------------- */

static _Atomic(struct log_writer *) started_last;

/* Lets the thread write what is left, and waits for it up to LOG_STOP_MS. Returns whether it has. */
static bool finish(struct log_writer *writer)
{
    int64_t until_ns = os_clock_monotonic() + LOG_STOP_MS * NS_PER_MS;
    struct timespec until = { .tv_sec = until_ns / NS_PER_SECOND, .tv_nsec = until_ns % NS_PER_SECOND };
    int late = 0;

    atomic_store(&writer->stopping, true);
    wake_send(writer->wake_fd);
    pthread_mutex_lock(&writer->lock);
    while (!writer->over && !late)
        late = pthread_cond_clockwait(&writer->ended, &writer->lock, CLOCK_MONOTONIC, &until);
    bool over = writer->over;
    pthread_mutex_unlock(&writer->lock);
    return over;
}

static void finish_before_the_end(void)
{
    struct log_writer *writer = atomic_load(&started_last);

    if (writer && !pthread_equal(writer->thread, pthread_self()))
        finish(writer);
}

static void release(struct log_writer *writer)
{
    struct log_writer *self = writer;

    atomic_compare_exchange_strong(&started_last, &self, NULL);
    close(writer->wake_fd);
    pthread_cond_destroy(&writer->ended);
    pthread_mutex_destroy(&writer->lock);
    free(writer->buffers);
    writer->buffers = NULL;
}

bool log_writer_start(struct log_writer *writer)
{
    sigset_t all, before;

    *writer = (struct log_writer){ .buffers = calloc(2, sizeof *writer->buffers) };
    if (!writer->buffers)
        return false;
    atomic_store(&writer->buffers[0].end, LOG_BUFFER_SIZE + 1);
    atomic_store(&writer->buffers[1].end, LOG_BUFFER_SIZE + 1);
    writer->wake_fd = wake_new();
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->ended, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool runs = pthread_create(&writer->thread, NULL, run, writer) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!runs) {
        release(writer);
        return false;
    }
    atomic_store(&started_last, writer);
    broken_promise_before(finish_before_the_end);
    return true;
}

/* A thread that cannot write is cancelled in write(2). */
void log_writer_stop(struct log_writer *writer)
{
    if (!writer->buffers)
        return;
    if (!finish(writer))
        pthread_cancel(writer->thread);
    pthread_join(writer->thread, NULL);
    release(writer);
}
