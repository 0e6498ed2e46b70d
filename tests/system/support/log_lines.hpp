// What instances wrote, as `mcpctl logs` tells it, and whether that is all of it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/system/support/mcpctl.hpp"

namespace mcpctl::test {

// Of JSON lines.
std::vector<Json> objects_in(const std::string& text);
std::vector<Json> logs_of(const std::string& instance, std::vector<std::string> more = {"--tail", "1000000"});
// The generator's lines, each once and in order; the server says other things too.
void expect_complete(const std::vector<Json>& lines, int count);
// Until the last of so many lines of the generator is in the log.
void wait_until_written(const std::string& instance, int count);

}  // namespace mcpctl::test
