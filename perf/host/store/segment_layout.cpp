#include "perf/host/store/segment_layout.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

namespace qr::perf {
namespace {

constexpr std::uint64_t kSegmentBytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kReadBytes = std::uint64_t{2} << 20;
constexpr std::size_t kBatchRows = 1'000;  // that compacting moves at a time

void must(bool is_fine, const char* what) {
    if (is_fine) return;
    std::cerr << what << ": " << std::strerror(errno) << "\n";
    std::exit(1);
}

}  // namespace

SegmentLayout::SegmentLayout(const std::filesystem::path& folder)
    : folder_(folder),
      places_((std::filesystem::create_directories(folder), folder / "db"), false) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".segment") {
            segment_ = std::max(segment_, std::uint64_t{std::stoull(entry.path().stem())} + 1);
        }
    }
    begin_segment();
}

SegmentLayout::~SegmentLayout() {
    close(file_);
    for (const auto& [segment, file] : open_)
        close(file);
}

SegmentLayout::Place SegmentLayout::place_of(std::string_view text) {
    Place place;
    std::memcpy(&place, text.data(), sizeof(place));
    return place;
}

std::filesystem::path SegmentLayout::file_of(std::uint64_t segment) const {
    return folder_ / (std::to_string(segment) + ".segment");
}

void SegmentLayout::begin_segment() {
    if (file_ >= 0) {
        close(file_);
        ++segment_;
    }
    file_ = open(file_of(segment_).c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    must(file_ >= 0, "open a segment");
    const int folder = open(folder_.c_str(), O_RDONLY | O_DIRECTORY);
    must(fsync(folder) == 0, "sync the folder");
    close(folder);
    offset_ = 0;
}

int SegmentLayout::open_segment(std::uint64_t segment) {
    const auto known = open_.find(segment);
    if (known != open_.end()) return known->second;
    const int file = open(file_of(segment).c_str(), O_RDONLY);
    must(file >= 0, "open a segment");
    return open_[segment] = file;
}

void SegmentLayout::commit(const std::vector<Row>& rows) {
    if (offset_ >= kSegmentBytes) begin_segment();
    std::string bytes;
    std::vector<Row> places;
    for (const Row& row : rows) {
        const Place place{segment_, offset_ + bytes.size(), row.value.size()};
        places.push_back({row.key, {reinterpret_cast<const char*>(&place), sizeof(place)}});
        bytes += row.value;
    }
    must(write(file_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "write");
    must(fdatasync(file_) == 0, "sync");
    offset_ += bytes.size();
    places_.commit(places);
}

// In the order of keys; neighbours on the disk are read together.
void SegmentLayout::walk(const std::function<void(std::string_view, std::string_view)>& visit) {
    std::vector<std::pair<std::string, Place>> run;
    std::string bytes;
    const auto read_run = [&] {
        if (run.empty()) return;
        const Place& first = run.front().second;
        bytes.resize(run.back().second.offset + run.back().second.bytes - first.offset);
        must(pread(open_segment(first.segment), bytes.data(), bytes.size(),
                   static_cast<off_t>(first.offset)) == static_cast<ssize_t>(bytes.size()),
             "read");
        for (const auto& [key, place] : run) {
            visit(key, std::string_view(bytes).substr(place.offset - first.offset, place.bytes));
        }
        run.clear();
    };
    places_.walk([&](std::string_view key, std::string_view text) {
        const Place place = place_of(text);
        if (!run.empty()) {
            const Place& last = run.back().second;
            const bool is_next =
                place.segment == last.segment && place.offset == last.offset + last.bytes;
            if (!is_next || place.offset - run.front().second.offset >= kReadBytes) read_run();
        }
        run.emplace_back(key, place);
    });
    read_run();
}

void SegmentLayout::compact() {
    std::map<std::uint64_t, std::uint64_t> live;
    places_.walk([&](std::string_view, std::string_view text) {
        live[place_of(text).segment] += place_of(text).bytes;
    });
    std::map<std::uint64_t, bool> is_sparse;
    for (std::uint64_t segment = 0; segment <= segment_; ++segment) {
        if (!std::filesystem::exists(file_of(segment))) continue;
        is_sparse[segment] = std::filesystem::file_size(file_of(segment)) > live[segment];
    }
    begin_segment();
    std::vector<Row> moved;
    walk([&](std::string_view key, std::string_view value) {
        std::string text;
        must(places_.db().Get({}, rocksdb::Slice(key.data(), key.size()), &text).ok(), "get");
        if (!is_sparse[place_of(text).segment]) return;
        moved.push_back({std::string(key), std::string(value)});
        if (moved.size() == kBatchRows) {
            commit(moved);
            moved.clear();
        }
    });
    if (!moved.empty()) commit(moved);
    for (const auto& [segment, sparse] : is_sparse) {
        if (sparse) std::filesystem::remove(file_of(segment));
    }
    places_.compact();
}

}  // namespace qr::perf
