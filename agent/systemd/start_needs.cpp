#include "agent/systemd/start_needs.hpp"

#include <pwd.h>

#include <array>
#include <format>
#include <system_error>

#include "agent/core/launch_failure.hpp"

namespace mcpctl::systemd {
namespace {

// systemd.io/UIDS-GIDS
constexpr uid_t first_dynamic = 61184;
constexpr uid_t last_dynamic = 65519;

std::unexpected<Error> unfit(std::string why) {
    return std::unexpected(launch_failure({ReasonCode::missing_user, std::move(why)},
                                          "name an ordinary user of this machine in the profile, or dynamic"));
}

}  // namespace

Result<void> find_secrets(const InstanceConfig& config, const std::filesystem::path& directory) {
    for (const SecretUse& secret : config.secrets()) {
        std::error_code error;
        if (!std::filesystem::is_regular_file(directory / secret.name, error)) {
            return std::unexpected(
                launch_failure({ReasonCode::missing_secret, std::format("the secret {} is not set", secret.name)},
                               std::format("mcpctl secret set {}", secret.name)));
        }
    }
    return {};
}

Result<void> find_static_user(const std::string& name) {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 16UL * 1024> buffer{};
    ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr) {
        return unfit(std::format("there is no user {}", name));
    }
    if (found->pw_uid == 0) {
        return unfit(std::format("the user {} is root", name));
    }
    if (found->pw_uid >= first_dynamic && found->pw_uid <= last_dynamic) {
        return unfit(std::format("the user {} is the dynamic user of a service", name));
    }
    return {};
}

}  // namespace mcpctl::systemd
