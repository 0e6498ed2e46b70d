// What is said to engines and what they answer, as values. Pure: the one place that knows the Engine API's JSON.
// Answers come from outside: each is bounded, and what is malformed is an error, never a guess.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/runtime.hpp"
#include "agent/docker/container_name.hpp"
#include "base/error.hpp"

namespace mcpctl::docker {

// What an engine says of itself.
struct EngineInfo {
    bool slices = false;  // it puts containers into slices of systemd
    bool init = false;    // it has a first process for containers that passes signals on
    friend bool operator==(const EngineInfo&, const EngineInfo&) = default;
};

struct Mount {
    std::string source;
    std::string destination;
    bool writable = false;
    friend bool operator==(const Mount&, const Mount&) = default;
};

struct Container {
    std::string id;     // 64 hexadecimal digits
    std::string name;   // with a / in front
    std::string image;  // the id of its image: sha256:…
    Labels labels;
    bool running = false;
    bool started = false;  // ever
    bool out_of_memory = false;
    int pid = 0;  // 0: does not run
    std::int64_t exit_code = 0;
    std::string error;  // why it could not be started
    std::vector<Mount> mounts;
    friend bool operator==(const Container&, const Container&) = default;
};

struct ListedContainer {
    std::string id;
    std::string name;  // with a / in front
    Labels labels;
    friend bool operator==(const ListedContainer&, const ListedContainer&) = default;
};

// The body of a request to make a container.
[[nodiscard]] std::string create_request(const Instance& instance, std::uint64_t process,
                                         const std::string& installation_id, const EngineInfo& engine);

// The part of it that keeps the container within bounds, "HostConfig.CapDrop" and so on, as an engine gets it that can
// do all.
[[nodiscard]] std::vector<EnforcedSetting> enforced_on_container(const InstanceConfig& config);

[[nodiscard]] Result<EngineInfo> parse_info(std::string_view body);
[[nodiscard]] Result<std::string> parse_created(std::string_view body);  // the id
[[nodiscard]] Result<Container> parse_container(std::string_view body);
[[nodiscard]] Result<std::vector<ListedContainer>> parse_listing(std::string_view body);
[[nodiscard]] Result<std::string> parse_image_id(std::string_view body);
// What an engine says in an answer whose status is an error; of what is no such answer, its printable beginning.
[[nodiscard]] std::string error_message(std::string_view body);

// How a container ended. `message` of the engine for one that it would not start.
[[nodiscard]] Reason reason_of_end(const Container& container);
[[nodiscard]] Reason reason_of_refusal(std::string_view message);

constexpr std::size_t most_answer_bytes = 4UL * 1024 * 1024;

}  // namespace mcpctl::docker
