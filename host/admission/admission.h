// The places of requests in progress: taken at a request's head, freed when its answer is out.
//
// What is decided stands in admission_policy.h; here are the lock and the counts. Every place that
// was given comes back exactly once, however its request ends. Nothing behind this room refuses a
// request for load.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "host/admission/admission_policy.h"
#include "host/admission/drain_rate.h"
#include "host/base/clock.h"

namespace qr {

class Admission;

// One request's place. Gives it back when destroyed; an empty one holds nothing.
class Place {
  public:
    Place() = default;
    Place(Place&& other) noexcept;
    Place& operator=(Place&& other) noexcept;
    ~Place();

    bool is_held() const { return admission_ != nullptr; }

    // What the request turned out to be, in place of what its head announced. Refuses nothing.
    void declare(std::size_t rows, std::size_t bytes);

  private:
    friend class Admission;
    Place(Admission& admission, std::size_t* tenant_jobs, std::size_t bytes)
        : admission_(&admission), tenant_jobs_(tenant_jobs), bytes_(bytes) {}
    void release() noexcept;

    Admission* admission_ = nullptr;
    std::size_t* tenant_jobs_ = nullptr;  // the admission's count of this tenant
    std::size_t rows_ = 0;
    std::size_t bytes_ = 0;
};

struct AdmissionRefusal {
    Overload overload;
    Duration retry_after{};
};

struct AdmissionFigures {
    std::size_t jobs = 0;
    std::size_t rows = 0;
    std::size_t bytes = 0;
    AdmissionLimits limits;                                // in force
    std::uint64_t admitted = 0;                            // so far
    std::array<std::uint64_t, kRefusalReasons> refused{};  // so far, by RefusalReason
};

// Thread-safe. Outlives its places.
class Admission {
  public:
    Admission(const Clock& clock, AdmissionLimits limits);

    // `tenant` is one of the configured key ids, or empty without keys. Constant time.
    std::variant<Place, AdmissionRefusal> admit(std::string_view tenant,
                                                std::optional<std::size_t> content_length);

    // For requests to come; places that are held stay.
    void set_limits(AdmissionLimits limits);

    AdmissionFigures figures() const;

  private:
    friend class Place;
    void declare(Place& place, std::size_t rows, std::size_t bytes);
    void release(const Place& place) noexcept;
    std::size_t& jobs_of(std::string_view tenant);

    const Clock& clock_;
    mutable std::mutex mutex_;
    AdmissionFigures figures_;
    DrainRate drained_;
    // Never shrinks: as many entries as there ever were keys.
    std::map<std::string, std::size_t, std::less<>> tenant_jobs_;
    std::uint64_t refusals_ = 0;
};

}  // namespace qr
