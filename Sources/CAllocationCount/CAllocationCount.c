// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

#include "CAllocationCount.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static __thread int is_counting;
static __thread int64_t count;

void sluice_begin_allocation_count(void) {
    count = 0;
    is_counting = 1;
}

int64_t sluice_end_allocation_count(void) {
    is_counting = 0;
    return count;
}

// The sanitizers put their own allocator in front; two do not fit.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer) && !__has_feature(memory_sanitizer)

// The C library's allocator under the names it keeps for those who replace it (glibc 2.2.5 and later).
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t number, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

void *malloc(size_t size) {
    count += is_counting;
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count += is_counting;
    return __libc_calloc(number, size);
}

void *realloc(void *block, size_t size) {
    count += is_counting;
    return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
    count += is_counting;
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count += is_counting;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    count += is_counting;
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
    void *found = __libc_memalign(alignment, size);
    if (found == NULL) return ENOMEM;
    *block = found;
    return 0;
}

void free(void *block) {
    count += is_counting;
    __libc_free(block);
}

#endif
