#include "host/collection/snapshot.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "host/base/json_escape.h"
#include "host/base/misfit.h"
#include "host/encoding/json_fields.h"

namespace qr {
namespace {

using nlohmann::json;

constexpr std::string_view kFormatName = "quantumrerank-collection";
constexpr std::uint64_t kCountMax = std::uint64_t{1} << 53;
constexpr std::uint64_t kDimensionMax = 1 << 20;  // what engines take is less
constexpr std::size_t kHeaderAlignment = 8;

json json_of(const SnapshotFile& file) {
    return {{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}};
}

json json_of(const CollectionSettings& settings) {
    json out = {{"dimension", settings.layout.dimension},
                {"storage", info(settings.layout.storage).name},
                {"scan", nullptr},
                {"ttl_seconds", nullptr},
                {"encoder", nullptr}};
    if (settings.layout.scan) out["scan"] = info(*settings.layout.scan).name;
    if (settings.ttl_seconds) out["ttl_seconds"] = *settings.ttl_seconds;
    if (settings.encoder) out["encoder"] = *settings.encoder;
    return out;
}

// A plain name: nothing that leads out of the folder.
SnapshotFile read_file(const JsonFields& entry) {
    SnapshotFile file{.name = entry.at("name").text(),
                      .bytes = entry.at("bytes").number(0, kCountMax),
                      .sha256 = entry.at("sha256").text()};
    const bool is_plain =
        !file.name.empty() && file.name[0] != '.' && file.name.find('/') == std::string::npos;
    if (!is_plain) entry.at("name").refuse("'" + file.name + "'", "names of files in the folder");
    return file;
}

std::optional<Dtype> read_dtype(const JsonFields& name) {
    const std::optional<Dtype> dtype = find_dtype(name.text());
    if (!dtype) name.refuse("float32, float16, bfloat16, int8");
    return dtype;
}

CollectionSettings read_settings(const JsonFields& entry, const json& values) {
    CollectionSettings settings;
    settings.layout.dimension = entry.at("dimension").number(1, kDimensionMax);
    settings.layout.storage = read_dtype(entry.at("storage")).value_or(Dtype::float32);
    if (!entry.at("scan").is_null()) settings.layout.scan = read_dtype(entry.at("scan"));
    if (!entry.at("encoder").is_null()) settings.encoder = entry.at("encoder").text();
    if (entry.at("ttl_seconds").is_null()) return settings;
    const auto ttl = values.find("ttl_seconds");
    if (ttl != values.end() && ttl->is_number()) {
        settings.ttl_seconds = ttl->get<double>();
    } else {
        entry.at("ttl_seconds").refuse("a number");
    }
    return settings;
}

void append_number(std::string& out, double number) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

Error bad_line(const std::string& what, const std::string& found, const std::string& allowed) {
    return misfit_error(Code::invalid, what, found, allowed);
}

bool is_text(const json& line, const char* name) {
    return !line.contains(name) || line[name].is_string();
}

Result<void> check_line(const json& line, const std::string& what) {
    if (!line.is_object() || !line.contains("id") || !line["id"].is_string())
        return bad_line(what, "no id", "an object with an id");
    if (!is_text(line, "text")) return bad_line(what, "a text of another type", "a string");
    if (line.contains("expires_at") && !line["expires_at"].is_number())
        return bad_line(what, "expires_at of another type", "seconds since 1970");
    if (line.contains("tags")) {
        if (!line["tags"].is_array()) return bad_line(what, "tags of another type", "strings");
        for (const json& tag : line["tags"]) {
            if (!tag.is_string()) return bad_line(what, "a tag of another type", "strings");
        }
    }
    if (!line.contains("numbers")) return {};
    if (!line["numbers"].is_object()) return bad_line(what, "numbers of another type", "an object");
    for (const json& number : line["numbers"]) {
        if (!number.is_number()) return bad_line(what, "a number of another type", "numbers");
    }
    return {};
}

}  // namespace

std::string to_json(const SnapshotManifest& manifest) {
    json parts = json::array();
    for (const SnapshotPart& part : manifest.parts)
        parts.push_back({{"documents", part.documents},
                         {"vectors", json_of(part.vectors)},
                         {"lines", json_of(part.lines)}});
    const json out = {{"format", kFormatName},
                      {"version", kSnapshotFormat},
                      {"settings", json_of(manifest.settings)},
                      {"created_at", manifest.created_at},
                      {"documents", manifest.documents},
                      {"missing", manifest.missing},
                      {"next_number", manifest.next_number},
                      {"parts", parts}};
    return out.dump(2) + "\n";
}

Result<SnapshotManifest> parse_manifest(std::string_view text, std::string_view file) {
    const Result<json> parsed = parse_json(text, file);
    if (!parsed) return parsed.error();
    JsonFault fault{.file = std::string(file), .first = {}};
    const JsonFields root(*parsed, "", fault);
    root.at("format").require(kFormatName);
    const std::uint64_t version = root.at("version").number(1, kCountMax);
    if (version > kSnapshotFormat)
        root.at("version").refuse(std::to_string(version),
                                  "up to " + std::to_string(kSnapshotFormat) +
                                      "; a later version of the server wrote this snapshot");
    if (fault.first) return *std::move(fault.first);

    SnapshotManifest manifest;
    manifest.settings =
        read_settings(root.at("settings"), parsed->value("settings", json::object()));
    manifest.documents = root.at("documents").number(0, kCountMax);
    manifest.missing = root.at("missing").number(0, kCountMax);
    manifest.next_number = root.at("next_number").number(0, kCountMax);
    const auto created = parsed->find("created_at");
    if (created != parsed->end() && created->is_number())
        manifest.created_at = created->get<double>();
    root.at("parts").each([&](const JsonFields& part) {
        manifest.parts.push_back({.documents = part.at("documents").number(0, kCountMax),
                                  .vectors = read_file(part.at("vectors")),
                                  .lines = read_file(part.at("lines"))});
    });
    if (fault.first) return *std::move(fault.first);
    return manifest;
}

void append_line(std::string& out, const Document& document) {
    const DocumentFields& fields = document.fields;
    out += "{\"id\":";
    append_json_string(out, document.id);
    if (fields.text) {
        out += ",\"text\":";
        append_json_string(out, *fields.text);
    }
    if (!fields.tags.empty()) {
        out += ",\"tags\":[";
        for (const std::string& tag : fields.tags) {
            if (&tag != &fields.tags.front()) out += ',';
            append_json_string(out, tag);
        }
        out += ']';
    }
    if (!fields.numbers.empty()) {
        out += ",\"numbers\":";
        char before = '{';
        for (const auto& [name, number] : fields.numbers) {
            out += std::exchange(before, ',');
            append_json_string(out, name);
            out += ':';
            append_number(out, number);
        }
        out += '}';
    }
    if (fields.expires_at) {
        out += ",\"expires_at\":";
        append_number(out, *fields.expires_at);
    }
    out += "}\n";
}

Result<Document> parse_line(std::string_view text, const std::string& what) {
    const Result<json> line = parse_json(text, what);
    if (!line) return line.error();
    if (auto checked = check_line(*line, what); !checked) return checked.error();
    Document document{.id = (*line)["id"].get<std::string>(), .fields = {}};
    DocumentFields& fields = document.fields;
    if (line->contains("text")) fields.text = (*line)["text"].get<std::string>();
    if (line->contains("tags")) fields.tags = (*line)["tags"].get<std::vector<std::string>>();
    if (line->contains("numbers"))
        fields.numbers = (*line)["numbers"].get<std::map<std::string, double>>();
    if (line->contains("expires_at")) fields.expires_at = (*line)["expires_at"].get<double>();
    return document;
}

std::string safetensors_of(const TableLayout& layout, const std::vector<std::uint64_t>& numbers,
                           std::string_view vectors) {
    const std::string_view type = layout.storage == Dtype::float32   ? "F32"
                                  : layout.storage == Dtype::float16 ? "F16"
                                                                     : "BF16";
    const std::size_t rows = numbers.size();
    const std::size_t split = rows * sizeof(numbers[0]);
    const json header = {
        {"numbers", {{"dtype", "U64"}, {"shape", {rows}}, {"data_offsets", {0, split}}}},
        {"vectors",
         {{"dtype", type},
          {"shape", {rows, layout.dimension}},
          {"data_offsets", {split, split + vectors.size()}}}}};
    std::string text = header.dump();
    text.resize((text.size() + kHeaderAlignment - 1) / kHeaderAlignment * kHeaderAlignment, ' ');
    const std::uint64_t size = text.size();
    std::string out(reinterpret_cast<const char*>(&size), sizeof size);
    out += text;
    out.append(reinterpret_cast<const char*>(numbers.data()), split);
    out += vectors;
    return out;
}

}  // namespace qr
