#include "ctl/far/token.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <format>
#include <string_view>

#include "base/unique_fd.hpp"
#include "ctl/far/user_files.hpp"

namespace mcpctl::ctl::far {
namespace {

constexpr std::size_t longest_token = 4096;
constexpr const char* variable = "MCPCTL_TOKEN";

Result<std::string> checked(std::string token, const std::string& origin) {
    token.erase(token.find_last_not_of(" \t\r\n") + 1);
    if (token.empty() || token.size() > longest_token ||
        std::ranges::any_of(token, [](char c) { return c <= ' ' || c > '~'; })) {
        return fail(ErrorCode::InvalidArgument, std::format("{} holds no token", origin), origin,
                    "a token is what 'mcpctl token create --quiet' prints");
    }
    return token;
}

// Of the descriptor that is read, so that nobody can put another file in its place in between.
Result<void> check_mode(int fd, const std::string& file) {
    struct stat status{};
    if (::fstat(fd, &status) != 0) {
        return fail(ErrorCode::Internal, std::format("{}: {}", file, std::strerror(errno)), file);
    }
    if (status.st_uid != ::geteuid() && status.st_uid != 0) {
        return fail(ErrorCode::AccessDenied, std::format("{} belongs to another user", file), file);
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail(ErrorCode::AccessDenied, std::format("{} can be read or written by others", file), file,
                    std::format("chmod 600 {}", file));
    }
    return {};
}

}  // namespace

Result<std::string> read_token_file(const std::string& file) {
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        return fail(errno == ENOENT ? ErrorCode::NotFound : ErrorCode::AccessDenied,
                    std::format("{}: {}", file, std::strerror(errno)), file);
    }
    if (auto good = check_mode(fd.get(), file); !good) {
        return std::unexpected(std::move(good.error()));
    }
    std::string text;
    std::array<char, longest_token> block{};
    ssize_t count = 0;
    while (text.size() <= longest_token && (count = ::read(fd.get(), block.data(), block.size())) > 0) {
        text.append(block.data(), std::size_t(count));
    }
    if (count < 0) {
        return fail(ErrorCode::InvalidArgument, std::format("{}: {}", file, std::strerror(errno)), file);
    }
    return checked(std::move(text), file);
}

Result<std::string> find_token(const std::string& file) {
    if (!file.empty()) {
        return read_token_file(file);
    }
    if (const char* token = std::getenv(variable); token != nullptr && *token != '\0') {
        return checked(token, variable);
    }
    const std::string usual = configuration_file("token");
    auto token = usual.empty() ? Result<std::string>(fail(ErrorCode::NotFound, {})) : read_token_file(usual);
    if (!token && token.error().code == ErrorCode::NotFound) {
        return fail(ErrorCode::InvalidArgument, "a far machine wants a token, and there is none", variable,
                    std::format("set {}, or write it to {} with mode 0600, or name a file with --token-file", variable,
                                usual.empty() ? "a file" : usual));
    }
    return token;
}

}  // namespace mcpctl::ctl::far
