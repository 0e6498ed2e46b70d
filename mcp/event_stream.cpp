#include "mcp/event_stream.hpp"

#include <format>
#include <utility>

namespace mcpctl::mcp {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

Result<void> EventStream::feed(std::string_view bytes, const std::function<void(Event)>& on_event) {
    while (!bytes.empty()) {
        if (std::exchange(after_return_, false) && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            continue;
        }
        const std::size_t end = bytes.find_first_of("\r\n");
        line_.append(bytes.substr(0, end));
        if (line_.size() + event_.data.size() > max_bytes_) {
            return fail(ErrorCode::LimitsExceeded, std::format("an event is larger than {} bytes", max_bytes_));
        }
        if (end == std::string_view::npos) {
            break;
        }
        after_return_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        end_line(on_event);
    }
    return {};
}

void EventStream::end_line(const std::function<void(Event)>& on_event) {
    std::string_view line = line_;
    if (!std::exchange(begun_, true) && line.starts_with(byte_order_mark)) {
        line.remove_prefix(byte_order_mark.size());
    }
    if (!line.empty()) {
        take_field(line);
    } else {
        Event event = std::exchange(event_, {});
        if (std::exchange(has_data_, false)) {
            on_event(std::move(event));
        }
    }
    line_.clear();
}

// A comment begins with a colon, which makes its field's name empty: unknown, as id and retry are to us.
void EventStream::take_field(std::string_view line) {
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) {
        value.remove_prefix(1);
    }
    if (name == "data") {
        if (std::exchange(has_data_, true)) {
            event_.data += '\n';
        }
        event_.data += value;
    } else if (name == "event") {
        event_.type = value;
    }
}

}  // namespace mcpctl::mcp
