# SPDX-License-Identifier: GPL-2.0-or-later
#
# A toolchain: cmake -D CMAKE_TOOLCHAIN_FILE=packaging/machine.cmake -D CAW_MACHINE=s390x
#
# Builds for another machine than this one by Debian's cross compilers (g++-s390x-linux-gnu), and
# has ctest run what was built by qemu-user-static. Machines: x86_64, aarch64, i686 (which an x86_64
# runs without qemu), s390x; and windows, which is an x86_64 and runs by Wine.

if(NOT CAW_MACHINE MATCHES "^(x86_64|aarch64|i686|s390x|windows)$")
    message(FATAL_ERROR "CAW_MACHINE: '${CAW_MACHINE}' is none of x86_64, aarch64, i686, s390x, windows")
endif()
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CAW_MACHINE)
set(triple "${CAW_MACHINE}-linux-gnu")
if(CAW_MACHINE STREQUAL windows) # with today's C library of Windows, where Debian has a compiler for it
    find_program(CAW_UCRT x86_64-w64-mingw32ucrt-gcc)
    set(triple x86_64-w64-mingw32)
    if(CAW_UCRT)
        string(APPEND triple ucrt)
    endif()
endif()
set(CMAKE_C_COMPILER "${triple}-gcc" CACHE STRING "")
set(CMAKE_CXX_COMPILER "${triple}-g++" CACHE STRING "")

if(NOT CAW_MACHINE STREQUAL CMAKE_HOST_SYSTEM_PROCESSOR)
    set(CMAKE_SYSTEM_NAME Linux)
    set(CMAKE_SYSTEM_PROCESSOR "${CAW_MACHINE}")
    # The headers and libraries of this machine are not for the other.
    set(CMAKE_FIND_ROOT_PATH "/usr/${triple}" CACHE PATH "")
    set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
    set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
    set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
    set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
    set(CMAKE_CROSSCOMPILING_EMULATOR "qemu-${CAW_MACHINE}-static;-L;/usr/${triple}")
    if(CAW_MACHINE STREQUAL windows)
        set(CMAKE_SYSTEM_NAME Windows)
        set(CMAKE_SYSTEM_PROCESSOR AMD64)
        set(CMAKE_CROSSCOMPILING_EMULATOR wine)
    endif()
    if(CAW_MACHINE STREQUAL i686) # an x86_64 runs it: with the loader for libraries that are elsewhere
        set(CMAKE_CROSSCOMPILING_EMULATOR "/usr/${triple}/lib/ld-linux.so.2;--library-path;/usr/${triple}/lib")
    endif()
endif()
if(CAW_MACHINE STREQUAL i686)
    # The sums of doubles that other machines have, not those of the x87.
    set(CMAKE_C_FLAGS_INIT "-msse2 -mfpmath=sse")
endif()
