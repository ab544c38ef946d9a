// Any bytes as a configuration file, and as the value of every variable and flag: read without
// harm, and what is accepted prints to a file that reads back as the same configuration.
#include <cstddef>
#include <cstdint>
#include <string>

#include "host/base/check.h"
#include "server/config/print_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace qr::config;
    const std::string text(reinterpret_cast<const char*>(data), size);
    ConfigLoader loader({"cpu", "reference"});
    loader.add_file_text("fuzz.toml", text);
    loader.add_environment({{"QR_" + text, text}});
    for (const Setting& setting : settings()) {
        loader.add_environment({{environment_name(setting), text}});
        loader.add_flags({{std::string(setting.key), text}});
    }
    Loaded loaded = loader.take();
    loaded.config.api_key.clear();  // secrets are printed masked, so they cannot be read back
    loaded.config.encoder_api_key.clear();
    ConfigLoader again({"cpu", "reference"});
    again.add_file_text("printed.toml", print_config(loaded));
    const Loaded second = again.take();
    QR_CHECK(second.errors.empty());
    QR_CHECK(second.config == loaded.config);
    return 0;
}
