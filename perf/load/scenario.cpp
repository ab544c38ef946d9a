#include "perf/load/scenario.h"

#define TOML_EXCEPTIONS 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <span>

namespace qr::load {
namespace {

enum class Shape : std::uint8_t { number, text, boolean };

constexpr std::size_t kScenarioBytesMax = std::size_t{1} << 20;
constexpr std::string_view kRequest = "request";
constexpr std::string_view kCollection = "collection";  // what fill.py fills; nothing is read here

// A key of a table and where it goes: one value, or a list of texts.
template <typename Owner>
struct Key {
    std::string_view name;
    Shape shape;
    Setting Owner::*one;
    std::vector<Given> Owner::*list = nullptr;
};

constexpr std::array<Key<Settings>, 12> kSettings = {{
    {"clients", Shape::number, &Settings::clients},
    {"rate", Shape::number, &Settings::rate},
    {"seconds", Shape::number, &Settings::seconds},
    {"steps", Shape::text, nullptr, &Settings::steps},
    {"arrivals", Shape::text, &Settings::arrivals},
    {"seed", Shape::number, &Settings::seed},
    {"connections_max", Shape::number, &Settings::connections_max},
    {"timeout_ms", Shape::number, &Settings::timeout_ms},
    {"lag_max_us", Shape::number, &Settings::lag_max_us},
    {"row_ms", Shape::number, &Settings::row_ms},
    {"warm_up_s", Shape::number, &Settings::warm_up_s},
    {"keep_alive", Shape::boolean, &Settings::keep_alive},
}};

constexpr std::array<Key<RequestSettings>, 15> kRequestKeys = {{
    {"name", Shape::text, &RequestSettings::name},
    {"weight", Shape::number, &RequestSettings::weight},
    {"method", Shape::text, &RequestSettings::method},
    {"path", Shape::text, &RequestSettings::path},
    {"headers", Shape::text, nullptr, &RequestSettings::headers},
    {"bodies", Shape::text, nullptr, &RequestSettings::bodies},
    {"format", Shape::text, &RequestSettings::format},
    {"collection", Shape::text, &RequestSettings::collection},
    {"queries", Shape::number, &RequestSettings::queries},
    {"k", Shape::number, &RequestSettings::k},
    {"documents", Shape::number, &RequestSettings::documents},
    {"dimension", Shape::number, &RequestSettings::dimension},
    {"words", Shape::number, &RequestSettings::words},
    {"top_n", Shape::number, &RequestSettings::top_n},
    {"variants", Shape::number, &RequestSettings::variants},
}};

std::string text_of(double number) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return {digits.data(), end};
}

// As the flag would spell it; none for what has another shape.
std::optional<std::string> text_of(const toml::node& node, Shape shape) {
    if (shape == Shape::number && node.is_integer())
        return std::to_string(node.as_integer()->get());
    if (shape == Shape::number && node.is_floating_point())
        return text_of(node.as_floating_point()->get());
    if (shape == Shape::text && node.is_string()) return node.as_string()->get();
    if (shape == Shape::boolean && node.is_boolean())
        return node.as_boolean()->get() ? "true" : "false";
    return std::nullopt;
}

std::string describe(const toml::node& node) {
    if (node.is_string()) return "a text";
    if (node.is_integer() || node.is_floating_point()) return "a number";
    if (node.is_boolean()) return "true or false";
    if (node.is_array()) return "a list";
    return node.is_table() ? "a table" : "a date or time";
}

std::string_view describe(Shape shape) {
    if (shape == Shape::number) return "a number";
    return shape == Shape::text ? "a text" : "true or false";
}

template <typename Owner>
std::string names_of(std::span<const Key<Owner>> keys) {
    std::string names;
    for (const Key<Owner>& key : keys)
        names += (names.empty() ? "" : ", ") + std::string(key.name);
    return names;
}

class Reader {
  public:
    explicit Reader(std::string file) : file_(std::move(file)) {}

    std::string at(const toml::source_region& source) const {
        return file_ + ":" + std::to_string(source.begin.line);
    }

    // The entries of one table; at the top, of which `is_top`, those that are tables left out.
    template <typename Owner>
    Result<void> read(const toml::table& table, std::span<const Key<Owner>> keys, Owner& owner,
                      bool is_top = false) const {
        for (const auto& [name, node] : table) {
            if (is_top && (name.str() == kRequest || name.str() == kCollection)) continue;
            const auto found = std::ranges::find(keys, name.str(), &Key<Owner>::name);
            if (found == keys.end()) {
                return wrong(at(name.source()), std::string(name.str()),
                             names_of(keys) + (is_top ? ", [[request]], [[collection]]" : ""));
            }
            const std::string origin = at(name.source()) + ": " + std::string(name.str());
            Result<void> taken = found->list == nullptr
                                     ? take_one(node, origin, *found, owner)
                                     : take_list(node, origin, owner.*(found->list));
            if (!taken.ok()) return taken;
        }
        return {};
    }

    Result<std::vector<RequestSettings>> read_requests(const toml::table& table) const {
        const toml::node* const node = table.get(kRequest);
        const toml::array* const list = node == nullptr ? nullptr : node->as_array();
        if (list == nullptr || list->empty()) {
            return wrong(file_ + ": [[request]]", node == nullptr ? "" : describe(*node),
                         "one or more tables [[request]]");
        }
        std::vector<RequestSettings> requests;
        for (const toml::node& item : *list) {
            const toml::table* const entries = item.as_table();
            if (entries == nullptr)
                return wrong(at(item.source()) + ": request", describe(item), "a table");
            RequestSettings request;
            request.origin = at(item.source()) + ": request";
            const std::span<const Key<RequestSettings>> keys = kRequestKeys;
            if (Result<void> taken = read(*entries, keys, request); !taken.ok())
                return taken.error();
            requests.push_back(std::move(request));
        }
        return requests;
    }

  private:
    template <typename Owner>
    static Result<void> take_one(const toml::node& node, const std::string& origin,
                                 const Key<Owner>& key, Owner& owner) {
        std::optional<std::string> text = text_of(node, key.shape);
        if (!text) return wrong(origin, describe(node), describe(key.shape));
        owner.*(key.one) = Given{*std::move(text), origin};
        return {};
    }

    Result<void> take_list(const toml::node& node, const std::string& origin,
                           std::vector<Given>& list) const {
        const toml::array* const items = node.as_array();
        if (items == nullptr) return wrong(origin, describe(node), "a list of texts");
        for (const toml::node& item : *items) {
            std::optional<std::string> text = text_of(item, Shape::text);
            if (!text) return wrong(origin, describe(item), "a list of texts");
            list.push_back({*std::move(text), origin});
        }
        return {};
    }

    std::string file_;
};

}  // namespace

Result<Scenario> read_scenario(const std::string& path) {
    const Result<std::string> text = read_file({path, "--scenario"}, kScenarioBytesMax);
    if (!text.ok()) return text.error();
    const Reader reader(path);
    Scenario scenario;
    scenario.name = std::filesystem::path(path).stem();
    scenario.settings.file = path;
    try {
        const toml::table table = toml::parse(*text);
        const std::span<const Key<Settings>> keys = kSettings;
        if (Result<void> read = reader.read(table, keys, scenario.settings, true); !read.ok())
            return read.error();
        Result<std::vector<RequestSettings>> requests = reader.read_requests(table);
        if (!requests.ok()) return requests.error();
        scenario.requests = *std::move(requests);
    } catch (const toml::parse_error& fault) {
        return Error{.code = Code::invalid,
                     .message = reader.at(fault.source()) + ": '" +
                                std::string(fault.description()) + "', allowed is TOML"};
    }
    return scenario;
}

}  // namespace qr::load
