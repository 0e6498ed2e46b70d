#include "agent/systemd/unit_property_text.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <format>
#include <optional>
#include <string_view>

namespace mcpctl::systemd {
namespace {

template <class Values, class Text>
std::string joined(const Values& values, Text text) {
    std::string line;
    for (const auto& value : values) {
        line.append(line.empty() ? "" : " ").append(text(value));
    }
    return line;
}

std::string address_text(const AddressPrefix& prefix) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(prefix.family, prefix.address.data(), text.data(), text.size());
    return std::format("{}/{}", text.data(), prefix.length);
}

std::string rule_text(const SocketBindRule& rule) {
    const std::string_view protocol = rule.protocol == IPPROTO_TCP   ? "tcp:"
                                      : rule.protocol == IPPROTO_UDP ? "udp:"
                                                                     : "";
    return rule.ports == 0 ? std::string(protocol) + "any" : std::format("{}{}", protocol, rule.first_port);
}

struct ToText {
    std::string operator()(bool value) const { return value ? "yes" : "no"; }
    std::string operator()(std::int32_t value) const { return std::to_string(value); }
    std::string operator()(std::uint32_t value) const { return std::to_string(value); }
    std::string operator()(std::uint64_t value) const { return std::to_string(value); }
    std::string operator()(const std::string& value) const { return value; }
    std::string operator()(const std::vector<std::string>& values) const {
        return joined(values, [](const std::string& value) { return value; });
    }
    std::string operator()(const std::vector<ExecCommand>& commands) const {
        return joined(commands, [this](const ExecCommand& command) {
            return command.argv.empty() ? command.path : (*this)(command.argv);
        });
    }
    std::string operator()(const NameFilter& filter) const { return (filter.allow ? "" : "~") + (*this)(filter.names); }
    std::string operator()(const std::vector<AddressPrefix>& prefixes) const { return joined(prefixes, address_text); }
    std::string operator()(const std::vector<BindMount>& mounts) const {
        return joined(mounts, [](const BindMount& mount) { return mount.source; });
    }
    std::string operator()(const std::vector<SocketBindRule>& rules) const { return joined(rules, rule_text); }
    std::string operator()(const std::vector<EncryptedCredential>& credentials) const {
        return joined(credentials, [](const EncryptedCredential& credential) {
            return std::format("{}:{}", credential.id, credential.path);
        });
    }
    std::string operator()(const ByteStrings& bytes) const { return (*this)(bytes.values); }
    std::string operator()(const Descriptor& /*descriptor*/) const { return "a socket of the agent's"; }
};

// Numbers of which unit files have a word, or another base.
std::optional<std::string> word_for(const UnitProperty& property) {
    const std::string_view name = property.name;
    if (const auto* const mode = std::get_if<std::uint32_t>(&property.value);
        mode != nullptr && (name == "UMask" || name.ends_with("Mode"))) {
        return std::format("{:04o}", *mode);
    }
    if (const auto* const set = std::get_if<std::uint64_t>(&property.value); set != nullptr) {
        if (name == "RestrictNamespaces" && *set == CLONE_NEWCGROUP) {
            return "cgroup";
        }
        if (name.ends_with("Capabilities") || name == "CapabilityBoundingSet") {
            return *set == 0 ? "none" : std::format("{:#x}", *set);
        }
    }
    if (const auto* const error = std::get_if<std::int32_t>(&property.value);
        error != nullptr && name == "SystemCallErrorNumber") {
        return ::strerrorname_np(*error);
    }
    return std::nullopt;
}

}  // namespace

std::string to_text(const UnitProperty& property) {
    return word_for(property).value_or(std::visit(ToText{}, property.value));
}

std::vector<EnforcedSetting> settings_of(const UnitProperties& properties) {
    constexpr std::array of_one{"Description", "Slice", "LogExtraFields", "SyslogIdentifier", "ExecStartEx"};
    std::vector<EnforcedSetting> settings;
    for (const UnitProperty& property : properties) {
        if (property.name == "Environment") {
            for (const std::string& variable : std::get<std::vector<std::string>>(property.value)) {
                settings.push_back({property.name, variable});
            }
        } else if (!std::ranges::contains(of_one, property.name)) {
            settings.push_back({property.name, to_text(property)});
        }
    }
    return settings;
}

}  // namespace mcpctl::systemd
