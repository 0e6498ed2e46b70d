// Any bytes as the JSON text of a definition or a record: refused with a presentable error, or accepted, and then
// writing and reading it again gives the same value.
#include <cstdint>
#include <string_view>

#include "agent/json/definitions.hpp"
#include "agent/json/records.hpp"
#include "tests/corpus/awkward_strings.hpp"
#include "tests/fuzz/require.hpp"

namespace mcpctl::fuzz {
namespace {

// An error travels in a D-Bus message and to a terminal.
void require_presentable(const Error& error) {
    for (const std::string* part : {&error.reason, &error.field, &error.hint}) {
        require(corpus::first_offence(*part) == std::string::npos, "errors are plain text");
        require(part->size() < 4096, "errors are short");
    }
    require(!error.reason.empty(), "errors have a reason");
}

template <class Value>
void try_out(Result<Value> (*parse)(std::string_view), std::string_view text) {
    const auto parsed = parse(text);
    if (!parsed) {
        require_presentable(parsed.error());
        return;
    }
    const auto again = parse(to_json(*parsed));
    require(again.has_value(), "what was written can be read");
    require(*again == *parsed, "writing and reading gives the same value");
}

}  // namespace
}  // namespace mcpctl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mcpctl;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    fuzz::try_out(&parse_server, text);
    fuzz::try_out(&parse_profile, text);
    fuzz::try_out(&parse_instance, text);
    fuzz::try_out(&parse_instance_config, text);
    fuzz::try_out(&parse_job, text);
    fuzz::try_out(&parse_error, text);
    return 0;
}
