// The encoder that runs in this process: a table of token vectors, no network, no device.
//
// A small job is encoded on the thread that brings it, which is cheaper than waking another. A
// large one is cut into slices for threads of this encoder, which take jobs in turns, so that no
// request holds an I/O thread or another request for long. A vector is the same either way. Between
// slices a job whose deadline has passed, or whose client has left, is answered and dropped.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "host/text/encoder.h"
#include "host/text/text_vectors.h"

namespace qr {

struct StaticEncoderOptions {
    std::size_t threads = 1;  // for large jobs; at least 1
    // A text counts its bytes and kTextCost. Larger: fewer threads are woken, and an I/O thread is
    // held longer, by about 10 us a KiB.
    std::size_t at_once_cost_max = std::size_t{256} << 10;
    std::size_t slice_cost_max = std::size_t{128} << 10;
    std::size_t waiting_jobs_max = 64;  // then `overloaded`
};

class StaticEncoder final : public Encoder {
  public:
    static constexpr std::size_t kTextCost = 64;

    // `buffers` and `clock` must outlive this.
    StaticEncoder(TextVectors vectors, BufferPool& buffers, const Clock& clock,
                  const StaticEncoderOptions& options = {});
    ~StaticEncoder() override;

    EncoderInfo info() const override;
    void encode(EncoderJob job) override;
    const Tokenizer* tokenizer() const override { return &vectors_.model().tokenizer; }
    void stop() override;

  private:
    struct Work;
    struct Slice;
    using WorkPointer = std::shared_ptr<Work>;

    WorkPointer make_work(EncoderJob job);
    std::optional<Error> queue(const WorkPointer& work);
    std::size_t slice_stop(const Work& work) const;
    void encode_slice(Work& work, Slice& slice) const;
    void encode_at_once(const WorkPointer& work);
    void run();
    void take_slice(std::unique_lock<std::mutex>& lock);
    std::optional<Error> reason_to_drop(const EncoderJob& job) const;
    void deliver(Work& work) const;

    const TextVectors vectors_;
    BufferPool& buffers_;
    const Clock& clock_;
    const StaticEncoderOptions options_;
    std::mutex mutex_;
    std::condition_variable wakes_;
    std::deque<WorkPointer> waiting_;  // with slices that nobody has taken
    std::atomic<bool> is_stopped_{false};
    std::vector<std::thread> threads_;
};

}  // namespace qr
