#include "agent/json/document.hpp"

#include <algorithm>
#include <format>
#include <utility>
#include <vector>

#include "base/shown.hpp"

namespace mcpctl {
namespace {

using nlohmann::json;

constexpr std::size_t max_depth = 16;

// The part of the library's message that says what is wrong, without its position and the bytes it read last.
std::string what_is_wrong(std::string_view message) {
    if (const std::size_t dash = message.find(" - "); dash != std::string_view::npos) {
        message.remove_prefix(dash + 3);
    } else if (const std::size_t bracket = message.find("] "); bracket != std::string_view::npos) {
        message.remove_prefix(bracket + 2);
    }
    return std::string(message.substr(0, message.find("; ")));
}

// Builds the tree from the parser's events, because the library's own builder silently keeps the last of repeated keys.
class TreeBuilder : public nlohmann::json_sax<json> {
  public:
    explicit TreeBuilder(std::string_view text) : text_(text) {}

    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add(value); }
    bool number_unsigned(number_unsigned_t value) override { return add(value); }
    bool number_float(number_float_t value, const string_t&) override { return add(value); }
    bool string(string_t& value) override { return add(std::move(value)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(json::object()); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(json::array()); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        if (open_.back()->contains(name)) {
            return stop("the key is given twice", member_path(path(), shown(name)));
        }
        keys_.back() = std::move(name);
        value_is_next_ = true;
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
        // The library counts from 1 and includes what it could not accept.
        const std::size_t offset = std::min(position == 0 ? 0 : position - 1, text_.size());
        const std::string_view before = text_.substr(0, offset);
        const auto line = 1 + std::ranges::count(before, '\n');
        const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
        return stop(std::format("not valid JSON at line {}, column {} (byte {}): {}", line, offset - line_start + 1,
                                offset, shown(what_is_wrong(error.what()))),
                    path());
    }

    Error take_error() { return std::move(error_); }
    json take_root() { return std::move(root_); }

  private:
    bool stop(std::string reason, std::string field) {
        error_ = {ErrorCode::InvalidArgument, std::move(reason), std::move(field)};
        return false;
    }

    json* place(json value) {
        value_is_next_ = false;
        if (open_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        json& parent = *open_.back();
        if (parent.is_array()) {
            parent.push_back(std::move(value));
            return &parent.back();
        }
        return &(parent[keys_.back()] = std::move(value));
    }

    bool add(json value) {
        place(std::move(value));
        return true;
    }

    bool open(json container) {
        if (open_.size() == max_depth) {
            return stop(std::format("more than {} levels of nesting", max_depth), path());
        }
        // The tree grows only below the innermost container, so the pointers to its parents stay good.
        open_.push_back(place(std::move(container)));
        keys_.emplace_back();
        return true;
    }

    bool close() {
        open_.pop_back();
        keys_.pop_back();
        return true;
    }

    [[nodiscard]] std::string path() const {
        std::string text;
        for (std::size_t level = 0; level < open_.size(); ++level) {
            const bool innermost = level + 1 == open_.size();
            if (open_[level]->is_array()) {
                // What lies inside an element is read after the element was put into the array.
                text += std::format("[{}]", open_[level]->size() - (innermost ? 0 : 1));
            } else if (!innermost || value_is_next_) {
                text = member_path(text, shown(keys_[level]));
            }
        }
        return text;
    }

    std::string_view text_;
    json root_;
    std::vector<json*> open_;
    std::vector<std::string> keys_;
    bool value_is_next_ = false;  // a key was read, its value was not
    Error error_;
};

}  // namespace

std::string member_path(std::string_view parent, std::string_view key) {
    return parent.empty() ? std::string(key) : std::format("{}.{}", parent, key);
}

Result<json> parse_document(std::string_view text, std::size_t max_bytes) {
    if (text.size() > max_bytes) {
        return fail(ErrorCode::InvalidArgument,
                    std::format("{} bytes of JSON are too many, {} are allowed", text.size(), max_bytes));
    }
    TreeBuilder builder(text);
    if (!json::sax_parse(text, &builder)) {
        return std::unexpected(builder.take_error());
    }
    return builder.take_root();
}

std::string write_document(const json& document) {
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace mcpctl
