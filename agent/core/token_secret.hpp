// The secrets of tokens. They are random, 256 bits, so that a plain hash of them tells nothing: there is no word to
// guess, and nothing is gained by making the hash slow.
#pragma once

#include <string>
#include <string_view>

namespace mcpctl {

// "mcpctl_" and 43 characters of base64url. The prefix lets people and scanners of repositories see what it is.
[[nodiscard]] std::string make_token_secret();

// SHA-256 in 64 hexadecimal digits.
[[nodiscard]] std::string hash_of_secret(std::string_view secret);

// Takes as long whether they are alike or not.
[[nodiscard]] bool same_hash(std::string_view one, std::string_view other);

// Leaves no copy in the memory that it lay in.
void wipe(std::string& secret);

}  // namespace mcpctl
