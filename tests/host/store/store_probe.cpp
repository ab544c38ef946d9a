// A process that uses a store and says what it did, for durability_test.py to trace and to kill.
//
//   store_probe commits FOLDER COUNT         "committed N" after each; after a failure "failed N",
//                                            "seen N" if it can be read after all, then recover()
//   store_probe together FOLDER THREADS COUNT   COUNT commits by each thread, then "done"
//   store_probe history FOLDER NEXT...       a writer each that commits its history from NEXT on,
//                                            "W N" after each, until the process ends; compacting
//                                            meanwhile
//   store_probe check FOLDER ACKNOWLEDGED... how long each writer's history is; exit status 1 if it
//                                            is none that a crash may leave
//   store_probe keys FOLDER                  of all records
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "host/store/open_store.h"
#include "tests/host/store/history.h"

namespace qr::test {
namespace {

// By one write() each, so that a trace shows when.
void say(const std::string& line) {
    const std::string text = line + "\n";
    if (write(STDOUT_FILENO, text.data(), text.size()) < 0) std::_Exit(4);
}

std::unique_ptr<Store> open(const std::string& folder) {
    auto opened = open_store({.folder = folder});
    if (opened) return std::move(*opened);
    say("not opened: " + opened.error().message);
    std::_Exit(3);
}

void commits(Store& store, unsigned count) {
    for (unsigned number = 0; number < count; ++number) {
        const std::string key = "key " + std::to_string(number);
        const auto done = store.commit({{{Shelf::records, key, "value"}}});
        if (done) {
            say("committed " + std::to_string(number));
            continue;
        }
        say("failed " + std::to_string(number) + ": " + done.error().message);
        const auto seen = store.view()->get(Shelf::records, key);
        if (!seen || *seen) say("seen " + std::to_string(number));
        const auto recovered = store.recover();
        say(recovered ? "recovered" : "not recovered: " + recovered.error().message);
    }
}

void together(Store& store, unsigned threads, unsigned count) {
    std::vector<std::jthread> running;
    for (unsigned thread = 0; thread < threads; ++thread) {
        running.emplace_back([&store, thread, count] {
            for (unsigned number = 0; number < count; ++number) {
                const std::string key = std::to_string(thread) + "/" + std::to_string(number);
                if (!store.commit({{{Shelf::records, key, "value"}}})) std::_Exit(1);
            }
        });
    }
}

void history(Store& store, const std::vector<unsigned>& next) {
    std::vector<std::jthread> running;
    for (unsigned writer = 0; writer < next.size(); ++writer) {
        running.emplace_back([&store, writer, number = next[writer]]() mutable {
            for (; store.commit(history_batch(writer, number)); ++number) {
                say(std::to_string(writer) + " " + std::to_string(number));
            }
            std::_Exit(1);
        });
    }
    for (;;) {
        for (const Shelf shelf : {Shelf::records, Shelf::vectors}) {
            if (!store.compact(shelf, "w")) std::_Exit(1);
        }
    }
}

int check(const Store& store, const std::vector<unsigned>& acknowledged) {
    if (!store.condition().damage.empty()) return 1;
    for (unsigned writer = 0; writer < acknowledged.size(); ++writer) {
        const auto length = history_length(store, writer, acknowledged[writer]);
        if (!length) return 1;
        say(std::to_string(*length));
    }
    return 0;
}

int run(const std::string& what, const std::string& folder, const std::vector<unsigned>& numbers) {
    const auto store = open(folder);
    if (what == "check") return check(*store, numbers);
    if (what == "commits" && numbers.size() == 1) {
        commits(*store, numbers[0]);
    } else if (what == "together" && numbers.size() == 2) {
        together(*store, numbers[0], numbers[1]);
        say("done");
    } else if (what == "history") {
        history(*store, numbers);
    } else if (what == "keys") {
        const auto cursor = store->view()->walk(Shelf::records, {});
        while (cursor->next())
            say(std::string(cursor->key()));
    } else {
        return 2;
    }
    return 0;
}

}  // namespace
}  // namespace qr::test

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    std::vector<unsigned> numbers;
    for (int i = 3; i < argc; ++i)
        numbers.push_back(static_cast<unsigned>(std::atoi(argv[i])));
    return qr::test::run(argv[1], argv[2], numbers);
}
