/* Reading one record; see read.c. */

#ifndef LABELSTORE_READ_H
#define LABELSTORE_READ_H

#include "shred.h"

/* Of a path: min_x, min_y, max_x, max_y, area, length. */
#define PATH_MEASURES 6

typedef struct {
    const Program *program;
    const char *end;
    Arena tree;       /* cells of the record that is read */
    Arena *texts;     /* what was decoded or copied, of all records of the stretch */
    Array stack;      /* elements of lists that are not complete */
    Array points;     /* of the path that is read */
    int32_t *follows; /* by struct and field, the field that came after it the last time */
    const char *why;  /* what was the misfit */
    int has_extra;    /* whether something undeclared was kept */
    int has_unusual;  /* whether a number in kept JSON is spelled as Python does not */
    int is_out_of_memory;
} Reader;

/* Reads a record, an object at `at`; behind it, or NULL for one that Python has to read. */
const char *read_record(Reader *reader, const char *at, const char *end, Cell *record);

#endif
