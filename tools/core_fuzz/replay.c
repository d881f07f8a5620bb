/* Runs targets over files, without libFuzzer: `replay shred FILE… text FILE…`. Each file is run once; behind the word
   `failing`, then with memory that runs out at the first time that some is asked for, at the second, and so on. Compiled
   with failing.c, which the core takes its memory from. */

#include "targets.h"

#include <string.h>

void failing_at(long number);
long memory_held(void);

static void replay(Target *target, const char *path, int is_failing)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = malloc(size + 1);
    EXPECT(data != NULL && fread(data, 1, size, file) == size);
    fclose(file);
    long number = 0;
    do {
        failing_at(number++);
        target(data, size);
        if (memory_held() != 0) {
            fprintf(stderr, "%s: %ld pieces of memory are still held, try %ld\n", path, memory_held(), number);
            exit(1);
        }
    } while (is_failing && (number == 1 || has_failed()));
    free(data);
}

int main(int count, char **arguments)
{
    Target *target = run_text;
    int is_failing = 0;
    for (int place = 1; place < count; place++) {
        if (strcmp(arguments[place], "same") == 0)
            target = run_same;
        else if (strcmp(arguments[place], "shred") == 0)
            target = run_shred;
        else if (strcmp(arguments[place], "text") == 0)
            target = run_text;
        else if (strcmp(arguments[place], "failing") == 0)
            is_failing = 1;
        else
            replay(target, arguments[place], is_failing);
    }
    return 0;
}
