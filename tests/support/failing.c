#include "support/failing.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdlib.h>

static struct {
    bool armed;
    enum failing_mode mode;
    long at, living;
    struct failing counts;
} memory;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

static bool fails(void)
{
    if (!memory.armed)
        return false;
    memory.counts.calls++;
    bool now = memory.mode == FAILS_ONCE ? memory.counts.calls == memory.at : memory.at && memory.counts.calls >= memory.at;
    memory.counts.failed += now;
    return now;
}

static void *counted(void *p)
{
    memory.living += p != NULL;
    return p;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : counted(__real_malloc(n));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : counted(__real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t n)
{
    if (fails())
        return NULL;
    void *moved = __real_realloc(p, n);
    return p ? moved : counted(moved);
}

void __wrap_free(void *p)
{
    memory.living -= p != NULL;
    __real_free(p);
}

void failing_init(void)
{
    cJSON_Hooks hooks = { __wrap_malloc, __wrap_free };

    cJSON_InitHooks(&hooks);
}

void failing_begin(enum failing_mode mode, long at)
{
    memory.mode = mode;
    memory.at = at;
    memory.counts = (struct failing){ 0 };
    memory.armed = true;
}

struct failing failing_end(void)
{
    memory.armed = false;
    return memory.counts;
}

long failing_living(void)
{
    return memory.living;
}
