#include "agent/json/reader.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include "agent/core/plain_text.hpp"
#include "agent/json/document.hpp"
#include "agent/json/nearest.hpp"
#include "base/shown.hpp"

namespace mcpctl {
namespace {

using nlohmann::json;

std::string not_a(std::string_view wanted, const json& value) {
    return std::format("this is {}, not {}", value.type_name(), wanted);
}

std::string listed(std::span<const std::string_view> names) {
    std::string text;
    for (const std::string_view name : names) {
        text.append(text.empty() ? "" : ", ").append(name);
    }
    return text;
}

// "512M": a whole number with an optional unit, each 1024 times the one before.
std::optional<std::uint64_t> bytes_from(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) {
        return std::nullopt;
    }
    constexpr std::string_view units = "KMG";
    const std::string_view unit = text.substr(std::size_t(end - text.data()));
    if (unit.empty()) {
        return number;
    }
    const std::size_t power = units.find(unit[0]);
    const unsigned shift = 10 * (unsigned(power) + 1);
    if (unit.size() != 1 || power == std::string_view::npos || number > (UINT64_MAX >> shift)) {
        return std::nullopt;
    }
    return number << shift;
}

}  // namespace

ObjectReader::ObjectReader(const json& value, std::string path, std::initializer_list<std::string_view> keys,
                           Mistake& mistake)
    : object_(value.is_object() ? &value : nullptr), path_(std::move(path)), mistake_(mistake) {
    if (mistake_) {
        return;
    }
    if (object_ == nullptr) {
        mistake_ = Error{ErrorCode::InvalidArgument, not_a("an object", value), path_, "its keys: " + listed(keys)};
        return;
    }
    check_keys(keys);
}

void ObjectReader::check_keys(std::initializer_list<std::string_view> keys) {
    for (const auto& member : object_->items()) {
        if (std::ranges::contains(keys, std::string_view(member.key()))) {
            continue;
        }
        const std::string_view meant = nearest(member.key(), keys);
        refuse(shown(member.key()), std::format("unknown key '{}'", shown(member.key())),
               meant.empty() ? "known keys: " + listed(keys) : std::format("did you mean '{}'?", meant));
        return;
    }
}

std::string ObjectReader::path_of(std::string_view key) const {
    return member_path(path_, key);
}

void ObjectReader::refuse(std::string_view key, std::string reason, std::string hint, ErrorCode code) {
    if (!mistake_) {
        mistake_ = Error{code, std::move(reason), path_of(key), std::move(hint)};
    }
}

const json* ObjectReader::find(std::string_view key) const {
    if (mistake_ || object_ == nullptr) {
        return nullptr;
    }
    const auto member = object_->find(key);
    return member == object_->end() ? nullptr : &*member;
}

const json* ObjectReader::find_typed(std::string_view key, json::value_t type, std::string_view article_and_type) {
    const json* value = find(key);
    if (value != nullptr && value->type() != type) {
        refuse(key, not_a(article_and_type, *value));
        return nullptr;
    }
    return value;
}

void ObjectReader::require(std::string_view key) {
    if (!mistake_ && find(key) == nullptr) {
        refuse(key, std::format("'{}' is missing", key));
    }
}

void ObjectReader::text(std::string_view key, std::string& target) {
    if (const json* value = find_typed(key, json::value_t::string, "a string")) {
        target = value->get_ref<const std::string&>();
    }
}

void ObjectReader::required_text(std::string_view key, std::string& target) {
    require(key);
    text(key, target);
}

void ObjectReader::texts(std::string_view key, std::vector<std::string>& target) {
    const json* value = find_typed(key, json::value_t::array, "an array of strings");
    if (value == nullptr) {
        return;
    }
    target.clear();
    for (const json& element : *value) {
        if (!element.is_string()) {
            refuse(std::format("{}[{}]", key, target.size()), not_a("a string", element));
            return;
        }
        target.push_back(element.get_ref<const std::string&>());
    }
}

void ObjectReader::required_texts(std::string_view key, std::vector<std::string>& target) {
    require(key);
    texts(key, target);
}

void ObjectReader::environment(std::string_view key, Environment& target) {
    const json* value = find_typed(key, json::value_t::object, "an object of strings");
    if (value == nullptr) {
        return;
    }
    for (const auto& member : value->items()) {
        if (!member.value().is_string()) {
            refuse(member_path(key, shown(member.key())), not_a("a string", member.value()),
                   "values of variables are strings: put them in quotes");
            return;
        }
        target[member.key()] = member.value().get_ref<const std::string&>();
    }
}

void ObjectReader::flag(std::string_view key, bool& target) {
    if (const json* value = find_typed(key, json::value_t::boolean, "true or false")) {
        target = value->get<bool>();
    }
}

void ObjectReader::positive(std::string_view key, std::optional<double>& target) {
    const json* value = find(key);
    if (value == nullptr) {
        return;
    }
    if (!value->is_number() || value->get<double>() <= 0) {
        refuse(key, value->is_number() ? "the number must be above 0" : not_a("a number", *value));
        return;
    }
    target = value->get<double>();
}

void ObjectReader::duration(std::string_view key, Duration& target) {
    const json* value = find(key);
    if (value == nullptr) {
        return;
    }
    if (!value->is_number() && !value->is_string()) {
        refuse(key, not_a("a duration", *value), "write seconds as a number, or \"1m30s\"");
        return;
    }
    // shown(): the text is repeated in the error.
    const auto parsed = value->is_number() ? duration_from_seconds(value->get<double>(), path_of(key))
                                           : parse_duration(shown(value->get_ref<const std::string&>()), path_of(key));
    if (parsed) {
        target = *parsed;
    } else if (!mistake_) {
        mistake_ = parsed.error();
    }
}

void ObjectReader::bytes(std::string_view key, std::optional<std::uint64_t>& target) {
    const json* value = find(key);
    if (value == nullptr || !value->is_string()) {
        integer(key, target);
        return;
    }
    if (const auto number = bytes_from(value->get_ref<const std::string&>())) {
        target = number;
    } else {
        refuse(key, std::format("'{}' is not an amount of memory", shown(value->get_ref<const std::string&>())),
               "write bytes, or a whole number with K, M or G, as in 512M");
    }
}

void ObjectReader::required_id(std::string_view key, InstanceId& target) {
    std::string spelling;
    required_text(key, spelling);
    if (mistake_) {
        return;
    }
    if (const auto id = InstanceId::parse(spelling)) {
        target = *id;
    } else {
        refuse(key, id.error().reason, id.error().hint);
    }
}

std::optional<std::uint64_t> ObjectReader::whole_number(std::string_view key, std::uint64_t most) {
    const json* value = find(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_number()) {
        refuse(key, not_a("a number", *value));
    } else if (!value->is_number_unsigned() || value->get<std::uint64_t>() > most) {
        refuse(key, std::format("the number is not a whole number between 0 and {}", most));
    } else {
        return value->get<std::uint64_t>();
    }
    return std::nullopt;
}

std::string ObjectReader::unknown_choice(std::string_view spelling) {
    return std::format("'{}' is not known here", shown(spelling));
}

}  // namespace mcpctl
