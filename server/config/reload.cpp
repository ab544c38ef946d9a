#include "server/config/reload.h"

#include "server/config/setting.h"

namespace qr::config {

Reload reload(const Config& running, const Config& loaded) {
    Reload result{.config = running};
    for (const Setting& setting : settings()) {
        const auto take_over = [&](auto member) {
            if (running.*member == loaded.*member) return;
            const bool is_live = setting.effect == Effect::live;
            (is_live ? result.changed : result.deferred).push_back(setting.key);
            if (is_live) result.config.*member = loaded.*member;
        };
        std::visit(take_over, setting.member);
    }
    return result;
}

}  // namespace qr::config
