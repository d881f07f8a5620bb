/* The machine that makes rows, and what it remembers from record to record. */

#ifndef LABELSTORE_SHREDDER_H
#define LABELSTORE_SHREDDER_H

#include "core.h"
#include "read.h"

#define GENERATION_BITS 4 /* of a record's id; labelstore/schema/generations.py */
#define NODE_BITS 24      /* of a node; labelstore/schema/tables.py */
#define MOST_REGISTERS 4096
#define MOST_GLOBALS 64
#define MOST_CALLS 100

/* Operations, in the order of labelstore/formats/compiled/operands.py. */
enum Operation {
    DONE,
    HAND_BACK,
    COPY,
    NUMBER_NEXT,
    JUMP,
    JUMP_IF,
    JUMP_UNLESS,
    IS_KIND,
    IS_EQUAL,
    NEXT_ITEM,
    IS_LAST,
    CALL,
    RETURN,
    ADD_ROW,
    PATCH_ROW,
    LOOK_UP,
    JOIN,
    QUOTE,
    PARAMETER,
    SUFFIX,
    ADD,
    SET_BITS,
    HAS_BITS,
    CLAIM,
    BEGINS_JSON,
    WHICH,
    WHOLE_NUMBER,
    READ,
    CONTAINS,
    OPERATIONS
};

/* What a mapping says of a pair of texts. */
typedef struct {
    uint64_t hash; /* 0 where there is nothing */
    Cell first, second, value;
} Entry;

/* Pure functions of short texts, as far as Python has told them; see known.c. */
typedef struct {
    Entry *entries;
    size_t most, count;
    Arena texts;
} Mappings;

/* Ids that records brought, as hashes; see known.c. */
typedef struct {
    uint64_t *hashes;
    size_t most, count;
} Ids;

typedef struct {
    Program program;
    Reader reader;
    Stretch *stretch;
    Mappings mappings;
    Ids *ids; /* of all records of a load, whatever their generation */
    Cell *registers;
    Cell *globals;
    size_t *sizes; /* by table, its size before the record at hand */
    int64_t first, node;
    int is_unsure; /* whether the record at hand asked what no mapping says yet */
} Shredder;

/* program.c */
extern const int8_t OPERATION_LENGTHS[OPERATIONS]; /* words that follow; -1 for those that find their end themselves */
int program_load(Program *program, const int32_t *words, int64_t count, const char *text, int64_t length);
void program_free(Program *program);

/* known.c */
Cell look_up(Shredder *shredder, int32_t mapping, Cell first, Cell second);
int claim(Shredder *shredder, Cell text);
int keep_claims(Shredder *shredder, size_t since);
void known_free(Shredder *shredder);

/* stretch.c */
void stretch_clear(Stretch *stretch);

#endif
