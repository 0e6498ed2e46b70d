// Reads the members of one JSON object into typed values. The first mistake is kept and later reads do nothing, so a
// decoder is a plain list of its members. Private to this room.
#pragma once

#include <cstdint>
#include <format>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/definitions.hpp"
#include "agent/core/enum_names.hpp"
#include "agent/core/ids.hpp"
#include "base/duration.hpp"
#include "base/error.hpp"

namespace mcpctl {

using Mistake = std::optional<Error>;

class ObjectReader {
  public:
    // A member of `value` that is not among `keys` is a mistake.
    ObjectReader(const nlohmann::json& value, std::string path, std::initializer_list<std::string_view> keys,
                 Mistake& mistake);

    // Members that are not there leave their target as it is, except where the name says required.
    void text(std::string_view key, std::string& target);
    void required_text(std::string_view key, std::string& target);
    void texts(std::string_view key, std::vector<std::string>& target);
    void required_texts(std::string_view key, std::vector<std::string>& target);
    void environment(std::string_view key, Environment& target);
    void flag(std::string_view key, bool& target);
    void positive(std::string_view key, std::optional<double>& target);
    void duration(std::string_view key, Duration& target);
    void bytes(std::string_view key, std::optional<std::uint64_t>& target);
    void required_id(std::string_view key, InstanceId& target);

    template <class Integer>
    void integer(std::string_view key, Integer& target) {
        if (const auto value = whole_number(key, std::numeric_limits<Integer>::max())) {
            target = Integer(*value);
        }
    }
    void integer(std::string_view key, std::optional<std::uint64_t>& target) {
        if (const auto value = whole_number(key, std::numeric_limits<std::uint64_t>::max())) {
            target = value;
        }
    }

    template <class E>
    void choice(std::string_view key, E& target) {
        std::string spelling;
        text(key, spelling);
        if (mistake_ || find(key) == nullptr) {
            return;
        }
        if (const auto value = parse_enum<E>(spelling)) {
            target = *value;
        } else {
            refuse(key, unknown_choice(spelling), "one of: " + spellings<E>());
        }
    }

    template <class E>
    void choice(std::string_view key, std::optional<E>& target) {
        if (find(key) != nullptr) {
            choice(key, target.emplace());
        }
    }

    // The member itself, null when it is missing or a mistake was made before.
    [[nodiscard]] const nlohmann::json* find(std::string_view key) const;
    [[nodiscard]] std::string path_of(std::string_view key) const;
    [[nodiscard]] Mistake& mistake() { return mistake_; }
    void refuse(std::string_view key, std::string reason, std::string hint = {},
                ErrorCode code = ErrorCode::InvalidArgument);
    // Makes a missing member a mistake.
    void require(std::string_view key);

  private:
    const nlohmann::json* find_typed(std::string_view key, nlohmann::json::value_t type,
                                     std::string_view article_and_type);
    std::optional<std::uint64_t> whole_number(std::string_view key, std::uint64_t most);
    void check_keys(std::initializer_list<std::string_view> keys);
    static std::string unknown_choice(std::string_view spelling);

    const nlohmann::json* object_;  // null when the value is not an object
    std::string path_;
    Mistake& mistake_;
};

}  // namespace mcpctl
