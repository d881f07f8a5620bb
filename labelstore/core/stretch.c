/* Making and giving back what Python holds: a shredder, and the stretches that it fills. */

#include "memory.h"
#include "shredder.h"

CORE_API void core_shredder_free(Shredder *shredder)
{
    if (shredder == NULL)
        return;
    program_free(&shredder->program);
    known_free(shredder);
    arena_free(&shredder->reader.tree);
    array_free(&shredder->reader.stack);
    array_free(&shredder->reader.points);
    free(shredder->reader.follows);
    free(shredder->registers);
    free(shredder->globals);
    free(shredder->sizes);
    free(shredder);
}

/* A shredder that runs a program; NULL if the program is not right, or without memory. */
CORE_API Shredder *core_shredder(const int32_t *words, int64_t count, const char *text, int64_t length, Ids *ids)
{
    Shredder *shredder = calloc(1, sizeof(Shredder));
    if (shredder == NULL)
        return NULL;
    int is_loaded = program_load(&shredder->program, words, count, text, length);
    const Program *program = &shredder->program;
    shredder->reader.program = program;
    shredder->ids = ids;
    if (is_loaded) {
        shredder->registers = calloc(2 * MOST_REGISTERS, sizeof(Cell));
        shredder->globals = calloc(MOST_GLOBALS, sizeof(Cell));
        shredder->sizes = calloc((size_t)program->tables + 1, sizeof(size_t));
        shredder->reader.follows = calloc((size_t)(program->fields + program->structs) + 1, sizeof(int32_t));
    }
    if (!shredder->registers || !shredder->globals || !shredder->sizes || !shredder->reader.follows) {
        core_shredder_free(shredder);
        return NULL;
    }
    return shredder;
}

/* An empty stretch for so many tables; NULL without memory. */
CORE_API Stretch *core_stretch(int tables)
{
    Stretch *stretch = calloc(1, sizeof(Stretch));
    if (stretch == NULL)
        return NULL;
    stretch->tables = tables;
    stretch->rows = calloc((size_t)tables + 1, sizeof(Array));
    if (stretch->rows == NULL) {
        free(stretch);
        return NULL;
    }
    return stretch;
}

/* Forgets what a stretch holds; its memory stays for the next one. */
void stretch_clear(Stretch *stretch)
{
    for (int table = 0; table < stretch->tables; table++)
        stretch->rows[table].size = 0;
    stretch->made.size = stretch->back.size = stretch->claims.size = stretch->missing.size = 0;
    stretch->consumed = stretch->records = 0;
    arena_clear(&stretch->texts);
}

CORE_API void core_stretch_free(Stretch *stretch)
{
    if (stretch == NULL)
        return;
    for (int table = 0; table < stretch->tables; table++)
        array_free(&stretch->rows[table]);
    free(stretch->rows);
    array_free(&stretch->made);
    array_free(&stretch->back);
    array_free(&stretch->claims);
    array_free(&stretch->missing);
    arena_free(&stretch->texts);
    free(stretch);
}

/* Why the last record that could not be read was none for the core; for tests. */
CORE_API const char *core_why(const Shredder *shredder)
{
    return shredder->reader.why;
}
