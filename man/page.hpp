// A manual page in roff's man macros, as man-db and mandoc read them.
#pragma once

#include <string>
#include <string_view>

namespace mcpctl::man {

// Text as roff shows it unchanged: hyphens that can be copied, no macro, no escape, nothing but ASCII.
[[nodiscard]] std::string escaped(std::string_view text);

// The same, where `words` between backquotes are bold.
[[nodiscard]] std::string marked(std::string_view text);
[[nodiscard]] std::string bold(std::string_view text);
[[nodiscard]] std::string italic(std::string_view text);

// What all pages have in common.
struct Edition {
    std::string version;
    std::string date;  // 2026-11-22
};

class Page {
  public:
    Page(std::string_view name, int section, const Edition& edition);

    Page& section(std::string_view title);
    Page& subsection(std::string_view title);
    // These take roff: what escaped(), marked(), bold() and italic() give.
    Page& paragraph(std::string_view roff);
    Page& next_line(std::string_view roff);
    Page& term(std::string_view tag, std::string_view roff);
    Page& begin_indent();
    Page& end_indent();
    // Lines as they are. This takes text.
    Page& literal(std::string_view text);

    [[nodiscard]] const std::string& roff() const { return roff_; }

  private:
    Page& line(std::string_view roff);

    std::string roff_;
    bool begun_ = false;  // something stands below the last heading
};

}  // namespace mcpctl::man
