/* What libFuzzer calls: the target that the compiler is told by -DTARGET. */

#include "targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int has_failed(void)
{
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TARGET(data, size);
    return 0;
}
