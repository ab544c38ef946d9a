// What changes a collection: prepared, appended, committed, published, in that order.
#include <deque>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "host/collection/document_rules.h"
#include "host/collection/resident_collection.h"
#include "host/collection/row_mask.h"

namespace qr {
namespace {

constexpr std::size_t kEraseBatch = 4096;      // documents removed in one commit
constexpr std::size_t kRowOverheadBytes = 48;  // in memory beside its vector and its id, about

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<void> check_documents(std::span<const Document> documents, const MatrixView& vectors) {
    QR_CHECK(documents.size() == vectors.rows);
    for (std::size_t i = 0; i < documents.size(); ++i) {
        if (auto checked = check_document(documents[i], i); !checked) return checked;
    }
    return {};
}

}  // namespace

// One upsert from its documents to what table, store and residence are told.
class ResidentCollection::Upsert {
  public:
    Upsert(const ResidentCollection& collection, const Residence& residence, WallSeconds now)
        : counters(collection.counters_),
          collection_(collection),
          residence_(residence),
          now_(now) {}

    // What comes of it.
    Counters counters;
    UpsertReport report;
    std::vector<Slot> gone;  // of rows that are replaced

    // In their order, so that new documents are numbered in it.
    void add(const Document& document, std::size_t row) {
        const auto [at, is_new] = entry_of_.try_emplace(document.id, entries_.size());
        if (!is_new) {
            entries_[at->second].row = row;
            entries_[at->second].document = &document;
            ++report.updated;
            return;
        }
        entries_.push_back({.number = number_for(document.id), .row = row, .document = &document});
    }

    void expire_by(std::optional<double> ttl_seconds) {
        if (!ttl_seconds) return;
        for (Entry& entry : entries_) {
            if (entry.document->fields.expires_at) continue;
            owned_.push_back(*entry.document);
            owned_.back().fields.expires_at = now_ + *ttl_seconds;
            entry.document = &owned_.back();
        }
    }

    Result<void> check_limits() const {
        const std::uint64_t most = collection_.around_->documents_max;
        if (counters.documents > most)
            return Error{Code::out_of_memory,
                         "collection '" + collection_.name_ + "': found " +
                             std::to_string(counters.documents) +
                             " documents with these, allowed: " + std::to_string(most),
                         {},
                         std::to_string(counters.documents),
                         std::to_string(most)};
        std::set<std::string_view> names;
        for (const Entry& entry : entries_) {
            for (const auto& [name, number] : entry.document->fields.numbers) {
                if (!residence_.has_number_name(name)) names.insert(name);
            }
            if (residence_.number_names() + names.size() > kNumberNamesMax)
                return too_many_names("/" + std::to_string(entry.row) + "/numbers");
        }
        return {};
    }

    // The rows that count. Valid as long as this and the rows.
    RowBatch rows(const StoredRows& stored) {
        const MatrixView all = stored.rows();
        for (const Entry& entry : entries_)
            numbers_.push_back(entry.number);
        if (entries_.size() == all.rows) return {all, numbers_};
        for (const Entry& entry : entries_) {
            const std::span<const float> row = all.row(entry.row);
            gathered_.insert(gathered_.end(), row.begin(), row.end());
        }
        return {{gathered_.data(), entries_.size(), all.dimension}, numbers_};
    }

    std::size_t bytes() const {
        std::size_t bytes = 0;
        for (const Entry& entry : entries_)
            bytes += entry.document->id.size() + kRowOverheadBytes;
        return bytes;
    }

    void write(const StoredRows& stored, StoreBatch& batch) const {
        const CollectionId id = collection_.record_.id;
        for (const std::uint64_t number : erased_) {
            batch.writes.push_back({Shelf::records, document_key(id, number), std::nullopt});
            batch.writes.push_back({Shelf::vectors, vector_key(id, number), std::nullopt});
        }
        for (const Entry& entry : entries_) {
            batch.writes.push_back(
                {Shelf::records, document_key(id, entry.number), encode(*entry.document)});
            batch.writes.push_back(
                {Shelf::vectors, vector_key(id, entry.number), text_of(stored.bytes(entry.row))});
        }
    }

    std::vector<NewRow> new_rows(std::span<const Slot> slots) const {
        std::vector<NewRow> rows;
        rows.reserve(slots.size());
        for (std::size_t i = 0; i < slots.size(); ++i)
            rows.push_back({slots[i], entries_[i].number, entries_[i].document});
        return rows;
    }

    // Documents that were damaged are whole now.
    void heal(ResidentCollection& collection) const {
        const std::lock_guard lock(collection.state_lock_);
        for (const Entry& entry : entries_)
            collection.damaged_.erase(entry.document->id);
    }

  private:
    struct Entry {
        std::uint64_t number = 0;
        std::size_t row = 0;
        const Document* document = nullptr;
    };

    std::uint64_t number_for(const std::string& id) {
        const std::optional<LiveRow> row = residence_.find_even_expired(id);
        if (row) gone.push_back(row->slot);
        if (row && row->expires_at > now_) return update(row->number);
        if (row) {  // expired: a new document, though the old one is still to be removed
            erased_.push_back(row->number);
            ++counters.removed;
            --counters.documents;
        }
        const auto damaged = collection_.damaged_.find(id);
        if (damaged != collection_.damaged_.end()) return update(damaged->second);
        ++report.inserted;
        ++counters.documents;
        return counters.next_number++;
    }

    std::uint64_t update(std::uint64_t number) {
        ++report.updated;
        ++counters.removed;
        return number;
    }

    static Error too_many_names(const std::string& pointer) {
        const std::string allowed = std::to_string(kNumberNamesMax) + " names a collection";
        return {Code::invalid, pointer + ": found one name more, allowed: " + allowed, pointer,
                "one name more", allowed};
    }

    const ResidentCollection& collection_;
    const Residence& residence_;
    const WallSeconds now_;
    std::unordered_map<std::string_view, std::size_t> entry_of_;
    std::vector<Entry> entries_;
    std::deque<Document> owned_;
    std::vector<std::uint64_t> erased_;
    std::vector<std::uint64_t> numbers_;
    std::vector<float> gathered_;
};

Result<UpsertReport> ResidentCollection::upsert(std::span<const Document> documents,
                                                const MatrixView& vectors) {
    if (documents.empty()) return UpsertReport{};
    if (auto checked = check_documents(documents, vectors); !checked) return checked.error();
    const TableLayout& layout = record_.settings.layout;
    Result<StoredRows> stored = StoredRows::make(vectors, layout.dimension, layout.storage);
    if (!stored) return stored.error();

    const std::lock_guard turn(writer_);
    Result<std::shared_ptr<Residence>> found = ready();
    if (!found) return found.error();
    Residence& residence = **found;
    Upsert upsert(*this, residence, around_->wall.now());
    for (std::size_t i = 0; i < documents.size(); ++i)
        upsert.add(documents[i], i);
    upsert.expire_by(record_.settings.ttl_seconds);
    if (auto checked = upsert.check_limits(); !checked) return checked.error();

    const Result<std::vector<Slot>> slots = append(residence, upsert.rows(*stored), upsert.bytes());
    if (!slots) return slots.error();
    StoreBatch batch;
    upsert.write(*stored, batch);
    if (auto committed = commit(batch, upsert.counters); !committed) {
        residence.abandon(*slots);
        return committed.error();
    }
    residence.publish(upsert.new_rows(*slots), upsert.gone);
    upsert.heal(*this);
    note_missing(residence);
    return upsert.report;
}

// Rows that nobody sees until they are published.
Result<std::vector<Slot>> ResidentCollection::append(Residence& residence, const RowBatch& batch,
                                                     std::size_t more_bytes) {
    const std::size_t bytes = batch.rows.rows * residence.bytes_per_row() + more_bytes;
    if (auto claimed = residence.memory().claim(bytes); !claimed) return claimed.error();
    Result<std::vector<Slot>> slots = residence.table().append(batch);
    if (!slots) residence.abandon({});
    return slots;
}

Result<void> ResidentCollection::commit(StoreBatch& batch, const Counters& counters) {
    batch.writes.push_back({Shelf::records, counters_key(record_.id), encode(counters)});
    Result<void> committed = around_->store.commit(batch);
    if (!committed) return committed;
    counters_ = counters;
    next_number_ = counters.next_number;
    stored_documents_ = counters.documents;
    return {};
}

void ResidentCollection::note_missing(const Residence& residence) {
    missing_ = counters_.documents - residence.rows() - stale_read_;
}

// Documents with a row and others that have none, in one commit.
Result<void> ResidentCollection::erase(Residence& residence, std::span<const LiveRow> rows,
                                       std::span<const std::uint64_t> others) {
    if (rows.empty() && others.empty()) return {};
    std::vector<std::uint64_t> numbers(others.begin(), others.end());
    std::vector<Slot> gone;
    for (const LiveRow& row : rows) {
        numbers.push_back(row.number);
        gone.push_back(row.slot);
    }
    StoreBatch batch;
    for (const std::uint64_t number : numbers) {
        batch.writes.push_back({Shelf::records, document_key(record_.id, number), std::nullopt});
        batch.writes.push_back({Shelf::vectors, vector_key(record_.id, number), std::nullopt});
    }
    Counters counters = counters_;
    counters.documents -= numbers.size();
    counters.removed += numbers.size();
    if (auto committed = commit(batch, counters); !committed) return committed;
    residence.publish({}, gone);
    note_missing(residence);
    return {};
}

Result<DeleteReport> ResidentCollection::remove(std::span<const std::string> ids) {
    const std::lock_guard turn(writer_);
    Result<std::shared_ptr<Residence>> residence = ready();
    if (!residence) return residence.error();
    const WallSeconds now = around_->wall.now();
    std::set<std::string_view> seen;
    std::vector<LiveRow> rows;
    std::vector<std::uint64_t> others;
    for (const std::string& id : ids) {
        if (!seen.insert(id).second) continue;
        const std::optional<LiveRow> row = (*residence)->find(id, now);
        const auto damaged = damaged_.find(id);
        if (row) rows.push_back(*row);
        if (damaged != damaged_.end()) others.push_back(damaged->second);
    }
    const std::size_t deleted = rows.size() + others.size();
    if (auto erased = erase(**residence, rows, others); !erased) return erased.error();
    const std::lock_guard lock(state_lock_);
    for (const std::string& id : ids)
        damaged_.erase(id);
    return DeleteReport{.deleted = deleted, .not_found = ids.size() - deleted};
}

Result<DeleteReport> ResidentCollection::remove_where(const Filter& filter) {
    if (filter.is_empty())
        return Error{Code::invalid, "/filter: found no condition, allowed: at least one", "/filter",
                     "no condition", "at least one"};
    if (auto checked = check_filter(filter); !checked) return checked.error();
    const std::lock_guard turn(writer_);
    Result<std::shared_ptr<Residence>> residence = ready();
    if (!residence) return residence.error();
    const SearchGround ground = (*residence)->ground(filter, around_->wall.now());
    DeleteReport report;
    std::vector<LiveRow> rows;
    for (const Slot slot : slots_of(*ground.mask)) {
        rows.push_back((*residence)->row(slot));
        if (rows.size() < kEraseBatch) continue;
        if (auto erased = erase(**residence, rows, {}); !erased) return erased.error();
        report.deleted += std::exchange(rows, {}).size();
    }
    if (auto erased = erase(**residence, rows, {}); !erased) return erased.error();
    report.deleted += rows.size();
    return report;
}

}  // namespace qr
