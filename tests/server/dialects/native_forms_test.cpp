// One random request in every form and field order means the same floats, labels and options.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <random>
#include <string>

#include "payloads.h"

namespace qr::native {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string encode(std::string_view bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t bits = 0;
        for (std::size_t j = i; j < i + 3; ++j)
            bits = (bits << 8) | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0U);
        const std::size_t characters = std::min<std::size_t>(bytes.size() - i, 3) + 1;
        for (std::size_t j = 0; j < 4; ++j)
            text += j < characters ? kAlphabet[(bits >> (18 - 6 * j)) & 63] : '=';
    }
    return text;
}

class RandomRequest {
  public:
    explicit RandomRequest(std::uint32_t seed) : random_(seed) {
        dimension_ = 1 + random_() % 70;
        queries_ = make_rows(1 + random_() % 3);
        documents_ = make_rows(1 + random_() % 12);
        top_n_ = random_() % 20;
    }

    enum class Form { numbers, base64, tensors, matrix, matrix_tensor, mixed };

    Payload payload(Form form) {
        std::string tensors;
        std::vector<std::string> fields;
        // Tensors lie in the order in which the JSON declares them, so the order is fixed first.
        std::vector<int> order = {0, 1, 2, 3};
        std::ranges::shuffle(order, random_);
        for (const int field : order) {
            if (field == 0) fields.push_back(R"("queries": )" + side(queries_, form, tensors));
            if (field == 1) fields.push_back(R"("documents": )" + side(documents_, form, tensors));
            if (field == 2) fields.push_back(R"("top_n": )" + std::to_string(top_n_));
            if (field == 3) fields.push_back(R"("method": "cosine")");
        }
        const std::string json = "{" + join(fields) + "}";
        if (tensors.empty()) return payload_of(json);
        return binary_payload(json, tensors, random_() % 5);
    }

    void expect_in(const RerankRequest& parsed) const {
        ASSERT_EQ(parsed.vectors.documents.dimension, dimension_);
        ASSERT_EQ(floats_of(parsed.vectors.queries), flat(queries_));
        ASSERT_EQ(floats_of(parsed.vectors.documents), flat(documents_));
        ASSERT_EQ(parsed.top_n, top_n_);
        ASSERT_EQ(parsed.method, scoring::Method::cosine);
    }

  private:
    using Rows = std::vector<std::vector<float>>;

    Rows make_rows(std::size_t count) {
        Rows rows(count, std::vector<float>(dimension_));
        for (auto& row : rows) {
            for (float& number : row) {
                do
                    number = std::bit_cast<float>(static_cast<std::uint32_t>(random_()));
                while (!(std::abs(number) <= 3.4e38F));
            }
        }
        return rows;
    }

    static std::vector<float> flat(const Rows& rows) {
        std::vector<float> all;
        for (const auto& row : rows)
            all.insert(all.end(), row.begin(), row.end());
        return all;
    }

    static std::string join(const std::vector<std::string>& parts) {
        std::string text;
        for (const std::string& part : parts)
            text += (text.empty() ? "" : " ,\n") + part;
        return text;
    }

    std::string side(const Rows& rows, Form form, std::string& tensors) {
        if (form == Form::matrix) {
            return shuffled({R"("vector": ")" + encode(bytes_of(flat(rows))) + '"', shape(rows)});
        }
        if (form == Form::matrix_tensor) {
            tensors += bytes_of(flat(rows));
            return "{" + shape(rows) + "}";
        }
        std::vector<std::string> entries;
        for (const auto& row : rows)
            entries.push_back(entry(row, form, tensors));
        return "[" + join(entries) + "]";
    }

    std::string entry(const std::vector<float>& row, Form form, std::string& tensors) {
        if (form == Form::mixed) {
            form = std::array{Form::numbers, Form::base64, Form::tensors}.at(random_() % 3);
        }
        const std::string size = R"("shape": [)" + std::to_string(row.size()) + "]";
        if (form == Form::tensors) {
            tensors += bytes_of(row);
            return shuffled({size, R"("dtype": "float32")"});
        }
        if (form == Form::base64) {
            return shuffled(
                {size, R"("vector": ")" + encode(bytes_of(row)) + '"', R"("dtype": "float32")"});
        }
        std::vector<std::string> numbers;
        for (const float number : row) {
            std::array<char, 40> text{};
            std::snprintf(text.data(), text.size(), "%.9g", static_cast<double>(number));
            numbers.emplace_back(text.data());
        }
        const std::string list = "[" + join(numbers) + "]";
        return random_() % 2 == 0 ? list : shuffled({R"("vector": )" + list, size});
    }

    std::string shape(const Rows& rows) const {
        return R"("shape": [)" + std::to_string(rows.size()) + ", " + std::to_string(dimension_) +
               "]";
    }

    std::string shuffled(std::vector<std::string> fields) {
        std::ranges::shuffle(fields, random_);
        return "{" + join(fields) + "}";
    }

    std::mt19937 random_;
    std::size_t dimension_ = 0;
    Rows queries_;
    Rows documents_;
    std::size_t top_n_ = 0;
};

TEST(NativeForms, MeanTheSameInAnyOrder) {
    using Form = RandomRequest::Form;
    for (std::uint32_t seed = 1; seed <= 300; ++seed) {
        RandomRequest request(seed);
        for (const Form form : {Form::numbers, Form::base64, Form::tensors, Form::matrix,
                                Form::matrix_tensor, Form::mixed}) {
            SCOPED_TRACE("seed " + std::to_string(seed) + ", form " +
                         std::to_string(static_cast<int>(form)));
            const auto parsed = parse_rerank(request.payload(form), test_buffers(), {});
            ASSERT_TRUE(parsed.ok()) << parsed.error().message;
            request.expect_in(*parsed);
            if (testing::Test::HasFatalFailure()) return;
        }
    }
}

}  // namespace
}  // namespace qr::native
