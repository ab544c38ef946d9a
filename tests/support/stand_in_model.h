// Stand-ins for a model's files, small enough to be made by a test: a tokenizer of a few words and
// tables of numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qr::test {

// A tokenizer.json of BERT's kind: [UNK] is 0, [CLS] 1, [SEP] 2, the words follow from 3.
std::string stand_in_tokenizer(const std::vector<std::string>& words);

struct StandInTensor {
    std::string name;
    std::string type;  // "F32"
    std::vector<std::size_t> shape;
    std::string bytes;
};
template <class Number>
std::string bytes_of(const std::vector<Number>& numbers) {
    return std::string(reinterpret_cast<const char*>(numbers.data()),
                       numbers.size() * sizeof(Number));
}

std::string stand_in_safetensors(const std::vector<StandInTensor>& tensors);
// A header as it is given, with its size before it and `data` behind it.
std::string safetensors_with_header(std::string_view header, std::string_view data);

}  // namespace qr::test
