// Decodes an a{sv} of options. A key that nobody takes is refused.
#pragma once

#include <sdbus-c++/Types.h>

#include <format>
#include <map>
#include <optional>
#include <string>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/shown.hpp"

namespace mcpctl::bus {

using OptionMap = std::map<std::string, sdbus::Variant>;

class Options {
  public:
    explicit Options(OptionMap options) : left_(std::move(options)) {}

    template <class T>
    std::optional<T> take(const std::string& key) {
        const auto node = left_.extract(key);
        if (!node) {
            return std::nullopt;
        }
        if (!node.mapped().template containsValueOfType<T>()) {
            refuse(key, std::format("option {} has type {}", key, node.mapped().peekValueType()));
            return std::nullopt;
        }
        return node.mapped().template get<T>();
    }

    std::optional<Duration> take_seconds(const std::string& key) {
        const auto seconds = take<double>(key);
        if (!seconds) {
            return std::nullopt;
        }
        const auto duration = duration_from_seconds(*seconds, key);
        if (!duration) {
            refuse(key, duration.error().reason);
            return std::nullopt;
        }
        return *duration;
    }

    // Call last: InvalidArgument for the first option that was wrong, or that nobody took.
    [[nodiscard]] Result<void> finish() {
        if (!left_.empty()) {
            const std::string key = shown(left_.begin()->first);
            refuse(key, std::format("there is no option {}", key));
        }
        return error_ ? Result<void>(std::unexpected(*error_)) : Result<void>();
    }

  private:
    void refuse(const std::string& key, std::string reason) {
        if (!error_) {
            error_ = Error{ErrorCode::InvalidArgument, std::move(reason), key};
        }
    }

    OptionMap left_;
    std::optional<Error> error_;
};

}  // namespace mcpctl::bus
