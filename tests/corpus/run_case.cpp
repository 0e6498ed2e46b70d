#include <algorithm>
#include <format>
#include <optional>

#include "agent/core/ids.hpp"
#include "agent/json/definitions.hpp"
#include "agent/systemd/unit_properties.hpp"
#include "tests/corpus/awkward_strings.hpp"
#include "tests/corpus/definition_fields.hpp"
#include "tests/corpus/unit_invariants.hpp"

namespace mcpctl::corpus {
namespace {

constexpr std::string_view installation = "00112233445566778899aabbccddeeff";
constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyz0123456789-";
constexpr std::string_view user_characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

// Whether the field's rule lets the text in: true or false where that can be told in one line, nothing where only one
// of the two can.
std::optional<bool> should_be_accepted(const Case& test_case) {
    const std::string_view text = test_case.text;
    const Field& field = *test_case.field;
    const bool plain = first_offence(text) == std::string_view::npos && text.size() <= field.most_bytes;
    switch (field.rule) {
        case Rule::no_text:
            return false;
        case Rule::text:
            return plain && !text.contains('\\');
        case Rule::argument:
            return plain;
        case Rule::name:
            if (!plain || text.empty() || text[0] == '-' ||
                text.find_first_not_of(name_characters) != std::string_view::npos) {
                return false;
            }
            return text.size() == 32 || text.size() == 36 ? std::nullopt : std::optional(true);
        case Rule::variable:
            if (!plain || text.starts_with("LD_") || text.starts_with("LISTEN_") || text == "PORT" ||
                text == "NOTIFY_SOCKET" || text == "CREDENTIALS_DIRECTORY" || text.find_first_of("=-. ") != text.npos) {
                return false;
            }
            return std::nullopt;
        case Rule::user:
            return plain && !text.empty() && text != "root" &&
                   std::string_view("-0123456789").find(text[0]) == text.npos &&
                   text.find_first_not_of(user_characters) == text.npos;
        case Rule::path:
            if (!plain || !text.starts_with('/') || text.find_first_of("\\ :\"'%") != text.npos ||
                text.contains("..") || text.contains("//")) {
                return text.contains("..") && plain ? std::nullopt : std::optional(false);
            }
            return std::nullopt;
        case Rule::program:
            return plain && !text.empty() && text.find_first_of("\\ :\"'%;") == text.npos ? std::nullopt
                                                                                          : std::optional(false);
        case Rule::endpoint_path:
            return plain && (text.empty() || text.starts_with('/')) && text.find_first_of(" \\\"<>[]{}|`^") == text.npos
                       ? std::nullopt
                       : std::optional(false);
        case Rule::image:
            return plain && !text.empty() && text.find_first_of("\\ \"'%;$") == text.npos ? std::nullopt
                                                                                          : std::optional(false);
        case Rule::word:
            return plain && !text.contains('\\') ? std::nullopt : std::optional(false);
    }
    return std::nullopt;
}

Result<systemd::UnitProperties> build(const Case& test_case, InstanceConfig config) {
    Instance instance;
    instance.id = *InstanceId::parse("0b51b1b9-2f0f-4c3e-8f5d-0123456789ab");
    instance.name = test_case.instance_name();
    instance.config = std::move(config);
    instance.port = case_port;
    const std::string program = instance.config.argv(case_port).front();
    return systemd::build_unit_properties(
        instance, {std::string(installation), program.starts_with('/') ? program : "/usr/bin/" + program});
}

Result<systemd::UnitProperties> run_through(const Case& test_case) {
    InstanceConfig config;
    const auto take_server = [&] {
        return parse_server(test_case.server_json()).transform([&](ServerDefinition server) {
            config.server = std::move(server);
        });
    };
    const auto take_profile = [&] {
        return parse_profile(test_case.profile_json()).transform([&](ProfileDefinition profile) {
            config.profile = std::move(profile);
        });
    };
    // The document that holds the field is read first, so that its error is the one that is looked at.
    const bool server_first = test_case.field->document != Document::profile;
    const Result<void> parsed =
        server_first ? take_server().and_then(take_profile) : take_profile().and_then(take_server);
    return parsed.and_then([&] { return check_name(test_case.instance_name(), "name"); })
        .and_then([&] { return validate(config); })
        .and_then([&] { return build(test_case, config); });
}

// A refusal for a byte tells where it is: in the text, or in the document where it is not even JSON.
std::string offset_complaint(const Case& test_case, const Error& error) {
    const std::size_t offence = first_offence(test_case.text);
    const Rule rule = test_case.field->rule;
    const bool by_bytes = rule == Rule::text || rule == Rule::argument || rule == Rule::path;
    if (!by_bytes || offence == std::string::npos || test_case.text.size() > test_case.field->most_bytes) {
        return {};
    }
    const std::size_t backslash = rule == Rule::argument ? std::string::npos : test_case.text.find('\\');
    const std::string offset = std::format("at offset {} ", std::min(offence, backslash));
    return error.reason.contains(offset) || error.reason.starts_with("not valid JSON at line 1, column ")
               ? ""
               : "the error does not name the offset";
}

std::string refusal_complaint(const Case& test_case, const Error& error) {
    const bool document_too_long = error.field.empty() && error.reason.contains("bytes of JSON are too many");
    const bool together_too_long = error.field == "run.command" && error.reason.contains("bytes together");
    const Field& field = *test_case.field;
    if (document_too_long || together_too_long) {
        return test_case.text.size() > 50'000 ? "" : "refused for its length, which is small";
    }
    const bool fits_not_supported = field.key == "transport" && test_case.text == "stdio";
    if (error.code != ErrorCode::InvalidArgument && !fits_not_supported) {
        return "the error is not InvalidArgument";
    }
    if (!error.field.starts_with(field.reported) || error.field.empty()) {
        return std::format("the error names '{}' and not '{}'", error.field, field.reported);
    }
    for (const std::string* part : {&error.reason, &error.field, &error.hint}) {
        if (first_offence(*part) != std::string::npos || part->size() > 1000) {
            return "the error repeats what is not plain, or too much";
        }
    }
    return offset_complaint(test_case, error);
}

}  // namespace

Outcome run_case(const Case& test_case) {
    const auto properties = run_through(test_case);
    const std::optional<bool> expected = should_be_accepted(test_case);
    Outcome outcome{properties.has_value(), {}};
    if (properties) {
        outcome.complaint = expected == false ? "accepted, and should have been refused"
                                              : unit_violation(*properties, test_case.argv(), test_case.environment());
    } else if (expected == true) {
        outcome.complaint = "refused, and should have been accepted";
    } else {
        outcome.complaint = refusal_complaint(test_case, properties.error());
    }
    if (!outcome.complaint.empty() && !properties) {
        outcome.complaint += std::format(" ({}: {})", properties.error().field, properties.error().reason);
    }
    return outcome;
}

}  // namespace mcpctl::corpus
