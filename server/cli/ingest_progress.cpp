#include "server/cli/ingest_progress.h"

#include <algorithm>
#include <cmath>

namespace qr::cli {
namespace {

std::string bar(double share, std::size_t columns) {
    if (columns == 0) return {};
    const auto full = static_cast<std::size_t>(share * static_cast<double>(columns));
    return '[' + std::string(full, '#') + std::string(columns - full, '.') + ']';
}

std::string whole(double number) {
    return std::to_string(static_cast<std::uint64_t>(std::llround(number)));
}

}  // namespace

std::string progress_line(const IngestProgress& progress, std::size_t bar_columns) {
    const double size = static_cast<double>(std::max<std::uint64_t>(progress.size, 1));
    const double share =
        progress.size == 0 ? 1 : std::min(1.0, static_cast<double>(progress.end) / size);
    std::string line = bar(share, bar_columns);
    const std::string percent = std::to_string(static_cast<int>(share * 100));
    line += std::string(5 - std::min<std::size_t>(percent.size(), 4), ' ') + percent + " %  ";
    line += std::to_string(progress.documents) + " documents";
    const double seconds = progress.elapsed.count();
    const auto done = static_cast<double>(progress.documents - progress.begun_with);
    if (seconds <= 0 || done <= 0) return line;
    line += "  " + whole(done / seconds) + "/s";
    const auto moved = static_cast<double>(progress.end - progress.begun_at);
    if (share < 1 && moved > 0) {
        line += "  " + whole(static_cast<double>(progress.size - progress.end) / moved * seconds) +
                " s left";
    }
    return line;
}

}  // namespace qr::cli
