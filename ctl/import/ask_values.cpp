#include "ctl/import/ask_values.hpp"

#include <unistd.h>

#include <cerrno>
#include <format>
#include <set>

#include "ctl/output/visible_text.hpp"
#include "ctl/secret_input.hpp"

namespace mcpctl::ctl {
namespace {

Result<std::string> ask_line(const Missing& wanted) {
    const std::string question = std::format("{}, for {}: ", visible_text(wanted.what), wanted.server);
    (void)!::write(STDERR_FILENO, question.data(), question.size());
    std::string line;
    char byte = 0;
    while (true) {
        const ssize_t got = ::read(STDIN_FILENO, &byte, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return fail(ErrorCode::Canceled, "nothing was changed");
        }
        if (byte == '\n') {
            return line;
        }
        line += byte;
    }
}

Result<std::string> ask(const Missing& wanted) {
    if (!wanted.secret) {
        return ask_line(wanted);
    }
    return read_secret(std::format("{}, for {}", wanted.what, wanted.server), "")
        .transform([](const std::vector<std::uint8_t>& bytes) { return std::string(bytes.begin(), bytes.end()); });
}

}  // namespace

Result<void> ask_values(const std::vector<Missing>& missing, Answers& answers) {
    for (const Missing& wanted : missing) {
        if (answers.contains(wanted.key)) {
            continue;
        }
        auto value = ask(wanted);
        if (!value) {
            return std::unexpected(std::move(value.error()));
        }
        if (value->empty() && wanted.secret) {
            return fail(ErrorCode::Canceled, std::format("{} was left empty, so nothing was changed", wanted.what));
        }
        answers[wanted.key] = *std::move(value);
    }
    return {};
}

std::vector<Error> refusals_of(const std::vector<Missing>& missing) {
    std::vector<Error> refusals;
    std::set<std::string> told;
    for (const Missing& wanted : missing) {
        if (told.insert(wanted.key).second) {
            refusals.push_back(
                {ErrorCode::InvalidArgument,
                 std::format("{} wants {}, and nothing says what that is", wanted.server, wanted.what), wanted.variable,
                 std::format("set {} in the environment of mcpctl, or run it on a terminal, where it asks",
                             wanted.variable)});
        }
    }
    return refusals;
}

}  // namespace mcpctl::ctl
