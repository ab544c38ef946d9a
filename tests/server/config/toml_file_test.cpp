#include "server/config/toml_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace qr::config {
namespace {

using Shape = GivenValue::Shape;

TEST(TomlFile, GivesEntriesInOrderOfLineWithTheirShapes) {
    const auto parsed = parse_toml(
        "zebra = 'last of the alphabet'\n"
        "\n"
        "port = 0x1F90  # in hexadecimal\n"
        "api_key = [\n  'a',\n  'b',\n]\n");
    ASSERT_TRUE(parsed.ok());
    ASSERT_EQ(3U, parsed->size());
    const auto& entries = *parsed;
    EXPECT_EQ("zebra", entries[0].key);
    EXPECT_EQ(1U, entries[0].line);
    EXPECT_EQ(Shape::string, entries[0].value.shape);
    EXPECT_EQ("last of the alphabet", entries[0].value.text);
    EXPECT_EQ(3U, entries[1].line);
    EXPECT_EQ(Shape::integer, entries[1].value.shape);
    EXPECT_EQ("8080", entries[1].value.text);
    EXPECT_EQ(4U, entries[2].line);
    EXPECT_EQ(Shape::list, entries[2].value.shape);
    EXPECT_EQ((std::vector<std::string>{"a", "b"}), entries[2].value.items);
}

TEST(TomlFile, DescribesShapesThatNoSettingHas) {
    const auto parsed = parse_toml(
        "a = 1.5\nb = true\nc = false\nd = 2024-01-01\ne = {x = 1}\nf = [1]\n[server]\nx = 1\n");
    ASSERT_TRUE(parsed.ok());
    std::vector<std::string> found;
    for (const TomlEntry& entry : *parsed) {
        EXPECT_EQ(Shape::other, entry.value.shape) << entry.key;
        found.push_back(entry.value.text);
    }
    EXPECT_EQ((std::vector<std::string>{"a number with a fraction", "true", "false",
                                        "a date or time", "a table",
                                        "a list with an item that is not a string", "a table"}),
              found);
}

TEST(TomlFile, RefusesAKeyGivenTwiceWithItsLine) {
    const auto parsed = parse_toml("port = 1\nport = 2\n");
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(Code::malformed, parsed.error().code);
    EXPECT_EQ(":2: Error while parsing key-value pair: cannot redefine existing integer 'port'",
              parsed.error().message);
}

TEST(TomlFile, RefusesWhatIsNoTomlWithItsLine) {
    const auto parsed = parse_toml("port = 1\nhostname = \n");
    ASSERT_FALSE(parsed.ok());
    EXPECT_TRUE(parsed.error().message.starts_with(":2: ")) << parsed.error().message;
}

TEST(TomlFile, SurvivesTheHeadersThatItsParserOnlyAsserts) {
    for (const char* text : {"[\nc.d.e[= }\n", "[", "[[\n", "[ \n]", "[=", "[a.\n]"}) {
        const auto parsed = parse_toml(text);
        ASSERT_FALSE(parsed.ok()) << text;
        EXPECT_EQ(Code::malformed, parsed.error().code) << text;
    }
    EXPECT_EQ(": found a key or table header that is cut short", parse_toml("[\n").error().message);
}

TEST(TomlFile, TakesOtherCharactersThanAsciiInCommentsOnly) {
    const auto parsed = parse_toml("\xef\xbb\xbf# für alle\nport = 1 # \xff\n");
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ("1", parsed->at(0).value.text);
    EXPECT_EQ(":2: found a character that is not ASCII, allowed: such characters in comments only",
              parse_toml("port = 1\n\xef\xbb\x85 = 1\n").error().message);
    EXPECT_EQ("#\t\t", parse_toml("hostname = '#é'\n")->at(0).value.text);
}

TEST(TomlFile, SaysWhyAFileCannotBeRead) {
    const auto missing = read_config_file("/nonexistent/config.toml");
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ("cannot be read: No such file or directory", missing.error().message);
    const auto directory = read_config_file("/");
    ASSERT_FALSE(directory.ok());
    EXPECT_EQ("cannot be read: Is a directory", directory.error().message);
}

TEST(TomlFile, ReadsUpToItsLimitAndNotBeyond) {
    const std::string path = testing::TempDir() + "qr_toml_file_test.toml";
    std::ofstream(path) << std::string(kConfigFileBytesMax, '\n');
    const auto whole = read_config_file(path);
    ASSERT_TRUE(whole.ok());
    EXPECT_EQ(kConfigFileBytesMax, whole->size());
    std::ofstream(path, std::ios::app) << '\n';
    const auto beyond = read_config_file(path);
    ASSERT_FALSE(beyond.ok());
    EXPECT_EQ("found more than 1048576 bytes, allowed: a file of up to 1 MiB",
              beyond.error().message);
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace qr::config
