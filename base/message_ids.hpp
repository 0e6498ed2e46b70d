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
constexpr std::string_view session_ended = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a10a";
constexpr std::string_view health_alert_raised = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a120";
constexpr std::string_view health_alert_cleared = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a121";

// The audit trail.
constexpr std::string_view audit_add_server = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a200";
constexpr std::string_view audit_remove_server = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a201";
constexpr std::string_view audit_add_profile = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a202";
constexpr std::string_view audit_remove_profile = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a203";
constexpr std::string_view audit_start = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a204";
constexpr std::string_view audit_stop = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a205";
constexpr std::string_view audit_restart = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a206";
constexpr std::string_view audit_cancel = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a207";
constexpr std::string_view audit_open_session = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a208";
constexpr std::string_view audit_close_session = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a209";
constexpr std::string_view audit_adopt = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a20a";
constexpr std::string_view audit_restore = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a20b";
constexpr std::string_view audit_retry = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a20c";
constexpr std::string_view audit_fail = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a20d";
constexpr std::string_view audit_remove = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a20e";
constexpr std::string_view audit_end_session = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a20f";
constexpr std::string_view audit_raise_alert = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a210";
constexpr std::string_view audit_clear_alert = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a211";
constexpr std::string_view audit_end_orphan = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a212";
constexpr std::string_view audit_restore_store = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a213";
constexpr std::string_view audit_refused = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a214";
constexpr std::string_view audit_denied = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a215";
constexpr std::string_view audit_create_token = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a216";
constexpr std::string_view audit_revoke_token = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a217";
constexpr std::string_view audit_authenticate = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a218";
constexpr std::string_view audit_set_secret = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a219";
constexpr std::string_view audit_remove_secret = "8f6f1a1f2d0e4b7c9d3a5e0c61b7a21a";

}  // namespace mcpctl::message_id
