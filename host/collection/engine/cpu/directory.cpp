#include "host/collection/engine/cpu/directory.h"

#include <algorithm>

#include "host/base/check.h"

namespace qr::cpu {

void DirectoryEdit::set(std::size_t block, const BlockPlace& place) {
    QR_CHECK(block <= directory_.blocks_);
    const std::size_t index = block / Directory::kChunkBlocks;
    std::shared_ptr<Directory::Chunk>& own = own_[index];
    if (own == nullptr) {
        auto& shared = directory_.chunks_;
        if (index == shared.size()) shared.emplace_back();
        own = shared[index] == nullptr ? std::make_shared<Directory::Chunk>()
                                       : std::make_shared<Directory::Chunk>(*shared[index]);
        shared[index] = own;
    }
    (*own)[block % Directory::kChunkBlocks] = place;
    directory_.blocks_ = std::max(directory_.blocks_, block + 1);
}

}  // namespace qr::cpu
