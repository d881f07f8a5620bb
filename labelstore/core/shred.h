/* What a shredder makes of records: cells, rows of cells, and what the program of rows is. See shred.c. */

#ifndef LABELSTORE_SHRED_H
#define LABELSTORE_SHRED_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum Kind {
    NOTHING, /* no value, as of a member that is not there */
    NIL,     /* null */
    INTEGER,
    REAL,
    BOOLEAN,
    TEXT,
    JSON, /* a value as JSON text */
    BLOB,
    OBJECT, /* `cells`: its members in the order of its struct, its other members as JSON text, a note of the program */
    LIST,   /* `length` elements */
    MAP     /* `length` pairs of a key and a value */
};

/* A value. Texts are in the input or in an arena of the stretch, and not ended by a zero. */
typedef struct Cell {
    uint32_t kind;
    uint32_t length;
    union {
        int64_t integer;
        double real;
        const char *text;
        struct Cell *cells;
    } as;
} Cell;

static inline Cell number_cell(int64_t value)
{
    Cell cell;
    cell.kind = INTEGER;
    cell.length = 0;
    cell.as.integer = value;
    return cell;
}

static inline Cell truth(int value)
{
    Cell cell = number_cell(value != 0);
    cell.kind = BOOLEAN;
    return cell;
}

static inline Cell nothing(void)
{
    Cell cell = number_cell(0);
    cell.kind = NOTHING;
    return cell;
}

static inline int are_equal(Cell one, Cell other)
{
    if (one.kind == TEXT && other.kind == TEXT)
        return one.length == other.length && memcmp(one.as.text, other.as.text, one.length) == 0;
    if (one.kind == INTEGER && other.kind == INTEGER)
        return one.as.integer == other.as.integer;
    if ((one.kind == INTEGER || one.kind == REAL) && (other.kind == INTEGER || other.kind == REAL)) {
        double left = one.kind == REAL ? one.as.real : (double)one.as.integer;
        double right = other.kind == REAL ? other.as.real : (double)other.as.integer;
        return left == right;
    }
    if (one.kind != other.kind)
        return 0;
    return one.kind == BOOLEAN ? one.as.integer == other.as.integer : one.kind == NOTHING || one.kind == NIL;
}

/* 64 bits that tell texts apart; others look at the texts themselves, or take two with the same for one. */
static inline uint64_t text_hash(const char *text, size_t length)
{
    uint64_t hash = length * 0x9E3779B97F4A7C15u;
    uint64_t part;
    size_t whole = length;
    for (; length >= 8; length -= 8, text += 8) {
        memcpy(&part, text, 8);
        hash = (hash ^ part) * 0xFF51AFD7ED558CCDu;
        hash ^= hash >> 32;
    }
    part = 0;
    if (whole >= 8)
        memcpy(&part, text + length - 8, 8); /* some of them again, at once */
    else
        memcpy(&part, text, length);
    hash = (hash ^ part) * 0xC4CEB9FE1A85EC53u;
    return hash ^ hash >> 29;
}

/* Memory that is given back all at once. */
typedef struct Block {
    struct Block *next;
    size_t size;
} Block;

typedef struct {
    Block *blocks; /* the one in use first */
    size_t used;   /* bytes of it */
} Arena;

/* An array that grows. */
typedef struct {
    char *data;
    size_t size;
    size_t most;
} Array;

/* One record of a stretch: where its text is, and its number among the records of the file. */
typedef struct {
    int64_t offset;
    int64_t length;
    int64_t position;
} Place;

/* An id that a record brings, so that no other record may bring it unseen. */
typedef struct {
    int64_t record; /* its place among those that were made rows of */
    Cell text;
} Claim;

/* What was made of one stretch of a file. */
typedef struct {
    Array *rows; /* by table, cells */
    int tables;
    Array made;    /* Place of each record that was made rows of */
    Array back;    /* Place of each record that Python has to look at */
    Array claims;  /* Claim */
    Array missing; /* Cell: pairs of texts that a mapping lacks, after the number of the mapping */
    Arena texts;
    int64_t consumed; /* bytes of the input that are done with */
    int64_t records;  /* how many records those have */
} Stretch;

/* How to read a value, by its first character. */
typedef struct {
    int32_t on_object, object_of;
    int32_t on_array, array_of, exactly;
    int32_t on_string, on_number, on_boolean, on_null;
} Type;

typedef struct {
    int32_t first_field, fields;
    int32_t first_slot;  /* of what the reader remembers of the order of its members */
    int32_t on_others;   /* what is done with other members: see read.c */
} Struct;

typedef struct {
    int32_t key, key_length; /* in the texts of the program */
    int32_t type;
    int32_t is_required;
} Field;

typedef struct {
    int32_t begins, registers;
} Routine;

/* What Python makes of the declarations of a generation. */
typedef struct {
    int32_t types, structs, fields, tables, constants, routines, code, texts;
    int32_t root, globals, mappings, generation_code;
    Type *type;
    Struct *structure;
    Field *field;
    int32_t *columns; /* by table */
    Cell *constant;
    Routine *routine;
    int32_t *instruction;
    char *text;
} Program;

#endif
