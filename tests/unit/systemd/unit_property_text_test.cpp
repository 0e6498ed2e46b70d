// B10: what confines a server is shown to people in the words of unit files.
#include "agent/systemd/unit_property_text.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace mcpctl::systemd {
namespace {

std::string text(std::string name, UnitValue value) {
    return to_text({std::move(name), std::move(value)});
}

TEST(UnitPropertyText, IsThatOfUnitFiles) {
    using Strings = std::vector<std::string>;
    EXPECT_EQ(text("NoNewPrivileges", true), "yes");
    EXPECT_EQ(text("RemoveIPC", false), "no");
    EXPECT_EQ(text("ProtectSystem", "strict"), "strict");
    EXPECT_EQ(text("InaccessiblePaths", Strings{"-/run/dbus", "-/run/mcpctl"}), "-/run/dbus -/run/mcpctl");
    EXPECT_EQ(text("UMask", std::uint32_t(0077)), "0077");
    EXPECT_EQ(text("StateDirectoryMode", std::uint32_t(0700)), "0700");
    EXPECT_EQ(text("RestrictNamespaces", std::uint64_t(0x02000000)), "cgroup");
    EXPECT_EQ(text("CapabilityBoundingSet", std::uint64_t(0)), "none");
    EXPECT_EQ(text("CapabilityBoundingSet", std::uint64_t(4)), "0x4");
    EXPECT_EQ(text("SystemCallErrorNumber", std::int32_t(1)), "EPERM");
    EXPECT_EQ(text("StartLimitBurst", std::uint32_t(11)), "11");
    EXPECT_EQ(text("MemoryMax", std::uint64_t(1) << 30), "1073741824");
    EXPECT_EQ(text("SystemCallFilter", NameFilter{true, {"@system-service"}}), "@system-service");
    EXPECT_EQ(text("SystemCallFilter", NameFilter{false, {"@privileged", "@obsolete"}}), "~@privileged @obsolete");
    EXPECT_EQ(text("IPAddressAllow", std::vector<AddressPrefix>{{AF_INET, {127, 0, 0, 0}, 8},
                                                                {AF_INET6, std::vector<std::uint8_t>(16), 0}}),
              "127.0.0.0/8 ::/0");
    EXPECT_EQ(text("BindPaths", std::vector<BindMount>{{"/srv/a", "/srv/a", false, 0}}), "/srv/a");
    EXPECT_EQ(text("SocketBindDeny", std::vector<SocketBindRule>{{}}), "any");
    EXPECT_EQ(text("SocketBindAllow", std::vector<SocketBindRule>{{AF_UNSPEC, IPPROTO_TCP, 1, 26270}}), "tcp:26270");
    EXPECT_EQ(text("LoadCredentialEncrypted", std::vector<EncryptedCredential>{{"key", "/x/key"}}), "key:/x/key");
}

}  // namespace
}  // namespace mcpctl::systemd
