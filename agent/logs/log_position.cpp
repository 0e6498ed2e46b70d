#include "agent/logs/log_position.hpp"

#include <charconv>

namespace mcpctl::logs {
namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr char separator = '-';
constexpr std::size_t mark_length = 8;

void append_id(std::string& out, const Id128& id) {
    std::array<char, 2 * std::tuple_size_v<Id128>> text{};
    for (std::size_t i = 0; i < id.size(); ++i) {
        text[2 * i] = digits[id[i] >> 4];
        text[2 * i + 1] = digits[id[i] & 15];
    }
    out.append(text.data(), text.size()).push_back(separator);
}

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 16> text{};
    const char* const end = std::to_chars(text.begin(), text.end(), number, 16).ptr;
    out.append(text.data(), std::size_t(end - text.data()));
}

// The text up to the next separator, or all that is left.
std::string_view take(std::string_view& text) {
    const std::string_view part = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
}

std::uint64_t number_in(std::string_view part) {
    std::uint64_t number = 0;
    std::from_chars(part.data(), part.data() + part.size(), number, 16);
    return number;
}

Id128 id_in(std::string_view part) {
    Id128 id{};
    for (std::size_t i = 0; i < id.size() && 2 * i + 2 <= part.size(); ++i) {
        id[i] = std::uint8_t(number_in(part.substr(2 * i, 2)));
    }
    return id;
}

}  // namespace

bool is_before(const LogPosition& a, const LogPosition& b) {
    return a.sequence == b.sequence ? a.number < b.number : a.realtime < b.realtime;
}

CursorWriter::CursorWriter(const InstanceId& instance) : mark_(instance.hex().substr(0, mark_length) + separator) {
    note({});
}

void CursorWriter::note(const LogPosition& position) {
    noted_ = position;
    before_number_ = mark_;
    append_id(before_number_, position.sequence);
    before_clocks_ = separator;
    append_id(before_clocks_, position.boot);
}

void CursorWriter::append(std::string& out, const LogPosition& position) {
    if (position.sequence != noted_.sequence || position.boot != noted_.boot) {
        note(position);
    }
    out.append(before_number_);
    append_number(out, position.number);
    out.append(before_clocks_);
    append_number(out, position.monotonic);
    out.push_back(separator);
    append_number(out, position.realtime);
}

std::string cursor_of(const InstanceId& instance, const LogPosition& position) {
    std::string text;
    CursorWriter(instance).append(text, position);
    return text;
}

// What is not exactly as it would be written is none: one place has one cursor.
Result<LogPosition> parse_cursor(std::string_view text, const InstanceId& instance) {
    std::string_view rest = text;
    const std::string_view mark = take(rest);
    LogPosition position;
    position.sequence = id_in(take(rest));
    position.number = number_in(take(rest));
    position.boot = id_in(take(rest));
    position.monotonic = number_in(take(rest));
    position.realtime = number_in(take(rest));
    if (cursor_of(instance, position) == text) {
        return position;
    }
    const bool of_another = mark != std::string_view(instance.hex()).substr(0, mark_length);
    return fail(ErrorCode::InvalidArgument, of_another ? "this cursor is not of this instance" : "this is no cursor",
                "cursor", "pass on a cursor as it came, for the same instance");
}

}  // namespace mcpctl::logs
