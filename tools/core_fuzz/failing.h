/* Included before every file of the core where memory shall run out: see failing.c. */

#ifndef LABELSTORE_FAILING_H
#define LABELSTORE_FAILING_H

#include <stdlib.h>

void *failing_malloc(size_t size);
void *failing_calloc(size_t count, size_t size);
void *failing_realloc(void *memory, size_t size);
void failing_free(void *memory);

#define malloc failing_malloc
#define calloc failing_calloc
#define realloc failing_realloc
#define free failing_free

#endif
