# The tree's few kinds of target. Every source is named in exactly one of these calls; the tidy test
# holds the lists to the folders.

# qr_library(name SOURCES a.cpp... LINK other...): one room as a static library.
function(qr_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_include_directories(${name} PUBLIC
        "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}/generated")
    target_link_libraries(${name} PUBLIC ${ARG_LINK})
endfunction()

# qr_headers(name LINK other...): a room of headers alone.
function(qr_headers name)
    cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE "${CMAKE_SOURCE_DIR}")
    target_link_libraries(${name} INTERFACE ${ARG_LINK})
endfunction()

# qr_use_gtest(name): links GoogleTest and its main, and takes their headers precompiled.
function(qr_use_gtest name)
    target_link_libraries(${name} PRIVATE qr_test_support qr_sanitizer_options GTest::gtest_main
        GTest::gmock)
    target_precompile_headers(${name} REUSE_FROM qr_gtest_headers)
endfunction()

# qr_test(name [APART] SOURCES a_test.cpp... LINK room... [LABELS l...]): one gtest program; each
# TEST is a ctest. APART: its sources have helpers of one name, and are never compiled together.
function(qr_test name)
    cmake_parse_arguments(ARG "APART" "" "SOURCES;LINK;LABELS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    if(ARG_APART)
        set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
    endif()
    target_link_libraries(${name} PRIVATE ${ARG_LINK})
    qr_use_gtest(${name})
    if(NOT ARG_LABELS)
        set(ARG_LABELS unit)
    endif()
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
        PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 300
        ENVIRONMENT "QR_SOURCE_DIR=${CMAKE_SOURCE_DIR}")
endfunction()

# qr_fuzzer(name SOURCES a_fuzz.cpp LINK room...): a libFuzzer program over
# tests/fuzz/corpus/<name>.
function(qr_fuzzer name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    if(NOT QR_FUZZERS)
        return()
    endif()
    add_executable(${name} ${ARG_SOURCES})
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(${name} PRIVATE ${ARG_LINK})
endfunction()

# qr_benchmark(name SOURCES a_bench.cpp... [LINK room...]): a program of perf/micro.h. With tests,
# its smoke sizes are one (tests/perf).
function(qr_benchmark name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE qr_perf_micro ${ARG_LINK})
    set_property(GLOBAL APPEND PROPERTY QR_BENCHMARK_PROGRAMS ${name})
endfunction()

# qr_embed(target file...): each file becomes `extern const std::string_view qr::embedded::<name>`,
# declared in "embedded/<name>.h"; the name is the file's with every other character turned to _.
function(qr_embed target)
    foreach(file ${ARGN})
        get_filename_component(name ${file} NAME)
        string(MAKE_C_IDENTIFIER ${name} symbol)
        set(base "${CMAKE_BINARY_DIR}/generated/embedded/${symbol}")
        add_custom_command(OUTPUT ${base}.cpp ${base}.h
            COMMAND ${CMAKE_COMMAND} -DINPUT=${CMAKE_CURRENT_SOURCE_DIR}/${file} -DSYMBOL=${symbol}
                -DOUTPUT=${base} -P ${CMAKE_SOURCE_DIR}/cmake/Embed.cmake
            DEPENDS ${file} ${CMAKE_SOURCE_DIR}/cmake/Embed.cmake VERBATIM)
        target_sources(${target} PRIVATE ${base}.cpp ${base}.h)
    endforeach()
endfunction()

# qr_embed_binary(target file...): the same for files of many megabytes, as a function: the
# assembler copies them, which takes no time; as characters in C++ they would take minutes.
function(qr_embed_binary target)
    foreach(file ${ARGN})
        get_filename_component(name ${file} NAME)
        get_filename_component(path ${file} ABSOLUTE)
        string(MAKE_C_IDENTIFIER ${name} SYMBOL)
        set(FILE "${path}")
        set(base "${CMAKE_BINARY_DIR}/generated/embedded/${SYMBOL}")
        configure_file(${CMAKE_SOURCE_DIR}/cmake/embedded_binary.cpp.in ${base}.cpp @ONLY)
        configure_file(${CMAKE_SOURCE_DIR}/cmake/embedded_binary.h.in ${base}.h @ONLY)
        set_property(SOURCE ${base}.cpp APPEND PROPERTY OBJECT_DEPENDS ${path})
        target_sources(${target} PRIVATE ${base}.cpp ${base}.h)
    endforeach()
endfunction()
