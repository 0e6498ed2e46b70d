// Any fields of journal entries: each line that comes of them is one JSON object with a good cursor, and nothing in it
// could act on a terminal. Fields are separated by NUL, entries by two of them.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "agent/logs/entry_fields.hpp"
#include "agent/logs/line_joiner.hpp"
#include "agent/logs/record_writer.hpp"
#include "tests/corpus/awkward_strings.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using namespace mcpctl;

std::string_view take_field(std::string_view& text) {
    const std::string_view field = text.substr(0, text.find('\0'));
    text.remove_prefix(std::min(field.size() + 1, text.size()));
    return field;
}

void check(const logs::LogBlock& block, const logs::LogRecord& record, const InstanceId& instance) {
    const std::string_view line = block.line(record);
    fuzz::require(line.ends_with("}\n"), "a line ends where it ends");
    const std::string_view object = line.substr(0, line.size() - 1);
    fuzz::require(corpus::first_offence(object) == std::string::npos, "a line is plain");
    const auto value = nlohmann::json::parse(object, nullptr, false);
    fuzz::require(value.is_object() && value.value("instance", "") == instance.text(), "a line is an object");
    fuzz::require(logs::position_of(line, instance).has_value(), "a line has a place");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    const InstanceId instance = *InstanceId::parse("3f2a0000-0000-4000-8000-000000000001");
    logs::JournalEntry entry;
    logs::EntryFields fields(entry);
    logs::LineJoiner joiner;
    logs::RecordWriter writer({instance, "profile", "server"});
    logs::LogBlock block;
    while (!text.empty()) {
        fields.begin();
        for (std::string_view field = take_field(text); !field.empty(); field = take_field(text)) {
            fields.take(field);
        }
        fields.settle();
        // Only verified units get so far.
        entry.unit = "mcpctl-3f2a0000000040008000000000000001-1.service";
        ++entry.position.number;
        if (const logs::LogLine* line = joiner.add(entry)) {
            check(block, writer.append(block.text, *line), instance);
        }
    }
    if (const logs::LogLine* line = joiner.flush()) {
        check(block, writer.append(block.text, *line), instance);
    }
    return 0;
}
