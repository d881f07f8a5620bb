/* The number by which Python knows the functions of this library. */
#include "core.h"

CORE_API int core_version(void)
{
    return CORE_VERSION;
}
