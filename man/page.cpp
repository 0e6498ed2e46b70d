#include "man/page.hpp"

#include <cctype>
#include <cstdint>
#include <format>

namespace mcpctl::man {
namespace {

constexpr unsigned char ascii_end = 0x80;

// The code point that begins at `position`, which goes behind it. Only our own texts come here, which are UTF-8.
std::uint32_t take_code_point(std::string_view text, std::size_t& position) {
    const auto first = static_cast<unsigned char>(text[position++]);
    if (first < ascii_end) {
        return first;
    }
    const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    std::uint32_t code = first & (0x3fU >> more);
    for (int i = 0; i < more && position < text.size(); ++i) {
        code = code << 6U | (static_cast<unsigned char>(text[position++]) & 0x3fU);
    }
    return code;
}

std::string_view special(std::uint32_t code) {
    switch (code) {
        case '\\':
            return "\\(rs";
        case '-':
            return "\\-";
        case '\'':
            return "\\(aq";
        case '"':
            return "\\(dq";
        case '`':
            return "\\(ga";
        case '^':
            return "\\(ha";
        case '~':
            return "\\(ti";
        default:
            return {};
    }
}

// A line that begins so would be a macro.
std::string guarded(std::string line) {
    return line.starts_with('.') || line.starts_with('\'') ? "\\&" + line : line;
}

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& letter : result) {
        letter = char(std::toupper(static_cast<unsigned char>(letter)));
    }
    return result;
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string roff;
    for (std::size_t position = 0; position < text.size();) {
        const std::uint32_t code = take_code_point(text, position);
        if (const std::string_view known = special(code); !known.empty()) {
            roff += known;
        } else if (code < ascii_end) {
            roff += char(code);
        } else {
            roff += std::format("\\[u{:04X}]", code);
        }
    }
    return guarded(std::move(roff));
}

std::string bold(std::string_view text) {
    return text.empty() ? "" : "\\fB" + escaped(text) + "\\fR";
}

std::string italic(std::string_view text) {
    return text.empty() ? "" : "\\fI" + escaped(text) + "\\fR";
}

std::string marked(std::string_view text) {
    std::string roff;
    bool inside = false;
    while (true) {
        const std::size_t mark = text.find('`');
        const std::string_view part = text.substr(0, mark);
        roff += inside ? bold(part) : escaped(part);
        if (mark == std::string_view::npos) {
            return roff;
        }
        text.remove_prefix(mark + 1);
        inside = !inside;
    }
}

Page::Page(std::string_view name, int section, const Edition& edition) {
    line(std::format(R"(.TH "{}" "{}" "{}" "mcpctl {}" "mcpctl")", escaped(upper(name)), section, edition.date,
                     edition.version));
}

Page& Page::section(std::string_view title) {
    begun_ = false;
    return line(std::format(".SH \"{}\"", escaped(title)));
}

Page& Page::subsection(std::string_view title) {
    begun_ = false;
    return line(std::format(".SS \"{}\"", escaped(title)));
}

Page& Page::paragraph(std::string_view roff) {
    if (begun_) {
        line(".PP");
    }
    begun_ = true;
    return line(roff);
}

Page& Page::next_line(std::string_view roff) {
    if (begun_) {
        line(".br");
    }
    begun_ = true;
    return line(roff);
}

Page& Page::term(std::string_view tag, std::string_view roff) {
    begun_ = true;
    return line(".TP").line(tag).line(roff);
}

Page& Page::begin_indent() {
    begun_ = true;
    return line(".RS");
}

Page& Page::end_indent() {
    return line(".RE");
}

Page& Page::literal(std::string_view text) {
    if (begun_) {
        line(".sp");
    }
    begun_ = true;
    line(".RS 4").line(".nf");
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        line(escaped(text.substr(0, end)));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return line(".fi").line(".RE");
}

Page& Page::line(std::string_view roff) {
    roff_.append(roff).push_back('\n');
    return *this;
}

}  // namespace mcpctl::man
