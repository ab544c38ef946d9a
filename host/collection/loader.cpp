#include "host/collection/loader.h"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <new>
#include <span>
#include <thread>
#include <unordered_set>
#include <utility>

#include "host/collection/document_walk.h"

namespace qr {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{8} << 20;  // of float32 rows, appended at once
constexpr std::size_t kBatchRowsMax = 4096;
constexpr std::size_t kReadersMax = 8;  // of one collection, each with a batch of its own

std::size_t batch_rows_max(const TableLayout& layout) {
    return std::clamp(kBatchBytes / (layout.dimension * sizeof(float)), std::size_t{1},
                      kBatchRowsMax);
}

// Rows that are appended at once, of documents with different ids.
class LoadBatch {
  public:
    explicit LoadBatch(const TableLayout& layout)
        : layout_(layout), rows_max_(batch_rows_max(layout)) {
        documents_.reserve(rows_max_);  // so that the ids stay where they are
    }

    bool is_empty() const { return documents_.empty(); }
    bool has_room_for(const std::string& id) const {
        return documents_.size() < rows_max_ && !ids_.contains(id);
    }
    void add(StoredDocument& stored) {
        rows_.resize(rows_max_ * layout_.dimension);
        widen(layout_.storage, stored.vector,
              std::span(rows_).subspan(documents_.size() * layout_.dimension, layout_.dimension));
        numbers_.push_back(stored.number);
        documents_.push_back(std::move(stored.document));
        ids_.insert(documents_.back().id);
    }
    void clear() {
        ids_.clear();
        documents_.clear();
        numbers_.clear();
    }

    RowBatch rows() const {
        return {{rows_.data(), documents_.size(), layout_.dimension}, numbers_};
    }
    std::span<const Document> documents() const { return documents_; }

  private:
    const TableLayout layout_;
    const std::size_t rows_max_;
    std::vector<float> rows_;  // room for rows_max_
    std::vector<std::uint64_t> numbers_;
    std::vector<Document> documents_;
    std::unordered_set<std::string_view> ids_;
};

// What walks found beside documents.
struct Findings {
    std::vector<HalfDocument> halves;
    std::size_t damaged_values = 0;
    std::uint64_t next_number = 0;
};

// Ranges of insertion numbers, read by several threads and appended in their order: only what has
// to happen in turns does.
class Loading {
  public:
    Loading(const StoreView& view, const CollectionRecord& record,
            const std::optional<Counters>& counted, Loaded& loaded, LoadProgress& progress)
        : view_(view),
          id_(record.id),
          layout_(record.settings.layout),
          loaded_(loaded),
          progress_(progress) {
        if (!counted) return;  // one range: nobody knows where it ends
        const std::uint64_t batches = counted->documents / batch_rows_max(layout_);
        width_ = counted->next_number / (batches + 1) + 1;
        ranges_ = counted->next_number / width_ + 1;
    }

    Result<Findings> run() {
        const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
        std::vector<std::future<void>> readers(std::min({cores, kReadersMax, ranges_}));
        for (std::future<void>& reader : readers)
            reader = std::async(std::launch::async, [this] { read_ranges(); });
        for (std::future<void>& reader : readers)
            reader.wait();
        return failure_ ? Result<Findings>(*failure_) : Result<Findings>(std::move(findings_));
    }

  private:
    void read_ranges() {
        try {
            LoadBatch batch(layout_);
            for (std::size_t range = next_++; range < ranges_; range = next_++) {
                if (auto read = read_range(range, batch); !read) return fail(read.error());
            }
        } catch (const std::bad_alloc&) {
            fail({.code = Code::out_of_memory, .message = "no memory to read documents into"});
        }
    }

    Result<void> read_range(std::size_t range, LoadBatch& batch) {
        const bool is_last = range + 1 == ranges_;
        const InsertionRange numbers{.first = range * width_,
                                     .end = is_last ? InsertionRange().end : (range + 1) * width_};
        DocumentWalk walk(view_, id_, numbers, vector_bytes(layout_), WithText::no);
        while (walk.next()) {
            if (!batch.has_room_for(walk.document().document.id)) {
                if (auto appended = append(range, batch); !appended) return appended;
            }
            batch.add(walk.document());
            ++progress_.read;
        }
        if (auto appended = append(range, batch); !appended) return appended;
        note(walk);
        end_turn();
        return {};
    }

    // Waits until all ranges before this one are in the table. What is done in a turn needs no
    // lock: nobody else has one.
    Result<void> append(std::size_t range, LoadBatch& batch) {
        std::unique_lock lock(mutex_);
        turned_.wait(lock, [&] { return turn_ == range || failure_; });
        if (failure_) return *failure_;
        lock.unlock();
        if (progress_.is_cancelled)
            return Error{Code::unavailable, "loading was given up", {}, {}, {}};
        if (batch.is_empty()) return {};
        Residence& residence = *loaded_.residence;
        const RowBatch rows = batch.rows();
        const std::size_t bytes = rows.rows.rows * residence.table().memory().bytes_per_row;
        if (auto claimed = residence.memory().claim(bytes); !claimed) return claimed;
        const Result<std::vector<Slot>> slots = residence.table().append(rows);
        if (!slots) return slots.error();
        publish(batch, *slots);
        batch.clear();
        return {};
    }

    // Of two documents with one id, which only a store that was damaged in between can hold, the
    // later counts.
    void publish(const LoadBatch& batch, std::span<const Slot> slots) {
        const std::span<const std::uint64_t> numbers = batch.rows().numbers;
        std::vector<NewRow> added;
        added.reserve(slots.size());
        std::vector<Slot> gone;
        for (std::size_t i = 0; i < slots.size(); ++i) {
            const Document& document = batch.documents()[i];
            added.push_back({slots[i], numbers[i], &document});
            if (const auto older = loaded_.residence->find_even_expired(document.id)) {
                gone.push_back(older->slot);
                loaded_.stale.push_back(older->number);
            }
        }
        loaded_.residence->publish(added, gone);
    }

    void note(const DocumentWalk& walk) {
        std::ranges::copy(walk.halves(), std::back_inserter(findings_.halves));
        findings_.damaged_values += walk.damaged_values();
        findings_.next_number = std::max(findings_.next_number, walk.next_number());
        for (std::string& text : walk.damage()) {
            if (loaded_.damage.size() < kDamageTextsMax) loaded_.damage.push_back(std::move(text));
        }
    }

    void end_turn() {
        const std::lock_guard lock(mutex_);
        ++turn_;
        turned_.notify_all();
    }

    void fail(Error error) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::move(error);
        turned_.notify_all();
    }

    const StoreView& view_;
    const CollectionId id_;
    const TableLayout layout_;
    Loaded& loaded_;  // changed in turns
    LoadProgress& progress_;
    std::uint64_t width_ = 0;  // numbers of a range
    std::size_t ranges_ = 1;   // the last one has no end
    std::atomic<std::size_t> next_ = 0;
    Findings findings_;  // changed in turns

    std::mutex mutex_;
    std::condition_variable turned_;
    std::size_t turn_ = 0;  // the range that may append
    std::optional<Error> failure_;
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

void take_halves(const Findings& findings, Loaded& loaded) {
    for (const HalfDocument& half : findings.halves) {
        if (loaded.residence->find_even_expired(half.id)) {
            loaded.stale.push_back(half.number);
            continue;
        }
        const auto [at, is_new] = loaded.damaged.try_emplace(half.id, half.number);
        if (!is_new) loaded.stale.push_back(std::exchange(at->second, half.number));
    }
}

// What was found against what was counted.
void settle(const Findings& findings, std::uint64_t read, const std::optional<Counters>& counted,
            Loaded& loaded) {
    loaded.stale_read = loaded.stale.size();
    take_halves(findings, loaded);
    Counters& counters = loaded.counters;
    if (counted) {
        counters = *counted;
    } else {  // at least so many are missing, and no answer is certain
        counters.documents = read + std::max(std::size_t{1}, findings.damaged_values);
    }
    counters.documents = std::max(counters.documents, read);
    counters.next_number = std::max(counters.next_number, findings.next_number);
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
    const Result<Findings> findings = Loading(*view, record, counted, loaded, progress).run();
    if (!findings) return findings.error();
    settle(*findings, progress.read, counted, loaded);
    return loaded;
}

}  // namespace qr
