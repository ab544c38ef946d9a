// What the shared object shows: the one symbol that the server looks for.
#include "host/backend/cuda/module.h"

#include "host/cuda/collection/cuda_engine.h"
#include "host/cuda/cuda_backend.h"

extern "C" __attribute__((visibility("default"))) const qr::cuda::Module* qr_cuda_module() {
    static const qr::cuda::Module module = {.build = qr::cuda::build_mark(),
                                            .make_backend = &qr::cuda::make_cuda_backend,
                                            .make_collection_engine = &qr::cuda::make_cuda_engine};
    return &module;
}
