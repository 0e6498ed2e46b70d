// Definitions that say the same, although the agent's has every default filled in.
#include "ctl/import/plan.hpp"

namespace mcpctl::ctl {
namespace {

// Without an order of keys.
using Sorted = nlohmann::json;

Sorted sorted(const Json& value) {
    return Sorted::parse(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

bool is_nothing(const Sorted& value) {
    const bool is_empty_text = value.is_string() && value.get_ref<const std::string&>().empty();
    return value.is_null() || value == 0 || is_empty_text || (value.is_structured() && value.empty());
}

// Whatever `wanted` says is so. What it does not say may be anything in `existing`.
bool agrees(const Sorted& wanted, const Sorted& existing) {
    if (!wanted.is_object() || !existing.is_object()) {
        return wanted == existing;
    }
    for (const auto& [key, value] : wanted.items()) {
        if (existing.contains(key) ? !agrees(value, existing[key]) : !is_nothing(value)) {
            return false;
        }
    }
    return true;
}

bool member_agrees(const Sorted& wanted, const std::string& key, const Sorted& value) {
    if (wanted.contains(key)) {
        return key == "run" ? agrees(wanted[key], value) && agrees(value, wanted[key]) : wanted[key] == value;
    }
    return is_nothing(value) || (key == "transport" && value == "stdio") ||
           (key == "path" && wanted.contains("transport"));
}

}  // namespace

bool same_server(const Json& wanted, const Json& existing) {
    const Sorted ours = sorted(wanted);
    const Sorted theirs = sorted(existing);
    if (!ours.is_object() || !theirs.is_object() || !agrees(ours, theirs)) {
        return false;
    }
    for (const auto& [key, value] : theirs.items()) {
        if (!member_agrees(ours, key, value)) {
            return false;
        }
    }
    return true;
}

bool same_profile(const Json& wanted, const Json& existing) {
    return agrees(sorted(wanted), sorted(existing));
}

}  // namespace mcpctl::ctl
