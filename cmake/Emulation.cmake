# Kernels on a CPU: kernels/*.cu compiled against tests/support/emulation, for tests.
#
#   qr_emulated_kernels(encode_emulated KERNELS ${CMAKE_SOURCE_DIR}/kernels/encode.cu LINK qr_base)
#   qr_emulated_test(encode_test KERNELS encode_emulated SOURCES encode_test.cpp LINK qr_backend)
#   qr_nvcc_tests(KERNELS ${CMAKE_SOURCE_DIR}/kernels/encode.cu)
#
# Every test is built with the preset's flags, and in presets without a sanitizer once more as
# <name>_race, whose kernels report each access to the emulation's own checker. Where the toolkit's
# headers are missing nothing is built and one test, emulation.needs_the_cuda_headers, skips.

set(QR_EMULATION OFF)
if(NOT QR_TESTS)
    set(reason "")
elseif(NOT QR_CUDA_INCLUDE)
    set(reason "no cuda_runtime_api.h below QR_CUDA_HOME (${QR_CUDA_HOME})")
elseif(NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    set(reason "its stack switch is for x86-64")
elseif(QR_SANITIZE MATCHES "thread")
    set(reason "")  # ThreadSanitizer knows no fibers; the race build of the dev preset checks more
else()
    set(QR_EMULATION ON)
endif()
set(QR_EMULATION_RACE OFF)
if(QR_EMULATION AND NOT QR_SANITIZE)
    set(QR_EMULATION_RACE ON)
endif()

# A test that only says that it was skipped and why.
function(qr_skipped_test name reason)
    add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo "skipped=1: ${reason}")
    set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "skipped=1")
endfunction()

if(reason)
    message(WARNING "Kernels are not run on the CPU: ${reason}")
    set(QR_EMULATION_MISSING "${reason}")
endif()

# One wrapper a kernel: the .cu itself keeps nvcc's language, and diagnostics still name its lines.
function(qr_add_emulated_library name engine)
    add_library(${name} STATIC)
    if("${ARGN}" MATCHES "[.]cu(;|$)")  # kernels: nvcc compiles each alone, too
        set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
    endif()
    target_link_libraries(${name} PUBLIC ${engine})
    # What a kernel asks nvcc to unroll may stay a loop here. A frame larger than a stack touches
    # the guard page below it, and does not step over it.
    target_compile_options(${name} PRIVATE -include cuda_runtime.h -Wno-unknown-pragmas
        -Wno-pass-failed -fstack-clash-protection)
    foreach(kernel ${ARGN})
        get_filename_component(path ${kernel} ABSOLUTE)
        get_filename_component(file ${kernel} NAME)
        set(wrapper "${CMAKE_CURRENT_BINARY_DIR}/${name}/${file}.cpp")
        file(CONFIGURE OUTPUT ${wrapper} CONTENT "#include \"${path}\"\n")
        target_sources(${name} PRIVATE ${wrapper})
    endforeach()
endfunction()

# qr_emulated_kernels(name KERNELS a.cu... [LINK room...]): the library `name`, and `name`_race.
# Sources of the host that drive kernels may stand among them.
function(qr_emulated_kernels name)
    cmake_parse_arguments(ARG "" "" "KERNELS;LINK" ${ARGN})
    if(QR_EMULATION)
        qr_add_emulated_library(${name} qr_emulation ${ARG_KERNELS})
        target_link_libraries(${name} PUBLIC ${ARG_LINK})
    endif()
    if(QR_EMULATION_RACE)
        qr_add_emulated_library(${name}_race qr_emulation_race ${ARG_KERNELS})
        # Compiled so, linked without: the functions that this calls are the access checker's.
        target_compile_options(${name}_race PRIVATE -fsanitize=thread)
        target_link_libraries(${name}_race PUBLIC ${ARG_LINK})
    endif()
endfunction()

# qr_emulated_test(name KERNELS library SOURCES a_test.cpp... [RACE_SOURCES b_test.cpp...]
#                  [LINK room...]): tests named as written, and as race.<name> in the race build.
# A source stands for a kernel, and has helpers named as others have.
function(qr_emulated_test name)
    cmake_parse_arguments(ARG "" "" "KERNELS;SOURCES;RACE_SOURCES;LINK" ${ARGN})
    if(QR_EMULATION)
        qr_test(${name} APART SOURCES ${ARG_SOURCES} LINK ${ARG_KERNELS} ${ARG_LINK})
    endif()
    if(QR_EMULATION_RACE)
        add_executable(${name}_race ${ARG_SOURCES} ${ARG_RACE_SOURCES})
        set_target_properties(${name}_race PROPERTIES UNITY_BUILD OFF)
        target_link_libraries(${name}_race PRIVATE ${ARG_KERNELS}_race ${ARG_LINK})
        qr_use_gtest(${name}_race)
        gtest_discover_tests(${name}_race TEST_PREFIX race. DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
            PROPERTIES LABELS unit TIMEOUT 300 ENVIRONMENT "QR_SOURCE_DIR=${CMAKE_SOURCE_DIR}")
    endif()
endfunction()

# qr_nvcc_tests(KERNELS a.cu...): the device's own compiler accepts each kernel, and spills none of
# its registers. Once is enough: presets with a sanitizer leave it out.
function(qr_nvcc_tests)
    cmake_parse_arguments(ARG "" "" "KERNELS" ${ARGN})
    if(QR_SANITIZE)
        return()
    endif()
    foreach(kernel ${ARG_KERNELS})
        get_filename_component(path ${kernel} ABSOLUTE)
        get_filename_component(file ${kernel} NAME_WE)
        set(test nvcc.${file}_spills_nothing)
        if(QR_NVCC)
            add_test(NAME ${test} COMMAND ${QR_NVCC} -std=c++20 -arch=sm_90 -O3 -Xptxas -v
                -I${CMAKE_SOURCE_DIR} -c ${path} -o ${CMAKE_CURRENT_BINARY_DIR}/${file}.o)
        else()
            qr_skipped_test(${test} "no nvcc below QR_CUDA_HOME (${QR_CUDA_HOME})")
        endif()
        set_tests_properties(${test} PROPERTIES LABELS nvcc TIMEOUT 120
            FAIL_REGULAR_EXPRESSION "[1-9][0-9]* bytes spill")
    endforeach()
endfunction()
