#include "host/collection/collection_memory.h"

#include <string>

#include "host/base/misfit.h"

namespace qr {

Result<void> CollectionMemory::change(std::size_t before, std::size_t after) {
    const std::lock_guard lock(mutex_);
    const std::size_t bytes = bytes_ - before + after;
    if (bytes_max_ != 0 && after > before && bytes > bytes_max_) {
        const std::string found = std::to_string(bytes) + " bytes with this";
        const std::string allowed = std::to_string(bytes_max_);
        return misfit_error(Code::out_of_memory, "memory of collections", found, allowed);
    }
    bytes_ = bytes;
    return {};
}

void CollectionMemory::settle(std::size_t before, std::size_t after) {
    const std::lock_guard lock(mutex_);
    bytes_ += after - before;
}

std::size_t CollectionMemory::bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
}

Result<void> MemoryShare::claim(std::size_t more) {
    Result<void> changed = budget_->change(bytes_, bytes_ + more);
    if (changed) bytes_ += more;
    return changed;
}

void MemoryShare::settle(std::size_t actual) {
    budget_->settle(bytes_, actual);
    bytes_ = actual;
}

}  // namespace qr
