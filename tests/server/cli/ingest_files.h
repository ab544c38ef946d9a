// Files that a test writes and nobody finds again.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace qr::cli {

class IngestFiles {
  public:
    IngestFiles() {
        std::string folder = std::filesystem::temp_directory_path() / "qr-ingest-XXXXXX";
        folder_ = ::mkdtemp(folder.data());
    }
    ~IngestFiles() { std::filesystem::remove_all(folder_); }

    std::string path(const std::string& name) const { return folder_ / name; }
    std::string write(const std::string& name, const std::string& bytes) const {
        std::ofstream(folder_ / name, std::ios::binary) << bytes;
        return path(name);
    }

    // Of float32 numbers.
    static std::string npy(const std::string& shape, const std::vector<float>& numbers) {
        const std::string header =
            "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
        std::string file = "\x93NUMPY\x01";
        file += std::string(1, '\0') + static_cast<char>(header.size()) + '\0' + header;
        file.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float));
        return file;
    }

  private:
    std::filesystem::path folder_;
};

}  // namespace qr::cli
