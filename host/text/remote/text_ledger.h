// Which jobs wait for which texts, and in which order those leave.
//
// Equal texts are one: whoever asks for a text that waits or is on its way waits for the same
// answer. A job is answered once all its texts are there, or at the first of them that fails. A
// queued text has somebody who waits for it, always; one that is on its way may have lost them.
// Texts leave first come, first served. Answers gather here until they are taken, so that whoever
// holds a lock around this delivers without it. Pure: no lock, no thread, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "host/text/encoder.h"
#include "host/text/remote/vector_cache.h"

namespace qr {

struct AskedText {
    std::string key;      // VectorCache::key_of
    SharedVector vector;  // where it is known already
};

struct JobVectors {
    std::vector<SharedVector> vectors;  // one an input
    Duration waited{};
    Duration encoded{};
};

struct AnsweredJob {
    EncoderJob job;
    Result<JobVectors> result;
};

class TextLedger {
  public:
    using JobNumber = std::uint64_t;
    struct Waiter {
        JobNumber job = 0;
        std::size_t input = 0;
    };
    struct Text {
        std::string key;
        std::vector<Waiter> waiters;
        bool is_queued = true;
    };
    using Texts = std::list<Text>;
    struct TakeLimits {
        std::size_t texts = 1;
        std::size_t bytes = 0;  // of text; the first goes whatever its size
    };

    // `asked` has one entry an input.
    void add(EncoderJob job, const std::vector<AskedText>& asked, TimePoint now);
    void refuse(EncoderJob job, Error error);
    // Texts that add() would queue; one that a job repeats counts each time.
    std::size_t new_texts(const std::vector<AskedText>& asked) const;

    // The next texts to leave; jobs whose client has left are answered `cancelled` instead.
    Texts take(TakeLimits limits, TimePoint now);
    // What is to be sent again: less what nobody waits for any more.
    void prune(Texts& texts);
    // Back to the front of the queue.
    void put_back(Texts texts);

    std::vector<EncoderInput> inputs_of(const Texts& texts) const;
    std::vector<JobNumber> jobs_of(const Texts& texts) const;  // each once, ascending
    // The latest of those who wait; empty when one of them has none.
    std::optional<TimePoint> latest_deadline(const Texts& texts) const;

    // Ends texts: `vectors` has one each.
    void deliver(Texts texts, std::span<const SharedVector> vectors, TimePoint now);
    void fail(Texts texts, const Error& error);
    // Answers jobs, whose texts then wait for others or for nobody.
    void fail_job(JobNumber job, Error error);
    void fail_due(const Texts& texts, TimePoint until, const Error& error);
    void fail_queued(const Error& error);
    void fail_all(const Error& error);
    void expire(TimePoint now);  // `deadline_exceeded`

    std::optional<TimePoint> next_deadline() const;
    std::size_t queued() const { return queue_.size(); }
    std::vector<AnsweredJob> take_answers() { return std::exchange(answers_, {}); }

  private:
    struct Job {
        EncoderJob job;
        TimePoint arrived;
        std::optional<TimePoint> left;  // its first text
        std::vector<SharedVector> vectors;
        std::vector<Text*> awaited;  // one an input; null once it is there
        std::size_t missing = 0;
    };
    using Jobs = std::map<JobNumber, Job>;

    Text& text_of(const std::string& key);
    void await(JobNumber number, Job& job, std::size_t input, const std::string& key,
               TimePoint now);
    void hand_over(Waiter waiter, const SharedVector& vector, TimePoint now);
    void complete(Jobs::iterator job, TimePoint now);
    void stop_waiting(Waiter waiter, Text& text);
    bool drop_abandoned(const Text& text);
    void forget(const Texts& texts);

    Jobs jobs_;
    JobNumber last_ = 0;
    std::set<std::pair<TimePoint, JobNumber>> deadlines_;
    Texts queue_;
    std::unordered_map<std::string_view, Texts::iterator> index_;  // keys lie in the texts
    std::vector<AnsweredJob> answers_;
};

}  // namespace qr
