#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "host/text/model2vec.h"

namespace qr {
namespace {

namespace fs = std::filesystem;

class ModelFolder : public testing::Test {
  protected:
    void SetUp() override {
        fs::remove_all(folder_);
        fs::create_directories(folder_ / "0_StaticEmbedding");
    }
    void TearDown() override { fs::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ / name) << text;
    }

    const fs::path folder_ = fs::path(testing::TempDir()) /
                             testing::UnitTest::GetInstance()->current_test_info()->name() /
                             "my-model";
};

TEST_F(ModelFolder, IsReadInItsOwnLayoutFirst) {
    write("config.json", "c");
    write("config_sentence_transformers.json", "other");
    write("tokenizer.json", "t");
    write("model.safetensors", "m");
    const Result<ModelFiles> files = read_model_folder(folder_.string());
    ASSERT_TRUE(files.ok()) << files.error().message;
    EXPECT_EQ("c", files->config);
    EXPECT_EQ("t", files->tokenizer);
    EXPECT_EQ("m", files->embeddings);
    EXPECT_EQ("embeddings", files->embeddings_tensor);
    EXPECT_EQ("my-model", files->name);
    EXPECT_EQ("my-model", read_model_folder(folder_.string() + "/")->name);
}

TEST_F(ModelFolder, IsReadAsSentenceTransformersWritesIt) {
    write("config_sentence_transformers.json", "c");
    write("tokenizer.json", "t");
    write("model.safetensors", "m");
    EXPECT_EQ("embedding.weight", read_model_folder(folder_.string())->embeddings_tensor);
}

TEST_F(ModelFolder, IsReadWithTheNumbersInAFolderOfTheirOwn) {
    write("config_sentence_transformers.json", "c");
    write("0_StaticEmbedding/tokenizer.json", "t");
    write("0_StaticEmbedding/model.safetensors", "m");
    const Result<ModelFiles> files = read_model_folder(folder_.string());
    ASSERT_TRUE(files.ok()) << files.error().message;
    EXPECT_EQ("t", files->tokenizer);
    EXPECT_EQ("m", files->embeddings);
}

TEST_F(ModelFolder, IsMissingWhenOneOfItsFilesIs) {
    write("config.json", "c");
    write("tokenizer.json", "t");
    const Result<ModelFiles> files = read_model_folder(folder_.string());
    ASSERT_FALSE(files.ok());
    EXPECT_EQ(Code::not_found, files.error().code);
    EXPECT_FALSE(read_model_folder("/nowhere").ok());
}

}  // namespace
}  // namespace qr
