// Where vectors are kept: what a durable commit, a start and a compaction cost in each layout.
//
//   store_bench [--smoke] [--benchmark_filter=...]
//
//   ingest/<layout>/<rows>  rows of 3 KB a second by commits of that many, each synced
//   overwrite/<layout>      the same by commits of 1,000 rows that are there already, at random;
//                           `written` is what reaches the disk to a byte of theirs, at the end
//   read/<layout>           bytes a second of opening and walking all, from the disk; `of_plain` is
//                           the share of reading as many bytes of one file, measured in turns
//   seal, unseal            of a value of 3 KB, in memory, on one core
//   space/<layout>          bytes on the disk to a byte that lives, with all rows, after half of
//                           them were removed, and after compacting
//
// "From the disk" drops the system's caches where that is permitted, else asks for these files to
// be dropped; QR_BENCH_FOLDER names where to measure, by default the folder for temporary files.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <random>

#include "host/store/value_seal.h"
#include "perf/gate.h"
#include "perf/host/store/layouts.h"
#include "perf/micro.h"

namespace qr::perf {
namespace {

constexpr std::size_t kRowBytes = 3'072;  // 768 float32
constexpr std::size_t kReadBytes = std::size_t{2} << 20;

struct Amounts {
    std::size_t read_rows;
    std::size_t commits;
    std::size_t space_rows;  // overwritten as well
    int turns;
};
constexpr Amounts kFull{300'000, 200, 100'000, 3};
constexpr Amounts kSmoke{300, 3, 300, 1};

std::string key_of(std::size_t row) {
    std::string digits = std::to_string(row);
    return "c/" + std::string(12 - digits.size(), '0') + digits;
}

// Numbers as incompressible as a vector's; the same for a row in every run.
Row make_row(std::size_t row) {
    std::mt19937_64 random(row);
    std::string value(kRowBytes, '\0');
    for (std::size_t at = 0; at < kRowBytes; at += 8) {
        const std::uint64_t word = random();
        std::copy_n(reinterpret_cast<const char*>(&word), 8, &value[at]);
    }
    return {key_of(row), value};
}

std::vector<Row> make_rows(std::size_t first, std::size_t count) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < count; ++i)
        rows.push_back(make_row(first + i));
    return rows;
}

class Folder {
  public:
    Folder() {
        const char* named = std::getenv("QR_BENCH_FOLDER");
        const std::filesystem::path below =
            named != nullptr ? named : std::filesystem::temp_directory_path();
        std::string name = (below / "store_bench_XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) shut_gate("folder", "cannot make " + name);
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }
    std::filesystem::path path() const { return path_; }

    std::uint64_t bytes() const {
        std::uint64_t bytes = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
            struct stat found {};
            if (stat(entry.path().c_str(), &found) == 0 && entry.is_regular_file()) {
                bytes += static_cast<std::uint64_t>(found.st_blocks) * 512;
            }
        }
        return bytes;
    }
    void forget() const {
        sync();
        std::ofstream all("/proc/sys/vm/drop_caches");
        if (all << "3\n" << std::flush) return;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
            const int file = open(entry.path().c_str(), O_RDONLY);
            (void)posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
            close(file);
        }
    }

  private:
    std::filesystem::path path_;
};

double seconds(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void fill(Layout& layout, std::size_t rows, std::size_t rows_a_commit) {
    for (std::size_t first = 0; first < rows; first += rows_a_commit) {
        layout.commit(make_rows(first, std::min(rows_a_commit, rows - first)));
    }
}

std::vector<std::string> every_other_key(std::size_t rows) {
    std::vector<std::string> keys;
    for (std::size_t row = 0; row < rows; row += 2)
        keys.push_back(key_of(row));
    return keys;
}

// What is read after removing, compacting and opening anew is what was written.
std::string pass_layout_gate(LayoutKind kind) {
    constexpr std::size_t kRows = 100;
    const Folder folder;
    {
        const auto layout = open_layout(kind, folder.path() / "layout");
        fill(*layout, kRows, 7);
        layout->remove(every_other_key(kRows));
        layout->compact();
    }
    std::string expected;
    for (std::size_t row = 1; row < kRows; row += 2) {
        expected += key_of(row) + make_row(row).value;
    }
    std::string found;
    open_layout(kind, folder.path() / "layout")
        ->walk(
            [&](std::string_view key, std::string_view value) { found.append(key).append(value); });
    return pass_gate(to_string(kind), expected, found);
}

void ingest(benchmark::State& state, LayoutKind kind, std::size_t rows, std::size_t commits) {
    const Folder folder;
    const auto layout = open_layout(kind, folder.path() / "layout");
    std::size_t next = 0;
    for (auto _ : state) {
        double total = 0;
        for (std::size_t i = 0; i < commits; ++i, next += rows) {
            const std::vector<Row> made = make_rows(next, rows);
            total += seconds([&] { layout->commit(made); });
        }
        state.SetIterationTime(total);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(next));
}

// Of this process so far, as the kernel counts them.
std::uint64_t bytes_to_disk() {
    std::ifstream in("/proc/self/io");
    std::string name;
    std::uint64_t bytes = 0;
    while (in >> name >> bytes) {
        if (name == "write_bytes:") return bytes;
    }
    return 0;
}

void overwrite(benchmark::State& state, LayoutKind kind, std::size_t rows, std::size_t turns) {
    const std::size_t rows_a_commit = std::min<std::size_t>(1'000, rows);
    const std::size_t commits = turns * rows / rows_a_commit;
    const Folder folder;
    std::mt19937_64 random(1);
    for (auto _ : state) {
        auto layout = open_layout(kind, folder.path() / "layout");
        fill(*layout, rows, rows_a_commit);
        const std::uint64_t before = bytes_to_disk();
        double total = 0;
        for (std::size_t i = 0; i < commits; ++i) {
            std::vector<Row> made;
            for (std::size_t j = 0; j < rows_a_commit; ++j)
                made.push_back(make_row(random() % rows));
            total += seconds([&] { layout->commit(made); });
        }
        total += seconds([&] { layout.reset(); });
        sync();
        state.counters["written"] = static_cast<double>(bytes_to_disk() - before) /
                                    static_cast<double>(commits * rows_a_commit * kRowBytes);
        state.SetIterationTime(total);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(commits * rows_a_commit));
}

void read_plain(const std::filesystem::path& path) {
    const int file = open(path.c_str(), O_RDONLY);
    std::string buffer(kReadBytes, '\0');
    while (read(file, buffer.data(), buffer.size()) > 0)
        benchmark::DoNotOptimize(buffer.data());
    close(file);
}

void write_plain(const std::filesystem::path& path, std::size_t rows) {
    std::ofstream out(path, std::ios::binary);
    for (std::size_t row = 0; row < rows; ++row)
        out << make_row(row).value;
}

void read(benchmark::State& state, LayoutKind kind, std::size_t rows, int turns) {
    const Folder folder;
    fill(*open_layout(kind, folder.path() / "layout"), rows, 1'000);
    write_plain(folder.path() / "plain", rows);
    const auto bytes = static_cast<double>(rows * kRowBytes);
    double plain_best = 1e9;
    for (auto _ : state) {
        double best = 1e9;
        for (int turn = 0; turn < turns; ++turn) {
            folder.forget();
            plain_best =
                std::min(plain_best, seconds([&] { read_plain(folder.path() / "plain"); }));
            folder.forget();
            std::size_t found = 0;
            best = std::min(best, seconds([&] {
                                const auto layout = open_layout(kind, folder.path() / "layout");
                                layout->walk([&](std::string_view, std::string_view value) {
                                    found += value.size();
                                });
                            }));
            if (found != rows * kRowBytes) state.SkipWithError("not all was read");
        }
        state.SetIterationTime(best);
        state.counters["of_plain"] = plain_best / best;
    }
    state.counters["plain_bytes_per_second"] = bytes / plain_best;
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
}

void space(benchmark::State& state, LayoutKind kind, std::size_t rows) {
    const auto bytes = static_cast<double>(rows * kRowBytes);
    for (auto _ : state) {
        const Folder folder;
        const auto layout = open_layout(kind, folder.path() / "layout");
        fill(*layout, rows, 1'000);
        state.counters["all"] = static_cast<double>(folder.bytes()) / bytes;
        layout->remove(every_other_key(rows));
        state.counters["half"] = static_cast<double>(folder.bytes()) / (bytes / 2);
        state.SetIterationTime(seconds([&] { layout->compact(); }));
        state.counters["compacted"] = static_cast<double>(folder.bytes()) / (bytes / 2);
    }
}

// Values of a vector each, one core.
void seal_values(benchmark::State& state) {
    const SecretKey key = SecretKey::random();
    const std::string value = make_row(0).value;
    std::string sealed;
    for (auto _ : state) {
        sealed.clear();
        seal(key, "context", value, sealed);
        benchmark::DoNotOptimize(sealed.data());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kRowBytes));
}

void unseal_values(benchmark::State& state) {
    const SecretKey key = SecretKey::random();
    std::string sealed;
    seal(key, "context", make_row(0).value, sealed);
    std::string value;
    for (auto _ : state)
        benchmark::DoNotOptimize(unseal(key, "context", sealed, value));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kRowBytes));
}

std::string pass_seal_gate() {
    const SecretKey key = SecretKey::random();
    const std::string expected = make_row(0).value;
    std::string sealed;
    std::string found;
    seal(key, "context", expected, sealed);
    if (!unseal(key, "context", sealed, found)) shut_gate("seal", "it does not open");
    return pass_gate("seal", expected, found);
}

void prepare(Sizes sizes) {
    const std::string sealed = pass_seal_gate();
    add_benchmark("seal", sealed, seal_values);
    add_benchmark("unseal", sealed, unseal_values);
    const Amounts& amounts = sizes == Sizes::full ? kFull : kSmoke;
    for (const LayoutKind kind : kLayouts) {
        const std::string hash = pass_layout_gate(kind);
        const auto add = [&](const std::string& name, std::function<void(benchmark::State&)> run) {
            add_benchmark(name, hash, std::move(run))
                ->UseManualTime()
                ->Iterations(1)
                ->Unit(benchmark::kMillisecond);
        };
        const std::string layout = to_string(kind);
        for (const std::size_t rows : {std::size_t{1}, std::size_t{100}, std::size_t{1'000}}) {
            if (sizes == Sizes::smoke && rows > 100) continue;
            add("ingest/" + layout + "/" + std::to_string(rows),
                [=](benchmark::State& state) { ingest(state, kind, rows, amounts.commits); });
        }
        add("overwrite/" + layout,
            [=](benchmark::State& state) { overwrite(state, kind, amounts.space_rows, 3); });
        add("read/" + layout,
            [=](benchmark::State& state) { read(state, kind, amounts.read_rows, amounts.turns); });
        add("space/" + layout,
            [=](benchmark::State& state) { space(state, kind, amounts.space_rows); });
    }
}

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    return qr::perf::run_benchmarks(argc, argv, qr::perf::prepare);
}
