#include "server/dialects/embedding.h"

namespace qr::dialects {
namespace {

constexpr std::string_view kTexts = "a text or an array of texts";

Error token_ids(const json::Path& path) {
    return json::invalid_at(path, "token ids",
                            "texts: the server tokenizes (in LangChain: "
                            "check_embedding_ctx_length=False)");
}

Error wrong_count(const json::Path& path, const std::string& found, std::size_t texts_max) {
    return json::invalid_at(path, found, "1.." + std::to_string(texts_max) + " texts");
}

}  // namespace

Result<std::string> read_text(json::Reader& reader, json::Value& value, const json::Path& path,
                              const native::ParseLimits& limits) {
    const auto text = reader.string(value, path, "a text");
    if (!text) return text.error();
    if (text->size() <= limits.text_bytes_max) return std::string(*text);
    return json::invalid_at(path, std::to_string(text->size()) + " bytes",
                            "at most " + std::to_string(limits.text_bytes_max));
}

Result<std::vector<std::string>> read_texts(json::Reader& reader, json::Value& value,
                                            const json::Path& path,
                                            const native::ParseLimits& limits) {
    std::vector<std::string> texts;
    const auto type = reader.type(value);
    if (!type) return type.error();
    if (*type == json::Type::string) {
        auto text = read_text(reader, value, path, limits);
        if (!text) return text.error();
        texts.push_back(*std::move(text));
        return texts;
    }
    auto list = reader.array(value, path, kTexts);
    if (!list) return list.error();
    for (auto element : *list) {
        json::Value entry;
        if (const auto code = std::move(element).get(entry)) return reader.malformed(code);
        if (texts.size() == limits.documents_max) {
            return wrong_count(path, "more than " + std::to_string(limits.documents_max) + " texts",
                               limits.documents_max);
        }
        const auto kind = reader.type(entry);
        if (!kind) return kind.error();
        if (*kind == json::Type::number || *kind == json::Type::array) return token_ids(path);
        auto text = read_text(reader, entry, json::Path(path, texts.size()), limits);
        if (!text) return text.error();
        texts.push_back(*std::move(text));
    }
    if (!texts.empty()) return texts;
    Error error = wrong_count(path, "no texts", limits.documents_max);
    error.reason = native::kEmptyReason;
    return error;
}

std::string_view json_of(const native::Payload& payload) {
    return {reinterpret_cast<const char*>(payload.storage.data()) + payload.offset,
            payload.header_length.value_or(payload.size)};
}

}  // namespace qr::dialects
