/* Whether JSON texts say the same by the first law (labelstore/json/equality.py), as far as nothing about them is
   unusual: "yes" is sure, and "no" leaves it to Python.

   Both are read into trees of cells, as values of any kind (read.c), and these are compared. What is left to Python:
   differences, a key twice in an object, members in very different orders, and what the reader does not take: integers
   of more than 18 digits, -0, numbers beyond 1e308, more than 200 levels, records above 8 MB, and what is no JSON. */
#include "memory.h"
#include "read.h"
#include "shredder.h"
#include "text.h"

/* So many members of an object are looked at for one key. */
#define MOST_LOOKED_AT 64

/* What the views give has a comma before each member, element and some single values, and this before the first one:
   labelstore/engines/pieces.py. */
#define MARK '\1'

static int is_same(const Cell *one, const Cell *other);

/* The value of the key of a map that has so many, looked for from the pair `next` on; NULL if it is not there. */
static const Cell *value_of_key(const Cell *map, uint32_t *next, const Cell *key)
{
    for (uint32_t looked_at = 0; looked_at < map->length && looked_at < MOST_LOOKED_AT; looked_at++) {
        const Cell *pair = &map->as.cells[2 * *next];
        *next = *next + 1 < map->length ? *next + 1 : 0;
        if (are_equal(pair[0], *key))
            return &pair[1];
    }
    return NULL;
}

/* As no key is twice in either map, and both have as many, each is found once. Most have them in the same order. */
static int are_same_maps(const Cell *one, const Cell *other)
{
    uint32_t next = 0;
    for (uint32_t place = 0; place < one->length; place++) {
        const Cell *pair = &one->as.cells[2 * place];
        const Cell *found = value_of_key(other, &next, &pair[0]);
        if (found == NULL || !is_same(&pair[1], found))
            return 0;
    }
    return 1;
}

/* Integers are compared exactly, other numbers as doubles: a double is an integer up to 2^53. */
static int is_same(const Cell *one, const Cell *other)
{
    const double most = 9007199254740992.0;
    if (one->kind == INTEGER && other->kind == REAL)
        return are_equal(*one, *other) && other->as.real < most && other->as.real > -most;
    if (one->kind == REAL && other->kind == INTEGER)
        return is_same(other, one);
    if (one->kind != LIST && one->kind != MAP)
        return are_equal(*one, *other);
    if (one->kind != other->kind || one->length != other->length)
        return 0;
    if (one->kind == MAP)
        return are_same_maps(one, other);
    for (uint32_t place = 0; place < one->length; place++) {
        if (!is_same(&one->as.cells[place], &other->as.cells[place]))
            return 0;
    }
    return 1;
}

/* What reads both texts: each has an arena for its tree, and one for texts that are not in the input. */
typedef struct {
    Reader reader;
    Arena texts;
} Comparer;

/* Reads one value; the place behind it and white space, or NULL. */
static const char *read_one(Comparer *comparer, const char *at, const char *end, char mark, Cell *value)
{
    Reader *reader = &comparer->reader;
    reader->texts = &comparer->texts;
    reader->mark = mark;
    at = read_any(reader, skip_space(at, end), end, value);
    return at == NULL ? NULL : skip_space(at, end);
}

/* Whether a text says what was read, and no more. */
static int is_said(Comparer *comparer, const char *text, size_t size, const Cell *found)
{
    Cell expected;
    return read_one(comparer, text, text + size, 0, &expected) == text + size && is_same(&expected, found);
}

static void clear(Comparer *comparer)
{
    arena_clear(&comparer->reader.tree);
    arena_clear(&comparer->texts);
}

static void forget(Comparer *comparer)
{
    arena_free(&comparer->reader.tree);
    arena_free(&comparer->texts);
    array_free(&comparer->reader.stack);
}

/* 1 if the texts surely say the same and neither has a key twice in an object; 0 leaves both open. */
CORE_API int core_same(const char *expected, size_t expected_size, const char *text, size_t size)
{
    Comparer comparer = {0};
    Cell found;
    int same = read_one(&comparer, text, text + size, 0, &found) == text + size &&
               is_said(&comparer, expected, expected_size, &found);
    forget(&comparer);
    return same;
}

/* The same of each of some texts and the record in its place among the joined pieces of as many records, each with a
   comma before it. All are 0 where these are not as many values: which is whose is not known. Returns how many are 1. */
CORE_API size_t core_same_each(const char *const *expected, const size_t *sizes, size_t count, const char *pieces,
                               size_t size, unsigned char *verdicts)
{
    Comparer comparer = {0};
    const char *at = pieces;
    const char *end = pieces + size;
    size_t equal = 0;
    size_t place = 0;
    memset(verdicts, 0, count);
    for (; place < count && at != NULL && at < end && *at == ','; place++) {
        Cell found;
        at = read_one(&comparer, at + 1, end, MARK, &found);
        if (at == NULL)
            break;
        verdicts[place] = (unsigned char)is_said(&comparer, expected[place], sizes[place], &found);
        equal += verdicts[place];
        clear(&comparer);
    }
    if (at != end || place < count) {
        memset(verdicts, 0, count);
        equal = 0;
    }
    forget(&comparer);
    return equal;
}
