// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

// Counts what a thread asks of the allocator. Linking this into a program puts its malloc in front of the C library's,
// for every library of the process; a thread that does not count pays one look at a thread-local flag.
#pragma once
#include <stdint.h>

/// Begins to count on the calling thread, from zero.
void sluice_begin_allocation_count(void);

/// Ends the count of the calling thread.
/// - Returns: How often it asked for memory or gave some back since the beginning.
int64_t sluice_end_allocation_count(void);
