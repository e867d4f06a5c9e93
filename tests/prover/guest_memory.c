/* The guest's memory functions, natively, under names of their own. */
#include <stddef.h>
#include <stdint.h>

#define memcpy  guest_memcpy
#define memmove guest_memmove
#define memset  guest_memset
#define memcmp  guest_memcmp

#include "prover/guest/memory.c"
