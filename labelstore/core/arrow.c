/* Rows of stretches as columns of Arrow, for DuckDB: the buffers that the format of Arrow describes.

   A column has a bit for each row that says whether there is a value, and then numbers of 8 bytes, or bits of booleans, or
   the ends of texts that stand behind each other. A row without a value costs nothing until one with a value comes after
   it: a column that never has one has no buffers. */

#include "core.h"
#include "memory.h"

/* What `core_columns_add` says. */
enum { UNFIT = -1, NO_MEMORY, ADDED };

typedef struct {
    Array valid;
    Array values; /* of texts one int32_t for the start of the first, and one for the end of each */
    Array text;
    int32_t kind; /* INTEGER, REAL, BOOLEAN, TEXT or BLOB */
    int64_t rows; /* 0 before the first value */
} Column;

/* The columns of one table. */
typedef struct {
    int64_t rows;
    int64_t width;
    Column columns[];
} Columns;

/* Makes an array of zeros longer; 0 without memory. */
static int lengthen(Array *array, size_t size)
{
    size_t more = size - array->size;
    char *added = array_add(array, more);
    if (added == NULL)
        return 0;
    memset(added, 0, more);
    return 1;
}

/* Adds rows without a value to a column, until there are so many; 0 without memory. */
static int extend(Column *column, int64_t rows)
{
    size_t count = (size_t)rows;
    size_t bits = (count + 7) / 8;
    int is_text = column->kind == TEXT || column->kind == BLOB;
    size_t size = column->kind == BOOLEAN ? bits : is_text ? (count + 1) * sizeof(int32_t) : count * 8;
    if (!lengthen(&column->valid, bits) || !lengthen(&column->values, size))
        return 0;
    int32_t *ends = (int32_t *)(void *)column->values.data;
    for (int64_t row = column->rows; is_text && row < rows; row++)
        ends[row + 1] = (int32_t)column->text.size;
    column->rows = rows;
    return 1;
}

static void set_bit(Array *bits, int64_t row)
{
    bits->data[row / 8] = (char)(bits->data[row / 8] | 1 << row % 8);
}

/* Puts a text into the last row of a column. */
static int put_text(Column *column, const Cell *cell)
{
    if (cell->length > INT32_MAX - column->text.size) /* texts never have more bytes */
        return NO_MEMORY;
    if (cell->length > 0) {
        char *text = array_add(&column->text, cell->length);
        if (text == NULL)
            return NO_MEMORY;
        memcpy(text, cell->as.text, cell->length);
    }
    ((int32_t *)(void *)column->values.data)[column->rows] = (int32_t)column->text.size;
    return ADDED;
}

/* Puts a value into a row of a column that has fewer rows as yet. */
static int put(Column *column, int64_t row, const Cell *cell)
{
    if (!extend(column, row + 1))
        return NO_MEMORY;
    int is_whole = cell->kind == INTEGER || cell->kind == BOOLEAN;
    double real = is_whole ? (double)cell->as.integer : cell->as.real;
    set_bit(&column->valid, row);
    switch (column->kind) {
    case INTEGER:
        memcpy(column->values.data + row * 8, &cell->as.integer, 8);
        return is_whole ? ADDED : UNFIT;
    case REAL:
        memcpy(column->values.data + row * 8, &real, 8);
        return is_whole || cell->kind == REAL ? ADDED : UNFIT;
    case BOOLEAN:
        if (is_whole && cell->as.integer != 0)
            set_bit(&column->values, row);
        return is_whole ? ADDED : UNFIT;
    default:
        return cell->kind == (uint32_t)column->kind ? put_text(column, cell) : UNFIT;
    }
}

/* Appends rows of cells to the columns of their table; after a failure these are of no use. */
CORE_API int core_columns_add(Columns *columns, const Array *cells)
{
    const Cell *cell = (const Cell *)(const void *)cells->data;
    Column *column = columns->columns;
    Column *end = column + columns->width;
    for (size_t left = cells->size / sizeof(Cell) / (size_t)columns->width; left > 0; left--) {
        for (column = columns->columns; column < end; column++, cell++) {
            int said = cell->kind <= NIL ? ADDED : put(column, columns->rows, cell);
            if (said != ADDED)
                return said;
        }
        columns->rows++;
    }
    for (column = columns->columns; column < end; column++)
        if (column->rows > 0 && !extend(column, columns->rows))
            return NO_MEMORY;
    return ADDED;
}

/* Columns of these kinds, without rows; NULL without memory. */
CORE_API Columns *core_columns(int64_t width, const int32_t *kinds)
{
    Columns *columns = calloc(1, sizeof(Columns) + (size_t)width * sizeof(Column));
    if (columns == NULL)
        return NULL;
    columns->width = width;
    for (int64_t place = 0; place < width; place++)
        columns->columns[place].kind = kinds[place];
    return columns;
}

CORE_API void core_columns_free(Columns *columns)
{
    for (int64_t place = 0; place < columns->width; place++) {
        array_free(&columns->columns[place].valid);
        array_free(&columns->columns[place].values);
        array_free(&columns->columns[place].text);
    }
    free(columns);
}
