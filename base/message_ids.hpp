// The MESSAGE_ID of every event that an operator should care about; units/mcpctl.catalog explains each.
#pragma once

#include <string_view>

namespace mcpctl::message_id {

constexpr std::string_view instance_failed = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a103";
constexpr std::string_view instance_restarting = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a104";
constexpr std::string_view instance_adopted = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a105";
constexpr std::string_view foreign_workload = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a106";
constexpr std::string_view unit_altered = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a107";
constexpr std::string_view store_read_only = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a108";
constexpr std::string_view store_restored = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a109";

}  // namespace mcpctl::message_id
