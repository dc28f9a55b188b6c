/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory in pages, of which some cannot be read: as this system has them. */
#ifndef MEMORY_PAGES_H
#define MEMORY_PAGES_H

#include <stdint.h>
#include <stdlib.h>

#ifdef _WIN32

#define WIN32_LEAN_AND_MEAN /* without words of OLE, such as interface */
#include <windows.h>

static inline size_t memory_page(void) {
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwPageSize;
}

/* `room` bytes, and then a page that cannot be read. */
static inline uint8_t *memory_take(size_t room) {
    DWORD before;
    uint8_t *start =
        VirtualAlloc(NULL, room + memory_page(), MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (!start || !VirtualProtect(start + room, memory_page(), PAGE_NOACCESS, &before))
        abort();
    return start;
}

static inline void memory_release(uint8_t *start, size_t room) {
    (void)room;
    VirtualFree(start, 0, MEM_RELEASE);
}

#else

#include <sys/mman.h>
#include <unistd.h>

static inline size_t memory_page(void) {
    return (size_t)sysconf(_SC_PAGESIZE);
}

static inline uint8_t *memory_take(size_t room) {
    uint8_t *start = mmap(NULL, room + memory_page(), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED || mprotect(start + room, memory_page(), PROT_NONE) != 0)
        abort();
    return start;
}

static inline void memory_release(uint8_t *start, size_t room) {
    munmap(start, room + memory_page());
}

#endif

#endif
