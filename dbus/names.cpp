#include "dbus/names.hpp"

#include <systemd/sd-bus.h>

#include <cstdlib>
#include <format>
#include <new>

namespace mcpctl::dbus {
namespace {

std::string encoded_path(std::string_view prefix, std::string_view name) {
    char* path = nullptr;
    if (sd_bus_path_encode(std::string(prefix).c_str(), std::string(name).c_str(), &path) < 0) {
        throw std::bad_alloc();
    }
    std::string result(path);
    std::free(path);
    return result;
}

}  // namespace

std::string instance_path(std::string_view id_hex) {
    return std::format("{}/instance/{}", root_path, id_hex);
}

std::string profile_path(std::string_view name) {
    return encoded_path("/org/mcpctl/Agent1/profile", name);
}

std::string server_path(std::string_view name) {
    return encoded_path("/org/mcpctl/Agent1/server", name);
}

std::string job_path(std::uint64_t id) {
    return std::format("{}/job/{}", root_path, id);
}

std::optional<std::string> name_at(std::string_view kind, const char* path) {
    char* decoded = nullptr;
    const int found = sd_bus_path_decode(path, std::format("{}/{}", root_path, kind).c_str(), &decoded);
    if (found <= 0) {
        return std::nullopt;
    }
    std::string name(decoded);
    std::free(decoded);
    return name;
}

}  // namespace mcpctl::dbus
