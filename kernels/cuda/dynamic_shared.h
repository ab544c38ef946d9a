// QR_DYNAMIC_SHARED(float, tile): `tile` points at the block's dynamic shared memory.
//
// One macro, because the emulation must hand each block memory of exactly the launch's size; its
// stand-in for cuda_runtime.h brings its own definition.
#pragma once

#ifndef QR_DYNAMIC_SHARED
#define QR_DYNAMIC_SHARED(Type, name)                               \
    extern __shared__ __align__(16) unsigned char dynamic_shared[]; \
    Type* const name = reinterpret_cast<Type*>(dynamic_shared)
#endif
