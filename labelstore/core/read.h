/* Reading one record; see read.c. */

#ifndef LABELSTORE_READ_H
#define LABELSTORE_READ_H

#include "shred.h"

/* Of a path: min_x, min_y, max_x, max_y, area, length, width, height. */
#define PATH_MEASURES 8
#define PATH_AREA 4

#define LARGEST_RECORD ((int64_t)8 << 20) /* larger ones take less memory in Python, frame by frame */

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
    int has_whole_real; /* whether a number is written with a fraction of 0 */
    int is_fitted;      /* whether Python will fit the record, and takes such a number for an integer */
    int has_unusual;  /* whether a number in kept JSON is spelled as Python does not */
    int is_out_of_memory;
    char mark; /* a byte that may stand before the first value after a bracket or colon; 0 for none */
} Reader;

/* Reads a record, an object at `at`; behind it, or NULL for one that Python has to read. */
const char *read_record(Reader *reader, const char *at, const char *end, Cell *record);

/* Reads a value of any kind, as trees of lists, maps and other cells; behind it, or NULL. */
const char *read_any(Reader *reader, const char *at, const char *end, Cell *cell);

/* Reads the JSON that a text of the record at hand holds, as a value of a type; nothing for another. */
Cell read_text(Reader *reader, Cell text, int type);

/* Whether a text is a whole number as JSON writes it, of at most 18 digits; its value. */
int read_whole_number(const Cell *text, int64_t *value);

#endif
