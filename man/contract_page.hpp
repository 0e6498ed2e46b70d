// org.mcpctl.Agent1(5), from the contract's files.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "man/interface_xml.hpp"
#include "man/page.hpp"

namespace mcpctl::man {

// `prose` is what stands before the interfaces, in the form of markup.hpp.
[[nodiscard]] std::string contract_page(std::span<const Interface> interfaces, std::string_view prose,
                                        const Edition& edition);

}  // namespace mcpctl::man
