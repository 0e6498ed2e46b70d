// F1 to F4 on a real PID 1: what a definition may say reaches the process byte for byte, stands in the unit file as
// itself and nothing else, and is the same after PID 1 has read that file again.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <format>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "tests/corpus/awkward_strings.hpp"
#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/unit_file.hpp"
#include "tests/system/support/unit_settings.hpp"

namespace mcpctl::test {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

constexpr const char* server_binary = "/usr/local/bin/mcp-test-server";

struct Sample {
    std::string name;
    Words words;          // after the server's own arguments
    Variables variables;  // of the profile

    [[nodiscard]] Words command() const {
        Words all{"mcp-test-server", "http", "--"};
        all.insert(all.end(), words.begin(), words.end());
        return all;
    }
    [[nodiscard]] Words argv() const {
        const std::string port = std::to_string(status_of(name).value("port", 0));
        Words all = command();
        for (std::string& word : all) {
            for (std::size_t at = 0; (at = word.find("{port}", at)) != std::string::npos;) {
                word.replace(at, 6, port);
            }
        }
        return all;
    }
};

// Plain texts of the corpus, then random ones.
Words plain_texts(std::size_t count) {
    const char* given = std::getenv("MCPCTL_SEED");
    const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::cout << "repeat with MCPCTL_SEED=" << seed << '\n';
    corpus::RandomStrings random(seed);
    Words texts;
    for (const auto& [label, bytes] : corpus::awkward_strings()) {
        if (corpus::first_offence(bytes) == std::string::npos) {
            texts.push_back(bytes);
            texts.push_back("a" + bytes + "b");
            texts.push_back("a" + bytes);
        }
    }
    while (texts.size() < count) {
        texts.push_back(random.plain());
    }
    texts.resize(count);
    std::ranges::shuffle(texts, std::mt19937_64(seed));
    return texts;
}

std::string unit_file(const std::string& unit) {
    std::ifstream file("/run/systemd/transient/" + unit, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class Injection : public MachineTest {
  protected:
    static void start_sample(const Sample& sample, Json profile = Json::object()) {
        profile["env"] = sample.variables;
        profile["restart"] = {{"policy", "on-failure"}, {"initialDelay", "100ms"}};
        define(sample.name, sample.command(), profile);
        start(sample.name);
    }

    static void expect_in_process(const Sample& sample) {
        McpClient client = McpClient::of(sample.name);
        EXPECT_EQ(client.data("arguments")["arguments"], Json(sample.argv()));
        Json names = Json::array();
        for (const auto& [name, value] : sample.variables) {
            names.push_back(name);
        }
        EXPECT_EQ(client.data("environment", {{"names", names}})["variables"], Json(sample.variables));
    }

    static void expect_in_unit_file(const Sample& sample) {
        const std::string unit = unit_of(sample.name);
        Words programs;
        Variables variables;
        for (const UnitLine& line : unit_lines(unit_file(unit))) {
            EXPECT_TRUE(is_known_in_workloads(line)) << line.section << ' ' << line.key;
            if (line.key == "ExecStart" && !line.value.empty()) {
                programs.push_back(line.value);
            } else if (line.key == "Environment") {
                for (const std::string& entry : unit_words(line.value)) {
                    const std::size_t equals = entry.find('=');
                    EXPECT_TRUE(variables.emplace(entry.substr(0, equals), entry.substr(equals + 1)).second) << entry;
                }
            }
        }
        ASSERT_EQ(programs.size(), 1U);
        ASSERT_TRUE(programs[0].starts_with(":@")) << programs[0].substr(0, 80);
        Words argv = unit_words(std::string_view(programs[0]).substr(2));
        EXPECT_EQ(argv.front(), server_binary);
        argv.erase(argv.begin());
        EXPECT_EQ(argv, sample.argv());
        for (const char* own : {"HOME", "PATH", "PORT", "UV_CACHE_DIR", "XDG_CACHE_HOME", "npm_config_cache"}) {
            variables.erase(own);
        }
        EXPECT_EQ(variables, sample.variables);
    }

    // PID 1 starts the program again, from what it has read by then.
    static void restart_by_pid1(const std::string& name) {
        const int restarts = status_of(name).value("restarts", 0);
        ASSERT_EQ(::kill(main_pid_of(name), SIGKILL), 0);
        ASSERT_TRUE(eventually([&] {
            const Json status = status_of(name);
            return status.value("restarts", 0) > restarts && status.value("state", "") == "running";
        }));
    }

    // Everything that holds for a sample, before and after PID 1 has read its unit again.
    static void check_over_a_reload(const std::vector<Sample>& samples) {
        std::map<std::string, std::vector<std::string>> before;
        for (const Sample& sample : samples) {
            SCOPED_TRACE(sample.name);
            expect_in_process(sample);
            expect_in_unit_file(sample);
            before[sample.name] = unit_settings(unit_of(sample.name));
            EXPECT_GT(before[sample.name].size(), 200U);
        }
        systemctl({"daemon-reload"});
        for (const Sample& sample : samples) {
            SCOPED_TRACE(sample.name);
            EXPECT_EQ(show(unit_of(sample.name), "LoadState"), "loaded");
            EXPECT_THAT(changed_settings(before[sample.name], unit_settings(unit_of(sample.name))),
                        ::testing::IsEmpty());
            restart_by_pid1(sample.name);
            expect_in_process(sample);
        }
    }
};

TEST_F(Injection, TwoThousandAwkwardTextsArriveByteExactAlsoAfterAReload) {
    constexpr std::size_t instances = 5;
    constexpr std::size_t words = 240;
    constexpr std::size_t variables = 160;
    const Words texts = plain_texts(instances * (words + variables));
    std::vector<Sample> samples;
    for (auto text = texts.begin(); text != texts.end();) {
        Sample sample{std::format("injection-{}", samples.size()), {text, text + words}, {}};
        text += words;
        for (std::size_t i = 0; i < variables; ++i) {
            sample.variables.emplace(std::format("VARIABLE_{}", i), *text++);
        }
        samples.push_back(std::move(sample));
    }
    for (const Sample& sample : samples) {
        start_sample(sample);
    }
    check_over_a_reload(samples);
}

// F4: escaped, they are four times as long in the unit file, whose lines PID 1 reads up to 1 MiB of.
TEST_F(Injection, TheLongestArgumentsAndEnvironmentSurviveAReload) {
    std::string accents;
    while (accents.size() < 60'000) {
        accents += "\xc3\xa9";
    }
    const Sample sample{"longest", {std::string(64 << 10, '\\')}, {{"LONG", accents}}};
    start_sample(sample);
    check_over_a_reload({sample});
}

TEST_F(Injection, PathsWithOddCharactersAreBoundAsTheyAre) {
    const fs::path base = "/srv/injection";
    Words paths;
    for (const char* name :
         {"$HOME", "${HOME}",   "$$",   ";",      "a;b",    "*",      "[x]",    "{a,b}",  "#",      "@",         "!",
          "-x",    "+x",        "&&",   "~",      "`id`",   "|",      "<>",     "(x)",    "=",      "a=b",       ",",
          "?",     "[Service]", "grün", "\u2028", "\u202e", "\u00a0", "\u200b", "\ufeff", "\u3000", "\U0001f600"}) {
        fs::create_directories(base / name);
        std::ofstream(base / name / "mark") << name;
        fs::permissions(base / name, fs::perms(0755));
        paths.push_back(base / name);
    }
    const fs::path program = base / "$PATH{x}*@!" / "mcp-test-server";
    fs::create_directories(program.parent_path());
    fs::copy_file(server_binary, program, fs::copy_options::overwrite_existing);
    define("paths", {program, "http"},
           {{"sandbox", {{"readPaths", paths}}}, {"restart", {{"policy", "on-failure"}, {"initialDelay", "100ms"}}}});
    start("paths");
    const auto check = [&] {
        McpClient client = McpClient::of("paths");
        EXPECT_EQ(client.data("arguments")["arguments"][0], program.string());
        for (const std::string& path : paths) {
            EXPECT_EQ(client.data("read_file", {{"path", path + "/mark"}})["content"],
                      path.substr(base.string().size() + 1));
        }
    };
    check();
    const auto before = unit_settings(unit_of("paths"));
    systemctl({"daemon-reload"});
    EXPECT_THAT(changed_settings(before, unit_settings(unit_of("paths"))), ::testing::IsEmpty());
    restart_by_pid1("paths");
    check();
    std::string expected;
    for (const std::string& path : paths) {
        expected += std::format("{0}:{0}:rbind\n", path);
    }
    std::string found;
    for (const UnitLine& line : unit_lines(unit_file(unit_of("paths")))) {
        EXPECT_TRUE(is_known_in_workloads(line)) << line.section << ' ' << line.key;
        found += line.key == "BindReadOnlyPaths" ? line.value + '\n' : "";
    }
    EXPECT_EQ(found, expected);
    stop("paths");
    fs::remove_all(base);
}

// libsystemd lets no noncharacter into a D-Bus string: a definition with one could be neither started nor shown.
TEST_F(Injection, WhatDBusCannotCarryIsRefusedAtTheEdge) {
    const Output added = mcpctl({"server", "add", "-f", "-"},
                                R"({"name": "odd", "transport": "sse", "run": {"command": ["x", "ab\uffff"]}})");
    EXPECT_EQ(added.status, 2);
    EXPECT_THAT(added.err, ::testing::AllOf(::testing::HasSubstr("run.command[1]"), ::testing::HasSubstr("offset 2")));
    // An answer that repeats a name, cut in the middle of a character, would never arrive.
    const Output started = mcpctl({"start", std::string(79, 'a') + "\u00fc\u00fc"});
    EXPECT_EQ(started.status, 4) << started.err;
}

TEST_F(Injection, ANoncharacterInTheLastLinesStopsNoReport) {
    define("odd-log", {"/usr/bin/printf", "before\\357\\277\\277after\\n"}, {{"restart", {{"policy", "no"}}}});
    const Output started = mcpctl({"start", "odd-log"});
    EXPECT_NE(started.status, 0);
    EXPECT_THAT(started.out + started.err, ::testing::HasSubstr("beforeafter"));
}

}  // namespace
}  // namespace mcpctl::test
