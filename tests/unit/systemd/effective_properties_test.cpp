#include <gtest/gtest.h>

#include "agent/systemd/unit_property_dbus.hpp"

namespace mcpctl::systemd {
namespace {

using Effective = std::map<std::string, sdbus::Variant>;
using Strings = std::vector<std::string>;

Effective as_sent(const UnitProperties& properties) {
    Effective effective;
    for (const auto& property : to_bus(properties)) {
        effective[property.get<0>()] = property.get<1>();
    }
    return effective;
}

const UnitProperties wanted{
    {"NoNewPrivileges", true},
    {"SystemCallErrorNumber", std::int32_t(1)},
    {"UMask", std::uint32_t(077)},
    {"RestrictNamespaces", std::uint64_t(0x02000000)},
    {"User", "mcp-1"},
    {"Environment", Strings{"A=1", "B=2"}},
    {"RestrictAddressFamilies", NameFilter{true, {"AF_INET", "AF_UNIX"}}},
    {"IPAddressDeny", std::vector<AddressPrefix>{{2, {0, 0, 0, 0}, 0}}},
    {"BindPaths", std::vector<BindMount>{{"/a", "/a", false, 16384}}},
    {"SocketBindAllow", std::vector<SocketBindRule>{{0, 6, 1, 80}}},
    {"LogExtraFields", ByteStrings{{"X=1", "Y=2"}}},
    {"LoadCredentialEncrypted", std::vector<EncryptedCredential>{{"a", "/state/a"}, {"b", "/state/b"}}},
};

TEST(EffectiveProperties, AreAcceptedWhenNothingDiffers) {
    EXPECT_TRUE(compare_effective(wanted, as_sent(wanted)));
}

TEST(EffectiveProperties, MayComeBackInAnotherOrder) {
    Effective effective = as_sent(wanted);
    effective["Environment"] = sdbus::Variant(Strings{"B=2", "A=1"});
    EXPECT_TRUE(compare_effective(wanted, effective));
}

TEST(EffectiveProperties, AreRefusedWhenAnySingleOneIsMissing) {
    for (const UnitProperty& property : wanted) {
        Effective effective = as_sent(wanted);
        effective.erase(property.name);
        const auto compared = compare_effective(wanted, effective);
        ASSERT_FALSE(compared);
        EXPECT_EQ(compared.error().code, ErrorCode::NotManaged);
        EXPECT_EQ(compared.error().field, property.name);
    }
}

TEST(EffectiveProperties, AreRefusedWhenAnySingleOneDiffers) {
    const UnitProperties changed{
        {"NoNewPrivileges", false},
        {"SystemCallErrorNumber", std::int32_t(0)},
        {"UMask", std::uint32_t(022)},
        {"RestrictNamespaces", std::uint64_t(0x7e020080)},
        {"User", "root"},
        {"Environment", Strings{"A=1"}},
        {"RestrictAddressFamilies", NameFilter{false, {"AF_INET", "AF_UNIX"}}},
        {"IPAddressDeny", std::vector<AddressPrefix>{}},
        {"BindPaths", std::vector<BindMount>{{"/a", "/a", true, 16384}}},
        {"SocketBindAllow", std::vector<SocketBindRule>{{0, 6, 2, 80}}},
        {"LogExtraFields", ByteStrings{{"X=1"}}},
        {"LoadCredentialEncrypted", std::vector<EncryptedCredential>{{"a", "/elsewhere/a"}}},
    };
    for (const UnitProperty& property : changed) {
        Effective effective = as_sent(wanted);
        effective[property.name] = as_sent({property}).at(property.name);
        const auto compared = compare_effective(wanted, effective);
        ASSERT_FALSE(compared) << property.name;
        EXPECT_EQ(compared.error().field, property.name);
    }
}

TEST(EffectiveProperties, AreRefusedWhenTheirTypeIsNotTheExpectedOne) {
    Effective effective = as_sent(wanted);
    effective["User"] = sdbus::Variant(std::uint32_t(0));
    EXPECT_FALSE(compare_effective(wanted, effective));
}

TEST(EffectiveProperties, DoNotTellDescriptors) {
    UnitProperties session = wanted;
    session.push_back({"StandardInputFileDescriptor", Descriptor{0}});
    EXPECT_TRUE(compare_effective(session, as_sent(wanted)));
    Effective altered = as_sent(wanted);
    altered["User"] = sdbus::Variant("root");
    EXPECT_EQ(compare_effective(session, altered).error().field, "User");
}

TEST(EffectiveProperties, AreSentWithACopyOfTheDescriptor) {
    const auto sent = to_bus({{"StandardInputFileDescriptor", Descriptor{0}}});
    const auto copy = sent.at(0).get<1>().get<sdbus::UnixFd>();
    EXPECT_GT(copy.get(), 0);
}

using Filter = sdbus::Struct<bool, Strings>;

TEST(EffectiveProperties, HoldTheSystemCallFilterAsTheCallsOfItsGroups) {
    const UnitProperties filter{{"SystemCallFilter", NameFilter{true, {"@system-service"}}},
                                {"SystemCallFilter", NameFilter{false, {"@privileged"}}}};
    const auto with = [](bool allow, Strings calls) {
        return Effective{{"SystemCallFilter", sdbus::Variant(Filter(allow, std::move(calls)))}};
    };
    EXPECT_TRUE(compare_effective(filter, with(true, {"read", "write"})));
    EXPECT_FALSE(compare_effective(filter, with(true, {"chroot", "read", "write"})));
    EXPECT_FALSE(compare_effective(filter, with(false, {"read"})));
    EXPECT_FALSE(compare_effective(filter, with(true, {})));
}

using Exec = sdbus::Struct<std::string, Strings, Strings, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t,
                           std::uint32_t, std::int32_t, std::int32_t>;

TEST(EffectiveProperties, HoldTheCommandByteForByte) {
    const UnitProperties command{
        {"ExecStartEx", std::vector<ExecCommand>{{"/bin/sh", {"sh", "$HOME"}, {"no-env-expand"}}}}};
    const auto with = [](const std::string& path, const Strings& argv, const Strings& flags) {
        return Effective{
            {"ExecStartEx", sdbus::Variant(std::vector<Exec>{Exec(path, argv, flags, 1, 2, 3, 4, 5, 6, 7)})}};
    };
    EXPECT_TRUE(compare_effective(command, with("/bin/sh", {"sh", "$HOME"}, {"no-env-expand"})));
    EXPECT_FALSE(compare_effective(command, with("/bin/sh", {"sh", "$HOME"}, {})));
    EXPECT_FALSE(compare_effective(command, with("/bin/sh", {"sh", "/root"}, {"no-env-expand"})));
    EXPECT_FALSE(compare_effective(command, with("/bin/dash", {"sh", "$HOME"}, {"no-env-expand"})));
}

}  // namespace
}  // namespace mcpctl::systemd
