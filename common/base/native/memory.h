/* memory: how a server's heap gets its pages.  Not part of the core. */
#ifndef GAVEL_BASE_NATIVE_MEMORY_H
#define GAVEL_BASE_NATIVE_MEMORY_H

/* Whether a sanitizer brings its own heap, which is not ours to tune. */
#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEMORY_IS_SANITIZED 1
#endif
#endif
#ifndef MEMORY_IS_SANITIZED
#define MEMORY_IS_SANITIZED 0
#endif

/* For a program that stays up, first thing in main().
 *
 * A page that is touched for the first time costs a trip to the kernel: a
 * quarter of a microsecond at best, 15 on some virtual machines.  So what was
 * freed is kept for what comes next, and the process stays as large as it has
 * been once; and the first heap is in huge pages where the kernel has them to
 * give.  Not one heap for all threads: they would wait for each other. */
void memory_keep(void);

#endif
