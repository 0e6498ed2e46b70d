// A transient unit's properties as typed values, so that they can be checked without a bus. What is text here becomes
// a line in a unit file that PID 1 reads again at each reload; what is a number, boolean or descriptor cannot.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace mcpctl::systemd {

// D-Bus (sasas)
struct ExecCommand {
    std::string path;
    std::vector<std::string> argv;
    std::vector<std::string> flags;
    friend bool operator==(const ExecCommand&, const ExecCommand&) = default;
};

// D-Bus (bas): a set of names that are allowed, or that are taken away.
struct NameFilter {
    bool allow = true;
    std::vector<std::string> names;
    friend bool operator==(const NameFilter&, const NameFilter&) = default;
};

// D-Bus (iayu)
struct AddressPrefix {
    std::int32_t family = 0;
    std::vector<std::uint8_t> address;
    std::uint32_t length = 0;
    friend auto operator<=>(const AddressPrefix&, const AddressPrefix&) = default;
};

// D-Bus (ssbt)
struct BindMount {
    std::string source;
    std::string destination;
    bool ignore_missing = false;
    std::uint64_t flags = 0;
    friend auto operator<=>(const BindMount&, const BindMount&) = default;
};

// D-Bus (iiqq): 0 stands for any family, any protocol and, as number of ports, any port.
struct SocketBindRule {
    std::int32_t family = 0;
    std::int32_t protocol = 0;
    std::uint16_t ports = 0;
    std::uint16_t first_port = 0;
    friend auto operator<=>(const SocketBindRule&, const SocketBindRule&) = default;
};

// D-Bus (ss): PID 1 reads the encrypted file at each start of the unit.
struct EncryptedCredential {
    std::string id;
    std::string path;
    friend auto operator<=>(const EncryptedCredential&, const EncryptedCredential&) = default;
};

// D-Bus aay
struct ByteStrings {
    std::vector<std::string> values;
    friend bool operator==(const ByteStrings&, const ByteStrings&) = default;
};

// D-Bus h: a descriptor of ours, borrowed until the properties are sent. PID 1 gets a copy and never tells it back.
struct Descriptor {
    int number = -1;
    friend bool operator==(const Descriptor&, const Descriptor&) = default;
};

using UnitValue = std::variant<bool, std::int32_t, std::uint32_t, std::uint64_t, std::string, std::vector<std::string>,
                               std::vector<ExecCommand>, NameFilter, std::vector<AddressPrefix>, std::vector<BindMount>,
                               std::vector<SocketBindRule>, std::vector<EncryptedCredential>, ByteStrings, Descriptor>;

struct UnitProperty {
    std::string name;
    UnitValue value;
    friend bool operator==(const UnitProperty&, const UnitProperty&) = default;
};

using UnitProperties = std::vector<UnitProperty>;

// The last line of defence: refuses a property list in which any string could break out of its unit-file line.
// Backslashes are allowed in argv and environment only, which PID 1 escapes itself.
[[nodiscard]] Result<void> check_every_string(const UnitProperties& properties);

}  // namespace mcpctl::systemd
