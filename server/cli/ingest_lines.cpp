// Files of lines, each a document in JSON.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include <nlohmann/json.hpp>

#include "server/cli/ingest_batches.h"

namespace qr::cli {
namespace {

constexpr std::string_view kJsonWhiteSpace = " \t\r";

bool is_blank(std::string_view line) {
    return line.find_first_not_of(kJsonWhiteSpace) == std::string_view::npos;
}

// {"_id", "title", "text", ...} as {"id", "text"}; empty where it is not one of those.
std::string from_beir(const nlohmann::json& line) {
    if (!line.is_object() || !line.contains("_id")) return {};
    const std::string title = line.value("title", "");
    const std::string text = line.value("text", "");
    const nlohmann::json document = {{"id", line.at("_id")},
                                     {"text", title.empty() ? text : title + ' ' + text}};
    return document.dump();
}

class Lines final : public IngestBatches {
  public:
    Lines(std::string file, std::ifstream stream, std::uint64_t size, const BatchOptions& options)
        : file_(std::move(file)),
          stream_(std::move(stream)),
          size_(size),
          documents_max_(options.documents),
          place_(options.begin) {
        stream_.seekg(static_cast<std::streamoff>(options.begin));
    }

    std::uint64_t size() const override { return size_; }

    Result<std::optional<IngestBatch>> next() override {
        IngestBatch batch{.content_type = "application/x-ndjson"};
        std::string line;
        while (batch.documents < documents_max_ && batch.body.size() < kIngestBatchBytes &&
               std::getline(stream_, line)) {
            place_ = std::min<std::uint64_t>(place_ + line.size() + 1, size_);
            if (is_blank(line)) continue;
            if (auto added = add(line, batch); !added) return added.error();
        }
        if (batch.documents == 0) return std::optional<IngestBatch>();
        batch.end = place_;
        return std::optional(std::move(batch));
    }

  private:
    // What a document is the server says; here a line must but be JSON where it is to be changed.
    Result<void> add(std::string& line, IngestBatch& batch) {
        if (line.find("\"_id\"") != std::string::npos) {
            const auto parsed = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
            if (parsed.is_discarded()) {
                return Error{.code = Code::invalid,
                             .message = file_ + ": the line that ends at byte " +
                                        std::to_string(place_) + " is no JSON"};
            }
            if (std::string document = from_beir(parsed); !document.empty()) {
                line = std::move(document);
            }
        }
        batch.body += line;
        batch.body += '\n';
        ++batch.documents;
        return {};
    }

    const std::string file_;
    std::ifstream stream_;
    const std::uint64_t size_;
    const std::size_t documents_max_;
    std::uint64_t place_;
};

}  // namespace

Result<std::unique_ptr<IngestBatches>> open_lines(const std::string& file,
                                                  const BatchOptions& options) {
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    std::error_code failed;
    const std::uint64_t size = std::filesystem::file_size(file, failed);
    if (!stream || failed) {
        return Error{.code = Code::not_found,
                     .message = file + ": cannot be read: " + std::strerror(errno)};
    }
    return std::unique_ptr<IngestBatches>(
        std::make_unique<Lines>(file, std::move(stream), size, options));
}

}  // namespace qr::cli
