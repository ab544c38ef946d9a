#include "host/collection/loader.h"

#include <algorithm>
#include <future>
#include <span>
#include <unordered_set>
#include <utility>

#include "host/collection/document_walk.h"

namespace qr {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{8} << 20;  // of float32 rows, appended at once
constexpr std::size_t kBatchRowsMax = 4096;

// Rows that are appended at once.
struct LoadBatch {
    std::vector<float> rows;
    std::vector<std::uint64_t> numbers;
    std::vector<Document> documents;
    std::unordered_set<std::string> ids;  // of the documents
};

// One batch is filled from the store while another thread appends the one before it.
class Loading {
  public:
    Loading(const CollectionRecord& record, Loaded& loaded)
        : layout_(record.settings.layout), loaded_(loaded) {
        const std::size_t row_bytes = layout_.dimension * sizeof(float);
        rows_max_ = std::clamp(kBatchBytes / row_bytes, std::size_t{1}, kBatchRowsMax);
    }

    Result<void> add(const StoredDocument& stored) {
        if (batch_.ids.contains(stored.document.id)) {
            if (auto passed = pass_on(); !passed) return passed;
        }
        const std::size_t begin = batch_.rows.size();
        if (begin == 0) batch_.rows.reserve(rows_max_ * layout_.dimension);
        batch_.rows.resize(begin + layout_.dimension);
        widen(layout_.storage, stored.vector, std::span(batch_.rows).subspan(begin));
        batch_.numbers.push_back(stored.number);
        batch_.documents.push_back(stored.document);
        batch_.ids.insert(stored.document.id);
        return batch_.documents.size() == rows_max_ ? pass_on() : Result<void>();
    }

    Result<void> finish() {
        if (auto passed = pass_on(); !passed) return passed;
        return appending_.valid() ? appending_.get() : Result<void>();
    }

  private:
    Result<void> pass_on() {
        if (appending_.valid()) {
            if (auto appended = appending_.get(); !appended) return appended;
        }
        if (batch_.documents.empty()) return {};
        appending_ = std::async(std::launch::async, [this, batch = std::exchange(batch_, {})] {
            return append(batch);
        });
        return {};
    }

    Result<void> append(const LoadBatch& batch) {
        Residence& residence = *loaded_.residence;
        const std::size_t count = batch.documents.size();
        const std::size_t bytes = count * residence.table().memory().bytes_per_row;
        if (auto claimed = residence.memory().claim(bytes); !claimed) return claimed;
        const MatrixView rows{batch.rows.data(), count, layout_.dimension};
        Result<std::vector<Slot>> slots = residence.table().append({rows, batch.numbers});
        if (!slots) return slots.error();
        publish(batch, *slots);
        return {};
    }

    // Of two documents with one id, which only a store that was damaged in between can hold, the
    // later counts.
    void publish(const LoadBatch& batch, std::span<const Slot> slots) {
        std::vector<NewRow> added;
        std::vector<Slot> gone;
        for (std::size_t i = 0; i < slots.size(); ++i) {
            const Document& document = batch.documents[i];
            added.push_back({slots[i], batch.numbers[i], &document});
            if (const auto older = loaded_.residence->find_even_expired(document.id)) {
                gone.push_back(older->slot);
                loaded_.stale.push_back(older->number);
            }
        }
        loaded_.residence->publish(added, gone);
    }

    const TableLayout layout_;
    Loaded& loaded_;
    std::size_t rows_max_ = 1;
    LoadBatch batch_;
    std::future<Result<void>> appending_;  // last, so that its thread ends before all else does
};

// Nothing where the record is damaged or was never written.
std::optional<Counters> read_counters(const StoreView& view, CollectionId id,
                                      std::vector<std::string>& damage) {
    const std::string key = counters_key(id);
    Result<std::optional<std::string>> value = view.get(Shelf::records, key);
    if (!value || !value->has_value()) {
        damage.push_back(value ? "record " + printable(key) +
                                     ": found none, allowed: one a collection"
                               : value.error().message);
        return std::nullopt;
    }
    Result<Counters> counters = decode_counters(key, **value);
    if (counters) return *counters;
    damage.push_back(counters.error().message);
    return std::nullopt;
}

void take_halves(const DocumentWalk& walk, Loaded& loaded) {
    for (const HalfDocument& half : walk.halves()) {
        if (loaded.residence->find_even_expired(half.id)) {
            loaded.stale.push_back(half.number);
            continue;
        }
        const auto [at, is_new] = loaded.damaged.try_emplace(half.id, half.number);
        if (!is_new) loaded.stale.push_back(std::exchange(at->second, half.number));
    }
}

// What the walk found against what was counted.
void settle(const DocumentWalk& walk, std::uint64_t read, const std::optional<Counters>& counted,
            Loaded& loaded) {
    loaded.stale_read = loaded.stale.size();
    take_halves(walk, loaded);
    std::ranges::move(walk.damage(), std::back_inserter(loaded.damage));
    Counters& counters = loaded.counters;
    if (counted) {
        counters = *counted;
    } else {  // at least so many are missing, and no answer is certain
        counters.documents = read + std::max(std::size_t{1}, walk.damaged_values());
    }
    counters.documents = std::max(counters.documents, read);
    counters.next_number = std::max(counters.next_number, walk.next_number());
}

}  // namespace

Result<Loaded> load_collection(const Store& store, CollectionEngine& engine,
                               const CollectionRecord& record,
                               std::shared_ptr<CollectionMemory> budget, LoadProgress& progress) {
    const TableLayout& layout = record.settings.layout;
    Result<std::unique_ptr<Table>> table = engine.make_table(layout);
    if (!table) return table.error();
    Loaded loaded;
    loaded.residence = std::make_shared<Residence>(*std::move(table), std::move(budget));
    const std::shared_ptr<const StoreView> view = store.view();
    const std::optional<Counters> counted = read_counters(*view, record.id, loaded.damage);
    progress.documents = counted ? counted->documents : 0;
    DocumentWalk walk(*view, record.id, vector_bytes(layout), WithText::no);
    Loading loading(record, loaded);
    std::uint64_t read = 0;
    while (walk.next()) {
        if (progress.is_cancelled)
            return Error{Code::unavailable, "loading was given up", {}, {}, {}};
        if (auto added = loading.add(walk.document()); !added) return added.error();
        progress.read = ++read;
    }
    if (auto finished = loading.finish(); !finished) return finished.error();
    settle(walk, read, counted, loaded);
    return loaded;
}

}  // namespace qr
