#include "server/dialects/tei_model.h"

#include <array>
#include <limits>

#include "server/dialects/embedding.h"
#include "server/dialects/errors.h"

namespace qr::dialects {
namespace {

enum EmbedField : std::size_t { kInputs, kNormalize, kDimensions, kIgnored };
constexpr std::array<std::string_view, 6> kEmbedFields = {
    "inputs", "normalize", "dimensions", "truncate", "truncation_direction", "prompt_name"};
enum TokenizeField : std::size_t { kTokenizeInputs, kAddSpecialTokens };
constexpr std::array<std::string_view, 3> kTokenizeFields = {"inputs", "add_special_tokens",
                                                             "prompt_name"};
enum DecodeField : std::size_t { kIds, kSkipSpecialTokens };
constexpr std::array<std::string_view, 2> kDecodeFields = {"ids", "skip_special_tokens"};

constexpr json::IntegerRange kDimensionRange = {1, std::numeric_limits<std::int32_t>::max()};
constexpr json::IntegerRange kIdRange = {0, std::numeric_limits<std::uint32_t>::max()};
constexpr std::size_t kIdsMax = 1'000'000;  // of one request
constexpr std::size_t kTokensMax =
    512;  // told where the encoder does not say: clients want a number

Error nothing_at(std::string_view name, std::string allowed) {
    const json::Path whole;
    return json::invalid_at(json::Path(whole, name), "nothing", std::move(allowed));
}

Result<EmbeddingRequest> parse_embed(const native::Payload& payload,
                                     const native::ParseLimits& limits) {
    json::Reader reader(json_of(payload));
    json::Warnings warnings(limits.warnings_max);
    EmbeddingRequest request{.texts = {}, .texts_at = "/inputs"};
    const auto read_field = [&](std::size_t index, json::Value& value,
                                const json::Path& path) -> Result<void> {
        if (index == kInputs) {
            auto texts = read_texts(reader, value, path, limits);
            if (!texts) return texts.error();
            request.texts = *std::move(texts);
        } else if (index == kNormalize) {
            const auto flag = reader.boolean(value, path);
            if (!flag) return flag.error();
            request.is_normalised = *flag;
        } else if (index == kDimensions) {
            const auto number = reader.integer(value, path, kDimensionRange);
            if (!number) return number.error();
            request.dimensions = static_cast<std::size_t>(*number);
        } else {
            return reader.skip(value, path);
        }
        return {};
    };
    const auto read = read_body(reader, kEmbedFields, warnings, read_field);
    if (!read) return read.error();
    if (request.texts.empty()) return nothing_at("inputs", "a text or an array of texts");
    return request;
}

Answer print_embed(const EmbeddingRequest&, const MatrixView& vectors, const native::Provenance&) {
    constexpr std::size_t kBytesANumber = 12;
    json::Writer out(vectors.rows * vectors.dimension * kBytesANumber);
    out.begin_array();
    for (std::size_t row = 0; row < vectors.rows; ++row) {
        out.begin_array();
        for (const float number : vectors.row(row))
            out.number(number);
        out.end_array();
    }
    out.end_array();
    return {.body = std::move(out).take()};
}

// Finds the bytes of characters that are asked for in ascending order.
class CharacterCursor {
  public:
    explicit CharacterCursor(std::string_view text) : text_(text) {}

    std::string_view part(std::size_t start, std::size_t stop) {
        const std::size_t from = offset_of(start);
        return text_.substr(from, offset_of(stop) - from);
    }

  private:
    std::size_t offset_of(std::size_t character) {
        for (; character_ < character && offset_ < text_.size(); ++character_) {
            do {
                ++offset_;
            } while (offset_ < text_.size() && is_continuation(text_[offset_]));
        }
        return offset_;
    }
    static bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

    std::string_view text_;
    std::size_t character_ = 0;
    std::size_t offset_ = 0;
};

void print_token(json::Writer& out, const Token& token, CharacterCursor& cursor) {
    out.begin_object();
    out.key("id");
    out.integer(token.id);
    out.field("text", token.is_special ? std::string_view(token.text)
                                       : cursor.part(token.start, token.stop));
    out.key("special");
    out.boolean(token.is_special);
    out.key("start");
    token.is_special ? out.null() : out.integer(token.start);
    out.key("stop");
    token.is_special ? out.null() : out.integer(token.stop);
    out.end_object();
}

Result<void> read_ids(json::Reader& reader, json::Array& list, const json::Path& path,
                      std::vector<std::uint32_t>& ids, std::size_t& left);

// One list of ids, or a list of such lists.
Result<void> read_id_lists(json::Reader& reader, json::Value& value, const json::Path& path,
                           std::vector<std::vector<std::uint32_t>>& lists) {
    auto outer = reader.array(value, path, "an array of token ids, or an array of such arrays");
    if (!outer) return outer.error();
    std::size_t left = kIdsMax;
    std::size_t index = 0;
    for (auto element : *outer) {
        json::Value entry;
        if (const auto code = std::move(element).get(entry)) return reader.malformed(code);
        const json::Path here(path, index++);
        if (left == 0) {
            return json::invalid_at(path, "more than " + std::to_string(kIdsMax) + " ids", "fewer");
        }
        const auto type = reader.type(entry);
        if (!type) return type.error();
        if (*type == json::Type::array) {
            json::Array list;
            if (const auto code = entry.get_array().get(list)) return reader.malformed(code);
            lists.emplace_back();
            if (auto read = read_ids(reader, list, here, lists.back(), left); !read) return read;
            continue;
        }
        const auto id = reader.integer(entry, here, kIdRange);
        if (!id) return id.error();
        if (lists.empty()) lists.emplace_back();
        lists.back().push_back(static_cast<std::uint32_t>(*id));
        --left;
    }
    return {};
}

Result<void> read_ids(json::Reader& reader, json::Array& list, const json::Path& path,
                      std::vector<std::uint32_t>& ids, std::size_t& left) {
    for (auto element : list) {
        json::Value entry;
        if (const auto code = std::move(element).get(entry)) return reader.malformed(code);
        if (left == 0) {
            return json::invalid_at(path, "more than " + std::to_string(kIdsMax) + " ids", "fewer");
        }
        const auto id = reader.integer(entry, json::Path(path, ids.size()), kIdRange);
        if (!id) return id.error();
        ids.push_back(static_cast<std::uint32_t>(*id));
        --left;
    }
    return {};
}

}  // namespace

const EmbeddingForm kTeiEmbed{
    .dialect = Dialect::tei, .parse = &parse_embed, .print = &print_embed};

Result<TokenizeRequest> parse_tokenize(const native::Payload& payload,
                                       const native::ParseLimits& limits) {
    json::Reader reader(json_of(payload));
    json::Warnings warnings(limits.warnings_max);
    TokenizeRequest request;
    const auto read_field = [&](std::size_t index, json::Value& value,
                                const json::Path& path) -> Result<void> {
        if (index == kTokenizeInputs) {
            auto texts = read_texts(reader, value, path, limits);
            if (!texts) return texts.error();
            request.texts = *std::move(texts);
            return {};
        }
        if (index != kAddSpecialTokens) return reader.skip(value, path);
        const auto flag = reader.boolean(value, path);
        if (!flag) return flag.error();
        request.special = *flag ? SpecialTokens::add : SpecialTokens::leave_out;
        return {};
    };
    const auto read = read_body(reader, kTokenizeFields, warnings, read_field);
    if (!read) return read.error();
    if (request.texts.empty()) return nothing_at("inputs", "a text or an array of texts");
    return request;
}

std::string print_tokens(const std::vector<std::vector<Token>>& texts,
                         const TokenizeRequest& request) {
    json::Writer out;
    out.begin_array();
    for (std::size_t i = 0; i < texts.size(); ++i) {
        out.begin_array();
        CharacterCursor cursor(request.texts.at(i));
        for (const Token& token : texts[i])
            print_token(out, token, cursor);
        out.end_array();
    }
    out.end_array();
    return std::move(out).take();
}

Result<DecodeRequest> parse_decode(const native::Payload& payload,
                                   const native::ParseLimits& limits) {
    json::Reader reader(json_of(payload));
    json::Warnings warnings(limits.warnings_max);
    DecodeRequest request;
    const auto read_field = [&](std::size_t index, json::Value& value,
                                const json::Path& path) -> Result<void> {
        if (index == kIds) return read_id_lists(reader, value, path, request.ids);
        const auto flag = reader.boolean(value, path);
        if (!flag) return flag.error();
        request.specials = *flag ? Tokenizer::Specials::skip : Tokenizer::Specials::keep;
        return {};
    };
    const auto read = read_body(reader, kDecodeFields, warnings, read_field);
    if (!read) return read.error();
    if (request.ids.empty()) return nothing_at("ids", "an array of token ids");
    return request;
}

std::string print_texts(const std::vector<std::string>& texts) {
    json::Writer out;
    out.begin_array();
    for (const std::string& text : texts)
        out.string(text);
    out.end_array();
    return std::move(out).take();
}

RootRequest root_request(std::string_view body) {
    constexpr std::array<std::string_view, 1> kMarks = {"inputs"};
    json::Reader reader(body);
    if (reader.first_of(kMarks) != 0) return RootRequest::rerank;
    json::Warnings warnings(1);
    RootRequest found = RootRequest::embed;
    const auto look = [&](std::size_t, json::Value& value, const json::Path& path) -> Result<void> {
        const auto type = reader.type(value);
        if (!type) return type.error();
        if (*type == json::Type::object) found = RootRequest::similarity;
        return reader.skip(value, path);
    };
    // What is wrong with the body is told by the parser that reads it next.
    static_cast<void>(read_body(reader, kMarks, warnings, look).ok());
    return found;
}

std::string print_info(const ModelInfo& info) {
    const EncoderInfo& encoder = info.encoder;
    const std::string_view name = encoder.name.empty() ? "vectors" : std::string_view(encoder.name);
    json::Writer out;
    out.begin_object();
    out.field("model_id", name);
    out.key("model_sha");
    encoder.digest.empty() ? out.null() : out.string(encoder.digest);
    out.field("model_dtype", "float32");
    out.field("served_model_name", name);
    out.key("model_type");
    out.begin_object();
    out.key("reranker");
    out.begin_object();
    out.key("id2label");
    out.begin_object();
    out.field("0", "LABEL_0");
    out.end_object();
    out.key("label2id");
    out.begin_object();
    out.key("LABEL_0");
    out.integer(0);
    out.end_object();
    out.end_object();
    out.end_object();
    out.key("max_concurrent_requests");
    out.integer(info.requests_max);
    out.key("max_input_length");
    out.integer(encoder.tokens_max == 0 ? kTokensMax : encoder.tokens_max);
    out.key("max_batch_tokens");
    out.integer(info.documents_max * kTokensMax);
    out.key("max_batch_requests");
    out.null();
    out.key("max_client_batch_size");
    out.integer(info.documents_max);
    out.key("auto_truncate");
    out.boolean(true);
    out.key("tokenization_workers");
    out.integer(1);
    out.field("version", info.version);
    out.key("sha");
    out.null();
    out.key("docker_label");
    out.null();
    out.end_object();
    return std::move(out).take();
}

}  // namespace qr::dialects
