#include "ctl/output/terminal.hpp"

#include <fcntl.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <format>

#include "base/unique_fd.hpp"

namespace mcpctl::ctl {
namespace {

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

std::size_t terminal_width(int fd) {
    winsize size{};
    constexpr std::size_t customary = 80;
    return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : customary;
}

std::string_view escape_sequence(Colour colour) {
    switch (colour) {
        case Colour::bold:
            return "\033[1m";
        case Colour::grey:
            return "\033[90m";
        case Colour::green:
            return "\033[32m";
        case Colour::yellow:
            return "\033[33m";
        case Colour::red:
            return "\033[1;31m";
        case Colour::none:
            break;
    }
    return {};
}

}  // namespace

Terminal Terminal::of(int fd) {
    Terminal terminal;
    std::setlocale(LC_CTYPE, "");
    terminal.unicode = std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0;
    if (::isatty(fd) == 0) {
        return terminal;
    }
    terminal.width = terminal_width(fd);
    terminal.interactive = !environment("TERM").empty() && environment("TERM") != "dumb";
    terminal.colour = terminal.interactive && environment("NO_COLOR").empty();
    return terminal;
}

std::string Terminal::paint(std::string_view text, Colour wanted) const {
    if (!colour || wanted == Colour::none) {
        return std::string(text);
    }
    return std::format("{}{}\033[0m", escape_sequence(wanted), text);
}

Colour Terminal::colour_of_state(std::string_view state) {
    if (state == "running" || state == "done") {
        return Colour::green;
    }
    return state == "failed" ? Colour::red : Colour::yellow;
}

Answer confirm(std::string_view question) {
    const UniqueFd terminal(::isatty(STDIN_FILENO) != 0 ? ::dup(STDIN_FILENO) : ::open("/dev/tty", O_RDWR | O_CLOEXEC));
    if (!terminal) {
        return Answer::nobody_to_ask;
    }
    const std::string text = std::format("{} [y/N] ", question);
    const int screen = ::isatty(STDERR_FILENO) != 0 ? STDERR_FILENO : terminal.get();
    if (::write(screen, text.data(), text.size()) < 0) {
        return Answer::nobody_to_ask;
    }
    std::string line;
    char byte = 0;
    while (::read(terminal.get(), &byte, 1) == 1 && byte != '\n') {
        line += byte;
    }
    if (byte != '\n') {
        (void)!::write(screen, "\n", 1);
        return Answer::no;
    }
    return line == "y" || line == "Y" || line == "yes" || line == "Yes" ? Answer::yes : Answer::no;
}

}  // namespace mcpctl::ctl
