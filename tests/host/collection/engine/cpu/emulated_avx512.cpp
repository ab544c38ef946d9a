// The kernels of AVX-512 as they stand, compiled against tests/support/simd: this program's own,
// which the linker takes instead of the library's.
#include "host/collection/engine/cpu/scan_avx512.cpp"
#include "host/collection/engine/cpu/scan_avx512_bf16.cpp"
#include "host/collection/engine/cpu/scan_avx512_vnni.cpp"
