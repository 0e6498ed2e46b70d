#include "ctl/output/json.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "ctl/output/table.hpp"
#include "ctl/output/visible_text.hpp"

namespace mcpctl::ctl {
namespace {

using Json = nlohmann::ordered_json;

std::string shell_quoted(const std::string& word) {
    const auto plain = [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string_view("_-./:=@%+,{}").contains(char(c));
    };
    if (!word.empty() && std::ranges::all_of(word, plain)) {
        return word;
    }
    std::string quoted = "'";
    for (const char c : word) {
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return quoted + "'";
}

std::string leaf_text(const Json& value) {
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (value.is_boolean()) {
        return value.get<bool>() ? "yes" : "no";
    }
    if (!value.is_array()) {
        return value.dump();
    }
    std::string text;
    for (const Json& element : value) {
        text += text.empty() ? "" : " ";
        text += element.is_string() ? shell_quoted(element.get<std::string>()) : element.dump();
    }
    return text;
}

void flatten(const std::string& prefix, const Json& value, std::vector<Field>& fields) {
    for (const auto& [key, member] : value.items()) {
        const std::string name = prefix + key;
        if (member.is_object()) {
            flatten(name + ".", member, fields);
        } else if (!member.is_null()) {
            fields.push_back({visible_text(name), leaf_text(member)});
        }
    }
}

}  // namespace

std::string json_text(const Json& value) {
    return visible_json(value.dump(2, ' ', false, Json::error_handler_t::replace)) + '\n';
}

std::string json_line(const Json& value) {
    return visible_json(value.dump(-1, ' ', false, Json::error_handler_t::replace)) + '\n';
}

std::string readable(const Json& value) {
    std::vector<Field> fields;
    flatten("", value, fields);
    return layout(fields, Terminal{});
}

}  // namespace mcpctl::ctl
