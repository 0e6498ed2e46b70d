// Strings that break careless code between a definition and a unit file: known ones by name, and random ones. Free of
// the project's own code, so that what is tested cannot bless itself.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace mcpctl::corpus {

struct AwkwardString {
    std::string label;
    std::string bytes;
};

// Short ones, a few hundred bytes at most.
[[nodiscard]] const std::vector<AwkwardString>& awkward_strings();
// From just above the limits of single fields to a mebibyte.
[[nodiscard]] const std::vector<AwkwardString>& long_strings();

// Endless; the same seed gives the same strings.
class RandomStrings {
  public:
    explicit RandomStrings(std::uint64_t seed) : random_(seed) {}

    // A base value that an awkward or random piece was put into, or that one has replaced.
    [[nodiscard]] std::string near(std::string_view base);
    // Plain text in the sense of first_offence(), made of what shells, unit files and terminals find special.
    [[nodiscard]] std::string plain();
    [[nodiscard]] std::size_t below(std::size_t bound) { return std::size_t(random_() % bound); }

  private:
    std::string bytes();
    std::string piece();

    std::mt19937_64 random_;
};

// The offset of the first byte that makes a text not plain, npos where it is: control characters (C0, DEL, C1), what is
// not UTF-8, and noncharacters, which no D-Bus string may hold (libsystemd refuses them).
[[nodiscard]] std::size_t first_offence(std::string_view text);

}  // namespace mcpctl::corpus
