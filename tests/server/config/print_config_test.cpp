#include "server/config/print_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace qr::config {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(PrintConfig, ShowsEachValueWithItsOriginAndMasksSecrets) {
    ConfigLoader loader({});
    loader.add_file_text("etc/config.toml", "payload_limit = 1048576\n");
    loader.add_environment({{"QR_API_KEY", "hush"}});
    loader.add_flags({{"port", "9000"}});
    const std::string text = print_config(loader.take());
    EXPECT_THAT(text, HasSubstr("hostname = \"127.0.0.1\"  # default\n"));
    EXPECT_THAT(text, HasSubstr("port = 9000  # flag --port\n"));
    EXPECT_THAT(text, HasSubstr("payload_limit = \"1MiB\"  # etc/config.toml:1\n"));
    EXPECT_THAT(text, HasSubstr("api_key = [\"***\"]  # environment QR_API_KEY\n"));
    EXPECT_THAT(text, Not(HasSubstr("hush")));
}

TEST(PrintConfig, IsReadBackAsTheSameConfiguration) {
    ConfigLoader loader({});
    loader.add_flags({{"port", "9000"},
                      {"hostname", R"(odd"name\)"},
                      {"cors_allow_origin", "https://a,https://b"},
                      {"queue_bytes_max", "3GiB"},
                      {"log_level", "error"}});
    const Loaded first = loader.take();
    ConfigLoader again({});
    again.add_file_text("printed.toml", print_config(first));
    const Loaded second = again.take();
    EXPECT_THAT(second.errors, IsEmpty());
    EXPECT_EQ(first.config, second.config);
}

TEST(PrintConfig, TakesNoPathThatAFileCannotHold) {
    for (const char* path : {"/lib/a\nb.so", "/lib/a\x01.so", "/lib/\xc3\xa4.so", "lib/a.so"}) {
        ConfigLoader loader({});
        loader.add_flags({{"cuda_module", path}});
        EXPECT_EQ(1U, loader.take().errors.size()) << path;
    }
    ConfigLoader loader({});
    loader.add_flags({{"cuda_module", "/opt/a folder/a.so"}});
    const Loaded first = loader.take();
    EXPECT_THAT(print_config(first), HasSubstr("cuda_module = \"/opt/a folder/a.so\""));
}

TEST(PrintDocs, IsTheCommittedPage) {
    const char* root = std::getenv("QR_SOURCE_DIR");
    ASSERT_NE(nullptr, root) << "run by ctest, which names the source tree";
    std::ifstream file(std::string(root) + "/docs/CONFIGURATION.md");
    std::ostringstream committed;
    committed << file.rdbuf();
    EXPECT_EQ(print_docs(), committed.str())
        << "renew it: quantumrerank config docs > docs/CONFIGURATION.md";
}

}  // namespace
}  // namespace qr::config
