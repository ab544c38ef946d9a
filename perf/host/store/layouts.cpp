#include "perf/host/store/layouts.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <utility>

#include "host/store/open_store.h"
#include "host/store/secret_key.h"
#include "perf/host/store/segment_layout.h"
#include "perf/host/store/tree_layout.h"

namespace qr::perf {
namespace {

template <class Value>
Value must_have(Result<Value> result) {
    if (!result) {
        std::cerr << result.error().message << "\n";
        std::exit(1);
    }
    return std::move(*result);
}
void must_be(const Result<void>& result) {
    if (result) return;
    std::cerr << result.error().message << "\n";
    std::exit(1);
}

std::filesystem::path make_key_file(std::filesystem::path folder) {
    const std::filesystem::path file = folder += ".key";
    std::ofstream(file) << std::string(kSecretKeyBytes, 'k');
    std::filesystem::permissions(
        file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return file;
}

class StoreLayout final : public Layout {
  public:
    explicit StoreLayout(const StoreOptions& options) : store_(must_have(open_store(options))) {}

    void commit(const std::vector<Row>& rows) override {
        StoreBatch batch;
        for (const Row& row : rows)
            batch.writes.push_back({Shelf::vectors, row.key, row.value});
        must_be(store_->commit(batch));
    }
    void remove(const std::vector<std::string>& keys) override {
        StoreBatch batch;
        for (const auto& key : keys)
            batch.writes.push_back({Shelf::vectors, key, std::nullopt});
        must_be(store_->commit(batch));
    }
    void compact() override { must_be(store_->compact(Shelf::vectors, "")); }
    void walk(const std::function<void(std::string_view, std::string_view)>& visit) override {
        const auto cursor = store_->view()->walk(Shelf::vectors, {});
        while (cursor->next())
            visit(cursor->key(), cursor->value());
        if (!cursor->damage().empty()) std::exit(1);
    }

  private:
    std::unique_ptr<Store> store_;
};

}  // namespace

std::string to_string(LayoutKind kind) {
    switch (kind) {
        case LayoutKind::tree:
            return "inline";
        case LayoutKind::blob:
            return "blob";
        case LayoutKind::segments:
            return "segments";
        case LayoutKind::store:
            return "store";
        case LayoutKind::sealed:
            return "sealed";
    }
    return "unknown";
}

std::unique_ptr<Layout> open_layout(LayoutKind kind, const std::filesystem::path& folder) {
    switch (kind) {
        case LayoutKind::tree:
            return std::make_unique<TreeLayout>(folder, false);
        case LayoutKind::blob:
            return std::make_unique<TreeLayout>(folder, true);
        case LayoutKind::segments:
            return std::make_unique<SegmentLayout>(folder);
        case LayoutKind::store:
        case LayoutKind::sealed:
            break;
    }
    StoreOptions options{.folder = folder};
    if (kind == LayoutKind::sealed) options.key_file = make_key_file(folder);
    return std::make_unique<StoreLayout>(options);
}

}  // namespace qr::perf
