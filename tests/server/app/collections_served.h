// A served App that keeps collections, for tests of them over HTTP.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "host/collection/engine/collection_engines.h"
#include "served.h"
#include "tests/support/stand_in_catalog.h"
#include "tests/support/stand_in_store.h"

namespace qr::test {

class CollectionsServed {
  public:
    explicit CollectionsServed(Config config = {}) : served_(with_limits(config), options()) {
        EXPECT_TRUE(served_.app().load_collections().ok());
        EXPECT_TRUE(served_.app().load_backend().ok());
    }

    StandInCatalog& catalog() { return *catalog_; }
    App& app() { return served_.app(); }

    WireAnswer get(const std::string& path) { return served_.get(path); }
    WireAnswer post(const std::string& path, const std::string& body,
                    const std::string& fields = "") {
        return served_.post(path, body, fields);
    }
    WireAnswer put(const std::string& path, const std::string& body) {
        return send("PUT", path, body);
    }
    WireAnswer del(const std::string& path, const std::string& body = "") {
        return send("DELETE", path, body);
    }

    // An empty collection of two dimensions.
    void make(const std::string& name) {
        EXPECT_EQ(put("/v1/collections/" + name, R"({"dimension": 2})").status, 201);
    }
    // Documents a, b and c, of which a and c are tagged even.
    void store_three(const std::string& name) {
        const std::string documents =
            R"({"documents": [
                {"id": "a", "text": "text a", "vector": [1, 0], "tags": ["even"],
                 "numbers": {"n": 0}},
                {"id": "b", "text": "text b", "vector": [0.6, 0.8], "numbers": {"n": 1}},
                {"id": "c", "text": "text c", "vector": [0, 1], "tags": ["even"]}]})";
        EXPECT_EQ(post("/v1/collections/" + name + "/documents", documents).status, 200);
    }

  private:
    static Config with_limits(Config config) {
        config.snapshot_dir = "/snapshots";
        config.max_client_batch_size = 8;
        return config;
    }

    AppOptions options() {
        AppOptions options = with_encoder();
        options.open_collections = [this](const Config&, const auto&) -> Result<OpenedCollections> {
            auto engine = make_collection_engine("reference", {.threads = 1});
            if (!engine.ok()) return std::move(engine).error();
            OpenedCollections opened{.store = std::make_unique<StandInStore>(),
                                     .engine = *std::move(engine),
                                     .catalog = nullptr};
            auto catalog = std::make_unique<StandInCatalog>(*opened.engine);
            catalog_ = catalog.get();
            opened.catalog = std::move(catalog);
            return opened;
        };
        return options;
    }

    WireAnswer send(const std::string& verb, const std::string& path, const std::string& body) {
        return served_.ask(verb + ' ' + path + " HTTP/1.1\r\nHost: t\r\nContent-Length: " +
                           std::to_string(body.size()) + "\r\n\r\n" + body);
    }

    StandInCatalog* catalog_ = nullptr;  // the app's
    Served served_;
};

}  // namespace qr::test
