// From configuration to exit code: starts the app, reloads on SIGHUP, drains and stops on SIGTERM.
#pragma once

#include "server/config/load_config.h"

namespace qr {

// Serves until SIGTERM or SIGINT. `load` reads the configuration again, at each SIGHUP. The exit
// code: 0 after an orderly shutdown, 2 when the address cannot be bound, 3 when the backend cannot
// run here, 1 when its self-test fails. A shutdown that does not come to its end ends the process
// with 1.
int run_server(const config::Loaded& loaded, const config::LoadConfig& load);

}  // namespace qr
