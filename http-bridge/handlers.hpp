// What the routes do: decode, one or a few calls of the agent, encode.
#pragma once

#include "http-bridge/routes.hpp"

namespace mcpctl::http_bridge {

Task<Result<Response>> ready(Call call);

Task<Result<Response>> start_instance(Call call);
Task<Result<Response>> list_instances(Call call);
Task<Result<Response>> show_instance(Call call);
Task<Result<Response>> stop_instance(Call call);
Task<Result<Response>> restart_instance(Call call);

Task<Result<Response>> show_health(Call call);
Task<Result<Response>> show_liveness(Call call);
Task<Result<Response>> show_readiness(Call call);

Task<Result<Response>> show_logs(Call call);
Task<Result<Response>> stream_logs(Call call);
Task<Result<Response>> stream_events(Call call);
Task<Result<Response>> show_metrics(Call call);
Task<Result<Response>> show_description(Call call);

Task<Result<Response>> show_job(Call call);
Task<Result<Response>> cancel_job(Call call);

Task<Result<Response>> list_profiles(Call call);
Task<Result<Response>> show_profile(Call call);
Task<Result<Response>> list_servers(Call call);
Task<Result<Response>> show_server(Call call);

}  // namespace mcpctl::http_bridge
