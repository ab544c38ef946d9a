#include "server/cli/ingest_state.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <nlohmann/json.hpp>

namespace qr::cli {
namespace {

Error cannot_write(const std::string& note) {
    return {.code = Code::internal,
            .message = note + ": cannot be written: " + std::strerror(errno)};
}

}  // namespace

Result<IngestPlace> read_place(const std::string& note, std::uint64_t size) {
    std::ifstream stream(note);
    if (!stream) return IngestPlace{.size = size};
    const auto read = nlohmann::json::parse(stream, nullptr, /*allow_exceptions=*/false);
    const auto is_number = [&read](const char* name) {
        return read.is_object() && read.contains(name) && read.at(name).is_number_unsigned();
    };
    if (!is_number("size") || !is_number("end") || !is_number("documents")) {
        return Error{.code = Code::invalid, .message = note + ": is no note of an ingest"};
    }
    const IngestPlace place{read.at("size"), read.at("end"), read.at("documents")};
    if (place.size == size) return place;
    return Error{.code = Code::conflict,
                 .message = note + ": is of a file of " + std::to_string(place.size) +
                            ", this one has " + std::to_string(size)};
}

Result<void> write_place(const std::string& note, const IngestPlace& place) {
    const nlohmann::json written = {
        {"size", place.size}, {"end", place.end}, {"documents", place.documents}};
    const std::string text = written.dump() + '\n';
    const std::string fresh = note + ".new";
    constexpr int kMode = 0644;
    const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
    if (file < 0) return cannot_write(note);
    const bool is_written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(file) == 0;
    ::close(file);
    if (is_written && std::rename(fresh.c_str(), note.c_str()) == 0) return {};
    return cannot_write(note);
}

void remove_place(const std::string& note) {
    static_cast<void>(std::remove(note.c_str()));
}

bool AcknowledgedBatches::acknowledge(std::uint64_t batch, std::uint64_t end,
                                      std::uint64_t documents) {
    early_[batch] = {end, documents};
    const std::uint64_t before = next_;
    for (auto first = early_.find(next_); first != early_.end(); first = early_.find(next_)) {
        place_.end = first->second.end;
        place_.documents += first->second.documents;
        early_.erase(first);
        ++next_;
    }
    return next_ != before;
}

}  // namespace qr::cli
