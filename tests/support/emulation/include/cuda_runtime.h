// Stands in for the toolkit's header of this name when g++ compiles kernels for the emulation.
//
// Types and prototypes come from the toolkit's own headers, so signatures are exact; what only a
// kernel may call comes from emulated/. This header stands first in every emulated source (the
// build forces it), because a toolkit header before it would define the keywords differently.
#pragma once

#include <cuda_runtime_api.h>
#include <driver_types.h>
#include <vector_functions.h>
#include <vector_types.h>

#undef __global__
#undef __device__
#undef __host__
#undef __constant__
#undef __shared__
#undef __grid_constant__
#undef __launch_bounds__
#undef __forceinline__
#undef __noinline__
#define __global__
#define __device__
#define __host__
#define __constant__
#define __grid_constant__
#define __launch_bounds__(...)
#define __forceinline__ inline
// thread_local implies static at block scope, and one OS thread runs one block at a time. ASan puts
// no redzones around thread-local storage, so there a block has the plain static to itself.
#ifdef QR_EMULATION_ASAN
#define __shared__ static
#else
#define __shared__ thread_local
#endif
#define QR_DYNAMIC_SHARED(Type, name) \
    Type* const name = static_cast<Type*>(::qr::emulation::dynamic_shared())

#include "emulated/atomics.h"
#include "emulated/intrinsics.h"
#include "emulated/launch.h"
#include "emulated/threads.h"
