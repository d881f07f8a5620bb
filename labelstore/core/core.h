/* What all files of the compiled core share. */
#ifndef LABELSTORE_CORE_H
#define LABELSTORE_CORE_H

/* Marks a function that Python calls; all others stay hidden in the library. */
#define CORE_API __attribute__((visibility("default")))

/* Counted up with every change of what Python calls; labelstore/core/library.py takes no other number. */
#define CORE_VERSION 2

#endif
