/* What a load does with the rows of a stretch: SQLite, of which there is a small imitation here, reads them as virtual
   tables (table.c), and they are counted by the rules that Python writes into a file (count.c). */

#include "shred.h"

#include <string.h>

enum { DECLARE_VTAB = 50, RESULT_BLOB = 78, RESULT_DOUBLE = 79, RESULT_INT64 = 83, RESULT_TEXT = 85, CREATE_MODULE_V2 = 119 };
#define FUNCTIONS 200
#define DIGEST 25

typedef void (*Function)(void);
typedef struct Source Source;
typedef struct Counter Counter;

/* What virtual tables and cursors of all modules begin with, and the functions of a module. */
typedef struct {
    const void *module;
    int references;
    char *error;
} Table;

typedef struct {
    Table *table;
} Cursor;

typedef struct {
    int version;
    int (*create)(void *, void *, int, const char *const *, Table **, char **);
    int (*connect)(void *, void *, int, const char *const *, Table **, char **);
    int (*best_index)(Table *, void *);
    int (*disconnect)(Table *);
    int (*destroy)(Table *);
    int (*open)(Table *, Cursor **);
    int (*close)(Cursor *);
    int (*filter)(Cursor *, int, const char *, int, void **);
    int (*next)(Cursor *);
    int (*is_at_end)(Cursor *);
    int (*column)(Cursor *, void *, int);
    int (*rowid)(Cursor *, int64_t *);
    Function others[11];
} Module;

Source *core_source(void);
void core_read(Source *source, const Stretch *stretch);
int core_extension(void *connection, char **error, const Function *functions);
int core_count(Counter *counter, const Stretch *stretch);
void core_count_free(Counter *counter);
void core_digest(Stretch *stretch, int table, int columns, int content, int urls, const char *digests);

struct Rows {
    Source *source;
    const Module *module;
    void *own;        /* what the module gets back */
    void (*destroy)(void *);
    int columns;      /* of the table that was declared last */
    Cell result;      /* the value that was given last */
    Counter *counter; /* NULL without rules, and once memory ran out */
};

/* -- the imitation: a connection is the rows, and so is the context of a result ------------------------------------- */

static int declare(Rows *rows, const char *sql)
{
    EXPECT(strncmp(sql, "create table rows (c0", 21) == 0 && sql[strlen(sql) - 1] == ')');
    rows->columns = 1;
    for (; *sql != '\0'; sql++)
        rows->columns += *sql == ',';
    return 0;
}

static void give_number(Rows *rows, int64_t value)
{
    rows->result = number_cell(value);
}

static void give_real(Rows *rows, double value)
{
    rows->result.kind = REAL;
    rows->result.as.real = value;
}

static void give_bytes(Rows *rows, const char *bytes, int length, void (*destroy)(void *))
{
    EXPECT(bytes != NULL && length >= 0 && destroy == NULL); /* SQLite takes NULL for no value */
    rows->result.kind = TEXT;
    rows->result.length = (uint32_t)length;
    rows->result.as.text = bytes;
}

static int create_module(Rows *rows, const char *name, const Module *module, void *own, void (*destroy)(void *))
{
    EXPECT(strcmp(name, "stretch_rows") == 0 && own == rows->source && destroy != NULL);
    rows->destroy = destroy;
    rows->module = module;
    rows->own = own;
    return 0;
}

/* -- reading and counting -------------------------------------------------------------------------------------------- */

static int is_given(const Rows *rows, Cell cell)
{
    const Cell *found = &rows->result;
    switch (cell.kind) {
    case NOTHING:
        return found->kind == NOTHING;
    case TEXT:
    case BLOB:
        return found->kind == TEXT && found->length == cell.length &&
               memcmp(found->as.text, cell.as.text, cell.length) == 0;
    case REAL:
        return found->kind == REAL && memcmp(&found->as.real, &cell.as.real, sizeof(double)) == 0;
    default:
        return found->kind == INTEGER && found->as.integer == cell.as.integer;
    }
}

/* Reads a table to its end; 0 without memory. */
static int read_table(Rows *rows, const Stretch *stretch, int number, int columns)
{
    char words[2][12];
    const char *arguments[5] = {"stretch_rows", "temp", "rows", words[0], words[1]};
    snprintf(words[0], sizeof words[0], "%d", number);
    snprintf(words[1], sizeof words[1], "%d", columns);
    const Module *module = rows->module;
    Table *table;
    Cursor *cursor;
    if (module->create(rows, rows->own, 5, arguments, &table, NULL) != 0)
        return 0;
    EXPECT(rows->columns == columns);
    EXPECT(module->best_index(table, NULL) == 0);
    if (module->open(table, &cursor) != 0) {
        EXPECT(module->destroy(table) == 0);
        return 0;
    }
    cursor->table = table;
    EXPECT(module->filter(cursor, 0, NULL, 0, NULL) == 0);
    const Cell *cell = (const Cell *)(const void *)stretch->rows[number].data;
    size_t left = stretch->rows[number].size / sizeof(Cell);
    while (!module->is_at_end(cursor)) {
        int64_t rowid;
        EXPECT(left >= (size_t)columns && module->rowid(cursor, &rowid) == 0);
        for (int column = 0; column < columns; column++, cell++, left--) {
            rows->result.kind = NOTHING;
            EXPECT(module->column(cursor, rows, column) == 0 && is_given(rows, *cell));
        }
        EXPECT(module->next(cursor) == 0);
    }
    EXPECT(left == 0);
    EXPECT(module->close(cursor) == 0 && module->destroy(table) == 0);
    return 1;
}

static Function functions[FUNCTIONS];
static char *rules; /* two columns for digests, then a counter */
static size_t rules_size;

void load_rules(void)
{
    functions[DECLARE_VTAB] = (Function)declare;
    functions[RESULT_BLOB] = (Function)give_bytes;
    functions[RESULT_DOUBLE] = (Function)give_real;
    functions[RESULT_INT64] = (Function)give_number;
    functions[RESULT_TEXT] = (Function)give_bytes;
    functions[CREATE_MODULE_V2] = (Function)create_module;
    FILE *file = fopen(getenv("LABELSTORE_RULES"), "rb");
    EXPECT(file != NULL && fseek(file, 0, SEEK_END) == 0);
    rules_size = (size_t)ftell(file);
    rewind(file);
    rules = malloc(rules_size);
    EXPECT(rules != NULL && fread(rules, 1, rules_size, file) == rules_size);
    fclose(file);
}

Rows *begin_rows(void)
{
    size_t size = rules_size - 2 * sizeof(int32_t);
    Rows *rows = calloc(1, sizeof(Rows));
    EXPECT(rows != NULL);
    rows->source = core_source();
    if (rows->source == NULL) {
        free(rows);
        return NULL;
    }
    EXPECT(core_extension(rows, NULL, functions) == 0 && rows->module != NULL);
    rows->counter = malloc(size);
    EXPECT(rows->counter != NULL);
    memcpy(rows->counter, rules + 2 * sizeof(int32_t), size);
    return rows;
}

int take_rows(Rows *rows, const Shredder *shredder, Stretch *stretch)
{
    static const char digests[DIGEST] = "0123456789abcdefghijklmn\1";
    int32_t words[4]; /* the columns for digests; the table of records, which is that of the first rule, and its columns */
    memcpy(words, rules, sizeof words);
    size_t records = stretch->rows[words[2]].size / sizeof(Cell) / (size_t)words[3];
    char *all = malloc(records * DIGEST + 1);
    EXPECT(all != NULL && words[3] == shredder->program.columns[words[2]]);
    for (size_t record = 0; record < records; record++)
        memcpy(all + record * DIGEST, digests, DIGEST);
    core_digest(stretch, words[2], words[3], words[0], words[1], all);
    core_read(rows->source, stretch);
    int is_read = 1;
    for (int table = 0; table < stretch->tables && is_read; table++)
        is_read = read_table(rows, stretch, table, shredder->program.columns[table]);
    core_read(rows->source, NULL);
    free(all);
    return is_read && core_count(rows->counter, stretch);
}

void end_rows(Rows *rows)
{
    if (rows == NULL)
        return;
    core_count_free(rows->counter);
    rows->destroy(rows->own);
    free(rows->counter);
    free(rows);
}
