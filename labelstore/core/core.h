/* What all files of the compiled core share. */
#ifndef LABELSTORE_CORE_H
#define LABELSTORE_CORE_H

/* Marks a function that Python or SQLite calls; all others stay hidden in the library. Protected: SQLite makes what an
   extension has known to all libraries that are loaded later, and each shall call its own functions. */
#ifdef __ELF__
#define CORE_API __attribute__((visibility("protected")))
#else
#define CORE_API __attribute__((visibility("default")))
#endif

/* Counted up with every change of what Python calls; labelstore/core/library.py takes no other number. */
#define CORE_VERSION 6

#endif
