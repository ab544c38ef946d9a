// What a test may ask of the emulated device: the order of its threads, its pace, its reports.
//
// kernels/*.cu and the code that drives them are compiled by g++ against include/cuda_runtime.h and
// run on the CPU: a fiber per CUDA thread, an OS thread per block. Correctness only: no timing, no
// memory ordering, no registers, no bank conflicts. A misuse becomes a report that names the source
// line, and the launch fails with an error that, as on a device, sticks until reset().
//
// What a kernel keeps to, so that it runs here: it starts by cudaLaunchKernelEx; it lies in an
// anonymous namespace (ASan guards no other static shared memory); dynamic shared memory comes from
// kernels/cuda/dynamic_shared.h; masks are explicit and all lanes that one names meet on one line;
// a barrier is one line, and no thread returns before it; nothing spins but on atomicCAS,
// atomicExch or with __nanosleep; frames stay below 250 KB; no clusters, no textures; PTX stands in
// kernels/cuda/tensor.cuh alone, whose twin in include/ is compiled instead.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "driver_types.h"

namespace qr::emulation {

// When the work of a stream runs.
enum class Progress {
    kAtOnce,        // inside the call that enqueues it
    kOnWait,        // when something waits for it: shows synchronisation that is missing
    kInBackground,  // on a thread of the device: host functions come from a foreign thread
};

struct Settings {
    unsigned order = 0;    // of lanes, warps and blocks: 0 ascending, 1 descending, else a seed
    unsigned workers = 1;  // OS threads that run blocks; one under ASan and in the race build
    Progress progress = Progress::kAtOnce;
    bool protects_memory = false;  // device memory traps outside kernels and copies
    int devices = 1;               // 0: no driver
    std::size_t memory_bytes = std::size_t{1} << 30;  // of each device
    // Once this file exists, the next call loses the devices: for programs that no test reaches
    // into. Empty: never.
    std::string loss_file = {};
};

// EMU_SEED, EMU_WORKERS, EMU_DEFER (1: on wait, 2: in the background), EMU_PROTECT, EMU_DEVICES,
// EMU_MEMORY (bytes) and EMU_LOSS_FILE, so that a whole program can be run otherwise without a
// change.
Settings settings_from_environment();
const Settings& settings();

// A device as after a restart: reports, errors and injected failures are forgotten. Streams must be
// idle. Memory, events and streams stay valid.
void reset(const Settings& settings = settings_from_environment());

// The reports since the last call or reset; each was printed to stderr as it came up.
std::vector<std::string> take_reports();

// The next call of `function` ("cudaMalloc") does nothing but return `code`.
void fail_next(const char* function, cudaError_t code);

// How often each function of the runtime was called since the last call of this one.
std::map<std::string, std::size_t> take_calls();

// Device and pinned allocations, streams, events and graphs that were not given back.
std::size_t live_objects();

}  // namespace qr::emulation
