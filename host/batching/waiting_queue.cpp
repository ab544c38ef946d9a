#include "host/batching/waiting_queue.h"

#include <algorithm>
#include <utility>

#include "host/base/check.h"

namespace qr {

WaitingQueue::Ticket WaitingQueue::add(JobId id, const BatchKey& key, const std::string& tenant,
                                       const WaitingJob& job) {
    QR_CHECK(job.rows_left >= 1);
    Ticket ticket;
    TimePoint turn = job.arrived;
    if (!tenant.empty()) {
        ticket.tenant = tenants_.try_emplace(tenant).first;
        turn = join((*ticket.tenant)->second, job);
    }
    ticket.line = lines_.try_emplace(key).first;
    Line& line = ticket.line->second;
    const Position position{turn + job.priority * kPriorityStep, id};
    const bool is_front = line.empty() || position < line.begin()->first;
    if (is_front && !line.empty()) fronts_.erase(line.begin()->first);
    ticket.job = line.emplace_hint(line.end(), position, job);
    if (is_front) fronts_.emplace(position, ticket.line);
    ++jobs_;
    rows_ += job.rows_left;
    return ticket;
}

// Walks the tenant's crowds up to the job's own: as many as priorities are in use there.
TimePoint WaitingQueue::join(Tenant& tenant, const WaitingJob& job) {
    TimePoint last = job.arrived;
    std::size_t waiting = 0;
    const auto end = tenant.upper_bound(job.priority);
    for (auto crowd = tenant.begin(); crowd != end; ++crowd) {
        waiting += crowd->second.waiting;
        last = std::max(last, crowd->second.last_turn);
    }
    Crowd& own = tenant[job.priority];
    ++own.waiting;
    own.last_turn = std::max(job.arrived + static_cast<Duration::rep>(waiting) * kTenantStep, last);
    return own.last_turn;
}

void WaitingQueue::leave(Tenants::iterator tenant, int priority) {
    const auto crowd = tenant->second.find(priority);
    if (--crowd->second.waiting == 0) tenant->second.erase(crowd);
    if (tenant->second.empty()) tenants_.erase(tenant);
}

bool WaitingQueue::take(Ticket& ticket, std::size_t rows, TimePoint now) {
    WaitingJob& job = ticket.job->second;
    QR_CHECK(rows >= 1 && rows <= job.rows_left);
    if (rows == job.rows_left) return remove(ticket), false;
    job.first_row += rows;
    job.rows_left -= rows;
    rows_ -= rows;

    Line& line = ticket.line->second;
    fronts_.erase(line.begin()->first);
    auto node = line.extract(ticket.job);
    const Duration penalty = node.mapped().priority * kPriorityStep;
    node.key().when = std::min(node.key().when - penalty, now) + kSliceStep + penalty;
    ticket.job = line.insert(std::move(node)).position;
    fronts_.emplace(line.begin()->first, ticket.line);
    return true;
}

void WaitingQueue::remove(const Ticket& ticket) {
    --jobs_;
    rows_ -= ticket.job->second.rows_left;
    if (ticket.tenant) leave(*ticket.tenant, ticket.job->second.priority);
    Line& line = ticket.line->second;
    const bool is_front = ticket.job == line.begin();
    if (is_front) fronts_.erase(line.begin()->first);
    line.erase(ticket.job);
    if (line.empty()) {
        lines_.erase(ticket.line);
    } else if (is_front) {
        fronts_.emplace(line.begin()->first, ticket.line);
    }
}

const WaitingQueue::Line* WaitingQueue::foremost() const {
    return fronts_.empty() ? nullptr : &fronts_.begin()->second->second;
}

}  // namespace qr
