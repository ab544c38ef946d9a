// Environment variables for the length of a test: what the stand-ins of tests/support/cuda read.
#pragma once

#include <cstdlib>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace qr::test {

class Variables {
  public:
    Variables(std::initializer_list<std::pair<std::string, std::string>> values) {
        for (const auto& [name, value] : values) {
            setenv(name.c_str(), value.c_str(), 1);
            names_.push_back(name);
        }
    }
    ~Variables() {
        for (const std::string& name : names_)
            unsetenv(name.c_str());
    }
    Variables(const Variables&) = delete;
    Variables& operator=(const Variables&) = delete;

  private:
    std::vector<std::string> names_;
};

}  // namespace qr::test
