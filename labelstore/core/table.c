/* SQLite's view of a stretch: a virtual table for each table of the store, with the rows that were made for it.

   SQLite copies them by `insert into objects select * from …`, and writes every byte itself. It is given to a
   connection as an extension, which gets the table of SQLite's functions; that grows at its end only, so the places of
   the few functions that are used here are known. */

#include "core.h"
#include "shred.h"

#include <stdio.h>
#include <stdlib.h>

#define SQLITE_OK 0
#define SQLITE_ERROR 1
#define SQLITE_NOMEM 7
#define LONGEST_DECLARATION 4096

typedef struct Connection Connection;
typedef struct Context Context;
typedef void (*Function)(void);

/* The functions of SQLite, by their places in sqlite3_api_routines. */
enum { DECLARE_VTAB = 50, RESULT_BLOB = 78, RESULT_DOUBLE = 79, RESULT_INT64 = 83, RESULT_TEXT = 85, CREATE_MODULE_V2 = 119 };

/* What one connection reads: `stretch` is exchanged between statements. */
typedef struct {
    const Stretch *stretch;
    int (*declare)(Connection *, const char *);
    void (*blob)(Context *, const void *, int, void (*)(void *));
    void (*real)(Context *, double);
    void (*integer)(Context *, int64_t);
    void (*text)(Context *, const char *, int, void (*)(void *));
} Source;

/* sqlite3_vtab, then ours. */
typedef struct {
    const void *module;
    int references;
    char *error;
    const Source *source;
    int table, columns;
} Table;

/* sqlite3_vtab_cursor, then ours. */
typedef struct {
    Table *table;
    const Cell *row, *end;
} Cursor;

/* What SQLite needs of a module; those that are NULL a table that is only read can do without. */
typedef struct {
    int version;
    int (*create)(Connection *, void *, int, const char *const *, Table **, char **);
    int (*connect)(Connection *, void *, int, const char *const *, Table **, char **);
    int (*best_index)(Table *, void *);
    int (*disconnect)(Table *);
    int (*destroy)(Table *);
    int (*open)(Table *, Cursor **);
    int (*close)(Cursor *);
    int (*filter)(Cursor *, int, const char *, int, void **);
    int (*next)(Cursor *);
    int (*is_at_end)(Cursor *);
    int (*column)(Cursor *, Context *, int);
    int (*rowid)(Cursor *, int64_t *);
    Function others[11];
} Module;

/* `create virtual table … using stretch_rows(table, columns)`: numbers. */
static int connect(Connection *connection, void *source, int count, const char *const *words, Table **made, char **error)
{
    char declaration[LONGEST_DECLARATION];
    int table = count > 4 ? atoi(words[3]) : -1;
    int columns = count > 4 ? atoi(words[4]) : 0;
    size_t length = (size_t)snprintf(declaration, sizeof declaration, "create table rows (");
    (void)error;
    for (int column = 0; column < columns && length < sizeof declaration - 20; column++)
        length += (size_t)snprintf(declaration + length, 20, "%sc%d", column > 0 ? "," : "", column);
    snprintf(declaration + length, sizeof declaration - length, ")");
    if (table < 0 || columns < 1 || ((const Source *)source)->declare(connection, declaration) != SQLITE_OK)
        return SQLITE_ERROR;
    *made = calloc(1, sizeof(Table));
    if (*made == NULL)
        return SQLITE_NOMEM;
    (*made)->source = source;
    (*made)->table = table;
    (*made)->columns = columns;
    return SQLITE_OK;
}

static int best_index(Table *table, void *plan)
{
    (void)table;
    (void)plan; /* all rows, in their order */
    return SQLITE_OK;
}

static int disconnect(Table *table)
{
    free(table);
    return SQLITE_OK;
}

static int open_cursor(Table *table, Cursor **made)
{
    (void)table;
    *made = calloc(1, sizeof(Cursor));
    return *made == NULL ? SQLITE_NOMEM : SQLITE_OK;
}

static int close_cursor(Cursor *cursor)
{
    free(cursor);
    return SQLITE_OK;
}

static int filter(Cursor *cursor, int number, const char *name, int count, void **values)
{
    const Table *table = cursor->table;
    const Stretch *stretch = table->source->stretch;
    (void)number;
    (void)name;
    (void)count;
    (void)values;
    cursor->row = cursor->end = NULL;
    if (stretch != NULL && table->table < stretch->tables) {
        const Array *rows = &stretch->rows[table->table];
        cursor->row = (const Cell *)(const void *)rows->data;
        cursor->end = cursor->row == NULL ? NULL : cursor->row + rows->size / sizeof(Cell);
    }
    return SQLITE_OK;
}

static int next(Cursor *cursor)
{
    cursor->row += cursor->table->columns;
    return SQLITE_OK;
}

static int is_at_end(Cursor *cursor)
{
    return cursor->end - cursor->row < cursor->table->columns;
}

static int column(Cursor *cursor, Context *result, int number)
{
    const Cell *cell = &cursor->row[number];
    const Source *source = cursor->table->source;
    switch (cell->kind) {
    case INTEGER:
    case BOOLEAN:
        source->integer(result, cell->as.integer);
        break;
    case REAL:
        source->real(result, cell->as.real);
        break;
    case TEXT:
        source->text(result, cell->as.text, (int)cell->length, NULL);
        break;
    case BLOB:
        source->blob(result, cell->as.text, (int)cell->length, NULL);
        break;
    default: /* without a result it is NULL */
        break;
    }
    return SQLITE_OK;
}

static int rowid(Cursor *cursor, int64_t *number)
{
    *number = cursor->end - cursor->row;
    return SQLITE_OK;
}

static const Module MODULE = {
    1, connect, connect, best_index, disconnect, disconnect, open_cursor, close_cursor, filter, next, is_at_end, column,
    rowid, {0},
};

/* The source of the connection that this thread loads the extension into next. */
static __thread Source *waiting;

/* A source, which the connection gives back when it is closed; NULL without memory. */
CORE_API void *core_source(void)
{
    if (waiting == NULL) /* else the extension could not be loaded */
        waiting = calloc(1, sizeof(Source));
    return waiting;
}

static void free_source(void *source)
{
    free(source);
}

/* Lets the tables have the rows of a stretch, which must stay until others are read. */
CORE_API void core_read(Source *source, const Stretch *stretch)
{
    source->stretch = stretch;
}

/* The entry point of the extension. */
CORE_API int core_extension(Connection *connection, char **error, const Function *functions)
{
    Source *source = waiting;
    (void)error;
    waiting = NULL;
    if (source == NULL)
        return SQLITE_ERROR;
    source->declare = (int (*)(Connection *, const char *))functions[DECLARE_VTAB];
    source->blob = (void (*)(Context *, const void *, int, void (*)(void *)))functions[RESULT_BLOB];
    source->real = (void (*)(Context *, double))functions[RESULT_DOUBLE];
    source->integer = (void (*)(Context *, int64_t))functions[RESULT_INT64];
    source->text = (void (*)(Context *, const char *, int, void (*)(void *)))functions[RESULT_TEXT];
    return ((int (*)(Connection *, const char *, const Module *, void *, void (*)(void *)))functions[CREATE_MODULE_V2])(
        connection, "stretch_rows", &MODULE, source, free_source);
}
