# Language level, warnings, hardening and sanitizers, for every target of the tree.

set(CMAKE_CXX_STANDARD 20)  # nvcc 13 accepts at most C++20
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()

option(QR_TESTS "Build the tests" ON)
option(QR_BENCHMARKS "Build the benchmarks, without tests as well" OFF)
option(QR_FUZZERS "Build the libFuzzer targets (clang only)" OFF)
set(QR_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them: address,undefined or thread")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Werror
    -Wno-missing-field-initializers)  # designated initialisers leave defaults to the struct
# Scores are defined to the bit: no contraction behind our back, no fast-math anywhere.
add_compile_options(-ffp-contract=off -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 reports these inside libstdc++ and Boost templates where nothing is wrong.
    add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow
        -Wno-array-bounds -Wno-dangling-pointer)
    if(CMAKE_UNITY_BUILD)  # it takes sources that are compiled together for headers
        add_compile_options(-Wno-subobject-linkage)
    endif()
endif()

if(QR_FUZZERS)
    add_compile_options(-fsanitize=fuzzer-no-link)  # rooms guide the fuzzer, not its driver alone
endif()
if(QR_SANITIZE)
    add_compile_options(-fsanitize=${QR_SANITIZE} -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${QR_SANITIZE})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        add_compile_options(-fno-sanitize=function)  # clang 14 cannot, where there are coroutines
    endif()
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
    add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection=full)
    add_compile_definitions(_FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
    add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE ccache)
if(CCACHE)
    # Paths below the tree are cached as relative ones, so that another clone finds them too.
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}"
        CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros "${CCACHE}")
endif()
find_program(MOLD mold)
if(MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_link_options(-fuse-ld=mold)
endif()
