// Finds the files of a model in a folder and reads them whole.
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include "host/text/model2vec.h"

namespace qr {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kSmallFileBytesMax = std::uintmax_t{64} << 20;
constexpr std::uintmax_t kEmbeddingsBytesMax = std::uintmax_t{4} << 30;

struct Layout {
    const char* config;
    const char* tokenizer;
    const char* embeddings;
    const char* tensor;
};
// In the order in which they are tried.
constexpr std::array<Layout, 3> kLayouts = {{
    {"config.json", "tokenizer.json", "model.safetensors", "embeddings"},
    {"config_sentence_transformers.json", "tokenizer.json", "model.safetensors",
     "embedding.weight"},
    {"config_sentence_transformers.json", "0_StaticEmbedding/tokenizer.json",
     "0_StaticEmbedding/model.safetensors", "embedding.weight"},
}};

struct Contents {
    std::string config;
    std::string tokenizer;
    std::string embeddings;
};

bool has_files(const fs::path& folder, const Layout& layout) {
    std::error_code ignored;
    return fs::exists(folder / layout.config, ignored) &&
           fs::exists(folder / layout.tokenizer, ignored) &&
           fs::exists(folder / layout.embeddings, ignored);
}

Error unreadable(const fs::path& path, const std::string& why) {
    return Error{.code = Code::not_found, .message = path.string() + ": cannot be read: " + why};
}

Result<std::string> read_file(const fs::path& path, std::uintmax_t bytes_max) {
    std::error_code failed;
    const std::uintmax_t size = fs::file_size(path, failed);
    if (failed) return unreadable(path, failed.message());
    if (size > bytes_max)
        return Error{.code = Code::invalid,
                     .message = path.string() + ": found " + std::to_string(size) +
                                " bytes, allowed: at most " + std::to_string(bytes_max)};
    std::string bytes(size, '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(bytes.data(), static_cast<std::streamsize>(size));
    if (!file) return unreadable(path, std::strerror(errno));
    return bytes;
}

Result<Contents> read_contents(const fs::path& folder, const Layout& layout) {
    Result<std::string> config = read_file(folder / layout.config, kSmallFileBytesMax);
    if (!config) return std::move(config).error();
    Result<std::string> tokenizer = read_file(folder / layout.tokenizer, kSmallFileBytesMax);
    if (!tokenizer) return std::move(tokenizer).error();
    Result<std::string> embeddings = read_file(folder / layout.embeddings, kEmbeddingsBytesMax);
    if (!embeddings) return std::move(embeddings).error();
    return Contents{std::move(*config), std::move(*tokenizer), std::move(*embeddings)};
}

std::string name_of(const fs::path& folder) {
    const fs::path whole = fs::absolute(folder).lexically_normal();
    return whole.has_filename() ? whole.filename().string()
                                : whole.parent_path().filename().string();
}

}  // namespace

Result<ModelFiles> read_model_folder(const std::string& folder) {
    for (const Layout& layout : kLayouts) {
        if (!has_files(folder, layout)) continue;
        Result<Contents> read = read_contents(folder, layout);
        if (!read) return std::move(read).error();
        const auto contents = std::make_shared<const Contents>(std::move(*read));
        return ModelFiles{.name = name_of(folder),
                          .config = contents->config,
                          .tokenizer = contents->tokenizer,
                          .embeddings = contents->embeddings,
                          .embeddings_tensor = layout.tensor,
                          .keeps = contents};
    }
    return Error{.code = Code::not_found,
                 .message = folder +
                            ": found no model, allowed: a folder with config.json (or "
                            "config_sentence_transformers.json), tokenizer.json and "
                            "model.safetensors, these two also in 0_StaticEmbedding"};
}

}  // namespace qr
