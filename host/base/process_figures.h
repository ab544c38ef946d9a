// What the kernel says of this process, read when asked.
#pragma once

#include <cstddef>

namespace qr {

struct ProcessFigures {
    double cpu_seconds = 0;    // user and system, all threads
    double start_seconds = 0;  // of the process, since the epoch
    double resident_bytes = 0;
    double virtual_bytes = 0;
    double open_fds = 0;
    double max_fds = 0;
};

// Zeros for what /proc does not tell.
ProcessFigures read_process_figures();

}  // namespace qr
