/* Memory that runs out at the n-th time that some is asked for, and counts what was not given back. */

#include "failing.h"

#undef malloc
#undef calloc
#undef realloc
#undef free

#define EXPORTED __attribute__((visibility("default")))

EXPORTED void failing_at(long number);
EXPORTED int has_failed(void);
EXPORTED long memory_held(void);

static long left; /* how often memory is to be had before it fails; 0 where it never fails */
static long held;
static int has_run_out;

/* From now on, memory runs out at the n-th time, once; never for 0. */
EXPORTED void failing_at(long number)
{
    left = number;
    has_run_out = 0;
}

EXPORTED int has_failed(void)
{
    return has_run_out;
}

/* How many pieces of memory were taken and not given back. */
EXPORTED long memory_held(void)
{
    return held;
}

static int fails_now(void)
{
    int fails = left == 1;
    if (left > 0)
        left--;
    has_run_out |= fails;
    return fails;
}

static void *counted(void *memory)
{
    held += memory != NULL;
    return memory;
}

void *failing_malloc(size_t size)
{
    return fails_now() ? NULL : counted(malloc(size));
}

void *failing_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : counted(calloc(count, size));
}

void *failing_realloc(void *memory, size_t size)
{
    if (fails_now())
        return NULL;
    void *moved = realloc(memory, size);
    held += memory == NULL && moved != NULL;
    return moved;
}

void failing_free(void *memory)
{
    held -= memory != NULL;
    free(memory);
}
