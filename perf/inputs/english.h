// Texts in English to tokenize and to encode, and the model that the server carries.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "host/text/model2vec.h"

namespace qr::perf {

// The licence of this project over and over, cut into so many texts of about so many bytes.
std::vector<std::string> english_texts(std::size_t count, std::size_t bytes);
// The same with every e an é, so that nearly every word leaves ASCII.
std::vector<std::string> accented_texts(std::size_t count, std::size_t bytes);

Model2Vec embedded_model();
// Of a text with a known token: its rows added in double precision, one after another, at unit
// length.
std::vector<double> expected_vector(const Model2Vec& model, const std::string& text);

}  // namespace qr::perf
