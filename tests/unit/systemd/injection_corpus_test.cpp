// F1, F2, F3: no text of a definition becomes anything in a unit but itself. Each case goes through the public surface:
// JSON text, parsed, validated, built into unit properties.
#include <gtest/gtest.h>

#include <cstdlib>
#include <format>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <ranges>
#include <set>

#include "agent/core/definition_checks.hpp"
#include "agent/json/definitions.hpp"
#include "tests/corpus/awkward_strings.hpp"
#include "tests/corpus/definition_fields.hpp"

namespace mcpctl::corpus {
namespace {

using nlohmann::json;

struct Tally {
    std::size_t accepted = 0;
    std::size_t refused = 0;
    std::size_t complaints = 0;

    void add(const Case& test_case, std::string_view label) {
        const Outcome outcome = run_case(test_case);
        ++(outcome.accepted ? accepted : refused);
        // A systematic mistake would fill the screen.
        if (!outcome.complaint.empty() && ++complaints <= 20) {
            ADD_FAILURE() << test_case.field->marker << " <- " << json_string(test_case.text.substr(0, 200)) << " ("
                          << label << "): " << outcome.complaint;
        }
    }
    [[nodiscard]] std::size_t cases() const { return accepted + refused; }
};

// The value of a field without JSON around it; empty where it is no string.
std::string base_of(const Field& field) {
    return field.plain.starts_with('"') ? std::string(field.plain.substr(1, field.plain.size() - 2)) : std::string();
}

std::uint64_t seed() {
    const char* given = std::getenv("MCPCTL_SEED");
    const std::uint64_t value = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::cout << "repeat with MCPCTL_SEED=" << value << '\n';
    return value;
}

TEST(InjectionCorpus, EveryKnownAwkwardStringInEveryField) {
    Tally tally;
    for (const Field& field : fields()) {
        const std::string base = base_of(field);
        for (const auto& [label, bytes] : awkward_strings()) {
            tally.add({&field, bytes}, label);
            tally.add({&field, bytes + base}, label);
            tally.add({&field, base + bytes}, label);
            tally.add({&field, base + bytes + base}, label);
        }
        for (const auto& [label, bytes] : long_strings()) {
            tally.add({&field, bytes}, label);
        }
    }
    std::cout << std::format("{} accepted, {} refused\n", tally.accepted, tally.refused);
    EXPECT_EQ(tally.complaints, 0U);
}

TEST(InjectionCorpus, RandomStringsInEveryField) {
    constexpr std::size_t wanted = 100'000;
    RandomStrings random(seed());
    Tally tally;
    while (tally.cases() < wanted) {
        for (const Field& field : fields()) {
            const std::string base = base_of(field);
            tally.add({&field, random.below(4) == 0 ? base + random.plain() : random.near(base)}, "random");
        }
    }
    std::cout << std::format("{} accepted, {} refused\n", tally.accepted, tally.refused);
    EXPECT_EQ(tally.complaints, 0U);
    // The corpus must reach both ends.
    EXPECT_GT(tally.accepted, wanted / 20);
    EXPECT_GT(tally.refused, wanted / 4);
}

// Documents are cut off at 256 KiB, which the store and other callers of validate() do not pass through.
TEST(InjectionCorpus, AMebibyteIsRefusedByTheFieldItself) {
    const std::string huge(1U << 20, 'a');
    const auto field_of = [](const Result<void>& checked) { return checked ? "accepted" : checked.error().field; };
    EXPECT_EQ(field_of(check_name(huge, "name")), "name");
    EXPECT_EQ(field_of(check_program(huge, "run.command[0]")), "run.command[0]");
    EXPECT_EQ(field_of(check_program("/" + huge, "run.command[0]")), "run.command[0]");
    EXPECT_EQ(field_of(check_arguments({"a", huge}, "args")), "args[1]");
    EXPECT_EQ(field_of(check_environment({{"A", huge}}, "env")), "env.A");
    EXPECT_EQ(field_of(check_environment({{huge, "a"}}, "env")), "env");
    EXPECT_EQ(field_of(check_bound_path("/" + huge, "sandbox.readPaths[0]")), "sandbox.readPaths[0]");
    EXPECT_EQ(field_of(check_endpoint_path("/" + huge, "path")), "path");
    ServerDefinition server;
    server.name = "s";
    server.command = {"node"};
    server.description = huge;
    EXPECT_EQ(field_of(validate(server)), "description");
    server.description.clear();
    server.version = huge;
    EXPECT_EQ(field_of(validate(server)), "version");
}

// A key that nobody uses, at `place`; the decoder answers with those it knows.
template <class Definition>
std::set<std::string> keys_known_at(Result<Definition> (*parse)(std::string_view), const json& document,
                                    const std::string& prefix, const json::json_pointer& place) {
    const std::string odd = "qqqqqqqqqqqqqqqq";
    json asking = document;
    asking[place] = json{{odd, 1}};
    const auto parsed = parse(asking.dump());
    constexpr std::string_view known = "known keys: ";
    if (parsed || parsed.error().field != prefix + odd || !parsed.error().hint.starts_with(known)) {
        return {};  // no object with keys of its own
    }
    std::set<std::string> keys;
    const std::string_view listed = std::string_view(parsed.error().hint).substr(known.size());
    for (const auto part : std::views::split(listed, std::string_view(", "))) {
        const std::string key{std::string_view(part)};
        const auto inside = keys_known_at(parse, document, prefix + key + ".", place / key);
        keys.insert(inside.begin(), inside.end());
        if (inside.empty()) {
            keys.insert(prefix + key);
        }
    }
    return keys;
}

std::set<std::string> keys_in_table(Document document) {
    std::set<std::string> keys;
    for (const Field& field : fields()) {
        if (field.document == document) {
            keys.insert(std::string(field.key));
        }
    }
    return keys;
}

// A new field of a definition without a row in the corpus fails here.
TEST(InjectionCorpus, HasARowForEveryKeyThatDefinitionsMayHave) {
    const Case plain{&fields().back(), "i"};
    EXPECT_EQ(keys_known_at(&parse_server, json::parse(plain.server_json()), "", json::json_pointer()),
              keys_in_table(Document::server));
    EXPECT_EQ(keys_known_at(&parse_profile, json::parse(plain.profile_json()), "", json::json_pointer()),
              keys_in_table(Document::profile));
}

// The corpus itself: without the awkward text every document is accepted.
TEST(InjectionCorpus, AcceptsThePlainDocuments) {
    for (const Field& field : fields()) {
        if (field.rule != Rule::no_text) {
            EXPECT_EQ(run_case({&field, base_of(field)}).complaint, "") << field.marker;
            EXPECT_TRUE(run_case({&field, base_of(field)}).accepted) << field.marker;
        }
    }
}

}  // namespace
}  // namespace mcpctl::corpus
