// Vectors appended to files of our own; a database has, for each key, where its vector lies.
//
// Compacting copies what lives out of every file that has anything dead, and removes that file.
#pragma once

#include <map>

#include "perf/host/store/tree_layout.h"

namespace qr::perf {

class SegmentLayout final : public Layout {
  public:
    explicit SegmentLayout(const std::filesystem::path& folder);
    SegmentLayout(const SegmentLayout&) = delete;
    SegmentLayout& operator=(const SegmentLayout&) = delete;
    ~SegmentLayout() override;

    void commit(const std::vector<Row>& rows) override;
    void remove(const std::vector<std::string>& keys) override { places_.remove(keys); }
    void compact() override;
    void walk(const std::function<void(std::string_view, std::string_view)>& visit) override;

  private:
    struct Place {
        std::uint64_t segment = 0;
        std::uint64_t offset = 0;
        std::uint64_t bytes = 0;
    };
    static Place place_of(std::string_view text);
    std::filesystem::path file_of(std::uint64_t segment) const;
    void begin_segment();
    int open_segment(std::uint64_t segment);

    const std::filesystem::path folder_;
    TreeLayout places_;
    std::uint64_t segment_ = 0;
    std::uint64_t offset_ = 0;
    int file_ = -1;                      // of segment_, appended to
    std::map<std::uint64_t, int> open_;  // read from
};

}  // namespace qr::perf
