// Where each block of a table lies: a list that views share, in chunks that are copied when they
// change, so that a view of ten million rows costs some hundred pointers and a change some
// kilobytes.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "host/collection/engine/cpu/block.h"

namespace qr::cpu {

class Directory {
  public:
    static constexpr std::size_t kChunkBlocks = 1024;

    std::size_t blocks() const { return blocks_; }
    // Null: the block was released.
    const BlockPlace& operator[](std::size_t block) const {
        return (*chunks_[block / kChunkBlocks])[block % kChunkBlocks];
    }

  private:
    friend class DirectoryEdit;
    using Chunk = std::array<BlockPlace, kChunkBlocks>;
    std::vector<std::shared_ptr<const Chunk>> chunks_;
    std::size_t blocks_ = 0;
};

// The next directory, made of one that stays as it is.
class DirectoryEdit {
  public:
    explicit DirectoryEdit(Directory directory) : directory_(std::move(directory)) {}

    // One that there is, or the next.
    void set(std::size_t block, const BlockPlace& place);
    Directory done() && { return std::move(directory_); }

  private:
    Directory directory_;
    std::map<std::size_t, std::shared_ptr<Directory::Chunk>> own_;  // by index in chunks_
};

}  // namespace qr::cpu
