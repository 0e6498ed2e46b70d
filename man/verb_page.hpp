// Pages of mcpctl and its verbs, from the tree that the parser and --help are made from.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "man/page.hpp"

namespace mcpctl::man {

// "mcpctl-server" for the verb server and what is below it.
[[nodiscard]] std::string page_name(const CLI::App& verb);

// `prose` is the description, in the form of markup.hpp; sections of its own may follow in it.
[[nodiscard]] std::string verb_page(const CLI::App& verb, std::string_view prose, const Edition& edition);
[[nodiscard]] std::string main_page(const CLI::App& root, std::string_view prose, const Edition& edition);

}  // namespace mcpctl::man
