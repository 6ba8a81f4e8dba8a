#include "http/workers.h"

#include "base/os_clock.h"

#include <sys/socket.h>

enum { GRACE_MS = 40 /* that a connection may take for a head, a body or a reply when others wait */ };

void worker_init(struct worker *worker, struct http_server *server)
{
    worker->server = server;
    pthread_mutex_init(&worker->lock, NULL);
    atomic_init(&worker->phase, PHASE_NONE);
}

void worker_release(struct worker *worker)
{
    buf_release(&worker->tap.raw);
    buf_release(&worker->kept.request_body);
    buf_release(&worker->kept.out);
    reply_memory_release(&worker->kept.reply);
    pthread_mutex_destroy(&worker->lock);
}

void worker_enter(struct worker *worker, enum worker_phase phase)
{
    atomic_store(&worker->since_ns, os_clock_coarse());
    atomic_store(&worker->phase, (int)phase);
}

void worker_opened(struct worker *worker)
{
    tap_open(&worker->tap);
    worker->waiting_ns = os_clock_monotonic();
    worker->first = true;
    worker->refused = false;
    atomic_store(&worker->closed, false);
    worker_enter(worker, PHASE_SILENT);
}

void worker_closing(struct worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    atomic_store(&worker->phase, PHASE_NONE);
    worker->tap.fd = -1;
    pthread_mutex_unlock(&worker->lock);
}

/* ---- room ---------------------------------------------------------------------------------------------------- */

struct candidate {
    struct worker *worker;
    enum worker_phase phase;
    int64_t since_ns;
};

static bool is_before(const struct candidate *a, const struct candidate *b)
{
    return a->phase != b->phase ? a->phase < b->phase : a->since_ns < b->since_ns;
}

/* Finds the connection to close next; `worker` is NULL if there is none. */
static struct candidate find_candidate(struct worker *workers, size_t n, int64_t latest_ns)
{
    struct candidate best = { NULL, PHASE_BUSY, 0 };

    for (size_t i = 0; i < n; i++) {
        struct candidate one = { &workers[i], (enum worker_phase)atomic_load(&workers[i].phase),
                                 atomic_load(&workers[i].since_ns) };
        if (!atomic_load(&workers[i].closed) && one.since_ns <= latest_ns && is_before(&one, &best))
            best = one;
    }
    return best;
}

/* Does nothing if the connection has left the phase meanwhile. */
static void close_connection(const struct candidate *candidate)
{
    struct worker *worker = candidate->worker;

    pthread_mutex_lock(&worker->lock);
    atomic_store(&worker->closed, true);
    if (worker->tap.fd >= 0 && atomic_load(&worker->phase) == (int)candidate->phase &&
        atomic_load(&worker->since_ns) == candidate->since_ns)
        shutdown(worker->tap.fd, SHUT_RDWR);
    pthread_mutex_unlock(&worker->lock);
}

void workers_make_room(struct worker *workers, size_t n, int wanted)
{
    int64_t latest_ns = os_clock_monotonic() - GRACE_MS * NS_PER_MS;

    for (int i = 0; i < wanted; i++) {
        struct candidate candidate = find_candidate(workers, n, latest_ns);
        if (!candidate.worker)
            return;
        close_connection(&candidate);
    }
}
