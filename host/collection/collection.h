// A named set of documents: their vectors in an engine's table, all else in memory and in the
// store.
//
// One invariant: what a call returned is in the store, and a search that begins later sees it;
// nothing that was deleted or has expired is ever returned again. Writers take turns; readers take
// a view and a mask under a short lock and search without it. An upsert keeps the document's
// insertion number, and so its rank among ties, though its row gets another slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "host/collection/document.h"
#include "host/collection/engine/collection_engine.h"
#include "host/state/matrix_view.h"

namespace qr {

struct CollectionSettings {
    TableLayout layout;
    std::optional<double> ttl_seconds;   // of documents that bring none of their own
    std::optional<std::string> encoder;  // digest of the encoder that made its vectors
    friend bool operator==(const CollectionSettings&, const CollectionSettings&) = default;
};

// loading: being read from the store; ready; unloaded: on disk alone, until load() is asked for;
// failed: see CollectionInfo::why.
enum class CollectionState : std::uint8_t { loading, ready, unloaded, failed };

struct CollectionInfo {
    std::string name;
    CollectionSettings settings;
    CollectionState state = CollectionState::loading;
    std::string why;                  // it failed
    double created_at = 0;            // seconds since 1970
    std::uint64_t documents = 0;      // alive
    std::uint64_t missing = 0;        // that the store holds damaged; answers are not exact then
    std::vector<std::string> damage;  // found while loading: what and where; the first of it
    std::uint64_t deleted_rows = 0;   // whose memory is not yet used again
    std::uint64_t memory_bytes = 0;
    std::size_t memory_bytes_per_row = 0;
    double loaded_share = 0;  // 0..1, while loading
};

struct UpsertReport {
    std::size_t inserted = 0;
    std::size_t updated = 0;
};

struct DeleteReport {
    std::size_t deleted = 0;
    std::size_t not_found = 0;
};

enum class WithVector : std::uint8_t { no, yes };

struct FetchedDocument {
    Document document;
    std::uint64_t number = 0;
    std::vector<float> vector;  // empty unless asked for
};

// What a search runs on: taken in one moment, alive as long as it is needed.
struct SearchGround {
    std::shared_ptr<const TableView> view;
    std::shared_ptr<const RowMask> mask;
    std::uint64_t missing = 0;
    std::shared_ptr<const void> residence;  // the collection's own: what ids() reads
};

// Where documents named by their id lie, in the order they were named.
struct NamedRows {
    std::shared_ptr<const TableView> view;
    std::vector<Slot> slots;
};

class Collection {
  public:
    virtual ~Collection() = default;

    virtual CollectionInfo info() const = 0;

    // Document i with row i of `vectors`, float32, rounded here to the storage type. All or none,
    // durable on return; of two documents with one id the later counts, as an update. An id whose
    // document expired is inserted anew. Errors: `invalid` with the
    // pointer "/i/..." of the offending document (dimension, zero vector, not finite, out of
    // float16's range, id, tags...), `out_of_memory`, `unavailable` (store, or not ready).
    virtual Result<UpsertReport> upsert(std::span<const Document> documents,
                                        const MatrixView& vectors) = 0;

    virtual Result<DeleteReport> remove(std::span<const std::string> ids) = 0;
    // Every document that the filter, not empty, lets through.
    virtual Result<DeleteReport> remove_where(const Filter& filter) = 0;

    // Those that exist, in the order asked for. Errors: `internal`, a damaged record, named.
    virtual Result<std::vector<FetchedDocument>> fetch(std::span<const std::string> ids,
                                                       WithVector with_vector) const = 0;
    // The next `count` at most, by insertion number, beginning behind `after`: for listings.
    virtual Result<std::vector<FetchedDocument>> list(std::optional<std::uint64_t> after,
                                                      std::size_t count,
                                                      WithVector with_vector) const = 0;

    // Errors: `unavailable` unless ready.
    virtual Result<SearchGround> ground(const Filter& filter) const = 0;
    // Errors: `not_found` with pointer "/i": no document has the id.
    virtual Result<NamedRows> find(std::span<const std::string> ids) const = 0;

    // The ids of hits of a ground that was taken here, one a hit, whatever was written, deleted or
    // unloaded since. Texts are fetch()'s.
    virtual std::vector<std::string> ids(const SearchGround& ground,
                                         std::span<const Hit> hits) const = 0;

    // Removes what has expired, moves rows out of blocks with few of them, gives disk space back.
    // Blocking; the catalog calls it now and then.
    virtual Result<void> tidy() = 0;
};

}  // namespace qr
