// From configuration to exit code: starts the app, reloads on SIGHUP, drains and stops on SIGTERM.
#pragma once

#include <span>

#include "host/backend/backends.h"
#include "server/config/load_config.h"

namespace qr {

// Serves from one of `backends` until SIGTERM or SIGINT. `load` reads the configuration again, at
// each SIGHUP. The exit code: 0 after an orderly shutdown, 2 when the address cannot be bound, 3
// when the backend cannot run here or is lost for good, 1 when its self-test fails, when the server
// was failing or stuck for watchdog_timeout_ms, or when the shutdown does not come to its end.
int run_server(const config::Loaded& loaded, const config::LoadConfig& load,
               std::span<const BackendEntry> backends);

}  // namespace qr
