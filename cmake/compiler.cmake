# The compiler, its flags, the cache and the linker: everything that is true of every target.
#
# Clang 16 or newer only. GCC 12 compiles ordinary C++20 coroutines into double frees and wild
# jumps without a warning (docs/decisions/0001-clang.md), so GCC is refused by name. The checks come
# before anything else, so that
# `cmake -DCMAKE_CXX_COMPILER_ID=GNU -P cmake/compiler.cmake` shows them.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  message(FATAL_ERROR
    "Berth cannot be built with GCC ${CMAKE_CXX_COMPILER_VERSION}: GCC 12 silently miscompiles "
    "C++20 coroutines (double frees, use after free; see docs/decisions/0001-clang.md), and no "
    "other GCC is tested. Use Clang 16 or newer: ./dev build, cmake --preset release, or "
    "-DCMAKE_CXX_COMPILER=clang++-16 in an empty build directory.")
endif()
if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 16)
  message(FATAL_ERROR
    "Berth needs Clang 16 or newer; found ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}. "
    "Older Clang cannot combine coroutines with AddressSanitizer (docs/decisions/0001-clang.md). "
    "On Debian 12: ./dev setup, or apt install clang-16 lld-16, then cmake --preset release.")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# Paths are recorded relative to the checkout: two build directories, or two checkouts, then share
# the compiler cache, and a crash report does not name the machine that built it.
find_program(BERTH_CCACHE ccache)
if(BERTH_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${BERTH_CCACHE})
endif()
add_compile_options(-fdebug-compilation-dir=. -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.
                    -fcolor-diagnostics)

# The linker of the compiler's own version, else any lld; GNU ld is correct but five times slower.
string(REGEX MATCH "^[0-9]+" BERTH_CLANG_MAJOR "${CMAKE_CXX_COMPILER_VERSION}")
find_program(BERTH_LLD NAMES ld.lld-${BERTH_CLANG_MAJOR} ld.lld-16 ld.lld)
if(BERTH_LLD)
  add_link_options(--ld-path=${BERTH_LLD})
endif()

# Our archives name their objects instead of copying them: a sanitizer build is 2 GB smaller.
set(CMAKE_CXX_ARCHIVE_CREATE "<CMAKE_AR> qc --thin <TARGET> <LINK_FLAGS> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_APPEND "<CMAKE_AR> q --thin <TARGET> <LINK_FLAGS> <OBJECTS>")

# For our own targets only (berth_room adds them): third-party headers are system headers.
set(BERTH_WARNINGS -Wall -Wextra -Wconversion -Wshadow -Wswitch-enum -Wnon-virtual-dtor
                   -Woverloaded-virtual -Wimplicit-fallthrough -Werror)

# Hardening of what users run; the sanitizers do this job, and more, in the test builds.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT BERTH_SANITIZE)
  add_compile_options(-D_FORTIFY_SOURCE=2 -fstack-protector-strong -D_GLIBCXX_ASSERTIONS)
  add_link_options(-Wl,-z,relro,-z,now)
endif()

# BERTH_SANITIZE: "", "address" (with UBSan and libFuzzer's coverage, so that unit tests and fuzz
# smoke share one build) or "thread".
set(BERTH_SANITIZE "" CACHE STRING "sanitizer of this build: empty, address or thread")
set_property(CACHE BERTH_SANITIZE PROPERTY STRINGS "" address thread)
if(BERTH_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(BERTH_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
elseif(BERTH_SANITIZE)
  message(FATAL_ERROR "BERTH_SANITIZE=${BERTH_SANITIZE}: expected nothing, address or thread")
endif()
