# One set of flags for everything that is measured; numamark records them with every session.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)    # GNU C: sched_setaffinity, inline assembly, __attribute__
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE)
	set(CMAKE_BUILD_TYPE Release CACHE STRING "Release or Debug" FORCE)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O3 -g1")
set(CMAKE_C_FLAGS_DEBUG "-Og -g3")

set(NUMAMARK_SANITIZE "" CACHE STRING "address (with undefined), thread, or empty")
option(NUMAMARK_WERROR "Turn warnings into errors" OFF)
option(NUMAMARK_NATIVE "Tune for the CPU of this host; the binary then runs on no lesser one" OFF)

add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes
	-falign-functions=64 -fno-omit-frame-pointer)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" OR CMAKE_C_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
	add_compile_options(-falign-loops=64)
endif()
add_compile_definitions(_GNU_SOURCE)
include_directories(${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})

if(NUMAMARK_WERROR)
	add_compile_options(-Werror)
endif()
if(NUMAMARK_NATIVE)
	add_compile_options(-march=native)
endif()

if(NUMAMARK_SANITIZE)
	set(CMAKE_C_FLAGS_RELEASE "-O1 -g1")    # nothing is measured here, and the rest costs minutes
	include(CheckLinkerFlag)
	check_linker_flag(C -fuse-ld=gold NUMAMARK_HAVE_GOLD)    # which takes half as long for these programs
	if(NUMAMARK_HAVE_GOLD)
		add_link_options(-fuse-ld=gold)
	endif()
endif()
if(NUMAMARK_SANITIZE STREQUAL "address")
	add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
	add_link_options(-fsanitize=address,undefined)
elseif(NUMAMARK_SANITIZE STREQUAL "thread")
	add_compile_options(-fsanitize=thread)
	add_link_options(-fsanitize=thread)
elseif(NUMAMARK_SANITIZE)
	message(FATAL_ERROR "NUMAMARK_SANITIZE=${NUMAMARK_SANITIZE}: allowed are address, thread, or empty")
endif()
