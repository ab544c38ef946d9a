// Decides what the embedding service is asked next, and what becomes of each call.
//
// A call leaves as soon as fewer than connections_max are under way, with all texts that wait then,
// up to its limits; nobody waits for company. Its time is options.timeout or up to the latest
// deadline of its jobs, whichever is sooner. A call that fails is repeated a little later while
// attempts, budget and deadlines allow, else its jobs fail. One that is refused for its texts is
// sent again job by job, so that only the culprit's job fails. While the breaker is open nobody
// waits. Pure: no lock, no thread; `now` is passed in and chance comes from `seed`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "host/text/encoder.h"
#include "host/text/remote/circuit_breaker.h"
#include "host/text/remote/remote_encoder_figures.h"
#include "host/text/remote/remote_encoder_options.h"
#include "host/text/remote/retry_budget.h"
#include "host/text/remote/service_call.h"
#include "host/text/remote/text_ledger.h"
#include "host/text/remote/vector_cache.h"

namespace qr {

class CallDesk {
  public:
    using CallId = std::uint64_t;
    struct Outgoing {
        CallId id = 0;
        ServiceCall call;
    };

    // Both must outlive it; vectors that come are put into `cache`.
    CallDesk(const RemoteEncoderOptions& options, VectorCache& cache, std::uint64_t seed);

    // Answers at once when all vectors are known, and when the job cannot wait.
    void admit(EncoderJob job, const std::vector<AskedText>& asked, TimePoint now);
    // A call to make now, end() to be told of it; empty: none before next_event() or another end().
    std::optional<Outgoing> begin(TimePoint now);
    void end(CallId id, CallOutcome outcome, TimePoint now);
    std::optional<TimePoint> next_event() const;
    // Answers everybody; takes nothing more.
    void stop();

    std::vector<AnsweredJob> take_answers() { return ledger_.take_answers(); }

    std::size_t dimension() const { return dimension_; }  // 0: not known yet
    const ServiceInfo& service() const { return service_; }
    RemoteEncoderFigures figures() const;  // but for cache and connections

  private:
    using Texts = TextLedger::Texts;
    struct Call {
        ServiceCall::Kind kind = ServiceCall::Kind::vectors;
        Texts texts;
        std::vector<std::size_t> sizes;  // bytes of each and one, when it was sent
        TimePoint not_before{};
        unsigned attempts = 0;  // begun
        bool is_under_way = false;
        bool is_cut = false;                             // by its jobs' deadlines
        std::optional<TextLedger::JobNumber> alone_for;  // whom a refusal is about
        CircuitBreaker::Passage passage = CircuitBreaker::Passage::ordinary;
    };
    using Calls = std::map<CallId, Call>;

    bool is_known() const { return api_ != EncoderApi::automatic && batch_max_ != 0; }
    Calls::iterator add_call(Call call);
    Calls::iterator due_call(TimePoint now);
    Calls::iterator next_info_call(TimePoint now);
    Calls::iterator next_vectors_call(TimePoint now);
    Outgoing send(Calls::iterator place, TimePoint now);
    Duration time_of(Call& call, TimePoint now) const;

    void learn(const InfoAnswer& answer);
    std::optional<CallFailure> check_dimension(const EmbeddingAnswer& answer) const;
    void accept(Call call, EmbeddingAnswer answer, TimePoint now);
    void fail(Call call, CallFailure failure, TimePoint now);
    void repeat(Call call, const CallFailure& failure, TimePoint now);
    void give_up(Call call, const CallFailure& failure);
    void refuse_texts(Call call, const CallFailure& failure, TimePoint now);
    void send_alone(Texts texts, TimePoint now);
    void fail_waiting(TimePoint now);

    Error error(Code code, const std::string& what) const;
    Error not_asked(TimePoint now) const;

    const RemoteEncoderOptions& options_;
    VectorCache& cache_;
    TextLedger ledger_;
    CircuitBreaker breaker_;
    RetryBudget budget_;
    std::minstd_rand chance_;
    Calls calls_;
    CallId last_ = 0;
    std::size_t under_way_ = 0;
    EncoderApi api_;
    std::size_t batch_max_;
    std::size_t dimension_ = 0;
    ServiceInfo service_;
    std::string last_failure_;
    bool is_stopped_ = false;
    RemoteEncoderFigures figures_;
};

}  // namespace qr
