# The CUDA toolkit, and what its nvcc compiles: only what goes into the module that the server opens
# at run time. The server itself is built the same with and without it.
#
# nvcc is driven by one command a kernel. CMake's own CUDA language would hand it every warning and
# hardening flag of the tree, and wants a whole installation where wheels of headers and nvcc do.

set(QR_CUDA "AUTO" CACHE STRING "Build the CUDA module: AUTO (where nvcc is found), ON or OFF")
set_property(CACHE QR_CUDA PROPERTY STRINGS AUTO ON OFF)
set(QR_CUDA_ARCHITECTURES "80-real;90-real" CACHE STRING
    "Devices that the module is compiled for: 90-real is sm_90, 90-virtual its PTX for later ones")
set(QR_CUDA_HOME "/usr/local/cuda" CACHE PATH "CUDA toolkit: headers, and nvcc where it is there")

# The last is where scripts/install_packages.sh puts a toolkit of its own.
set(homes "${QR_CUDA_HOME}" "$ENV{CUDA_HOME}" "${CMAKE_SOURCE_DIR}/build/cuda-toolkit/nvidia/cu13")
list(TRANSFORM homes APPEND /bin OUTPUT_VARIABLE folders)
find_program(QR_NVCC nvcc NO_CACHE PATHS ${folders} NO_DEFAULT_PATH)
if(QR_NVCC)  # headers and runtime of the same toolkit
    get_filename_component(home "${QR_NVCC}" DIRECTORY)
    list(PREPEND homes "${home}/..")
    execute_process(COMMAND ${QR_NVCC} --version OUTPUT_VARIABLE nvcc_version)
    string(REGEX REPLACE ".* release ([0-9.]+).*" "\\1" nvcc_version "${nvcc_version}")
endif()
list(TRANSFORM homes APPEND /include OUTPUT_VARIABLE folders)
find_path(QR_CUDA_INCLUDE cuda_runtime_api.h NO_CACHE PATHS ${folders} NO_DEFAULT_PATH)
find_library(QR_CUDART_STATIC cudart_static NO_CACHE NO_DEFAULT_PATH
    PATHS "${home}/../lib64" "${home}/../lib")

set(QR_CUDA_MODULE OFF)
if(QR_CUDA STREQUAL "OFF")
    set(module_missing "QR_CUDA is OFF")
elseif(NOT QR_NVCC)
    set(module_missing "no nvcc below QR_CUDA_HOME (${QR_CUDA_HOME}) or CUDA_HOME")
elseif(nvcc_version VERSION_LESS 13.0)
    set(module_missing "${QR_NVCC} is of CUDA ${nvcc_version}, needed is 13.0 or later")
elseif(NOT QR_CUDA_INCLUDE OR NOT QR_CUDART_STATIC)
    set(module_missing "beside ${QR_NVCC} there is no cuda_runtime_api.h or no libcudart_static.a")
elseif(QR_SANITIZE OR QR_FUZZERS)
    set(module_missing "sanitizers do not know devices; the emulation runs its code under them")
elseif(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(module_missing "nvcc is used with g++, found ${CMAKE_CXX_COMPILER_ID}")
else()
    set(QR_CUDA_MODULE ON)
endif()
if(QR_CUDA_MODULE)
    message(STATUS "CUDA module: ${QR_NVCC} ${nvcc_version}, for ${QR_CUDA_ARCHITECTURES}")
elseif(QR_CUDA STREQUAL "ON")
    message(FATAL_ERROR "QR_CUDA is ON: ${module_missing}")
else()
    message(STATUS "CUDA module: not built: ${module_missing}")
endif()

# Devices as nvcc's -gencode names them: all, and those with the PTX of kernels/cuda/tensor.cuh,
# which kernels named *_tensor.cu are compiled for.
set(QR_NVCC_DEVICES "")
set(QR_NVCC_TENSOR_DEVICES "")
foreach(architecture ${QR_CUDA_ARCHITECTURES})
    if(NOT architecture MATCHES "^([0-9]+)(a?)-(real|virtual)$")
        message(FATAL_ERROR "QR_CUDA_ARCHITECTURES: found '${architecture}', allowed are a list "
            "such as 80-real;90-real;90-virtual")
    endif()
    set(kind sm)
    if(CMAKE_MATCH_3 STREQUAL "virtual")
        set(kind compute)
    endif()
    set(number "${CMAKE_MATCH_1}${CMAKE_MATCH_2}")
    list(APPEND QR_NVCC_DEVICES "-gencode=arch=compute_${number},code=${kind}_${number}")
    if(CMAKE_MATCH_1 GREATER_EQUAL 80)
        list(APPEND QR_NVCC_TENSOR_DEVICES "-gencode=arch=compute_${number},code=${kind}_${number}")
    endif()
endforeach()
if(NOT QR_NVCC_TENSOR_DEVICES)  # for older devices alone: one that nothing will run
    set(QR_NVCC_TENSOR_DEVICES "-gencode=arch=compute_80,code=sm_80")
endif()

# No -use_fast_math: scores are defined to the bit. Contraction stays on: lanes.h allows it for its
# sums, and everything else spells its roundings out.
set(QR_NVCC_FLAGS -std=c++20 -O3 -lineinfo --Werror=all-warnings -ccbin ${CMAKE_CXX_COMPILER}
    -Xcompiler=-fPIC,-fvisibility=hidden,-ffp-contract=off,-fno-omit-frame-pointer,-Wall,-Wextra)

if(QR_CUDA_MODULE)
    add_library(qr_cudart INTERFACE)
    target_include_directories(qr_cudart SYSTEM INTERFACE "${QR_CUDA_INCLUDE}")
    target_link_libraries(qr_cudart INTERFACE "${QR_CUDART_STATIC}" Threads::Threads
        ${CMAKE_DL_LIBS} rt)
endif()

# qr_device_kernels(name KERNELS a.cu... [LINK room...]): a static library of the kernels' code for
# every device of QR_CUDA_ARCHITECTURES, with the static CUDA runtime behind it.
function(qr_device_kernels name)
    cmake_parse_arguments(ARG "" "" "KERNELS;LINK" ${ARGN})
    set(objects "")
    foreach(kernel ${ARG_KERNELS})
        get_filename_component(path ${kernel} ABSOLUTE)
        get_filename_component(file ${kernel} NAME)
        set(object "${CMAKE_CURRENT_BINARY_DIR}/${name}/${file}.o")
        set(devices ${QR_NVCC_DEVICES})
        if(file MATCHES "_tensor\\.cu$")
            set(devices ${QR_NVCC_TENSOR_DEVICES})
        endif()
        add_custom_command(OUTPUT ${object} DEPENDS ${path} DEPFILE ${object}.d VERBATIM
            COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${QR_NVCC} ${QR_NVCC_FLAGS} ${devices}
                -I${CMAKE_SOURCE_DIR} -MD -MF ${object}.d -c ${path} -o ${object}
            COMMENT "Compiling ${file} with nvcc")
        list(APPEND objects ${object})
    endforeach()
    add_library(${name} STATIC ${objects})
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
    target_link_libraries(${name} PUBLIC qr_cudart ${ARG_LINK})
endfunction()

# Where the module lies, seen from the executable's folder: in the build tree as once installed.
include(GNUInstallDirs)
set(QR_MODULE_FOLDER "${CMAKE_INSTALL_LIBDIR}/quantumrerank")
file(RELATIVE_PATH QR_MODULE_FROM_BINARY "/${CMAKE_INSTALL_BINDIR}" "/${QR_MODULE_FOLDER}")

# qr_cuda_module(target SOURCES a.cpp... LINK library...): a shared object that is opened by name
# and shows its one symbol. What it needs and nobody brings is found here, not when it is opened.
function(qr_cuda_module target)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    set(symbols "${CMAKE_SOURCE_DIR}/host/cuda/module.symbols")
    add_library(${target} MODULE ${ARG_SOURCES})
    target_link_libraries(${target} PRIVATE ${ARG_LINK})
    target_link_options(${target} PRIVATE "LINKER:--version-script=${symbols}")
    if(NOT QR_SANITIZE)  # a sanitizer's runtime comes with the program
        target_link_options(${target} PRIVATE LINKER:-z,defs)
    endif()
    set_target_properties(${target} PROPERTIES LINK_DEPENDS "${symbols}")
endfunction()
