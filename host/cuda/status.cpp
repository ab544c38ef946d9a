#include "host/cuda/status.h"

#include <string>

namespace qr::cuda {

bool is_sticky(cudaError_t status) {
    switch (status) {
        case cudaErrorPriorLaunchFailure:
        case cudaErrorECCUncorrectable:
        case cudaErrorNvlinkUncorrectable:
        case cudaErrorContained:
        case cudaErrorIllegalAddress:
        case cudaErrorLaunchTimeout:
        case cudaErrorContextIsDestroyed:
        case cudaErrorAssert:
        case cudaErrorHardwareStackError:
        case cudaErrorIllegalInstruction:
        case cudaErrorMisalignedAddress:
        case cudaErrorInvalidAddressSpace:
        case cudaErrorInvalidPc:
        case cudaErrorLaunchFailure:
        case cudaErrorTensorMemoryLeak:
        case cudaErrorMpsClientTerminated:
        case cudaErrorExternalDevice:
        case cudaErrorUnknown:
            return true;
        default:
            return false;
    }
}

// What is neither memory nor a mistake of ours is the device's or its driver's.
Code code_of(cudaError_t status) {
    switch (status) {
        case cudaErrorMemoryAllocation:
            return Code::out_of_memory;
        case cudaErrorInvalidValue:
        case cudaErrorInvalidConfiguration:
        case cudaErrorInvalidPitchValue:
        case cudaErrorInvalidSymbol:
        case cudaErrorInvalidHostPointer:
        case cudaErrorInvalidDevicePointer:
        case cudaErrorInvalidMemcpyDirection:
        case cudaErrorMissingConfiguration:
        case cudaErrorInvalidDeviceFunction:
        case cudaErrorInvalidDevice:
        case cudaErrorInvalidResourceHandle:
        case cudaErrorIllegalState:
        case cudaErrorSymbolNotFound:
        case cudaErrorNotReady:
        case cudaErrorLaunchOutOfResources:
        case cudaErrorHostMemoryAlreadyRegistered:
        case cudaErrorHostMemoryNotRegistered:
        case cudaErrorNotPermitted:
        case cudaErrorNotSupported:
        case cudaErrorStreamCaptureUnsupported:
        case cudaErrorStreamCaptureInvalidated:
        case cudaErrorStreamCaptureMerge:
        case cudaErrorStreamCaptureUnmatched:
        case cudaErrorStreamCaptureUnjoined:
        case cudaErrorStreamCaptureIsolation:
        case cudaErrorStreamCaptureImplicit:
        case cudaErrorCapturedEvent:
        case cudaErrorStreamCaptureWrongThread:
            return Code::internal;
        default:
            return Code::unavailable;
    }
}

Error error_of(std::string_view call, cudaError_t status) {
    std::string message(call);
    message.append(" failed: ").append(cudaGetErrorName(status));
    message.append(" (").append(cudaGetErrorString(status)).append(")");
    return {.code = code_of(status),
            .message = std::move(message),
            .reason = std::string(is_sticky(status) ? kDeviceLost : "")};
}

Result<void> checked(std::string_view call, cudaError_t status) {
    if (status == cudaSuccess) return {};
    return error_of(call, status);
}

}  // namespace qr::cuda
