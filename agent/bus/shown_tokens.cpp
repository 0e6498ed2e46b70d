#include "agent/bus/shown_tokens.hpp"

#include <utility>

#include "dbus/name_watch.hpp"

namespace mcpctl::bus {

void ShownTokens::show(const std::string& bus_name, std::shared_ptr<const GrantedToken> token) {
    Shown& shown = shown_[bus_name];
    shown.token = std::move(token);
    if (!bus_name.empty() && !shown.watch) {
        shown.watch = dbus::when_name_vanishes(connection_, bus_name, [this, bus_name] { shown_.erase(bus_name); });
    }
}

std::shared_ptr<const GrantedToken> ShownTokens::of(const std::string& bus_name) const {
    const auto position = shown_.find(bus_name);
    return position == shown_.end() ? nullptr : position->second.token;
}

}  // namespace mcpctl::bus
