// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

// The C calls of the loop thread, and its preparation. Every prototype marked SLUICE_NO_LOCKS is trusted by the Swift
// compiler's proof that the tick neither allocates nor locks; keep the mark to calls that really do neither.
#pragma once
#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__swift__) || defined(__clang__)
#define SLUICE_NO_LOCKS __attribute__((swift_attr("@_noLocks")))
#else
#define SLUICE_NO_LOCKS
#endif

/// CLOCK_MONOTONIC in nanoseconds.
int64_t sluice_now(void) SLUICE_NO_LOCKS;

/// CLOCK_REALTIME in milliseconds since 1970.
int64_t sluice_wall_ms(void) SLUICE_NO_LOCKS;

/// Whether a time service keeps CLOCK_REALTIME (adjtimex(2)).
int sluice_clock_is_synchronised(void);

/// Sleeps until `deadline_ns` on CLOCK_MONOTONIC; returns at once when it has passed. Signals do not shorten it.
void sluice_sleep_until(int64_t deadline_ns) SLUICE_NO_LOCKS;

/// Adds one to a non-blocking eventfd. A full counter is no loss: the waiter is already due to wake.
void sluice_signal(int fd) SLUICE_NO_LOCKS;

/// Makes the calling thread SCHED_FIFO. Returns 0 or an errno value.
int sluice_become_real_time(int priority);

/// Locks present and future pages once they are touched (MCL_ONFAULT). Returns 0 or an errno value; EPERM unless the
/// process may lock without limit.
int sluice_lock_memory(void);

/// Writes to the next `bytes` of the calling thread's stack, so that the loop takes no page fault there.
void sluice_touch_stack(size_t bytes);

/// Names the calling thread; the system keeps the first 15 bytes.
void sluice_name_thread(const char *name);

/// Waits until one of the entries is ready or CLOCK_MONOTONIC reaches `deadline_ns`; signals do not shorten it.
/// Returns how many are ready, 0 at the deadline, -1 with errno set.
int sluice_poll_until(struct pollfd *entries, size_t count, int64_t deadline_ns);

/// Opens an eventfd for `sluice_signal`, non-blocking and close-on-exec. Returns -1 with errno set when it cannot.
int sluice_open_event(void);

/// Opens a pseudo terminal's master (non-blocking, close-on-exec) and writes the slave's path to `slave_path`.
/// Returns the descriptor, or -1 with errno set.
int sluice_open_pseudo_terminal(char *slave_path, size_t capacity);

/// What the loop would achieve in C: sleeps `count` times to absolute deadlines `period_ns` apart and stores how late
/// each wake-up was, in nanoseconds.
void sluice_reference_loop(int64_t period_ns, int64_t count, int64_t *lateness_out);
