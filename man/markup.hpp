// The form in which the hand-written texts of docs/man are written: paragraphs between empty lines; "# Section" and
// "## Subsection"; four blanks before lines that stay as they are; a term with its description below it behind ":   ";
// `words` that are bold.
#pragma once

#include <string_view>

#include "man/page.hpp"

namespace mcpctl::man {

void add_markup(Page& page, std::string_view text);

}  // namespace mcpctl::man
