// Every field of servers, profiles and start options, and documents with an awkward text in one of them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/instance.hpp"
#include "agent/systemd/unit_property.hpp"

namespace mcpctl::corpus {

enum class Document : std::uint8_t { server, profile, start };

// What a text in a field may be.
enum class Rule : std::uint8_t {
    name,           // [a-z0-9][a-z0-9-]{0,62}
    text,           // plain, no backslash
    program,        // an absolute path or a file name
    argument,       // plain
    variable,       // the name of a variable
    user,           // of this machine: [A-Za-z_][A-Za-z0-9_-]{0,30}, and not root
    path,           // bound into the sandbox
    endpoint_path,  // of a URL
    image,          // the name of one
    word,           // one of a few, an amount or a duration
    no_text,        // a number or a boolean
};

struct Field {
    Document document;
    std::string_view key;     // as the codec knows it; "env" has a row for names and one for values
    std::string_view marker;  // where it stands in the templates
    std::string_view plain;   // an accepted value as JSON
    Rule rule;
    std::string_view reported;  // the field that errors name, or what it begins with
    std::size_t most_bytes;     // an accepted text is not longer
};

[[nodiscard]] std::span<const Field> fields();

// One text in one field, everything else plain.
struct Case {
    const Field* field;
    std::string text;

    [[nodiscard]] std::string server_json() const;
    [[nodiscard]] std::string profile_json() const;
    [[nodiscard]] std::string instance_name() const;
    // What the process must see; PORT and what the builder adds by itself are not in the environment.
    [[nodiscard]] std::vector<std::string> argv() const;
    [[nodiscard]] Environment environment() const;
};

constexpr std::uint16_t case_port = 26270;

// The text as a JSON string, byte for byte: what is not UTF-8 stays so.
[[nodiscard]] std::string json_string(std::string_view text);

struct Outcome {
    bool accepted = false;
    std::string complaint;  // what is wrong with how the case was handled, empty when nothing is
};

// JSON text, parsed, validated, built into unit properties, and compared with what should have happened.
[[nodiscard]] Outcome run_case(const Case& test_case);

}  // namespace mcpctl::corpus
