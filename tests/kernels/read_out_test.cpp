#include "kernels/read_out.h"

#include "kernels/overlap.h"
#include "tests/kernels/kernel_fixture.h"

namespace qr::device {
namespace {

class ReadOut : public KernelTest {
  protected:
    void run(scoring::Method method, const std::vector<const DevicePairs*>& pairs) {
        const DeviceBatch tasks(pairs);
        EXPECT_EQ(cudaSuccess, overlap(tasks.batch(), stream_));
        EXPECT_EQ(cudaSuccess, read_out(method, tasks.batch(), stream_));
        finish();
    }
    static std::vector<double> scores_of_the_cpu(const Matrix& queries, const Matrix& documents,
                                                 scoring::Method method) {
        const auto backend = test::make("cpu", 1);
        return test::scores_of(*backend, test::task_of(queries, documents, method)).values;
    }
    // What the host does with the values of a method that is not read out on a device.
    static std::vector<double> finished(scoring::Method method, std::vector<double> values) {
        if (is_read_out_on_device(method)) return values;
        scoring::visit(method, [&](auto pipeline) {
            for (double& value : values)
                value = decltype(pipeline)::read_out::read_out(value);
        });
        return values;
    }
    void expect_the_scores_of_the_cpu(const Matrix& queries, const Matrix& documents) {
        for (const scoring::MethodInfo& method : scoring::kMethods) {
            SCOPED_TRACE(method.name);
            const DevicePairs pairs(queries, documents);
            run(method.method, {&pairs});
            EXPECT_EQ(bits_of(scores_of_the_cpu(queries, documents, method.method)),
                      bits_of(finished(method.method, pairs.pairs())));
        }
    }
};

TEST_P(ReadOut, ScoresTheSameTheOppositeAndTheOrthogonal) {
    const DevicePairs pairs(test::matrix_of({{3, 4}}),
                            test::matrix_of({{3, 4}, {-6, -8}, {4, -3}}));
    run(scoring::Method::fidelity, {&pairs});
    EXPECT_THAT(pairs.pairs(), testing::ElementsAre(1, 1, 0));
    run(scoring::Method::signed_fidelity, {&pairs});
    EXPECT_THAT(pairs.pairs(), testing::ElementsAre(1, 0, 0.25));
}

TEST_P(ReadOut, LeavesTheOverlapToTheHostWhereItsLibraryIsNeeded) {
    EXPECT_FALSE(is_read_out_on_device(scoring::Method::bures_angle));
    EXPECT_TRUE(is_read_out_on_device(scoring::Method::signed_fidelity));
    const DevicePairs pairs(test::matrix_of({{3, 4}}), test::matrix_of({{-6, -8}, {4, -3}}));
    run(scoring::Method::bures_angle, {&pairs});
    EXPECT_THAT(pairs.pairs(), testing::ElementsAre(-1, 0));
}

TEST_P(ReadOut, HasTheBitsOfTheCpuInEveryMethod) {
    expect_the_scores_of_the_cpu(random_rows(3, 100), random_rows(35, 100));
    expect_the_scores_of_the_cpu(extreme_rows(2, 40), extreme_rows(5, 40));
}

TEST_P(ReadOut, WalksLongLinesAndRaggedTasks) {
    const Matrix query = random_rows(2, 2), few = random_rows(3, 2), many = random_rows(600, 2);
    const DevicePairs with_few(query, few), with_many(query, many);
    const DeviceBatch tasks({&with_few, &with_many});
    EXPECT_EQ(6U, tasks.batch().read_out_blocks);
    run(scoring::Method::cosine, {&with_few, &with_many});
    EXPECT_EQ(bits_of(scores_of_the_cpu(query, few, scoring::Method::cosine)),
              bits_of(with_few.pairs()));
    EXPECT_EQ(bits_of(scores_of_the_cpu(query, many, scoring::Method::cosine)),
              bits_of(with_many.pairs()));
}

TEST_P(ReadOut, NeedsNoBlockForEveryLine) {
    const Matrix query = random_rows(5, 2), many = random_rows(300, 2);
    const DevicePairs pairs(query, many);
    const DeviceBatch tasks({&pairs});
    PairBatch narrow = tasks.batch();
    narrow.read_out_blocks = 3;
    EXPECT_EQ(cudaSuccess, overlap(narrow, stream_));
    EXPECT_EQ(cudaSuccess, read_out(scoring::Method::dot, narrow, stream_));
    finish();
    EXPECT_EQ(bits_of(inner_products(query, many)), bits_of(pairs.pairs()));
}

TEST_P(ReadOut, TakesALaunchForALargerBatchThanThereIs) {
    const Matrix queries = random_rows(3, 40), documents = random_rows(50, 40);
    const DevicePairs pairs(queries, documents);
    const DeviceBatch tasks({&pairs});
    PairBatch wide = tasks.batch();
    wide.task_count = 7;
    wide.overlap_blocks = 100;
    wide.read_out_blocks = 90;
    EXPECT_EQ(cudaSuccess, overlap(wide, stream_));
    EXPECT_EQ(cudaSuccess, read_out(scoring::Method::cosine, wide, stream_));
    finish();
    EXPECT_EQ(bits_of(scores_of_the_cpu(queries, documents, scoring::Method::cosine)),
              bits_of(pairs.pairs()));
}

TEST_P(ReadOut, OfNothingSucceedsAndOfTooManyTasksIsRefused) {
    EXPECT_EQ(cudaSuccess, read_out(scoring::Method::dot, {}, stream_));
    EXPECT_EQ(cudaErrorInvalidConfiguration,
              read_out(scoring::Method::dot, {.task_count = kReadOutTasksMax + 1}, stream_));
}

IN_EVERY_ORDER(ReadOut);

}  // namespace
}  // namespace qr::device
