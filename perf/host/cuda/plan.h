// What one run of the benchmark does: its sizes, its patience, and where things go.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "host/base/error.h"

namespace qr::perf {

// Repeats until either is reached, but at least three times.
struct Effort {
    std::size_t repeats_max = 0;
    double seconds_max = 0;
};

struct Shape {
    std::size_t queries = 0, documents = 0, dimension = 0;
};

struct Sizes {
    std::size_t copy_bytes = 0;
    std::size_t multiply_add_rounds = 0;
    std::size_t matrix_edge = 0;  // of square products
    std::size_t encode_rows = 0, encode_dimension = 0;
    std::size_t encode_checked_rows = 0;  // spread evenly over all of them
    Shape search;
    std::size_t best = 0;            // documents kept of each query
    std::vector<Shape> collections;  // that are searched, of the dimension's own; queries: the most
    std::size_t collection_checked_rows = 0;
    std::vector<Shape> requests;    // of the latencies, by ascending work
    std::vector<Shape> crossovers;  // documents and dimension of each; queries: the most tried
    Effort device;                  // of one kernel or copy
    Effort request;                 // of one request on one backend
    Effort crossover;               // of one point of a crossover
};
// Some minutes on a current device.
Sizes full_sizes();
// Under a second in the emulation: every line runs, no figure means anything.
Sizes smoke_sizes();

inline constexpr const char* kSections[] = {"ceilings",    "encode",  "search",
                                            "collections", "latency", "router"};

struct Plan {
    Sizes sizes;
    bool is_smoke = false;
    bool is_probe = false;              // the device's name alone
    std::vector<std::string> sections;  // to run
    std::string output;                 // of the JSON; empty: standard output
    std::string cublas;                 // the library's file; empty: wherever the loader finds it
    std::string arrays;                 // folder for the .npy files of a peer; empty: none
    std::string spoiled;                // whose answer loses a bit before its gate; empty: none
    std::string help;                   // not empty: to be printed, nothing to run
};

// Errors: `invalid`, naming the flag, what was found and what is allowed.
Result<Plan> parse_plan(std::span<const char* const> arguments);

}  // namespace qr::perf
