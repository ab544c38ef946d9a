// Files that a test writes and nobody finds again.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace qr::cli {

class IngestFiles {
  public:
    std::string path(const std::string& name) const { return folder_.path() / name; }
    std::string write(const std::string& name, const std::string& bytes) const {
        std::ofstream(path(name), std::ios::binary) << bytes;
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
    test::TemporaryFolder folder_;
};

}  // namespace qr::cli
