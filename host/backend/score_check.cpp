#include "host/backend/score_check.h"

#include <bit>
#include <cstddef>
#include <new>
#include <vector>

namespace qr {
namespace {

// The pair of a task that is scored again.
struct Drawn {
    std::size_t task = 0;
    std::size_t query = 0;
    std::size_t document = 0;
};

// splitmix64: neighbouring draws land anywhere, so that no batch size keeps a row out of sight.
std::uint64_t scatter(std::uint64_t x) {
    x += 0x9E3779B97F4A7C15;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
}

Drawn draw_pair(const ScoreTask& task, const TaskScores& scores, std::uint64_t draw) {
    Drawn drawn;
    if (!scores.fault) {
        const std::uint64_t pair = scatter(draw) % scores.values.size();
        drawn.query = pair / task.documents.rows;
        drawn.document = pair % task.documents.rows;
    } else if (scores.fault->side == RowFault::Side::query) {
        drawn.query = scores.fault->row;
    } else {
        drawn.document = scores.fault->row;
    }
    return drawn;
}

std::string name_of(std::size_t task) {
    return "task " + std::to_string(task) + " of the batch";
}

// What no right answer can look like, whatever the numbers are.
std::string misshapen(const ScoreTask& task, const TaskScores& scores, std::size_t index) {
    if (scores.fault) {
        const MatrixView& side =
            scores.fault->side == RowFault::Side::query ? task.queries : task.documents;
        if (scores.fault->row < side.rows) return {};
        return name_of(index) + " is refused for row " + std::to_string(scores.fault->row) +
               ", it has " + std::to_string(side.rows);
    }
    if (scores.values.size() == task.queries.rows * task.documents.rows) return {};
    return name_of(index) + " has " + std::to_string(scores.values.size()) + " scores, expected " +
           std::to_string(task.queries.rows * task.documents.rows);
}

ScoreTask pair_of(const ScoreTask& task, const Drawn& drawn) {
    const std::size_t d = task.queries.dimension;
    return {.queries = {task.queries.row(drawn.query).data(), 1, d},
            .documents = {task.documents.row(drawn.document).data(), 1, d},
            .method = task.method};
}

bool is_same(const TaskScores& found, const Drawn& drawn, std::size_t documents,
             const TaskScores& expected) {
    if (found.fault.has_value() != expected.fault.has_value()) return false;
    if (found.fault) {
        RowFault as_alone = *found.fault;
        as_alone.row = 0;
        return as_alone == *expected.fault;
    }
    const double score = found.values[drawn.query * documents + drawn.document];
    return std::bit_cast<std::uint64_t>(score) ==
           std::bit_cast<std::uint64_t>(expected.values.at(0));
}

bool is_dropped(const ScoreTask& task, const TaskScores& scores) {
    return scores.is_dropped && task.claim != nullptr && task.claim->is_dropped();
}

std::string compare(FidelityBackend& judge, const ScoreBatch& batch, const Scores& scores,
                    std::uint64_t draw) {
    if (scores.tasks.size() != batch.tasks.size()) {
        return "scores of " + std::to_string(scores.tasks.size()) + " tasks, expected " +
               std::to_string(batch.tasks.size());
    }
    std::vector<Drawn> all_drawn;
    ScoreBatch pairs;
    for (std::size_t i = 0; i < batch.tasks.size(); ++i) {
        const ScoreTask& task = batch.tasks[i];
        if (is_dropped(task, scores.tasks[i])) continue;
        std::string fault = misshapen(task, scores.tasks[i], i);
        if (!fault.empty()) return fault;
        Drawn drawn = draw_pair(task, scores.tasks[i], draw + i);
        drawn.task = i;
        pairs.tasks.push_back(pair_of(task, drawn));
        all_drawn.push_back(drawn);
    }
    const Result<Scores> expected = judge.score(pairs);
    if (!expected.ok()) return {};
    for (std::size_t i = 0; i < all_drawn.size(); ++i) {
        const Drawn& drawn = all_drawn[i];
        if (is_same(scores.tasks[drawn.task], drawn, batch.tasks[drawn.task].documents.rows,
                    expected->tasks.at(i)))
            continue;
        return name_of(drawn.task) + ": query " + std::to_string(drawn.query) + " and document " +
               std::to_string(drawn.document) + " differ from backend '" +
               std::string(judge.name()) + "'";
    }
    return {};
}

}  // namespace

std::string find_wrong_score(FidelityBackend& judge, const ScoreBatch& batch, const Scores& scores,
                             std::uint64_t draw) {
    try {
        return compare(judge, batch, scores, draw);
    } catch (const std::bad_alloc&) {
        return {};
    }
}

}  // namespace qr
