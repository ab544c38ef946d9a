// Where a test's answers arrive, and searches small enough to write down.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <vector>

#include "host/collection/search_desk.h"

namespace qr::test {

// Counts its deliveries and keeps the first.
class SearchMailbox {
  public:
    std::unique_ptr<SearchSink> sink() { return std::make_unique<Sink>(*this); }
    Result<SearchAnswer> await() { return promise_.get_future().get(); }
    int deliveries() const { return deliveries_; }

  private:
    class Sink final : public SearchSink {
      public:
        explicit Sink(SearchMailbox& box) : box_(box) {}
        void deliver(Result<SearchAnswer> answer) noexcept override {
            if (++box_.deliveries_ == 1) box_.promise_.set_value(std::move(answer));
        }

      private:
        SearchMailbox& box_;
    };

    std::atomic<int> deliveries_ = 0;
    std::promise<Result<SearchAnswer>> promise_;
};

// `count` queries of dimension 1: mark, mark + 1...
inline SearchJob search_of(std::shared_ptr<Collection> collection, SearchMailbox& box, float mark,
                           std::size_t count = 1) {
    auto vectors = std::make_shared<std::vector<float>>();
    for (std::size_t i = 0; i < count; ++i)
        vectors->push_back(mark + static_cast<float>(i));
    SearchJob job;
    job.collection = std::move(collection);
    job.queries = {vectors->data(), count, 1};
    job.vectors = std::move(vectors);
    job.sink = box.sink();
    return job;
}

}  // namespace qr::test
