#include "server/cli/ranking_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "host/base/narrow.h"
#include "server/cli/display_width.h"

namespace qr::cli {
namespace {

constexpr std::size_t kScoreColumns = 16;
constexpr std::size_t kFixedColumns = 6 + 11 + kScoreColumns + 4;  // rank, score, bar, gaps
constexpr std::size_t kLabelColumnsMin = 10;
constexpr std::string_view kColour = "\x1b[36m";
constexpr std::string_view kPlain = "\x1b[0m";

struct Row {
    double score = 0;
    std::string label;
};

std::string text_of(const nlohmann::json& object, const char* key) {
    const auto member = object.find(key);
    return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

// One line of at most `columns` columns, cut between characters.
std::string clip(std::string text, std::size_t columns) {
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
    }
    if (display_width(text) <= columns) return text;
    return std::string(prefix_of_width(text, columns - 1)) + "…";
}

std::optional<Row> row_of(const nlohmann::json& result) {
    if (!result.is_object()) return std::nullopt;
    const auto score = result.find("relevance_score");
    const auto index = result.find("index");
    if (score == result.end() || !score->is_number()) return std::nullopt;
    if (index == result.end() || !index->is_number_unsigned()) return std::nullopt;
    Row row{.score = score->get<double>(), .label = text_of(result, "id")};
    if (row.label.empty()) row.label = '#' + std::to_string(index->get<std::uint64_t>());
    if (const auto document = result.find("document");
        document != result.end() && document->is_object()) {
        row.label += "  " + text_of(*document, "text");
    }
    return row;
}

// Eighths of a column, so that close scores still differ.
std::string bar(double fraction) {
    constexpr std::array<std::string_view, 8> kParts = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const double clamped = std::isfinite(fraction) ? std::clamp(fraction, 0.0, 1.0) : 0;
    const auto eighths = static_cast<std::size_t>(std::lround(clamped * 8 * kScoreColumns));
    std::string text;
    for (std::size_t i = 0; i < eighths / 8; ++i)
        text += "█";
    text += kParts[eighths % 8];
    const std::size_t used = (eighths + 7) / 8;
    return text + std::string(kScoreColumns - used, ' ');
}

// Bars begin at 0, or at the lowest score where some are negative.
std::string print_rows(const std::vector<Row>& rows, const TableStyle& style) {
    const auto [lowest, highest] = std::ranges::minmax_element(rows, {}, &Row::score);
    const double from = rows.empty() ? 0 : std::min(0.0, lowest->score);
    const double span = rows.empty() ? 0 : highest->score - from;
    const std::size_t room = std::max(style.columns, kFixedColumns + kLabelColumnsMin);
    std::string text;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::array<char, 64> figures{};
        std::snprintf(figures.data(), figures.size(), "%5zu  %10.6f  ", i + 1, rows[i].score);
        text += figures.data();
        const std::string shape = bar(span > 0 ? (rows[i].score - from) / span : 0);
        text += style.is_coloured ? std::string(kColour) + shape + std::string(kPlain) : shape;
        text += "  " + clip(rows[i].label, room - kFixedColumns) + '\n';
    }
    return text;
}

std::optional<std::vector<Row>> rows_of(const nlohmann::json& results) {
    std::vector<Row> rows;
    for (const nlohmann::json& result : results) {
        std::optional<Row> row = row_of(result);
        if (!row) return std::nullopt;
        rows.push_back(std::move(*row));
    }
    return rows;
}

std::string print_footer(const nlohmann::json& answer) {
    std::string text = text_of(answer, "method") + " on " + text_of(answer, "backend") + '\n';
    const auto meta = answer.find("meta");
    if (meta == answer.end() || !meta->is_object()) return text;
    const auto warnings = meta->find("warnings");
    if (warnings == meta->end() || !warnings->is_array()) return text;
    for (const nlohmann::json& warning : *warnings) {
        if (warning.is_string()) text += "warning: " + clip(warning.get<std::string>(), 500) + '\n';
    }
    return text;
}

}  // namespace

Result<std::string> ranking_table(std::string_view answer, const TableStyle& style) {
    const Error no_ranking{.code = Code::malformed, .message = "the answer is no ranking"};
    const nlohmann::json json = nlohmann::json::parse(answer, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return no_ranking;
    const auto results = json.find("results");
    if (results == json.end() || !results->is_array()) return no_ranking;
    const bool is_query_list = !results->empty() && results->front().is_array();
    std::string text = " rank       score\n";
    const std::size_t queries = is_query_list ? results->size() : 1;
    for (std::size_t i = 0; i < queries; ++i) {
        const auto rows = rows_of(is_query_list ? (*results)[i] : *results);
        if (!rows) return no_ranking;
        if (is_query_list) text += "query " + std::to_string(i) + '\n';
        text += print_rows(*rows, style);
    }
    return text + print_footer(json);
}

}  // namespace qr::cli
