# Every third-party package, found once. Why each was chosen: docs/decisions/0002-dependencies.md

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)              # Asio and Beast, headers only
find_package(simdjson 3.0 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(tomlplusplus 3.3 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(prometheus-cpp REQUIRED)          # states no version; Debian 12 has 1.0.1
find_package(CURL 7.88 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(ICU 72 REQUIRED COMPONENTS uc)    # Unicode's tables
find_package(PkgConfig REQUIRED)
pkg_check_modules(libmd REQUIRED IMPORTED_TARGET libmd)  # SHA-256
find_package(OpenSSL 3.0 REQUIRED)             # AES-256-GCM of collections; the load tool's TLS
find_package(RocksDB 7.8 REQUIRED)             # keeps collections
find_package(roaring REQUIRED)                 # sets of slots
if(QR_TESTS)
    find_package(GTest 1.12 REQUIRED)
    find_path(QR_SIMDE_INCLUDE simde/x86/avx512.h REQUIRED)  # AVX-512, emulated
endif()

# Benchmarks are wanted for their figures, or beside the tests, which run their smoke sizes; once is
# enough: presets with a sanitizer leave them out.
set(QR_PERF ${QR_BENCHMARKS})
if(QR_TESTS AND NOT QR_SANITIZE)
    set(QR_PERF ON)
endif()
set(QR_MICRO_BENCHMARKS OFF)
if(QR_BENCHMARKS)
    find_package(benchmark 1.7 REQUIRED)
elseif(QR_PERF)
    find_package(benchmark 1.7 QUIET)
endif()
if(benchmark_FOUND)
    set(QR_MICRO_BENCHMARKS ON)
endif()
