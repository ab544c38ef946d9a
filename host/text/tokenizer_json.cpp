#include "host/text/tokenizer_json.h"

#include <nlohmann/json.hpp>

#include <unordered_map>
#include <utility>

#include "host/base/narrow.h"
#include "host/encoding/json_fields.h"

namespace qr {
namespace {

using Limits = TokenizerLimits;
constexpr std::string_view kFile = "tokenizer.json";

class SpecReader {
  public:
    SpecReader(const JsonFields& root, JsonFault& fault) : root_(root), fault_(fault) {}

    TokenizerSpec read() {
        read_normalizer(root_.at("normalizer"));
        root_.at("pre_tokenizer").at("type").require("BertPreTokenizer");
        read_model(root_.at("model"));
        if (!root_.at("added_tokens").is_null()) read_added(root_.at("added_tokens"));
        number_texts();
        read_post_processor(root_.at("post_processor"));
        read_decoder(root_.at("decoder"));
        return std::move(spec_);
    }

  private:
    bool failed() const { return fault_.first.has_value(); }

    void read_normalizer(const JsonFields& normalizer) {
        normalizer.at("type").require("BertNormalizer");
        BertOptions& options = spec_.normalizer;
        options.clean_text = normalizer.at("clean_text").flag();
        options.handle_chinese_chars = normalizer.at("handle_chinese_chars").flag();
        options.lowercase = normalizer.at("lowercase").flag();
        const JsonFields strip = normalizer.at("strip_accents");
        options.strip_accents = strip.is_null() ? options.lowercase : strip.flag();
    }

    void read_model(const JsonFields& model) {
        model.at("type").require("WordPiece");
        spec_.model.continuation_prefix = model.at("continuing_subword_prefix").text();
        spec_.model.word_chars_max =
            model.at("max_input_chars_per_word").number(1, Limits::kWordCharsMax);
        const JsonFields vocabulary = model.at("vocab");
        vocabulary.each_member([this](const std::string& text, const JsonFields& id) {
            if (!failed()) add_token(text, id);
        });
        for (const auto& [text, id] : ids_)
            spec_.model.entries.push_back({text, id});
        const std::string unknown = model.at("unk_token").text();
        const auto found = ids_.find(unknown);
        if (found == ids_.end()) return model.at("unk_token").refuse("a token of the vocabulary");
        spec_.model.unknown_id = found->second;
    }

    void add_token(const std::string& text, const JsonFields& id) {
        if (text.size() > Limits::kTokenBytesMax)
            return id.refuse("a token of " + std::to_string(text.size()) + " bytes",
                             "at most " + std::to_string(Limits::kTokenBytesMax));
        ids_.emplace(text, narrow<std::uint32_t>(id.number(0, Limits::kTokensMax - 1)));
    }

    void read_added(const JsonFields& added) {
        if (added.size() > AddedTokens::kCountMax)
            return added.refuse("at most " + std::to_string(AddedTokens::kCountMax));
        added.each([this](const JsonFields& token) { read_added_token(token); });
    }

    void read_added_token(const JsonFields& token) {
        AddedToken read{.content = token.at("content").text(),
                        .is_special = token.at("special").flag(),
                        .takes_left = token.at("lstrip").flag(),
                        .takes_right = token.at("rstrip").flag()};
        if (token.at("single_word").flag()) token.at("single_word").refuse("false");
        if (token.at("normalized").flag()) token.at("normalized").refuse("false");
        if (failed()) return;
        if (read.content.empty()) return token.at("content").refuse("at least one character");
        add_token(read.content, token.at("id"));
        read.id = ids_[read.content];
        if (token.at("id").number(0, Limits::kTokensMax - 1) != read.id)
            token.at("id").refuse(std::to_string(read.id) + ", as the vocabulary has it");
        spec_.added.push_back(std::move(read));
    }

    // Every id is one token's: what is made of it by number is as long as there are tokens.
    void number_texts() {
        std::vector<bool> is_taken(ids_.size());
        spec_.texts.resize(ids_.size());
        for (const auto& [text, id] : ids_) {
            if (id >= ids_.size() || is_taken[id])
                return root_.at("model").at("vocab").refuse(
                    "the id " + std::to_string(id) + " of '" + text + "'",
                    "each id from 0 to " + std::to_string(ids_.size() - 1) + " once");
            is_taken[id] = true;
            spec_.texts[id] = text;
        }
    }

    void read_post_processor(const JsonFields& processor) {
        if (processor.is_null() || failed()) return;
        const std::string type = processor.at("type").text();
        if (type == "BertProcessing") {
            read_pair(processor.at("cls"), spec_.opening);
            read_pair(processor.at("sep"), spec_.closing);
        } else if (type == "TemplateProcessing") {
            read_template(processor);
        } else {
            processor.at("type").refuse("'TemplateProcessing', 'BertProcessing'");
        }
    }

    // ["[CLS]", 101]
    void read_pair(const JsonFields& pair, std::vector<std::uint32_t>& into) {
        std::size_t index = 0;
        pair.each([&](const JsonFields& element) {
            if (index++ == 1) into.push_back(known_id(element));
        });
        if (index != 2) pair.refuse("a token and its id");
    }

    void read_template(const JsonFields& processor) {
        bool is_behind = false;
        std::size_t texts = 0;
        processor.at("single").each([&](const JsonFields& part) {
            if (part.has("Sequence")) {
                part.at("Sequence").at("id").require("A");
                is_behind = true;
                ++texts;
                return;
            }
            const JsonFields token = part.at("SpecialToken").at("id");
            const JsonFields ids = processor.at("special_tokens").at(token.text()).at("ids");
            std::vector<std::uint32_t>& into = is_behind ? spec_.closing : spec_.opening;
            ids.each([&](const JsonFields& id) { into.push_back(known_id(id)); });
        });
        const std::size_t tokens = spec_.opening.size() + spec_.closing.size();
        if (texts != 1 || tokens > Limits::kTemplateTokensMax)
            processor.at("single").refuse("one Sequence and at most " +
                                          std::to_string(Limits::kTemplateTokensMax) + " tokens");
    }

    std::uint32_t known_id(const JsonFields& id) {
        const std::size_t tokens = spec_.texts.size();
        return tokens == 0 ? 0 : narrow<std::uint32_t>(id.number(0, tokens - 1));
    }

    void read_decoder(const JsonFields& decoder) {
        if (decoder.is_null()) return;
        decoder.at("type").require("WordPiece");
        spec_.decoder = WordPieceDecoding{.prefix = decoder.at("prefix").text(),
                                          .cleans_up = decoder.at("cleanup").flag()};
    }

    const JsonFields& root_;
    JsonFault& fault_;
    TokenizerSpec spec_;
    std::unordered_map<std::string, std::uint32_t> ids_;
};

}  // namespace

Result<TokenizerSpec> parse_tokenizer_json(std::string_view bytes) {
    const Result<nlohmann::json> parsed = parse_json(bytes, kFile);
    if (!parsed) return parsed.error();
    JsonFault fault{.file = std::string(kFile), .first = {}};
    const JsonFields root(*parsed, "", fault);
    TokenizerSpec spec = SpecReader(root, fault).read();
    if (fault.first.has_value()) return *std::move(fault.first);
    return spec;
}

}  // namespace qr
