/* Taking the program that Python made. It is as trusted as this code: no export has a part in it. */

#include "shredder.h"

#include <stdlib.h>

const int8_t OPERATION_LENGTHS[OPERATIONS] = {0, 0, 2, 1, 1, 2, 2, 3, 3, 5, 3, -1, -1, 1, 3, 4, 3, 2, 3, 2, 3, 3, 3, 1, 2, 3, 2, 3, 3};

static int is_below(int32_t number, int32_t most)
{
    return number >= 0 && number < most;
}

/* The next `count` things of so many words. */
static const void *take(const int32_t **words, int64_t *left, int32_t count, size_t size)
{
    int64_t taken = (int64_t)count * (int64_t)(size / sizeof(int32_t));
    const int32_t *first = *words;
    if (count < 0 || taken > *left)
        return NULL;
    *words += taken;
    *left -= taken;
    return first;
}

/* A copy of them in memory of its own, which holds at least one. */
static void *copy_of(const void *from, int32_t count, size_t size)
{
    void *copy = from == NULL ? NULL : calloc((size_t)count + 1, size);
    if (copy != NULL)
        memcpy(copy, from, (size_t)count * size);
    return copy;
}

/* A constant is four words: its kind, an integer or the place of a text, the length of a text, nothing. */
static Cell *constants_of(const Program *program, const int32_t *words)
{
    Cell *constants = words == NULL ? NULL : calloc((size_t)program->constants + 1, sizeof(Cell));
    for (int32_t place = 0; constants != NULL && place < program->constants; place++, words += 4) {
        Cell *cell = &constants[place];
        cell->kind = (uint32_t)words[0];
        if (cell->kind == TEXT && is_below(words[1], program->texts + 1) && is_below(words[2], program->texts - words[1] + 1)) {
            cell->length = (uint32_t)words[2];
            cell->as.text = program->text + words[1];
        } else if (cell->kind == INTEGER || cell->kind == BOOLEAN) {
            cell->as.integer = words[1];
        } else {
            cell->kind = NOTHING;
        }
    }
    return constants;
}

/* Takes a program of so many words and its texts; 0 if it is not whole, or without memory. */
int program_load(Program *program, const int32_t *words, int64_t count, const char *text, int64_t length)
{
    enum { HEAD = 12 };
    memset(program, 0, sizeof *program);
    if (count < HEAD || length > INT32_MAX)
        return 0;
    memcpy(program, words, HEAD * sizeof(int32_t));
    int64_t left = count - HEAD;
    words += HEAD;
    program->texts = (int32_t)length;
    program->text = malloc((size_t)length + 1);
    if (program->text == NULL)
        return 0;
    memcpy(program->text, text, (size_t)length);
    program->type = copy_of(take(&words, &left, program->types, sizeof(Type)), program->types, sizeof(Type));
    program->structure = copy_of(take(&words, &left, program->structs, sizeof(Struct)), program->structs, sizeof(Struct));
    program->field = copy_of(take(&words, &left, program->fields, sizeof(Field)), program->fields, sizeof(Field));
    program->columns = copy_of(take(&words, &left, program->tables, sizeof(int32_t)), program->tables, sizeof(int32_t));
    program->constant = constants_of(program, take(&words, &left, program->constants, 4 * sizeof(int32_t)));
    program->routine = copy_of(take(&words, &left, program->routines, sizeof(Routine)), program->routines, sizeof(Routine));
    program->instruction = copy_of(take(&words, &left, program->code, sizeof(int32_t)), program->code, sizeof(int32_t));
    return program->type && program->structure && program->field && program->columns && program->constant &&
           program->routine && program->instruction && left == 0;
}

void program_free(Program *program)
{
    free(program->type);
    free(program->structure);
    free(program->field);
    free(program->columns);
    free(program->constant);
    free(program->routine);
    free(program->instruction);
    free(program->text);
}
