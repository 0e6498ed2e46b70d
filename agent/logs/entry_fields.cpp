#include "agent/logs/entry_fields.hpp"

#include <algorithm>
#include <charconv>

#include "agent/logs/line_joiner.hpp"

namespace mcpctl::logs {
namespace {

template <class Number>
Number number_in(std::string_view text, Number otherwise) {
    Number value{};
    return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc() ? value : otherwise;
}

void take_as(std::string_view name, std::string_view wanted, std::string& into, std::string_view value) {
    if (name == wanted) {
        into.assign(value);
    }
}

}  // namespace

void EntryFields::begin() {
    for (std::string* text : {&entry_.message, &entry_.stream, &entry_.profile, &entry_.server, &unit_, &object_}) {
        text->clear();
    }
    entry_.priority = 6;
    entry_.from_output = entry_.continues = driver_ = is_drop_notice_ = false;
    dropped_ = 0;
}

// Most fields are of no interest, and the length of its name tells nearly all of them.
void EntryFields::take(std::string_view field) {
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) {
        return;
    }
    const std::string_view name = field.substr(0, equals);
    const std::string_view value = field.substr(equals + 1);
    switch (name.size()) {
        case 7:
            take_as(name, "MESSAGE", entry_.message, value.substr(0, longest_line + 1));
            break;
        case 8:
            entry_.priority = name == "PRIORITY" ? number_in(value, entry_.priority) : entry_.priority;
            break;
        case 9:
            dropped_ = name == "N_DROPPED" ? number_in(value, dropped_) : dropped_;
            break;
        case 10:
            entry_.from_output = entry_.from_output || (name == "_TRANSPORT" && value == "stdout");
            driver_ = driver_ || (name == "_TRANSPORT" && value == "driver");
            is_drop_notice_ = is_drop_notice_ || (name == "MESSAGE_ID" && value == dropped_message);
            take_as(name, "_STREAM_ID", entry_.stream, value);
            break;
        case 11:
            // journald ends an entry at a NUL byte, too, which is no end of a line.
            entry_.continues = entry_.continues || (name == "_LINE_BREAK" && (value == "line-max" || value == "nul"));
            break;
        case 13:
            take_as(name, "_SYSTEMD_UNIT", unit_, value);
            take_as(name, "MCPCTL_SERVER", entry_.server, value);
            break;
        case 14:
            take_as(name, "MCPCTL_PROFILE", entry_.profile, value);
            break;
        case 19:
            take_as(name, "OBJECT_SYSTEMD_UNIT", object_, value);
            break;
        default:
            break;
    }
}

void EntryFields::settle() {
    // Who sent it by way of "driver" is journald itself, whose OBJECT_… can be believed.
    const bool notice = driver_ && is_drop_notice_;
    entry_.unit = notice ? object_ : unit_;
    entry_.suppressed = notice ? std::max<std::uint64_t>(dropped_, 1) : 0;
    entry_.continues = entry_.continues && !notice;
}

}  // namespace mcpctl::logs
