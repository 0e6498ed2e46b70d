#include "ctl/far/user_files.hpp"

#include <cstdlib>
#include <string_view>

namespace mcpctl::ctl::far {
namespace {

// A relative path is invalid there, and to be ignored.
std::string directory_in(const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value == '/' ? std::string(value) : std::string();
}

std::string user_file(const char* variable, std::string_view in_home, const std::string& name) {
    std::string directory = directory_in(variable);
    if (directory.empty()) {
        directory = directory_in("HOME");
        if (directory.empty()) {
            return {};
        }
        directory.append("/").append(in_home);
    }
    return directory + "/mcpctl/" + name;
}

}  // namespace

std::string configuration_file(const std::string& name) {
    return user_file("XDG_CONFIG_HOME", ".config", name);
}

std::string cache_file(const std::string& name) {
    return user_file("XDG_CACHE_HOME", ".cache", name);
}

}  // namespace mcpctl::ctl::far
