// How far an ingest is, for people and for logs.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace qr::cli {

struct IngestProgress {
    std::uint64_t end = 0;   // place in the file
    std::uint64_t size = 0;  // the place behind its last document
    std::uint64_t documents = 0;
    std::uint64_t begun_at = 0;  // the place it began at
    std::uint64_t begun_with = 0;
    std::chrono::duration<double> elapsed{};
};

// "  45 %  12300 documents  3400/s  12 s left", behind a bar where there are columns for one.
std::string progress_line(const IngestProgress& progress, std::size_t bar_columns);

}  // namespace qr::cli
