// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

#define _GNU_SOURCE
#include "CRealTime.h"

#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static const int64_t second = 1000000000;

int sluice_clock_is_synchronised(void) {
    struct timex state = {0};
    return adjtimex(&state) >= 0 && !(state.status & STA_UNSYNC);
}

int64_t sluice_wall_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t sluice_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * second + now.tv_nsec;
}

void sluice_sleep_until(int64_t deadline_ns) {
    if (deadline_ns <= 0) return;
    struct timespec deadline = {.tv_sec = deadline_ns / second, .tv_nsec = deadline_ns % second};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL) == EINTR) {
    }
}

void sluice_signal(int fd) {
    const uint64_t one = 1;
    while (write(fd, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

int sluice_become_real_time(int priority) {
    const struct sched_param parameters = {.sched_priority = priority};
    return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
}

/// With a finite limit mlockall may succeed now and let a later allocation fail, which would end the process.
static int may_lock_without_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) return 1;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (syscall(SYS_capget, &header, data) != 0) return 0;
    return (data[CAP_TO_INDEX(CAP_IPC_LOCK)].effective & CAP_TO_MASK(CAP_IPC_LOCK)) != 0;
}

int sluice_lock_memory(void) {
    if (!may_lock_without_limit()) return EPERM;
    return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0 ? 0 : errno;
}

__attribute__((noinline)) void sluice_touch_stack(size_t bytes) {
    const size_t page = 4096;
    volatile unsigned char *stack = alloca(bytes);
    for (size_t offset = 0; offset < bytes; offset += page) stack[offset] = 0;
}

void sluice_name_thread(const char *name) {
    char kept[16];
    strncpy(kept, name, sizeof kept - 1);
    kept[sizeof kept - 1] = 0;
    pthread_setname_np(pthread_self(), kept);
}

int sluice_poll_until(struct pollfd *entries, size_t count, int64_t deadline_ns) {
    for (;;) {
        int64_t left = deadline_ns - sluice_now();
        if (left < 0) left = 0;
        const struct timespec patience = {.tv_sec = left / second, .tv_nsec = left % second};
        const int found = ppoll(entries, count, &patience, NULL);
        if (found >= 0 || errno != EINTR) return found;
    }
}

int sluice_open_event(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

int sluice_open_pseudo_terminal(char *slave_path, size_t capacity) {
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (master < 0) return -1;
    int failure = 0;
    if (grantpt(master) != 0 || unlockpt(master) != 0) failure = errno;
    if (failure == 0) failure = ptsname_r(master, slave_path, capacity);
    if (failure != 0) {
        close(master);
        errno = failure;
        return -1;
    }
    return master;
}

void sluice_reference_loop(int64_t period_ns, int64_t count, int64_t *lateness_out) {
    int64_t deadline = sluice_now() + period_ns;
    for (int64_t turn = 0; turn < count; turn++) {
        sluice_sleep_until(deadline);
        lateness_out[turn] = sluice_now() - deadline;
        deadline += period_ns;
    }
}
