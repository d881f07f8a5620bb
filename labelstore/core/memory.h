/* Memory: arenas, and arrays that grow. What cannot be had is NULL, and whoever asks says so to its caller. */

#ifndef LABELSTORE_MEMORY_H
#define LABELSTORE_MEMORY_H

#include "shred.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)256 << 10)

/* So many bytes of an arena, at a multiple of 8; NULL without memory. */
static inline void *arena_take(Arena *arena, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    if (arena->blocks == NULL || arena->blocks->size - arena->used < size) {
        size_t whole = size > BLOCK_BYTES ? size : BLOCK_BYTES;
        Block *block = malloc(sizeof(Block) + whole);
        if (block == NULL)
            return NULL;
        block->next = arena->blocks;
        block->size = whole;
        arena->blocks = block;
        arena->used = 0;
    }
    char *taken = (char *)(arena->blocks + 1) + arena->used;
    arena->used += size;
    return taken;
}

/* Forget all that was taken; keeps one block for what comes next. */
static inline void arena_clear(Arena *arena)
{
    Block *block = arena->blocks;
    while (block != NULL && block->next != NULL) {
        Block *next = block->next;
        free(block);
        block = next;
    }
    if (block != NULL && block->size > BLOCK_BYTES) {
        free(block);
        block = NULL;
    }
    arena->blocks = block;
    arena->used = 0;
}

/* A copy of a cell, whose text is in an arena; 0 without memory. */
static inline int copy_text(Arena *arena, const Cell *from, Cell *to)
{
    *to = *from;
    if (from->kind != TEXT)
        return 1;
    char *text = arena_take(arena, from->length);
    if (text == NULL)
        return 0;
    memcpy(text, from->as.text, from->length);
    to->as.text = text;
    return 1;
}

static inline void arena_free(Arena *arena)
{
    arena_clear(arena);
    free(arena->blocks);
    arena->blocks = NULL;
}

/* Room for so many more bytes at the end of an array, which are counted as there; NULL without memory. */
static inline void *array_add(Array *array, size_t size)
{
    if (array->most - array->size < size) {
        size_t most = array->most * 2 > array->size + size ? array->most * 2 : array->size + size + 1024;
        char *data = realloc(array->data, most);
        if (data == NULL)
            return NULL;
        array->data = data;
        array->most = most;
    }
    void *added = array->data + array->size;
    array->size += size;
    return added;
}

static inline void array_free(Array *array)
{
    free(array->data);
    memset(array, 0, sizeof *array);
}

#endif
