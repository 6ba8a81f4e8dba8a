#include "http/limits.h"

#include "base/error.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { STACK_SIZE = 102400, SETTLE_MS = 20 };

static void put_limit(struct buf *out, const char *name, unsigned long long value, const char *unit)
{
    buf_printf(out, "%s%s %llu%s", out->n ? ", " : "", name, value, unit);
}

static void put_rlimit(struct buf *out, const char *name, __rlimit_resource_t resource, rlim_t divisor, const char *unit)
{
    struct rlimit limit;

    if (getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        put_limit(out, name, limit.rlim_cur / divisor, unit);
}

static void close_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

/* The process's own group, of control groups version 2; a container sees it at the root. */
static void put_pids_max(struct buf *out)
{
    char group[256] = "", path[320];
    unsigned long long value;
    CLEANUP(close_file) FILE *own = fopen("/proc/self/cgroup", "re");

    if (!own || fscanf(own, "0::%255s", group) != 1 || strcmp(group, "/") == 0)
        group[0] = '\0';
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/pids.max", group);
    CLEANUP(close_file) FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%llu", &value) == 1)
        put_limit(out, "pids.max", value, "");
}

void limits_put(struct buf *out)
{
    struct buf limits = buf_init(512);

    put_rlimit(&limits, "ulimit -u", RLIMIT_NPROC, 1, "");
    put_rlimit(&limits, "ulimit -v", RLIMIT_AS, 1024, " KiB");
    put_rlimit(&limits, "ulimit -d", RLIMIT_DATA, 1024, " KiB");
    put_pids_max(&limits);
    buf_text(out, limits.n && !limits.failed ? limits.p : "no limit is set");
    buf_release(&limits);
}

/* ---- threads that only wait ---------------------------------------------------------------------------------- */

static void *wait_for_gate(void *context)
{
    pthread_mutex_t *gate = context;

    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

/* With the stack size of the library's threads. The kernel may count ended threads a little longer: one that was
 * short of threads waits for that. */
int limits_count_threads(int wanted)
{
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pthread_t *threads = calloc((size_t)wanted, sizeof *threads);
    pthread_attr_t attributes;
    int n = 0;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_mutex_lock(&gate);
    while (threads && n < wanted && pthread_create(&threads[n], &attributes, wait_for_gate, &gate) == 0)
        n++;
    pthread_mutex_unlock(&gate);
    for (int i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    pthread_attr_destroy(&attributes);
    free(threads);
    if (n < wanted)
        poll(NULL, 0, SETTLE_MS);
    return n;
}
