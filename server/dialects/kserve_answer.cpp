// An answer is JSON, and behind it the tensors of those outputs that are wanted as binary data, in
// the order in which the JSON names them.
#include "server/dialects/kserve_answer.h"

#include <bit>
#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "host/base/check.h"
#include "host/base/narrow.h"
#include "server/dialects/dialects.h"
#include "server/json/writer.h"

namespace qr::kserve {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors travel little-endian");

constexpr std::size_t kHeadBytes = 512;   // of an answer without its numbers: a reservation
constexpr std::size_t kNumberBytes = 20;  // of a number in JSON, likewise

struct Shape {
    std::size_t rows;
    std::size_t columns;
};

class AnswerWriter {
  public:
    AnswerWriter(const Ask& ask, std::size_t numbers)
        : model_(*ask.model), json_(kHeadBytes + kNumberBytes * numbers) {
        json_.begin_object();
        if (ask.id) json_.field("id", *ask.id);
        json_.field("model_name", model_.name);
        json_.field("model_version", kVersion);
        json_.key("outputs");
        json_.begin_array();
    }

    template <class Number>
    void add(Ask::Output wanted, Shape shape, std::span<const Number> numbers) {
        QR_CHECK(numbers.size() == shape.rows * shape.columns);
        begin_output(model_.outputs[wanted.index], shape);
        if (wanted.is_binary) {
            add_binary(std::as_bytes(numbers));
        } else {
            json_.key("data");
            json_.begin_array();
            for (const Number number : numbers)
                print(number);
            json_.end_array();
        }
        json_.end_object();
    }

    dialects::Answer take() && {
        json_.end_array();
        json_.end_object();
        dialects::Answer answer{.body = std::move(json_).take()};
        if (tensors_.empty()) return answer;
        answer.json_bytes = answer.body.size();
        answer.body += tensors_;
        return answer;
    }

  private:
    void begin_output(const TensorInfo& tensor, Shape shape) {
        json_.begin_object();
        json_.field("name", tensor.name);
        json_.field("datatype", info(tensor.datatype).name);
        json_.key("shape");
        json_.begin_array();
        json_.integer(shape.rows);
        json_.integer(shape.columns);
        json_.end_array();
    }

    void add_binary(std::span<const std::byte> bytes) {
        json_.key("parameters");
        json_.begin_object();
        json_.key("binary_data_size");
        json_.integer(bytes.size());
        json_.end_object();
        tensors_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }

    void print(std::floating_point auto number) { json_.number(number); }
    void print(std::integral auto number) { json_.integer(number); }

    const Model& model_;
    json::Writer json_;
    std::string tensors_;
};

const Ask& ask_of(const std::shared_ptr<const void>& ask) {
    QR_CHECK(ask != nullptr);
    return *static_cast<const Ask*>(ask.get());
}

// Room for numbers that will be printed: what is binary needs none.
std::size_t printed(const Ask& ask, std::size_t numbers) {
    std::size_t outputs = 0;
    for (const Ask::Output& output : ask.outputs)
        outputs += output.is_binary ? 0 : 1;
    return outputs * numbers;
}

}  // namespace

dialects::Answer print_rerank(const RerankRequest& request, std::span<const double> scores,
                              const native::Provenance&) {
    const Ask& ask = ask_of(request.ask);
    const std::vector<Ranking> rankings = dialects::rankings_of(request, scores);
    const Shape shape{rankings.size(), rankings.front().documents.size()};
    std::vector<double> best;
    std::vector<std::int32_t> indices;
    best.reserve(shape.rows * shape.columns);
    indices.reserve(shape.rows * shape.columns);
    for (const Ranking& ranking : rankings) {
        for (const RankedDocument& ranked : ranking.documents) {
            best.push_back(ranked.score);
            indices.push_back(narrow<std::int32_t>(ranked.index));
        }
    }
    AnswerWriter out(ask, printed(ask, best.size()));
    for (const Ask::Output& wanted : ask.outputs) {
        const bool is_scores = ask.model->outputs[wanted.index].datatype == Datatype::fp64;
        if (is_scores) {
            out.add<double>(wanted, shape, best);
        } else {
            out.add<std::int32_t>(wanted, shape, indices);
        }
    }
    return std::move(out).take();
}

dialects::Answer print_score(const RerankRequest& request, std::span<const double> scores,
                             const native::Provenance&) {
    const Ask& ask = ask_of(request.ask);
    AnswerWriter out(ask, printed(ask, scores.size()));
    const Shape shape{request.vectors.queries.rows, request.vectors.documents.rows};
    for (const Ask::Output& wanted : ask.outputs)
        out.add(wanted, shape, scores);
    return std::move(out).take();
}

dialects::Answer print_embed(const dialects::EmbeddingRequest& request, const MatrixView& vectors,
                             const native::Provenance&) {
    const Ask& ask = ask_of(request.ask);
    const std::span<const float> numbers(vectors.data, vectors.rows * vectors.dimension);
    AnswerWriter out(ask, printed(ask, numbers.size()));
    for (const Ask::Output& wanted : ask.outputs)
        out.add(wanted, {vectors.rows, vectors.dimension}, numbers);
    return std::move(out).take();
}

}  // namespace qr::kserve
