// The bridge's JSON as the values that it was made of: to_json() the other way round. What is missing or null keeps its
// default, since another version may not have it; what has another type makes it Internal.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "ctl/model.hpp"

namespace mcpctl::ctl::far {

// These throw nlohmann::json::exception; decoded() makes errors of that.
[[nodiscard]] ServerInfo server_from(const nlohmann::json& object);
[[nodiscard]] ProfileInfo profile_from(const nlohmann::json& object);
[[nodiscard]] InstanceInfo instance_from(const nlohmann::json& object);
[[nodiscard]] JobInfo job_from(const nlohmann::json& object);
[[nodiscard]] HealthInfo health_from(const nlohmann::json& object);

// A page of a log, whose lines stay as they came, byte for byte, where they are safe to print.
[[nodiscard]] Result<LogPage> page_from(std::string_view body);
// A line of a log on one line, safe to print; empty where it is no JSON object.
[[nodiscard]] std::string log_line_from(std::string_view text);

// "2026-11-23T02:04:49.123456Z" as µs since 1970; 0 for what is no time.
[[nodiscard]] std::uint64_t microseconds_from(const std::string& rfc3339);

[[nodiscard]] std::unexpected<Error> unknown_form(std::string_view what);

}  // namespace mcpctl::ctl::far
