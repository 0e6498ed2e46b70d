#include <nlohmann/json.hpp>

#include "http-bridge/openapi.hpp"

namespace mcpctl::http_bridge {
namespace {

constexpr const char* text = R"json({
"securitySchemes": {
  "token": {"type": "http", "scheme": "bearer", "description": "made with mcpctl token create"}
},
"schemas": {
  "Problem": {
    "type": "object", "required": ["status", "code", "reason"],
    "properties": {
      "status": {"type": "integer"}, "code": {"type": "string"}, "reason": {"type": "string"},
      "field": {"type": "string"}, "hint": {"type": "string"}
    }
  },
  "StartRequest": {
    "type": "object", "additionalProperties": false,
    "properties": {
      "profileName": {"type": "string", "minLength": 1}, "profileId": {"type": "string", "minLength": 1},
      "name": {"type": "string", "minLength": 1}
    },
    "oneOf": [{"required": ["profileName"]}, {"required": ["profileId"]}]
  },
  "Instance": {
    "type": "object",
    "required": ["id", "name", "profile", "server", "runtime", "runtimeId", "state", "status", "config", "createdAt"],
    "properties": {
      "id": {"type": "string", "format": "uuid"}, "name": {"type": "string"}, "profile": {"type": "string"},
      "server": {"type": "string"}, "runtime": {"enum": ["systemd", "docker"]},
      "runtimeId": {"type": ["string", "null"]},
      "state": {"enum": ["starting", "running", "draining", "restarting", "backoff", "failed"]},
      "status": {"type": "string"}, "config": {"type": "object"},
      "transport": {"enum": ["stdio", "streamable-http", "sse"]}, "endpoint": {"type": ["string", "null"]},
      "reasonCode": {"type": ["string", "null"]}, "reason": {"type": ["string", "null"]},
      "restarts": {"type": "integer"}, "readiness": {"enum": ["ready", "not-ready", "unknown", null]},
      "liveness": {"enum": ["alive", "dead", "unknown", null]}, "alert": {"type": "boolean"},
      "createdAt": {"type": "string", "format": "date-time"},
      "startedAt": {"type": ["string", "null"], "format": "date-time"}
    }
  },
  "InstancePage": {
    "type": "object", "required": ["instances", "next"],
    "properties": {
      "instances": {"type": "array", "items": {"$ref": "#/components/schemas/Instance"}},
      "next": {"type": ["string", "null"], "description": "for the parameter after"}
    }
  },
  "Job": {
    "type": "object", "required": ["id", "kind", "instanceId", "state", "progress", "error", "createdAt"],
    "properties": {
      "id": {"type": "integer"}, "kind": {"enum": ["start", "stop", "restart"]},
      "instanceId": {"type": ["string", "null"]}, "state": {"enum": ["running", "done", "failed", "canceled"]},
      "progress": {"type": "string"}, "error": {"type": ["object", "null"]},
      "createdAt": {"type": "string", "format": "date-time"},
      "finishedAt": {"type": ["string", "null"], "format": "date-time"}
    }
  },
  "Health": {
    "type": "object",
    "required": ["status", "lastChecked", "readiness", "liveness", "consecutiveFailures", "alertThreshold"],
    "properties": {
      "status": {"enum": ["healthy", "unhealthy", "unknown"]},
      "lastChecked": {"type": ["string", "null"], "format": "date-time"},
      "readiness": {"type": "string"}, "liveness": {"type": "string"}, "alert": {"type": "boolean"},
      "reason": {"type": ["string", "null"]}, "consecutiveFailures": {"type": "integer"},
      "alertThreshold": {"type": "integer"}
    }
  },
  "ProbeAnswer": {
    "type": "object", "required": ["reason"],
    "properties": {
      "liveness": {"type": "string"}, "readiness": {"type": "string"}, "reason": {"type": ["string", "null"]}
    }
  },
  "LogPage": {
    "type": "object", "required": ["lines", "cursor", "more"],
    "properties": {
      "lines": {"type": "array", "items": {"type": "object"}},
      "cursor": {"type": "string"}, "more": {"type": "boolean"}
    }
  },
  "Object": {"type": "object"}
}
})json";

}  // namespace

nlohmann::ordered_json described_components() {
    return nlohmann::ordered_json::parse(text);
}

}  // namespace mcpctl::http_bridge
