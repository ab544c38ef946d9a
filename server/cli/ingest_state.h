// How far a file has been stored, kept beside it, so that a broken-off ingest goes on from there.
//
// The note says less than is true, never more: a batch counts once it and all before it have been
// acknowledged. Written whole, synced and renamed.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "host/base/error.h"

namespace qr::cli {

struct IngestPlace {
    std::uint64_t size = 0;  // of the file, so that another one is not taken for it
    std::uint64_t end = 0;   // everything before this place is stored
    std::uint64_t documents = 0;
};

// Nothing noted: a place at the beginning. Errors: `invalid` (no such note), `conflict` (another
// size).
Result<IngestPlace> read_place(const std::string& note, std::uint64_t size);
Result<void> write_place(const std::string& note, const IngestPlace& place);
void remove_place(const std::string& note);

// Batches in the order they were read, acknowledged in any.
class AcknowledgedBatches {
  public:
    explicit AcknowledgedBatches(IngestPlace begin) : place_(begin) {}

    // Batches count from 0. True: the place has moved.
    bool acknowledge(std::uint64_t batch, std::uint64_t end, std::uint64_t documents);
    const IngestPlace& place() const { return place_; }

  private:
    struct Batch {
        std::uint64_t end;
        std::uint64_t documents;
    };
    IngestPlace place_;
    std::uint64_t next_ = 0;
    std::map<std::uint64_t, Batch> early_;  // acknowledged before one that precedes them
};

}  // namespace qr::cli
