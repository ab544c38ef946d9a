// arc4random for programs that are carried to machines with an older C library.
//
// The static C++ runtime asks glibc 2.36 for it (std::random_device); the system call behind it is
// much older. The programs then need 2.35, which Ubuntu 22.04 has.
#include <sys/random.h>

#include <cstdint>
#include <cstdlib>

extern "C" std::uint32_t arc4random() noexcept {
    std::uint32_t number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number) std::abort();
    return number;
}
