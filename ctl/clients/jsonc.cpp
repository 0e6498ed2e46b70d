#include "ctl/clients/jsonc.hpp"

#include <algorithm>
#include <format>
#include <nlohmann/json.hpp>

namespace mcpctl::ctl {
namespace {

constexpr std::size_t max_depth = 64;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string place_of(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t line_start = before.rfind('\n');
    return std::format("line {}, column {}", std::ranges::count(before, '\n') + 1,
                       line_start == std::string_view::npos ? offset + 1 : offset - line_start);
}

class Plain {
  public:
    explicit Plain(std::string_view text) : text_(text), plain_{std::string(text), std::string(text)} {}

    Result<PlainJson> make() {
        if (text_.starts_with(byte_order_mark)) {
            blank_until(byte_order_mark.size());
        }
        while (at_ < text_.size()) {
            if (auto done = text_[at_] == '/' ? comment() : significant(); !done) {
                return std::unexpected(std::move(done.error()));
            }
        }
        return std::move(plain_);
    }

  private:
    Result<void> comment() {
        const std::string_view rest = text_.substr(at_);
        if (rest.starts_with("//")) {
            blank_until(std::min(text_.find('\n', at_), text_.size()));
            return {};
        }
        if (!rest.starts_with("/*")) {
            return significant();
        }
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) {
            return fail(ErrorCode::InvalidArgument,
                        std::format("{}: the comment that begins here does not end", place_of(text_, at_)));
        }
        blank_until(end + 2);
        return {};
    }

    Result<void> significant() {
        const char c = text_[at_];
        if (is_space(c)) {
            ++at_;
            return {};
        }
        const bool closes = c == '}' || c == ']';
        if (closes && comma_ != none) {
            plain_.strict[comma_] = ' ';
        }
        // A comma trails only behind a value: [,] stays the mistake that it is.
        const bool behind_value = previous_ != '\0' && !std::string_view("[{,:").contains(previous_);
        comma_ = c == ',' && behind_value ? at_ : none;
        previous_ = c;
        if (c == '{' || c == '[') {
            if (++depth_ > max_depth) {
                return fail(ErrorCode::InvalidArgument,
                            std::format("{}: nested more than {} levels deep", place_of(text_, at_), max_depth));
            }
        } else if (closes && depth_ > 0) {
            --depth_;
        }
        if (c == '"') {
            skip_string();
        } else {
            ++at_;
        }
        return {};
    }

    void skip_string() {
        ++at_;
        while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n') {
            at_ += text_[at_] == '\\' ? 2 : 1;
        }
        at_ = std::min(at_ + 1, text_.size());
    }

    void blank_until(std::size_t end) {
        for (; at_ < end; ++at_) {
            if (!is_space(text_[at_])) {
                plain_.without_comments[at_] = plain_.strict[at_] = ' ';
            }
        }
    }

    static constexpr std::size_t none = std::string_view::npos;

    std::string_view text_;
    PlainJson plain_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::size_t comma_ = none;  // behind which nothing significant has come yet
    char previous_ = '\0';      // significant character
};

// "[json.exception.parse_error.101] parse error at line 2, column 5: syntax error while parsing value - invalid
// literal; last read: '…'"; what was read last is not repeated.
std::string explained(std::string_view what) {
    constexpr std::string_view begin = "parse error at ";
    if (const std::size_t start = what.find(begin); start != std::string_view::npos) {
        what.remove_prefix(start + begin.size());
    }
    return std::string(what.substr(0, what.find("; last read:")));
}

}  // namespace

Result<PlainJson> plain_json(std::string_view text) {
    return Plain(text).make();
}

Result<nlohmann::ordered_json> parse_jsonc(std::string_view text, std::string_view name) {
    const auto plain = plain_json(text);
    if (!plain) {
        return fail(ErrorCode::InvalidArgument, std::format("{} is not valid JSON: {}", name, plain.error().reason));
    }
    try {
        return nlohmann::ordered_json::parse(plain->strict);
    } catch (const nlohmann::ordered_json::parse_error& error) {
        return fail(ErrorCode::InvalidArgument, std::format("{} is not valid JSON: {}", name, explained(error.what())));
    }
}

}  // namespace mcpctl::ctl
