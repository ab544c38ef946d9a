#include "host/base/metrics_table.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "tests/host/base/promtool.h"

namespace qr {
namespace {

constexpr std::string_view kInterval = "$__rate_interval";

// Grafana's variable turned into a range that promtool reads.
std::string plain(std::string_view query) {
    std::string text(query);
    for (std::size_t at = 0; (at = text.find(kInterval)) != std::string::npos;)
        text.replace(at, kInterval.size(), "5m");
    return text;
}

template <class Visit>
void for_each_panel(Visit visit) {
    for (const MetricFamily& family : metric_families()) {
        for (const MetricPanel& panel : family.panels) {
            if (!panel.title.empty()) visit(family, panel);
        }
    }
}

// The series names that a query uses, as written.
std::set<std::string> names_in(const std::string& query) {
    static const std::regex kName(R"(\b(?:qr|process)_[a-z0-9_]+)");
    return {std::sregex_token_iterator(query.begin(), query.end(), kName),
            std::sregex_token_iterator()};
}

bool is_exposed(const std::string& name) {
    const MetricFamily* const family = find_metric_family(name);
    if (family != nullptr) return family->type != MetricType::histogram;
    for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
        if (!name.ends_with(suffix)) continue;
        const MetricFamily* const whole =
            find_metric_family(std::string_view(name).substr(0, name.size() - suffix.size()));
        return whole != nullptr && whole->type == MetricType::histogram;
    }
    return false;
}

TEST(MetricsTable, NamesEachFamilyOnceInPrometheusConventions) {
    std::set<std::string_view> names;
    for (const MetricFamily& family : metric_families()) {
        SCOPED_TRACE(family.name);
        EXPECT_TRUE(names.insert(family.name).second);
        EXPECT_TRUE(family.name.starts_with("qr_") || family.name.starts_with("process_"));
        EXPECT_EQ(family.type == MetricType::counter, family.name.ends_with("_total"));
        EXPECT_EQ(family.type == MetricType::histogram, !family.buckets.empty());
        for (const std::string_view unit : {"seconds", "bytes"}) {
            const std::string suffix = "_" + std::string(unit);
            const bool is_named =
                family.name.ends_with(suffix) || family.name.ends_with(suffix + "_total");
            EXPECT_TRUE(!is_named || family.unit.starts_with(unit));
        }
        EXPECT_TRUE(family.help.ends_with('.') || family.help.find(';') != family.help.npos);
        EXPECT_FALSE(family.unit.empty());
    }
}

TEST(MetricsTable, ClosesTheListOfEveryLabel) {
    for (const MetricFamily& family : metric_families()) {
        for (const MetricLabel& label : family.labels) {
            if (label.name.empty()) continue;
            SCOPED_TRACE(std::string(family.name) + " " + std::string(label.name));
            EXPECT_EQ(label.source == LabelSource::listed, !label.values.empty());
            EXPECT_NE(label.source == LabelSource::listed, !label.meaning.empty());
        }
    }
}

TEST(MetricsTable, DrawsEveryFamilyByAPanelWithItsOwnTitle) {
    std::set<std::string_view> titles;
    for (const MetricFamily& family : metric_families())
        EXPECT_FALSE(family.panels[0].title.empty()) << family.name;
    for_each_panel([&](const MetricFamily& family, const MetricPanel& panel) {
        EXPECT_TRUE(titles.insert(panel.title).second) << panel.title;
        EXPECT_NE(panel.query.npos, panel.query.find(family.name)) << panel.query;
    });
}

TEST(MetricsTable, QueriesNameOnlySeriesThatExist) {
    EXPECT_TRUE(is_exposed("qr_queue_wait_seconds_bucket"));
    EXPECT_FALSE(is_exposed("qr_queue_wait_seconds"));
    EXPECT_FALSE(is_exposed("qr_queue_jobs_sum"));
    EXPECT_FALSE(is_exposed("qr_imagined"));
    for_each_panel([](const MetricFamily&, const MetricPanel& panel) {
        const std::set<std::string> names = names_in(std::string(panel.query));
        EXPECT_FALSE(names.empty()) << panel.query;
        for (const std::string& name : names)
            EXPECT_TRUE(is_exposed(name)) << name << " in " << panel.query;
    });
}

TEST(MetricsTable, QueriesGroupByAndSelectLabelsThatTheirFamilyHas) {
    static const std::regex kGrouping(R"(by \(([a-z, ]+)\))");
    static const std::regex kMatcher(R"(([a-z]+)!?="([^"]*)\")");
    static const std::regex kWord("[a-z]+");
    for_each_panel([](const MetricFamily& family, const MetricPanel& panel) {
        const std::string query(panel.query);
        std::set<std::string> labels = {"le"};
        std::set<std::string> values;
        for (const MetricLabel& label : family.labels) {
            labels.emplace(label.name);
            values.insert(label.values.begin(), label.values.end());
        }
        for (std::sregex_iterator i(query.begin(), query.end(), kGrouping), end; i != end; ++i) {
            const std::string list = (*i)[1];
            for (std::sregex_iterator word(list.begin(), list.end(), kWord); word != end; ++word)
                EXPECT_TRUE(labels.contains(word->str())) << word->str() << " in " << query;
        }
        for (std::sregex_iterator i(query.begin(), query.end(), kMatcher), end; i != end; ++i) {
            EXPECT_TRUE(labels.contains((*i)[1])) << query;
            EXPECT_TRUE(values.contains((*i)[2])) << query;
        }
    });
}

// promtool reads PromQL only in rules: each query becomes one.
TEST(MetricsTable, QueriesAreWellFormedForPromtool) {
    if (!is_on_path("promtool")) GTEST_SKIP() << "promtool (Debian package prometheus) is absent";
    const std::string path = testing::TempDir() + "qr_metrics_table_test.yml";
    {
        std::ofstream rules(path);
        rules << "groups:\n- name: panels\n  rules:\n";
        int number = 0;
        for_each_panel([&](const MetricFamily&, const MetricPanel& panel) {
            rules << "  - record: panel:" << ++number << "\n    expr: '" << plain(panel.query)
                  << "'\n";
        });
    }
    const std::string found = complaints_of("promtool check rules '" + path + "'", "");
    EXPECT_EQ(std::string::npos, found.find("FAILED")) << found;
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace qr
