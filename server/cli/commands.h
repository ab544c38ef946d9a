// The subcommands: each add_ function declares one to CLI11 and says what runs it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/cli/console.h"
#include "server/config/load_config.h"

namespace CLI {
class App;
}

namespace qr::cli {

using RunServer = std::function<int(const config::Loaded&, const config::LoadConfig&)>;

// What a command works with and where it leaves its exit code; outlives the parser.
struct Session {
    Console& console;
    RunServer run_server;
    int exit_code = kGood;
};

void add_serve(CLI::App& app, Session& session);
void add_rerank(CLI::App& app, Session& session);
void add_doctor(CLI::App& app, Session& session);
void add_health(CLI::App& app, Session& session);
void add_ingest(CLI::App& app, Session& session);
void add_plan(CLI::App& app, Session& session);
void add_keys(CLI::App& app, Session& session);
void add_config(CLI::App& app, Session& session);

}  // namespace qr::cli
