/* What the targets share. A target takes bytes that a fuzzer made, and ends the process where the core breaks its word. */

#ifndef LABELSTORE_TARGETS_H
#define LABELSTORE_TARGETS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The memory of targets is not that of failing.h. */
#undef malloc
#undef calloc
#undef realloc
#undef free

#define EXPECT(condition)                                                                                              \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* Whether memory ran out while the target ran: failing.c. */
int has_failed(void);

typedef void Target(const uint8_t *data, size_t size);

Target run_same, run_shred, run_text;

#endif
