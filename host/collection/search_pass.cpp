#include "host/collection/search_pass.h"

#include <map>
#include <utility>

namespace qr {
namespace {

// Where each query of a scan came from.
struct Place {
    const SearchPortion* portion;
    std::size_t index;  // in its job
};

struct Scan {
    std::shared_ptr<const TableView> view;
    std::vector<SearchQuery> queries;
    std::vector<Place> places;
};

// Jobs without a filter share one ground, so that they share one view and one mask.
void take_grounds(const SearchPass& pass) {
    std::optional<SearchGround> unfiltered;
    for (const SearchPortion& portion : pass) {
        PendingSearch& pending = *portion.pending;
        SearchGround& ground = pending.answer.ground;
        if (ground.view != nullptr) continue;
        const bool is_plain = pending.job.filter.is_empty();
        if (is_plain && unfiltered) {
            ground = *unfiltered;
            continue;
        }
        Result<SearchGround> taken = pending.job.collection->ground(pending.job.filter);
        if (!taken.ok()) {
            pending.failure = std::move(taken).error();
            continue;
        }
        ground = std::move(taken).value();
        if (is_plain) unfiltered = ground;
    }
}

void add_queries(const SearchPortion& portion, Scan& scan) {
    const PendingSearch& pending = *portion.pending;
    for (std::size_t i = portion.first; i < portion.first + portion.count; ++i) {
        scan.queries.push_back({.vector = pending.job.queries.row(i),
                                .k = pending.job.k,
                                .method = pending.job.method,
                                .mask = pending.answer.ground.mask.get(),
                                .is_certified = pending.job.is_certified,
                                .claim = pending.claim.get()});
        scan.places.push_back({&portion, i});
    }
}

std::vector<Scan> scans_of(const SearchPass& pass) {
    std::vector<Scan> scans;
    std::map<const TableView*, std::size_t> by_view;
    for (const SearchPortion& portion : pass) {
        if (portion.pending->failure) continue;
        const auto& view = portion.pending->answer.ground.view;
        const auto [found, is_new] = by_view.try_emplace(view.get(), scans.size());
        if (is_new) scans.push_back({.view = view, .queries = {}, .places = {}});
        add_queries(portion, scans[found->second]);
    }
    return scans;
}

void run(const Scan& scan, PassReport& report) {
    Result<std::vector<SearchResult>> results = scan.view->search(scan.queries);
    for (std::size_t i = 0; i < scan.places.size(); ++i) {
        PendingSearch& pending = *scan.places[i].portion->pending;
        if (!results.ok()) {
            pending.failure = results.error();
            continue;
        }
        SearchResult& result = (*results)[i];
        report.rescored += result.rescored;
        report.retries += result.retries;
        // What the store holds damaged might have belonged among the hits.
        if (pending.answer.ground.missing > 0) result.is_exact = false;
        pending.answer.results[scan.places[i].index] = std::move(result);
        pending.answer.pass_queries = scan.queries.size();
    }
    ++report.scans;
    report.slots += scan.view->slots();
    report.queries += scan.queries.size();
}

}  // namespace

PassReport run_pass(const SearchPass& pass) {
    PassReport report{.jobs = pass.size()};
    take_grounds(pass);
    for (const Scan& scan : scans_of(pass))
        run(scan, report);
    return report;
}

}  // namespace qr
