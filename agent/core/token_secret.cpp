#include "agent/core/token_secret.hpp"

#include <sys/random.h>

#include <array>
#include <boost/hash2/sha2.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace mcpctl {
namespace {

constexpr std::size_t secret_bytes = 32;

// RFC 4648, section 5, without padding.
std::string base64url(const std::array<unsigned char, secret_bytes>& bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text;
    unsigned pending = 0;
    int bits = 0;
    for (const unsigned char byte : bytes) {
        pending = (pending << 8U) | byte;
        for (bits += 8; bits >= 6; bits -= 6) {
            text += alphabet[(pending >> unsigned(bits - 6)) & 63U];
        }
    }
    if (bits > 0) {
        text += alphabet[(pending << unsigned(6 - bits)) & 63U];
    }
    return text;
}

}  // namespace

std::string make_token_secret() {
    std::array<unsigned char, secret_bytes> random{};
    while (::getrandom(random.data(), random.size(), 0) != ssize_t(random.size())) {
        if (errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "no random bytes");
        }
    }
    std::string secret = "mcpctl_" + base64url(random);
    ::explicit_bzero(random.data(), random.size());
    return secret;
}

std::string hash_of_secret(std::string_view secret) {
    boost::hash2::sha2_256 hash;
    hash.update(secret.data(), secret.size());
    return to_string(hash.result());
}

bool same_hash(std::string_view one, std::string_view other) {
    if (one.size() != other.size()) {
        return false;
    }
    unsigned difference = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
        difference |= unsigned(one[i] ^ other[i]);
    }
    return difference == 0;
}

void wipe(std::string& secret) {
    ::explicit_bzero(secret.data(), secret.size());
    secret.clear();
}

}  // namespace mcpctl
