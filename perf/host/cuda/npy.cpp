#include "perf/host/cuda/npy.h"

#include <fstream>

namespace qr::perf {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kPrefix = 10;  // magic, version, length of the header

std::string header_of(std::string_view type, std::size_t rows, std::size_t columns) {
    std::string text = "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (" +
                       std::to_string(rows) + ", " + std::to_string(columns) + "), }";
    text.append(kAlignment - (kPrefix + text.size() + 1) % kAlignment, ' ');
    text += '\n';
    std::string header("\x93NUMPY\x01\x00", 8);
    header += static_cast<char>(text.size() & 0xFF);
    header += static_cast<char>(text.size() >> 8);
    return header + text;
}

Result<void> write(const std::string& path, std::string_view type, const void* values,
                   std::size_t rows, std::size_t columns) {
    std::ofstream file(path, std::ios::binary);
    file << header_of(type, rows, columns);
    file.write(static_cast<const char*>(values), static_cast<std::streamsize>(rows * columns * 4));
    file.close();
    if (file) return {};
    return Error{.message = "'" + path + "' cannot be written"};
}

}  // namespace

Result<void> write_npy(const std::string& path, const float* values, std::size_t rows,
                       std::size_t columns) {
    return write(path, "<f4", values, rows, columns);
}

Result<void> write_npy(const std::string& path, const std::uint32_t* values, std::size_t rows,
                       std::size_t columns) {
    return write(path, "<u4", values, rows, columns);
}

}  // namespace qr::perf
