# Programs for a real CUDA device: the tests of tests/gpu and the benchmark of perf/host/cuda,
# linked so that a bare machine with a driver runs them: the C++ runtime and cudart are inside, only
# the C library is the machine's.
#
#   qr_gpu_program(gpu_bench SOURCES main.cpp LINK qr_cuda)
#
# They are part of an ordinary build wherever the CUDA module is: what only a device can run must at
# least compile, link, and say that there is none.

set(QR_GPU_SUITE OFF)
if(QR_CUDA_MODULE AND QR_TESTS)
    set(QR_GPU_SUITE ON)
endif()

# qr_gpu_program(name SOURCES a.cpp... LINK library...)
function(qr_gpu_program name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_executable(${name} ${ARG_SOURCES} $<TARGET_OBJECTS:qr_older_glibc>)
    target_link_libraries(${name} PRIVATE ${ARG_LINK})
    target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc -Wl,--as-needed)
endfunction()
