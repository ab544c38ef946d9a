// What reading a JSON body costs when nothing else is done with it: the ceiling of our own parser.
//
// Reads every number of a rerank request with simdjson On-Demand, rounds it to float32 and stores
// it; no fields are checked, no errors told apart, nothing is scored. Compiled with the flags that
// ship. Usage: simdjson_floor BODY.json SECONDS; prints one JSON object. Nothing is timed unless
// strtod, number by number, gives the same ones; `hash` is theirs.
#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <span>
#include <string>
#include <vector>

#include "perf/gate.h"

namespace {

constexpr std::size_t kNumbersMax = std::size_t{1} << 20;

double thread_cpu_us() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) * 1e-3;
}

// Appends the numbers of a list, at most as many as `numbers` has room for; false when it is none.
bool read_list(simdjson::ondemand::value list, std::vector<float>& numbers) {
    simdjson::ondemand::array items;
    if (list.get_array().get(items) != simdjson::SUCCESS) return false;
    for (auto item : items) {
        double number = 0;
        if (item.get_double().get(number) != simdjson::SUCCESS) return false;
        if (numbers.size() == numbers.capacity()) return false;
        numbers.push_back(static_cast<float>(number));
    }
    return true;
}

bool read_body(simdjson::ondemand::parser& parser, const simdjson::padded_string& body,
               std::vector<float>& numbers) {
    numbers.clear();
    simdjson::ondemand::document document;
    simdjson::ondemand::value query;
    simdjson::ondemand::array documents;
    if (parser.iterate(body).get(document) != simdjson::SUCCESS) return false;
    if (document["query"].get(query) != simdjson::SUCCESS || !read_list(query, numbers)) {
        return false;
    }
    if (document["documents"].get_array().get(documents) != simdjson::SUCCESS) return false;
    for (auto item : documents) {
        simdjson::ondemand::value list;
        if (item.get(list) != simdjson::SUCCESS || !read_list(list, numbers)) return false;
    }
    return true;
}

// Those inside brackets, in the order of the text: the request has no other lists.
std::vector<float> numbers_by_strtod(const std::string& text) {
    std::vector<float> numbers;
    int depth = 0;
    for (const char* at = text.c_str(); *at != '\0';) {
        const bool begins_number = depth > 0 && (*at == '-' || (*at >= '0' && *at <= '9'));
        if (!begins_number) {
            depth += *at == '[' ? 1 : (*at == ']' ? -1 : 0);
            ++at;
            continue;
        }
        char* end = nullptr;
        numbers.push_back(static_cast<float>(std::strtod(at, &end)));
        at = end > at ? end : at + 1;
    }
    return numbers;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: simdjson_floor BODY.json SECONDS\n");
        return 2;
    }
    simdjson::padded_string body;
    if (simdjson::padded_string::load(argv[1]).get(body) != simdjson::SUCCESS) {
        std::fprintf(stderr, "%s: cannot be read\n", argv[1]);
        return 1;
    }
    simdjson::ondemand::parser parser;
    std::vector<float> numbers;
    numbers.reserve(kNumbersMax);
    if (!read_body(parser, body, numbers)) {
        std::fprintf(stderr, "%s: not a rerank request of plain numbers\n", argv[1]);
        return 1;
    }
    const std::vector<float> expected = numbers_by_strtod(std::string(body.data(), body.length()));
    const std::string hash = qr::perf::pass_gate<float>("simdjson_floor", expected, numbers);
    std::vector<double> passes_us;
    const double end_us = thread_cpu_us() + std::atof(argv[2]) * 1e6;
    for (double now_us = thread_cpu_us(); now_us < end_us;) {
        if (!read_body(parser, body, numbers)) return 1;
        const double after_us = thread_cpu_us();
        passes_us.push_back(after_us - now_us);
        now_us = after_us;
    }
    std::sort(passes_us.begin(), passes_us.end());
    std::printf(
        "{\"median_us\": %.2f, \"numbers\": %zu, \"passes\": %zu, \"hash\": \"%s\", "
        "\"stage1\": \"%s\"}\n",
        passes_us[passes_us.size() / 2], numbers.size(), passes_us.size(), hash.c_str(),
        simdjson::get_active_implementation()->name().c_str());
    return 0;
}
