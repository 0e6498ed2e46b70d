#include "ctl/far/address.hpp"

#include <gtest/gtest.h>

namespace mcpctl::ctl::far {
namespace {

Address parsed(std::string_view text) {
    const auto address = parse_address(text);
    EXPECT_TRUE(address) << text << ": " << (address ? "" : address.error().reason);
    return address.value_or(Address{});
}

TEST(AddressOfAFarMachine, IsTakenApart) {
    const Address address = parsed("https://Panel.Example:6271");
    EXPECT_EQ(address.origin, "https://panel.example:6271");
    EXPECT_TRUE(address.tls);
    EXPECT_FALSE(address.loopback);
    EXPECT_EQ(address.url("/livez"), "https://panel.example:6271/livez");
    EXPECT_EQ(address.websocket_url("/x"), "wss://panel.example:6271/x");
    EXPECT_EQ(address.name(), "https://panel.example:6271");
}

TEST(AddressOfAFarMachine, IsHttpsWithoutAScheme) {
    EXPECT_EQ(parsed("panel.example:6271").origin, "https://panel.example:6271");
}

TEST(AddressOfAFarMachine, KeepsThePathInFrontOfTheRoutes) {
    EXPECT_EQ(parsed("https://panel.example/mcpctl/").url("/livez"), "https://panel.example/mcpctl/livez");
    EXPECT_EQ(parsed("https://panel.example/").url("/livez"), "https://panel.example/livez");
}

TEST(AddressOfAFarMachine, KnowsWhatDoesNotLeaveThisMachine) {
    EXPECT_TRUE(parsed("http://127.0.0.1:6270").loopback);
    EXPECT_TRUE(parsed("http://localhost:6270").loopback);
    EXPECT_TRUE(parsed("http://[::1]:6270").loopback);
    EXPECT_FALSE(parsed("http://127.0.0.1.example:6270").loopback);
    EXPECT_FALSE(parsed("http://10.0.0.1:6270").loopback);
}

TEST(AddressOfAFarMachine, MayBeASocket) {
    const Address address = parsed("unix:///run/mcpctl-http.sock");
    EXPECT_EQ(address.unix_socket, "/run/mcpctl-http.sock");
    EXPECT_EQ(address.url("/livez"), "http://localhost:6270/livez");
    EXPECT_EQ(address.name(), "unix:///run/mcpctl-http.sock");
    EXPECT_TRUE(address.loopback);
}

TEST(AddressOfAFarMachine, IsRefusedWhereItIsNone) {
    for (const char* text : {"", "https://", "ftp://panel.example", "https://user:secret@panel.example", "https://a b",
                             "https://panel.example:0", "https://panel.example:65536", "https://panel.example:x",
                             "https://panel.example/?q", "https://panel.example/#f", "https://[::1", "unix://run/x",
                             "https://panel.example\n", "https://p\xc3\xa4nel.example"}) {
        const auto address = parse_address(text);
        ASSERT_FALSE(address) << text;
        EXPECT_EQ(address.error().code, ErrorCode::InvalidArgument);
        EXPECT_EQ(address.error().field, "--host");
    }
}

TEST(AddressOfAFarMachine, EscapesWhatStandsInPathsAndQueries) {
    EXPECT_EQ(percent_encoded("files-2.x_~"), "files-2.x_~");
    EXPECT_EQ(percent_encoded("a/b?c=d&e ü%"), "a%2Fb%3Fc%3Dd%26e%20%C3%BC%25");
}

}  // namespace
}  // namespace mcpctl::ctl::far
