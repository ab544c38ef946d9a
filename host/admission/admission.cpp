#include "host/admission/admission.h"

#include <utility>

namespace qr {

Place::Place(Place&& other) noexcept
    : admission_(std::exchange(other.admission_, nullptr)),
      tenant_jobs_(other.tenant_jobs_),
      rows_(other.rows_),
      bytes_(other.bytes_) {}

Place& Place::operator=(Place&& other) noexcept {
    if (this == &other) return *this;
    release();
    admission_ = std::exchange(other.admission_, nullptr);
    tenant_jobs_ = other.tenant_jobs_;
    rows_ = other.rows_;
    bytes_ = other.bytes_;
    return *this;
}

Place::~Place() {
    release();
}

void Place::release() noexcept {
    if (admission_ != nullptr) std::exchange(admission_, nullptr)->release(*this);
}

void Place::declare(std::size_t rows, std::size_t bytes) {
    if (admission_ != nullptr) admission_->declare(*this, rows, bytes);
}

Admission::Admission(const Clock& clock, AdmissionLimits limits) : clock_(clock) {
    figures_.limits = limits;
}

std::size_t& Admission::jobs_of(std::string_view tenant) {
    const auto found = tenant_jobs_.find(tenant);
    if (found != tenant_jobs_.end()) return found->second;
    return tenant_jobs_.emplace(tenant, 0).first->second;
}

std::variant<Place, AdmissionRefusal> Admission::admit(std::string_view tenant,
                                                       std::optional<std::size_t> content_length) {
    const TimePoint now = clock_.now();
    const std::lock_guard lock(mutex_);
    std::size_t& tenant_jobs = jobs_of(tenant);
    const InProgress in_progress{.jobs = figures_.jobs,
                                 .rows = figures_.rows,
                                 .bytes = figures_.bytes,
                                 .tenant_jobs = tenant_jobs};
    if (const auto overload = refusal_of(figures_.limits, in_progress, content_length)) {
        ++figures_.refused.at(static_cast<std::size_t>(overload->reason));
        return AdmissionRefusal{.overload = *overload,
                                .retry_after = retry_after(
                                    figures_.jobs, drained_.places_per_second(now), refusals_++)};
    }
    if (figures_.jobs++ == 0) drained_.begin(now);
    ++tenant_jobs;
    ++figures_.admitted;
    const std::size_t bytes = content_length.value_or(0);
    figures_.bytes += bytes;
    return Place(*this, &tenant_jobs, bytes);
}

void Admission::declare(Place& place, std::size_t rows, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    figures_.rows += rows - place.rows_;
    figures_.bytes += bytes - place.bytes_;
    place.rows_ = rows;
    place.bytes_ = bytes;
}

void Admission::release(const Place& place) noexcept {
    const TimePoint now = clock_.now();
    const std::lock_guard lock(mutex_);
    --figures_.jobs;
    --*place.tenant_jobs_;
    figures_.rows -= place.rows_;
    figures_.bytes -= place.bytes_;
    drained_.release(1, now);
}

void Admission::set_limits(AdmissionLimits limits) {
    const std::lock_guard lock(mutex_);
    figures_.limits = limits;
}

AdmissionFigures Admission::figures() const {
    const std::lock_guard lock(mutex_);
    return figures_;
}

}  // namespace qr
