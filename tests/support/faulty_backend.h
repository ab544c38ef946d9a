// A stand-in for a device that fails as told: it wraps a real backend and answers right, refuses,
// hangs, is slow, or spoils low bits. It never ships.
//
// The fault is looked up at each call, and during a hang, so that a test (or, through a file,
// another process) can change it at any time. Thread-safe when the wrapped backend is.
#pragma once

#include <algorithm>
#include <bit>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/backend/fidelity_backend.h"

namespace qr::test {

struct Fault {
    enum class Kind {
        none,
        unavailable,
        internal,
        out_of_memory,
        hang,          // until the fault is another one
        wrong,         // the last bit of every score
        wrong_in_one,  // the last bit of the last task's last score
        no_tasks,      // an answer without the tasks' scores
        slow,          // by `delay`
    };
    Kind kind = Kind::none;
    std::chrono::milliseconds delay{0};
};

class FaultyBackend final : public FidelityBackend {
  public:
    struct Options {
        std::string_view name = "stand-in-device";  // static storage
        std::size_t lanes = 2;
        std::size_t batch_multiply_adds_max = std::size_t{1} << 25;
        std::function<Fault()> fault = nullptr;  // instead of set(); asked from any thread
        std::function<std::vector<DeviceReport>()> devices = nullptr;  // empty: it tells of none
        StagingMemory staging = {};
    };

    explicit FaultyBackend(std::shared_ptr<FidelityBackend> inner)
        : FaultyBackend(std::move(inner), Options{}) {}
    FaultyBackend(std::shared_ptr<FidelityBackend> inner, Options options)
        : inner_(std::move(inner)), options_(std::move(options)) {}

    std::string_view name() const override { return options_.name; }
    BackendCapabilities capabilities() const override {
        BackendCapabilities can = inner_->capabilities();
        can.device = "test-device";
        can.lanes = options_.lanes;
        can.batch_multiply_adds_max = options_.batch_multiply_adds_max;
        can.at_once_multiply_adds_max = 0;
        return can;
    }

    std::vector<DeviceReport> devices() const override {
        return options_.devices ? options_.devices() : std::vector<DeviceReport>{};
    }
    StagingMemory staging() const override { return options_.staging; }

    void set(Fault::Kind kind) {
        const std::lock_guard lock(mutex_);
        fault_.kind = kind;
        changed_.notify_all();
    }

    Result<Scores> score(const ScoreBatch& batch) override {
        const Fault fault = enter();
        if (fault.kind == Fault::Kind::slow) pass(fault.delay);
        Result<Scores> scores = answer(batch, fault);
        leave();
        return scores;
    }

    std::size_t calls() const {
        const std::lock_guard lock(mutex_);
        return entered_;
    }
    // Blocks until that many calls have been made, and until that many have returned.
    void await_calls(std::size_t count) { await(entered_, count); }
    void await_returns(std::size_t count) { await(left_, count); }

  private:
    static constexpr std::chrono::milliseconds kLookEvery{5};  // for a fault that no set() tells

    Fault current() const { return options_.fault ? options_.fault() : fault_; }

    Fault enter() {
        std::unique_lock lock(mutex_);
        ++entered_;
        changed_.notify_all();
        while (current().kind == Fault::Kind::hang)
            changed_.wait_for(lock, kLookEvery);
        return current();
    }
    void leave() {
        const std::lock_guard lock(mutex_);
        ++left_;
        changed_.notify_all();
    }
    void await(const std::size_t& counter, std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return counter >= count; });
    }

    // Work that takes its time: nobody can cut it short.
    static void pass(std::chrono::milliseconds delay) {
        std::mutex mutex;
        std::condition_variable never;
        std::unique_lock lock(mutex);
        never.wait_for(lock, delay, [] { return false; });
    }

    Result<Scores> answer(const ScoreBatch& batch, const Fault& fault) {
        const auto refuse = [](Code code) {
            return Error{.code = code, .message = "the stand-in was told to fail"};
        };
        if (fault.kind == Fault::Kind::unavailable) return refuse(Code::unavailable);
        if (fault.kind == Fault::Kind::internal) return refuse(Code::internal);
        if (fault.kind == Fault::Kind::out_of_memory) return refuse(Code::out_of_memory);
        if (fault.kind == Fault::Kind::no_tasks) return Scores{};
        Result<Scores> scores = inner_->score(batch);
        if (!scores.ok()) return scores;
        if (fault.kind == Fault::Kind::wrong) {
            for (TaskScores& task : scores->tasks)
                std::ranges::for_each(task.values, spoil);
        }
        if (fault.kind == Fault::Kind::wrong_in_one && !scores->tasks.empty()) {
            auto& values = scores->tasks.back().values;
            if (!values.empty()) spoil(values.back());
        }
        return scores;
    }

    static void spoil(double& score) {
        score = std::bit_cast<double>(std::bit_cast<std::uint64_t>(score) ^ 1);
    }

    const std::shared_ptr<FidelityBackend> inner_;
    const Options options_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Fault fault_;
    std::size_t entered_ = 0;
    std::size_t left_ = 0;
};

}  // namespace qr::test
