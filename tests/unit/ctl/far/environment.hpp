// A directory of the test's own, and variables that are as they were behind it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace mcpctl::ctl::far {

class Environment {
  public:
    Environment() {
        std::string name = (std::filesystem::temp_directory_path() / "mcpctl-far-XXXXXX").string();
        directory_ = ::mkdtemp(name.data());
        for (const char* variable :
             {"MCPCTL_TOKEN", "MCPCTL_HOST", "SSL_CERT_FILE", "http_proxy", "https_proxy", "ALL_PROXY"}) {
            set(variable, "");
        }
        set("XDG_CONFIG_HOME", directory_ / "config");
        set("XDG_CACHE_HOME", directory_ / "cache");
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    ~Environment() {
        for (const auto& [variable, value] : before_) {
            if (value) {
                ::setenv(variable.c_str(), value->c_str(), 1);
            } else {
                ::unsetenv(variable.c_str());
            }
        }
        std::filesystem::remove_all(directory_);
    }
    void set(const std::string& variable, const std::string& value) {
        const char* had = std::getenv(variable.c_str());
        before_.emplace(variable, had == nullptr ? std::nullopt : std::optional<std::string>(had));
        ::setenv(variable.c_str(), value.c_str(), 1);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (directory_ / name).string(); }

  private:
    std::filesystem::path directory_;
    std::map<std::string, std::optional<std::string>> before_;
};

}  // namespace mcpctl::ctl::far
