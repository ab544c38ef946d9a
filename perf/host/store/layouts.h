// The ways to keep vectors on a disk that decision 19 chose among, behind one interface.
//
//   inline    in the tree of keys, as any other value: what the store ships
//   blob      in the database's blob files, their places in the tree
//   segments  in files of our own that are appended to, their places in the tree
//   store     the shipped store, with frames and views; and sealed
//
// The first three have the database options that ship, but for where vectors go.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace qr::perf {

struct Row {
    std::string key;
    std::string value;
};

// Errors end the program.
class Layout {
  public:
    virtual ~Layout() = default;
    virtual void commit(const std::vector<Row>& rows) = 0;  // durable when it returns
    virtual void remove(const std::vector<std::string>& keys) = 0;
    virtual void compact() = 0;
    virtual void walk(const std::function<void(std::string_view, std::string_view)>& visit) = 0;
};

enum class LayoutKind : std::uint8_t { tree, blob, segments, store, sealed };
inline constexpr LayoutKind kLayouts[] = {LayoutKind::tree, LayoutKind::blob, LayoutKind::segments,
                                          LayoutKind::store, LayoutKind::sealed};
std::string to_string(LayoutKind kind);

std::unique_ptr<Layout> open_layout(LayoutKind kind, const std::filesystem::path& folder);

}  // namespace qr::perf
