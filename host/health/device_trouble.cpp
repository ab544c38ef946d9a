#include "host/health/device_trouble.h"

#include <algorithm>
#include <utility>

#include "host/backend/xid.h"

namespace qr {
namespace {

std::string describe_xid(unsigned xid) {
    const XidMeaning meaning = meaning_of_xid(xid);
    std::string text = "Xid " + std::to_string(xid) + ": " + std::string(meaning.words);
    if (meaning.kind == XidKind::needs_reset) text += "; the device should be reset";
    if (meaning.kind == XidKind::gone) text += "; the machine should be restarted";
    return text;
}

std::string describe_ecc(std::uint64_t errors) {
    return std::to_string(errors) + " uncorrected memory error" + (errors == 1 ? "" : "s");
}

DeviceNews news_of(DeviceNewsKind kind, const DeviceReport& report) {
    return {.kind = kind, .device = report.index, .uuid = report.uuid};
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text.append(text.empty() ? "" : ", ").append(word);
    return text;
}

}  // namespace

std::string describe_trouble(const DeviceReport& report) {
    const DeviceCondition& condition = report.condition;
    std::string text;
    const auto add = [&](const std::string& part) {
        text.append(text.empty() ? "" : "; ").append(part);
    };
    if (report.is_lost) add(report.error.empty() ? "the device is lost" : report.error);
    if (condition.critical_xid) add(describe_xid(*condition.critical_xid));
    if (condition.ecc_uncorrected.value_or(0) > 0) add(describe_ecc(*condition.ecc_uncorrected));
    return text;
}

std::string describe_trouble(const std::vector<DeviceReport>& reports) {
    std::string text;
    for (const DeviceReport& report : reports) {
        const std::string trouble = describe_trouble(report);
        if (trouble.empty()) continue;
        text.append(text.empty() ? "" : "; ");
        text.append("device ").append(std::to_string(report.index)).append(" reports ");
        text.append(trouble);
    }
    return text;
}

std::optional<DeviceNews> DeviceChanges::xid_news(const DeviceReport& report, Known& known) {
    const DeviceCondition& condition = report.condition;
    const std::uint64_t errors = condition.xid_errors.value_or(known.xid_errors);
    const std::uint64_t before = std::exchange(known.xid_errors, errors);
    const std::optional<unsigned> critical_before =
        std::exchange(known.critical_xid, condition.critical_xid);
    if (errors <= before || !condition.last_xid) return std::nullopt;
    DeviceNews news = news_of(DeviceNewsKind::xid, report);
    // Followers of a critical one come in the same moment and would hide it.
    const bool is_critical_new =
        condition.critical_xid && condition.critical_xid != critical_before;
    news.xid = is_critical_new ? condition.critical_xid : condition.last_xid;
    news.is_critical = is_critical_xid(*news.xid);
    news.count = errors - before;
    news.message = describe_xid(*news.xid);
    return news;
}

std::optional<DeviceNews> DeviceChanges::ecc_news(const DeviceReport& report, Known& known) {
    const std::uint64_t errors = report.condition.ecc_uncorrected.value_or(known.ecc_uncorrected);
    const std::uint64_t before = std::exchange(known.ecc_uncorrected, errors);
    if (errors <= before) return std::nullopt;
    DeviceNews news = news_of(DeviceNewsKind::ecc_uncorrected, report);
    news.is_critical = true;
    news.count = errors - before;
    news.message = describe_ecc(errors) + " since the driver was loaded";
    return news;
}

std::optional<DeviceNews> DeviceChanges::throttle_news(const DeviceReport& report, Known& known,
                                                       TimePoint now) {
    if (!report.condition.throttle_reasons.empty()) {
        const bool was_throttled = std::exchange(known.throttled_at, now).has_value();
        if (was_throttled) return std::nullopt;
        DeviceNews news = news_of(DeviceNewsKind::throttled, report);
        news.message = joined(report.condition.throttle_reasons);
        return news;
    }
    if (!known.throttled_at || now - *known.throttled_at < kCalmAfter) return std::nullopt;
    known.throttled_at.reset();
    return news_of(DeviceNewsKind::unthrottled, report);
}

std::vector<DeviceNews> DeviceChanges::take(const std::vector<DeviceReport>& reports,
                                            TimePoint now) {
    known_.resize(std::max(known_.size(), reports.size()));
    std::vector<DeviceNews> all;
    const auto add = [&](std::optional<DeviceNews> news) {
        if (news) all.push_back(std::move(*news));
    };
    for (std::size_t i = 0; i < reports.size(); ++i) {
        add(xid_news(reports[i], known_[i]));
        add(ecc_news(reports[i], known_[i]));
        add(throttle_news(reports[i], known_[i], now));
    }
    return all;
}

}  // namespace qr
