/* What the targets that shred share; see shred.c. */

#ifndef LABELSTORE_TARGET_SHRED_H
#define LABELSTORE_TARGET_SHRED_H

#include "targets.h"

#include "shredder.h"

/* What Python calls: labelstore/core/shredding.py. */
Shredder *core_shredder(const int32_t *words, int64_t count, const char *text, int64_t length, Ids *ids);
void core_shredder_free(Shredder *shredder);
Stretch *core_stretch(int tables);
void core_stretch_free(Stretch *stretch);
int core_tell(Shredder *shredder, int32_t mapping, const Cell *first, const Cell *second, const Cell *value);
Ids *core_ids(void);
void core_ids_free(Ids *ids);
int core_claim(Ids *ids, const char *text, int64_t length);
void core_give_back(Shredder *shredder, const Stretch *stretch);
int core_shred(Shredder *shredder, Stretch *stretch, const char *data, int64_t begin, int64_t end, int64_t offset,
               int in_lines, int is_last, int only_splits, int64_t position, int64_t number, int64_t load_id);

/* And labelstore/core/arrow.py. */
void *core_columns(int64_t width, const int32_t *kinds);
void core_columns_free(void *columns);
int core_columns_add(void *columns, const Array *cells);

typedef struct Rows Rows;

/* A load of one input. */
typedef struct {
    Ids *ids;
    Shredder *shredder;
    Stretch *stretch;
    int flags;
    unsigned seed;
    int64_t position;
} Load;

enum { IN_LINES = 1, SECOND_PROGRAM = 2, IS_NEVER_LAST = 4, IS_WHOLE = 8, ONLY_SPLITS = 16 };

/* Begins a load without a stretch; its shredder is NULL without memory. */
Load begin_load(int flags, int seed);

void end_load(Load load);

/* Shreds text, of which nothing before or behind may be read; how many bytes are done with, -1 without memory. */
int64_t shred(Load *load, const char *text, int64_t size, int is_last);

/* Reads all that a stretch holds, and ends the process where it cannot be so. */
void check(const Shredder *shredder, const Stretch *stretch, const char *text, int64_t size, int64_t position);

/* Reads what Python says of rows, before the first of them are taken; rows.c. */
void load_rules(void);

/* Begins to take the rows of stretches, in the thread that will take them; NULL without memory. */
Rows *begin_rows(void);

/* Reads the rows of a stretch as SQLite does, and counts them; 0 without memory, when no more can be taken. */
int take_rows(Rows *rows, const Shredder *shredder, Stretch *stretch);

void end_rows(Rows *rows);

#endif
