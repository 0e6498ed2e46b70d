#include "agent/logs/message_level.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace mcpctl::logs {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array names{std::pair{"trace"sv, LogLevel::debug},      std::pair{"debug"sv, LogLevel::debug},
                           std::pair{"verbose"sv, LogLevel::debug},    std::pair{"info"sv, LogLevel::info},
                           std::pair{"information"sv, LogLevel::info}, std::pair{"notice"sv, LogLevel::notice},
                           std::pair{"warn"sv, LogLevel::warning},     std::pair{"warning"sv, LogLevel::warning},
                           std::pair{"err"sv, LogLevel::error},        std::pair{"error"sv, LogLevel::error},
                           std::pair{"crit"sv, LogLevel::critical},    std::pair{"critical"sv, LogLevel::critical},
                           std::pair{"fatal"sv, LogLevel::critical},   std::pair{"alert"sv, LogLevel::alert},
                           std::pair{"emerg"sv, LogLevel::emergency},  std::pair{"emergency"sv, LogLevel::emergency},
                           std::pair{"panic"sv, LogLevel::emergency}};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
}

std::optional<LogLevel> named(std::string_view word) {
    const auto found = std::ranges::find_if(
        names, [&](const auto& entry) { return std::ranges::equal(word, entry.first, {}, lower); });
    return found == names.end() ? std::nullopt : std::optional(found->second);
}

// Tens, from trace at 10 to fatal at 60.
std::optional<LogLevel> numbered(std::string_view digits) {
    unsigned number = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc()) {
        return std::nullopt;
    }
    return number < 30   ? LogLevel::debug
           : number < 40 ? LogLevel::info
           : number < 50 ? LogLevel::warning
           : number < 60 ? LogLevel::error
                         : LogLevel::critical;
}

// Walks over the text without understanding more of it than strings and nesting.
class Walk {
  public:
    explicit Walk(std::string_view text) : text_(text) {}

    // The inside of the string that begins here, and behind it.
    std::string_view string() {
        const std::size_t begin = ++at_;
        while (at_ < text_.size() && text_[at_] != '"') {
            at_ += text_[at_] == '\\' ? 2 : 1;
        }
        const std::size_t end = std::min(at_, text_.size());
        at_ = end + 1;
        return text_.substr(begin, end - begin);
    }
    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) {
            ++at_;
        }
    }
    [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    [[nodiscard]] std::string_view rest() const { return text_.substr(std::min(at_, text_.size())); }
    [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
    void step() { ++at_; }

  private:
    std::string_view text_;
    std::size_t at_ = 0;
};

std::optional<LogLevel> value_at(Walk& walk) {
    walk.skip_blanks();
    return walk.here() == '"' ? named(walk.string()) : numbered(walk.rest());
}

}  // namespace

std::optional<LogLevel> level_in(std::string_view message) {
    if (!message.starts_with('{') || !message.ends_with('}')) {
        return std::nullopt;
    }
    Walk walk(message);
    for (int depth = 0; !walk.at_end();) {
        const char c = walk.here();
        if (c != '"') {
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            walk.step();
            continue;
        }
        const std::string_view text = walk.string();
        walk.skip_blanks();
        if (depth == 1 && text == "level" && walk.here() == ':') {
            walk.step();
            return value_at(walk);
        }
    }
    return std::nullopt;
}

}  // namespace mcpctl::logs
