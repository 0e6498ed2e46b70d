#include "tests/corpus/awkward_strings.hpp"

#include <algorithm>
#include <array>
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

// RFC 3629, 4: the ranges of the second byte; later ones are 80..BF.
struct Lead {
    std::uint8_t first, last, length, second_first, second_last;
};
constexpr std::array leads{
    Lead{0x00, 0x7f, 1, 0, 0},       Lead{0xc2, 0xdf, 2, 0x80, 0xbf}, Lead{0xe0, 0xe0, 3, 0xa0, 0xbf},
    Lead{0xe1, 0xec, 3, 0x80, 0xbf}, Lead{0xed, 0xed, 3, 0x80, 0x9f}, Lead{0xee, 0xef, 3, 0x80, 0xbf},
    Lead{0xf0, 0xf0, 4, 0x90, 0xbf}, Lead{0xf1, 0xf3, 4, 0x80, 0xbf}, Lead{0xf4, 0xf4, 4, 0x80, 0x8f}};

// Length of the character in front, 0 where there is none.
std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return std::uint8_t(text[i]); };
    const auto lead =
        std::ranges::find_if(leads, [&](const Lead& l) { return byte(0) >= l.first && byte(0) <= l.last; });
    if (lead == leads.end() || text.size() < lead->length) {
        return 0;
    }
    for (std::size_t i = 1; i < lead->length; ++i) {
        const std::uint8_t least = i == 1 ? lead->second_first : std::uint8_t(0x80);
        const std::uint8_t most = i == 1 ? lead->second_last : std::uint8_t(0xbf);
        if (byte(i) < least || byte(i) > most) {
            return 0;
        }
    }
    return lead->length;
}

bool is_noncharacter(std::string_view character) {
    const bool arabic_block = character >= "\xef\xb7\x90" && character <= "\xef\xb7\xaf";
    const bool end_of_bmp = character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf";
    const bool end_of_plane = character.size() == 4 && (std::uint8_t(character[1]) & 0x0f) == 0x0f &&
                              character[2] == '\xbf' && (character[3] == '\xbe' || character[3] == '\xbf');
    return arabic_block || end_of_bmp || end_of_plane;
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

std::size_t first_offence(std::string_view text) {
    for (std::size_t offset = 0; offset < text.size();) {
        const std::size_t length = character_length(text.substr(offset));
        const std::string_view character = text.substr(offset, length);
        const bool control =
            (length == 1 && (character[0] < ' ' || character[0] == '\x7f')) || (length == 2 && character < "\xc2\xa0");
        if (length == 0 || control || is_noncharacter(character)) {
            return offset;
        }
        offset += length;
    }
    return std::string_view::npos;
}

}  // namespace mcpctl::corpus
