#include "tests/support/stand_in_model.h"

#include <cstring>
#include <nlohmann/json.hpp>

namespace qr::test {

std::string stand_in_tokenizer(const std::vector<std::string>& words) {
    using Json = nlohmann::json;
    Json vocabulary = {{"[UNK]", 0}, {"[CLS]", 1}, {"[SEP]", 2}};
    for (const std::string& word : words)
        vocabulary[word] = vocabulary.size();
    Json added = Json::array();
    for (const std::string name : {"[UNK]", "[CLS]", "[SEP]"}) {
        added.push_back({{"id", vocabulary[name]},
                         {"content", name},
                         {"single_word", false},
                         {"lstrip", false},
                         {"rstrip", false},
                         {"normalized", false},
                         {"special", true}});
    }
    const Json tokenizer = {
        {"added_tokens", added},
        {"normalizer",
         {{"type", "BertNormalizer"},
          {"clean_text", true},
          {"handle_chinese_chars", true},
          {"strip_accents", nullptr},
          {"lowercase", true}}},
        {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
        {"post_processor",
         {{"type", "BertProcessing"},
          {"sep", Json::array({"[SEP]", 2})},
          {"cls", Json::array({"[CLS]", 1})}}},
        {"decoder", {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}}},
        {"model",
         {{"type", "WordPiece"},
          {"unk_token", "[UNK]"},
          {"continuing_subword_prefix", "##"},
          {"max_input_chars_per_word", 100},
          {"vocab", vocabulary}}}};
    return tokenizer.dump();
}

std::string safetensors_with_header(std::string_view header, std::string_view data) {
    const std::uint64_t size = header.size();
    std::string file(sizeof size, '\0');
    std::memcpy(file.data(), &size, sizeof size);
    return file.append(header).append(data);
}

std::string stand_in_safetensors(const std::vector<StandInTensor>& tensors) {
    nlohmann::json header = nlohmann::json::object();
    std::string data;
    for (const StandInTensor& tensor : tensors) {
        const std::size_t begin = data.size();
        data += tensor.bytes;
        header[tensor.name] = {{"dtype", tensor.type},
                               {"shape", tensor.shape},
                               {"data_offsets", {begin, data.size()}}};
    }
    return safetensors_with_header(header.dump(), data);
}

}  // namespace qr::test
