/* Two threads as in a load, for ThreadSanitizer: `threads FILE…` of lines. One shreds into a stretch while the other reads
   and counts the rows of the stretch before; then they change places. Two loads run at once, as of two stores in one
   process. */

#include "shred.h"

#include <pthread.h>

#define STRETCH 20000

typedef struct {
    const char *text;
    int64_t size;
    int flags;
} File;

typedef struct {
    Load load;
    const char *text;
    int64_t size, consumed, position;
} Turn;

int has_failed(void)
{
    return 0;
}

static void *shred_one(void *argument)
{
    Turn *turn = argument;
    turn->position = turn->load.position;
    turn->consumed = shred(&turn->load, turn->text, turn->size, 0);
    EXPECT(turn->consumed >= 0);
    return NULL;
}

static void *load_file(void *argument)
{
    const File *file = argument;
    Turn turn = {begin_load(file->flags, 1), NULL, 0, 0, 0};
    Rows *rows = begin_rows();
    EXPECT(turn.load.shredder != NULL && rows != NULL);
    Stretch *stretches[2] = {core_stretch(turn.load.shredder->program.tables),
                             core_stretch(turn.load.shredder->program.tables)};
    Turn before = {{NULL, NULL, NULL, 0, 0, 0}, NULL, 0, 0, 0};
    int64_t begin = 0, records = 0;
    for (int number = 0; begin < file->size; number++) {
        pthread_t thread;
        turn.load.stretch = stretches[number % 2];
        turn.text = file->text + begin;
        turn.size = file->size - begin < STRETCH ? file->size - begin : STRETCH;
        EXPECT(pthread_create(&thread, NULL, shred_one, &turn) == 0);
        if (before.text != NULL) {
            check(before.load.shredder, before.load.stretch, before.text, before.size, before.position);
            EXPECT(take_rows(rows, before.load.shredder, before.load.stretch));
        }
        EXPECT(pthread_join(thread, NULL) == 0);
        before = turn;
        records += turn.load.stretch->records;
        begin += turn.consumed > 0 ? turn.consumed : turn.size;
        while (begin < file->size && file->text[begin] != '{')
            begin++;
    }
    EXPECT(records > 0);
    end_rows(rows);
    core_stretch_free(stretches[0]);
    core_stretch_free(stretches[1]);
    end_load(turn.load);
    return NULL;
}

int main(int count, char **arguments)
{
    for (int place = 1; place < count; place++) {
        FILE *opened = fopen(arguments[place], "rb");
        EXPECT(opened != NULL && fseek(opened, 0, SEEK_END) == 0);
        size_t size = (size_t)ftell(opened);
        rewind(opened);
        char *text = malloc(size);
        EXPECT(text != NULL && fread(text, 1, size, opened) == size);
        fclose(opened);
        File file = {text, (int64_t)size, place == 1 ? IN_LINES : IN_LINES | SECOND_PROGRAM};
        pthread_t other;
        end_load(begin_load(file.flags, 1)); /* loads the programs, before there are two threads */
        EXPECT(pthread_create(&other, NULL, load_file, &file) == 0);
        load_file(&file);
        EXPECT(pthread_join(other, NULL) == 0);
        free(text);
    }
    return 0;
}
