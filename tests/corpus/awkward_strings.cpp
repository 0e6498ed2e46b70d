#include "tests/corpus/awkward_strings.hpp"

#include <algorithm>
#include <format>

namespace mcpctl::corpus {
namespace {

using namespace std::string_literals;

std::string utf8(char32_t value) {
    std::string text;
    const auto tail = [&](int shift) { text += char(0x80 | ((value >> shift) & 0x3f)); };
    if (value < 0x80) {
        text += char(value);
    } else if (value < 0x800) {
        text += char(0xc0 | (value >> 6));
        tail(0);
    } else if (value < 0x10000) {
        text += char(0xe0 | (value >> 12));
        tail(6);
        tail(0);
    } else {
        text += char(0xf0 | (value >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
    return text;
}

void add_controls(std::vector<AwkwardString>& list) {
    for (char32_t value = 0; value < 0x20; ++value) {
        list.push_back({std::format("C0 {:02x}", std::uint32_t(value)), utf8(value)});
    }
    for (char32_t value = 0x7f; value <= 0x9f; ++value) {
        list.push_back({std::format("DEL or C1 {:02x}", std::uint32_t(value)), utf8(value)});
    }
}

// Characters that are text, however odd, and the noncharacters, which are not.
void add_characters(std::vector<AwkwardString>& list) {
    for (const char32_t value : {0x00a0, 0x00ad, 0x0301, 0x061c, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e,
                                 0x2066, 0x2069, 0x3000, 0xfeff, 0xfffd, 0x1f600, 0xe0001, 0x10fffd}) {
        list.push_back({std::format("U+{:04X}", std::uint32_t(value)), utf8(value)});
    }
    for (const char32_t value : {0xfdd0, 0xfdef, 0xfffe, 0xffff, 0x1fffe, 0x10ffff}) {
        list.push_back({std::format("noncharacter U+{:04X}", std::uint32_t(value)), utf8(value)});
    }
}

void add_invalid_utf8(std::vector<AwkwardString>& list) {
    list.insert(list.end(), {{"lone continuation", "\x80"},
                             {"overlong slash, two bytes", "\xc0\xaf"},
                             {"overlong newline, two bytes", "\xc0\x8a"},
                             {"overlong NUL", "\xc0\x80"},
                             {"overlong slash, three bytes", "\xe0\x80\xaf"},
                             {"overlong slash, four bytes", "\xf0\x80\x80\xaf"},
                             {"high surrogate", "\xed\xa0\x80"},
                             {"surrogate pair", "\xed\xa0\xbd\xed\xb8\x80"},
                             {"truncated, two bytes", "\xc3"},
                             {"truncated, three bytes", "\xe2\x82"},
                             {"truncated, four bytes", "\xf0\x9f\x98"},
                             {"above U+10FFFF", "\xf4\x90\x80\x80"},
                             {"five bytes", "\xf8\x88\x80\x80\x80"},
                             {"four bytes with a lead above F4", "\xfc\x80\xa6\xaf"},
                             {"FE", "\xfe"},
                             {"FF", "\xff"},
                             {"Latin-1", "gr\xfcn"}});
}

void add_unit_syntax(std::vector<AwkwardString>& list) {
    list.insert(list.end(), {{"empty", ""},
                             {"a whole section", "x\n[Service]\nUser=root\nExecStartPre=/bin/touch /run/owned\n"},
                             {"a line", "x\nUser=root"},
                             {"a line by CR", "x\rUser=root"},
                             {"a line by CR LF", "x\r\nUser=root"},
                             {"a section without a line", "[Service]"},
                             {"an assignment", "User=root"},
                             {"trailing backslash", "x\\"},
                             {"two trailing backslashes", "x\\\\"},
                             {"only a backslash", "\\"},
                             {"backslash inside", "a\\b"},
                             {"escaped newline", "a\\nb"},
                             {"escaped octal", "a\\012b"},
                             {"escaped hex", "a\\x0ab"},
                             {"backslash space", "a\\ b"},
                             {"backslash semicolon", "\\;"},
                             {"backslash quote", "a\\\"b"},
                             {"NUL inside", "a\0b"s},
                             {"NUL at the end", "a\0"s},
                             {"comment", "# x"},
                             {"semicolon comment", "; x"},
                             {"semicolon", ";"},
                             {"semicolon between", "a ; /bin/sh"},
                             {"unit directive", ".include /etc/shadow"}});
}

void add_expansions(std::vector<AwkwardString>& list) {
    for (const char* text : {"%n",
                             "%%",
                             "%",
                             "%i%h%t%S",
                             "%n %%",
                             "100%",
                             "$A",
                             "${A}",
                             "$$",
                             "$",
                             "${",
                             "$A ${A} $$",
                             "$(id)",
                             "`id`",
                             "${PATH:-x}",
                             "{port}",
                             "{port",
                             "{{port}}",
                             "{port}{port}",
                             "~",
                             "~root",
                             "*",
                             "?",
                             "[a-z]",
                             "{a,b}",
                             "!",
                             "&&",
                             "|",
                             ">",
                             "<",
                             "&"}) {
        list.push_back({std::format("expansion {}", text), text});
    }
}

void add_quotes_and_space(std::vector<AwkwardString>& list) {
    for (const char* text : {"\"",
                             "'",
                             "\"\"",
                             "''",
                             "\"a b\"",
                             "'a b'",
                             "a\"b",
                             "a'b",
                             "\"unclosed",
                             "'unclosed",
                             " ",
                             "  ",
                             " leading",
                             "trailing ",
                             "a b",
                             "a  b",
                             "=",
                             "==",
                             "a=b",
                             "=a",
                             ",",
                             ":",
                             "a:b",
                             "::",
                             "/",
                             "//",
                             "/.",
                             "/..",
                             "/../../etc/shadow",
                             "./x",
                             "../x",
                             "/etc",
                             "/proc/1/root",
                             "/a:/b:rbind",
                             "-/a",
                             "0",
                             "-1",
                             "1",
                             "00000000",
                             "root",
                             "yes",
                             "no",
                             "infinity",
                             "null",
                             "true",
                             "{}",
                             "[]",
                             "{\"a\":1}"}) {
        list.push_back({std::format("word {}", text), text});
    }
    // What stands before a program or a path in a unit file.
    for (const char* prefix : {"-", "+", "!", "!!", ":", "@", "|", "-+!:@|"}) {
        list.push_back({std::format("prefix {}", prefix), std::format("{}/bin/sh", prefix)});
    }
    for (const char* name : {"LD_PRELOAD", "LD_", "NOTIFY_SOCKET", "LISTEN_FDS", "PORT", "CREDENTIALS_DIRECTORY",
                             "PATH", "HOME", "_", "A-B", "1A", "a.b", "0b51b1b9-2f0f-4c3e-8f5d-0123456789ab"}) {
        list.push_back({std::format("name {}", name), name});
    }
}

}  // namespace

const std::vector<AwkwardString>& awkward_strings() {
    static const std::vector<AwkwardString> strings = [] {
        std::vector<AwkwardString> list;
        add_controls(list);
        add_characters(list);
        add_invalid_utf8(list);
        add_unit_syntax(list);
        add_expansions(list);
        add_quotes_and_space(list);
        return list;
    }();
    return strings;
}

const std::vector<AwkwardString>& long_strings() {
    static const std::vector<AwkwardString> strings = [] {
        std::vector<AwkwardString> list;
        for (const std::size_t size : {63U, 64U, 128U, 129U, 255U, 256U, 1024U, 1025U, 4095U, 4096U, 64U << 10,
                                       (64U << 10) + 1, 128U << 10, 200U << 10, 1U << 20}) {
            list.push_back({std::format("{} bytes", size), std::string(size, 'a')});
        }
        for (const std::size_t size : {255U, 256U, 4095U, 4096U}) {
            list.push_back({std::format("a path of {} bytes", size), "/" + std::string(size - 1, 'a')});
        }
        for (const char c : {'\\', '\n', '%', '"'}) {
            list.push_back({std::format("16 KiB of 0x{:02x}", std::uint8_t(c)), std::string(16U << 10, c)});
        }
        return list;
    }();
    return strings;
}

std::string RandomStrings::bytes() {
    std::string text(below(24), '\0');
    std::ranges::generate(text, [&] { return char(below(256)); });
    return text;
}

std::string RandomStrings::piece() {
    switch (below(4)) {
        case 0:
            return bytes();
        case 1:
            return utf8(char32_t(below(0x110000)));
        case 2:
            return plain();
        default:
            return awkward_strings()[below(awkward_strings().size())].bytes;
    }
}

std::string RandomStrings::near(std::string_view base) {
    std::string text(base);
    if (below(8) == 0) {
        text.clear();
    }
    for (std::size_t count = 1 + below(3); count > 0; --count) {
        text.insert(below(3) == 0 ? text.size() : below(text.size() + 1), piece());
    }
    return text;
}

std::string RandomStrings::plain() {
    constexpr std::string_view special = "\"'`$%;:=-+!@|&*?()[]{}<>~#/., abcAB019_\\";
    std::string text;
    for (std::size_t count = below(12); count > 0; --count) {
        const std::string character = below(5) == 0 ? utf8(char32_t(0xa0 + below(0x20000))) : std::string();
        text += !character.empty() && first_offence(character) == std::string::npos
                    ? character
                    : std::string(1, special[below(special.size())]);
    }
    return text;
}

}  // namespace mcpctl::corpus
