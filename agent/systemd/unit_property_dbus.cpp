#include "agent/systemd/unit_property_dbus.hpp"

#include <algorithm>
#include <format>
#include <optional>

#include "agent/systemd/executable.hpp"

namespace mcpctl::systemd {
namespace {

using BusExec = sdbus::Struct<std::string, std::vector<std::string>, std::vector<std::string>>;
// With what PID 1 adds: start and exit times, twice each, the process id, exit code and status.
using BusExecEffective =
    sdbus::Struct<std::string, std::vector<std::string>, std::vector<std::string>, std::uint64_t, std::uint64_t,
                  std::uint64_t, std::uint64_t, std::uint32_t, std::int32_t, std::int32_t>;
using BusFilter = sdbus::Struct<bool, std::vector<std::string>>;
using BusAddress = sdbus::Struct<std::int32_t, std::vector<std::uint8_t>, std::uint32_t>;
using BusBind = sdbus::Struct<std::string, std::string, bool, std::uint64_t>;
using BusSocketBind = sdbus::Struct<std::int32_t, std::int32_t, std::uint16_t, std::uint16_t>;
using BusCredential = sdbus::Struct<std::string, std::string>;
using BusBytes = std::vector<std::vector<std::uint8_t>>;

struct ToVariant {
    template <class Plain>
    sdbus::Variant operator()(const Plain& value) const {
        return sdbus::Variant(value);
    }
    sdbus::Variant operator()(const std::vector<ExecCommand>& commands) const {
        std::vector<BusExec> list;
        list.reserve(commands.size());
        for (const ExecCommand& command : commands) {
            list.emplace_back(command.path, command.argv, command.flags);
        }
        return sdbus::Variant(list);
    }
    sdbus::Variant operator()(const NameFilter& filter) const {
        return sdbus::Variant(BusFilter(filter.allow, filter.names));
    }
    sdbus::Variant operator()(const std::vector<AddressPrefix>& prefixes) const {
        std::vector<BusAddress> list;
        list.reserve(prefixes.size());
        for (const AddressPrefix& prefix : prefixes) {
            list.emplace_back(prefix.family, prefix.address, prefix.length);
        }
        return sdbus::Variant(list);
    }
    sdbus::Variant operator()(const std::vector<BindMount>& mounts) const {
        std::vector<BusBind> list;
        list.reserve(mounts.size());
        for (const BindMount& mount : mounts) {
            list.emplace_back(mount.source, mount.destination, mount.ignore_missing, mount.flags);
        }
        return sdbus::Variant(list);
    }
    sdbus::Variant operator()(const std::vector<SocketBindRule>& rules) const {
        std::vector<BusSocketBind> list;
        list.reserve(rules.size());
        for (const SocketBindRule& rule : rules) {
            list.emplace_back(rule.family, rule.protocol, rule.ports, rule.first_port);
        }
        return sdbus::Variant(list);
    }
    sdbus::Variant operator()(const std::vector<EncryptedCredential>& credentials) const {
        std::vector<BusCredential> list;
        list.reserve(credentials.size());
        for (const EncryptedCredential& credential : credentials) {
            list.emplace_back(credential.id, credential.path);
        }
        return sdbus::Variant(list);
    }
    sdbus::Variant operator()(const ByteStrings& bytes) const {
        BusBytes list;
        list.reserve(bytes.values.size());
        for (const std::string& value : bytes.values) {
            list.emplace_back(value.begin(), value.end());
        }
        return sdbus::Variant(list);
    }
    sdbus::Variant operator()(const Descriptor& descriptor) const {
        return sdbus::Variant(sdbus::UnixFd(descriptor.number));
    }
};

template <class T>
std::optional<T> read(const sdbus::Variant& variant) {
    return variant.containsValueOfType<T>() ? std::optional(variant.get<T>()) : std::nullopt;
}

// PID 1 may give lists back in another order.
template <class List>
bool same_set(List left, List right) {
    std::ranges::sort(left);
    std::ranges::sort(right);
    return left == right;
}

struct IsEffective {
    const std::string& name;
    const sdbus::Variant& effective;

    template <class Plain>
    bool operator()(const Plain& wanted) const {
        return read<Plain>(effective) == wanted;
    }
    bool operator()(const std::vector<std::string>& wanted) const {
        const auto found = read<std::vector<std::string>>(effective);
        if (name == "SystemCallArchitectures") {  // "native" comes back as its name
            return found && !found->empty();
        }
        return found && same_set(*found, wanted);
    }
    bool operator()(const std::vector<ExecCommand>& wanted) const {
        const auto found = read<std::vector<BusExecEffective>>(effective);
        return found && std::ranges::equal(*found, wanted, [](const BusExecEffective& left, const ExecCommand& right) {
                   return could_be_found_as(right.path, left.get<0>()) && left.get<1>() == right.argv &&
                          left.get<2>() == right.flags;
               });
    }
    bool operator()(const NameFilter& wanted) const {
        const auto found = read<BusFilter>(effective);
        if (!found) {
            return false;
        }
        // Groups come back as the calls that they hold, of both filters together: still a list of what is allowed, and
        // without a call that only the privileged group holds.
        if (name == "SystemCallFilter") {
            return found->get<0>() && std::ranges::contains(found->get<1>(), "read") &&
                   !std::ranges::contains(found->get<1>(), "chroot");
        }
        return found->get<0>() == wanted.allow && same_set(found->get<1>(), wanted.names);
    }
    bool operator()(const std::vector<AddressPrefix>& wanted) const {
        std::vector<AddressPrefix> found;
        for (const auto& entry : read<std::vector<BusAddress>>(effective).value_or(std::vector<BusAddress>{})) {
            found.push_back({entry.get<0>(), entry.get<1>(), entry.get<2>()});
        }
        return same_set(found, wanted);
    }
    bool operator()(const std::vector<BindMount>& wanted) const {
        std::vector<BindMount> found;
        for (const auto& entry : read<std::vector<BusBind>>(effective).value_or(std::vector<BusBind>{})) {
            found.push_back({entry.get<0>(), entry.get<1>(), entry.get<2>(), entry.get<3>()});
        }
        return same_set(found, wanted);
    }
    bool operator()(const std::vector<SocketBindRule>& wanted) const {
        std::vector<SocketBindRule> found;
        for (const auto& entry : read<std::vector<BusSocketBind>>(effective).value_or(std::vector<BusSocketBind>{})) {
            found.push_back({entry.get<0>(), entry.get<1>(), entry.get<2>(), entry.get<3>()});
        }
        return same_set(found, wanted);
    }
    bool operator()(const std::vector<EncryptedCredential>& wanted) const {
        std::vector<EncryptedCredential> found;
        for (const auto& entry : read<std::vector<BusCredential>>(effective).value_or(std::vector<BusCredential>{})) {
            found.push_back({entry.get<0>(), entry.get<1>()});
        }
        return same_set(found, wanted);
    }
    bool operator()(const ByteStrings& wanted) const {
        std::vector<std::string> found;
        for (const auto& entry : read<BusBytes>(effective).value_or(BusBytes{})) {
            found.emplace_back(entry.begin(), entry.end());
        }
        return same_set(found, wanted.values);
    }
    bool operator()(const Descriptor&) const { return true; }
};

}  // namespace

BusProperties to_bus(const UnitProperties& properties) {
    BusProperties list;
    list.reserve(properties.size());
    for (const UnitProperty& property : properties) {
        list.emplace_back(property.name, std::visit(ToVariant{}, property.value));
    }
    return list;
}

Result<void> compare_effective(const UnitProperties& wanted, const std::map<std::string, sdbus::Variant>& effective) {
    for (const UnitProperty& property : wanted) {
        if (std::holds_alternative<Descriptor>(property.value)) {
            continue;  // PID 1 does not tell which it has
        }
        const auto found = effective.find(property.name);
        if (found == effective.end() || !std::visit(IsEffective{property.name, found->second}, property.value)) {
            return fail(ErrorCode::NotManaged,
                        std::format("the unit's property {} is not what was asked for", property.name), property.name);
        }
    }
    return {};
}

}  // namespace mcpctl::systemd
