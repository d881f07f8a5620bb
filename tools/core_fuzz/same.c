/* The comparison of JSON texts (equality.c): an input is the expected text, a byte 0xFF, and the found one. */

#include "targets.h"

#include <string.h>

int core_same(const char *expected, size_t expected_size, const char *text, size_t size);
size_t core_same_each(const char *const *expected, const size_t *sizes, size_t count, const char *pieces, size_t size,
                      unsigned char *verdicts);

/* A copy in memory of its own, so that reading beyond it is seen. */
static char *copy_of(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + (size == 0));
    EXPECT(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

void run_same(const uint8_t *data, size_t size)
{
    const uint8_t *middle = size > 0 ? memchr(data, 0xFF, size) : NULL;
    if (middle == NULL)
        return;
    size_t sizes[2] = {(size_t)(middle - data), (size_t)(data + size - middle - 1)};
    char *one = copy_of(data, sizes[0]), *other = copy_of(middle + 1, sizes[1]);
    if (core_same(one, sizes[0], other, sizes[1])) { /* then each of them is one that can be compared */
        EXPECT(core_same(one, sizes[0], one, sizes[0]) || has_failed());
        EXPECT(core_same(other, sizes[1], other, sizes[1]) || has_failed());
    }
    const char *expected[2] = {one, one};
    size_t expected_sizes[2] = {sizes[0], sizes[0]};
    unsigned char verdicts[2];
    size_t equal = core_same_each(expected, expected_sizes, 2, other, sizes[1], verdicts);
    EXPECT(verdicts[0] <= 1 && verdicts[1] <= 1 && equal == (size_t)verdicts[0] + verdicts[1]);
    free(one);
    free(other);
}
