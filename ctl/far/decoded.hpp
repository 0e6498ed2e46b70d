// Runs a decoder of from_json.hpp; an answer of another shape than the bridge's is an error of its own.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "ctl/far/from_json.hpp"

namespace mcpctl::ctl::far {

template <class Decode>
auto decoded(const std::string& body, Decode decode) -> Result<decltype(decode(nlohmann::json()))> {
    try {
        const auto object = nlohmann::json::parse(body);
        (void)object.get_ref<const nlohmann::json::object_t&>();  // all answers are objects
        return decode(object);
    } catch (const nlohmann::json::exception& error) {
        return unknown_form(error.what());
    }
}

// What `decode` makes of each element of the array `key`.
template <class Decode>
auto each_of(const nlohmann::json& object, const char* key, Decode decode) {
    std::vector<decltype(decode(nlohmann::json()))> values;
    for (const nlohmann::json& element : object.at(key).get_ref<const nlohmann::json::array_t&>()) {
        (void)element.get_ref<const nlohmann::json::object_t&>();
        values.push_back(decode(element));
    }
    return values;
}

}  // namespace mcpctl::ctl::far
