#include "agent/docker/engine_messages.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <format>
#include <nlohmann/json.hpp>

#include "agent/json/document.hpp"
#include "base/shown.hpp"

namespace mcpctl::docker {
namespace {

using nlohmann::json;

constexpr std::size_t most_listed = 10'000;
constexpr std::size_t most_labels = 1000;
constexpr std::size_t most_line = 64UL * 1024;

std::unexpected<Error> malformed(std::string_view what) {
    return fail(ErrorCode::Unavailable, std::format("the engine's answer makes no sense: {}", what));
}

// Of an answer's members, the typed ones that are there.
const json* member(const json& object, const char* name, json::value_t type) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() && found->type() == type ? &*found : nullptr;
}

std::string text_in(const json& object, const char* name) {
    const json* value = member(object, name, json::value_t::string);
    return value == nullptr ? std::string() : value->get<std::string>();
}

bool flag_in(const json& object, const char* name) {
    const json* value = member(object, name, json::value_t::boolean);
    return value != nullptr && value->get<bool>();
}

std::optional<std::int64_t> number_in(const json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    if (!object.is_object() || found == object.end() || !found->is_number_integer()) {
        return std::nullopt;
    }
    const bool too_large = found->is_number_unsigned() && found->get<std::uint64_t>() > INT64_MAX;
    return too_large ? std::nullopt : std::optional(found->get<std::int64_t>());
}

bool is_id(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<Labels> labels_in(const json& object) {
    Labels labels;
    const json* found = member(object, "Labels", json::value_t::object);
    if (found == nullptr) {
        return labels;  // null where there are none
    }
    if (found->size() > most_labels) {
        return malformed("too many labels");
    }
    for (const auto& [name, value] : found->items()) {
        if (!value.is_string()) {
            return malformed("a label that is no text");
        }
        labels.emplace(name, value.get<std::string>());
    }
    return labels;
}

Result<json> answer(std::string_view body, json::value_t type) {
    auto parsed = parse_document(body, most_answer_bytes);
    if (!parsed) {
        return malformed(parsed.error().reason);
    }
    if (parsed->type() != type) {
        return malformed("it is of another type");
    }
    return parsed;
}

void read_state(const json& answer, Container& container) {
    const json* state = member(answer, "State", json::value_t::object);
    container.running = flag_in(*state, "Running");
    container.out_of_memory = flag_in(*state, "OOMKilled");
    container.error = text_in(*state, "Error");
    container.exit_code = number_in(*state, "ExitCode").value_or(0);
    const auto pid = number_in(*state, "Pid").value_or(0);
    container.pid = pid > 0 && pid <= 4'194'304 ? int(pid) : 0;
    // Engines write the year 1 where it never was.
    const std::string started = text_in(*state, "StartedAt");
    container.started = !started.empty() && !started.starts_with("0001-");
}

Result<std::vector<Mount>> mounts_in(const json& answer) {
    std::vector<Mount> mounts;
    const json* list = member(answer, "Mounts", json::value_t::array);
    if (list == nullptr) {
        return mounts;
    }
    for (const json& entry : *list) {
        if (text_in(entry, "Type") != "bind") {
            continue;
        }
        mounts.push_back({text_in(entry, "Source"), text_in(entry, "Destination"), flag_in(entry, "RW")});
        if (mounts.back().source.empty()) {
            return malformed("a mount without a source");
        }
    }
    return mounts;
}

std::string signal_text(std::int64_t number) {
    const char* name = ::sigabbrev_np(int(number));
    return name != nullptr ? std::format("SIG{}", name) : std::format("signal {}", number);
}

}  // namespace

Result<EngineInfo> parse_info(std::string_view body) {
    return answer(body, json::value_t::object).transform([](const json& info) {
        return EngineInfo{.slices = text_in(info, "CgroupDriver") == "systemd",
                          .init = !text_in(info, "InitBinary").empty()};
    });
}

Result<std::string> parse_created(std::string_view body) {
    return answer(body, json::value_t::object).and_then([](const json& created) -> Result<std::string> {
        std::string id = text_in(created, "Id");
        return is_id(id) ? Result<std::string>(std::move(id)) : malformed("no id");
    });
}

Result<Container> parse_container(std::string_view body) {
    const auto found = answer(body, json::value_t::object);
    if (!found) {
        return std::unexpected(found.error());
    }
    const json* config = member(*found, "Config", json::value_t::object);
    if (config == nullptr || member(*found, "State", json::value_t::object) == nullptr) {
        return malformed("a container without its configuration or state");
    }
    Container container;
    container.id = text_in(*found, "Id");
    container.name = text_in(*found, "Name");
    container.image = text_in(*found, "Image");
    auto labels = labels_in(*config);
    auto mounts = mounts_in(*found);
    if (!is_id(container.id) || container.name.empty() || !labels || !mounts) {
        return malformed("a container without an id, a name, or proper labels and mounts");
    }
    container.labels = *std::move(labels);
    container.mounts = *std::move(mounts);
    read_state(*found, container);
    return container;
}

Result<std::vector<ListedContainer>> parse_listing(std::string_view body) {
    const auto found = answer(body, json::value_t::array);
    if (!found) {
        return std::unexpected(found.error());
    }
    if (found->size() > most_listed) {
        return malformed("too many containers");
    }
    std::vector<ListedContainer> containers;
    for (const json& entry : *found) {
        ListedContainer container;
        container.id = text_in(entry, "Id");
        const json* names = member(entry, "Names", json::value_t::array);
        auto labels = labels_in(entry);
        if (!is_id(container.id) || !labels) {
            return malformed("a container without an id or proper labels");
        }
        if (names != nullptr && !names->empty() && names->front().is_string()) {
            container.name = names->front().get<std::string>();
        }
        container.labels = *std::move(labels);
        containers.push_back(std::move(container));
    }
    return containers;
}

Result<std::string> parse_image_id(std::string_view body) {
    return answer(body, json::value_t::object).and_then([](const json& image) -> Result<std::string> {
        std::string id = text_in(image, "Id");
        return id.empty() ? malformed("an image without an id") : Result<std::string>(std::move(id));
    });
}

std::string error_message(std::string_view body) {
    const auto parsed = parse_document(body, most_line);
    const std::string message = parsed ? text_in(*parsed, "message") : std::string();
    return message.empty() ? shown(body) : message;
}

Reason reason_of_end(const Container& container) {
    if (container.out_of_memory) {
        return {ReasonCode::out_of_memory, "ran out of memory and was killed"};
    }
    if (!container.started && !container.error.empty()) {
        return reason_of_refusal(container.error);
    }
    // As shells do, and the container's first process.
    constexpr std::int64_t by_signal = 128;
    if (container.exit_code > by_signal && container.exit_code < by_signal + NSIG) {
        return {ReasonCode::signal, std::format("was killed by {}", signal_text(container.exit_code - by_signal))};
    }
    return {ReasonCode::exit_code, std::format("exited with code {}", container.exit_code)};
}

Reason reason_of_refusal(std::string_view message) {
    struct Refusal {
        std::string_view part;
        ReasonCode code;
    };
    // In the words of dockerd, runc, crun and Podman.
    static constexpr std::array refusals{
        Refusal{"port is already allocated", ReasonCode::port_in_use},
        Refusal{"address already in use", ReasonCode::port_in_use},
        Refusal{"No such image", ReasonCode::missing_image},
        Refusal{"no such image", ReasonCode::missing_image},
        Refusal{"executable file not found", ReasonCode::missing_executable},
        Refusal{"executable file `", ReasonCode::missing_executable},
        Refusal{"unable to start container process: exec:", ReasonCode::missing_executable},
        Refusal{"command that was not found", ReasonCode::missing_executable},
    };
    const auto* known =
        std::ranges::find_if(refusals, [&](const Refusal& refusal) { return message.contains(refusal.part); });
    return {known == refusals.end() ? ReasonCode::engine_refused : known->code,
            std::format("could not be started: {}", message)};
}

}  // namespace mcpctl::docker
