// The figures of the stand-in NVML: read from a text file at each call, so that a test changes them
// while the library runs. Never installed.
//
// STAND_IN_NVML_FILE names the file. A line is "DEVICE KEY VALUE...", DEVICE counting from 0:
//     0 uuid GPU-1      0 pci 0000:3B:00.0    0 name NVIDIA H100 80GB HBM3
//     0 temperature 45  0 memory 1000 250     (total, used)  0 power 70000 (milliwatts)
//     0 utilisation 30  0 ecc 2 1             (corrected, uncorrected)  0 clocks 36 (the mask)
//     1 mig_of 0        1 instances 3 0       (GPU and compute instance)  0 mig_mode 1
//     0 xid 79          0 xid 79 3 0          (an event; told once, in the file's order)
//     0 fail 15 nvmlDeviceGetPowerUsage       (that function answers 15 for that device)
// A key that is missing is not supported. For the library as a whole:
//     fail 9 nvmlInit_v2                      (answers 9)
//     hang nvmlDeviceGetPowerUsage            (until the line is gone)
//     calls                                   (every call is written to the file ending in .calls)
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace stand_in_nvml {

inline constexpr int kSuccess = 0;
inline constexpr int kUninitialized = 1;
inline constexpr int kNotSupported = 3;
inline constexpr int kNotFound = 6;
inline constexpr int kInsufficientSize = 7;
inline constexpr int kTimeout = 10;
inline constexpr int kVersionMismatch = 25;

inline constexpr int kDevicesMax = 8;

struct Event {
    int device = 0;
    unsigned long long xid = 0;
    unsigned gpu_instance = 0xFFFFFFFFu;
    unsigned compute_instance = 0xFFFFFFFFu;
};

// The words of a device's line, or nothing.
std::optional<std::vector<std::string>> find(int device, const std::string& key);
std::optional<unsigned long long> number(int device, const std::string& key, std::size_t at = 0);
std::string text(int device, const std::string& key);  // the rest of the line; may be empty
std::vector<Event> events();

// What each function begins with: hangs where told to, and answers what it is told to answer.
// `device` -1: none.
int enter(const char* function, int device = -1);
void set_started(bool is_started);

// A handle is the address of the device's slot.
void* handle_of(int device);
int device_of(const void* handle);

int copy(const std::string& text, char* out, unsigned bytes);

}  // namespace stand_in_nvml
