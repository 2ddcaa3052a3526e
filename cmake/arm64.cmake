# Cross-build for arm64 on Debian and Ubuntu (gcc-aarch64-linux-gnu).
#
# Libraries come from a folder with the arm64 packages unpacked, which tests/arm64/sysroot makes and
# NUMAMARK_ARM64_SYSROOT names (in the environment or as a cache variable); without one, from the
# system, where they are installed by `dpkg --add-architecture arm64`.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(triplet aarch64-linux-gnu)
set(CMAKE_C_COMPILER ${triplet}-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE ${triplet})

if(NOT NUMAMARK_ARM64_SYSROOT)
	set(NUMAMARK_ARM64_SYSROOT "$ENV{NUMAMARK_ARM64_SYSROOT}" CACHE PATH "arm64 libraries")
endif()
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES NUMAMARK_ARM64_SYSROOT)

find_program(NUMAMARK_QEMU_ARM64 NAMES qemu-aarch64-static qemu-aarch64)
mark_as_advanced(NUMAMARK_QEMU_ARM64)
if(NUMAMARK_QEMU_ARM64)
	set(CMAKE_CROSSCOMPILING_EMULATOR ${NUMAMARK_QEMU_ARM64})
endif()
if(NUMAMARK_ARM64_SYSROOT)
	set(CMAKE_SYSROOT ${NUMAMARK_ARM64_SYSROOT})
	set(ENV{PKG_CONFIG_SYSROOT_DIR} ${NUMAMARK_ARM64_SYSROOT})
	list(APPEND CMAKE_CROSSCOMPILING_EMULATOR -L ${NUMAMARK_ARM64_SYSROOT})
endif()
set(prefix ${NUMAMARK_ARM64_SYSROOT}/usr)
set(ENV{PKG_CONFIG_LIBDIR} "${prefix}/lib/${triplet}/pkgconfig:${prefix}/share/pkgconfig")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
