// The half of ContainerRuntime that makes, kills and removes containers.
#include <format>

#include "agent/core/launch_failure.hpp"
#include "agent/docker/container_runtime.hpp"
#include "agent/docker/patience.hpp"
#include "agent/docker/pull_progress.hpp"

namespace mcpctl::docker {
namespace {

using namespace std::chrono_literals;

// Of a launch: whoever starts something by hand should not wait for an engine that is not there.
constexpr auto launch_patience = 10s;
// A fetch may take hours, but not stand still.
constexpr auto longest_silence = 2min;
constexpr auto between_progress = 200ms;

std::unexpected<Error> no_such_engine(const std::string& engine) {
    return fail(ErrorCode::InvalidArgument, std::format("no engine is named {}", engine), "engine",
                "engines are set in /etc/mcpctl/mcpctl.toml: [engines.NAME] socket = PATH");
}

std::unexpected<Error> missing_image(const std::string& image, std::string_view why, std::string hint) {
    return std::unexpected(
        launch_failure({ReasonCode::missing_image, std::format("image {} {}", image, why)}, std::move(hint)));
}

std::unexpected<Error> not_managed(const WorkloadRef& workload) {
    const std::string name = container_name(workload);
    return fail(ErrorCode::NotManaged,
                std::format("a container named {} was not made by this installation and is left alone", name), {},
                "see whose it is, and rename or remove it");
}

}  // namespace

Task<Result<void>> ContainerRuntime::prepare(const Instance& instance, Preparation preparation) {
    return instance.config.in_container() ? prepare_container(instance, std::move(preparation))
                                          : Runtime::prepare(instance, std::move(preparation));
}

// What the unit needs is looked for before an image is fetched and a container made. Of processes, launch() looks.
Task<Result<void>> ContainerRuntime::prepare_container(Instance instance, Preparation preparation) {
    if (!inherited_.contains(instance.id)) {
        not_made_.insert({instance.id, instance.generation, 0});
    }
    if (auto found = co_await units_.prepare(instance, preparation); !found) {
        co_return found;
    }
    co_return co_await prepare_image(std::move(instance), std::move(preparation));
}

Task<Result<void>> ContainerRuntime::prepare_image(Instance instance, Preparation preparation) {
    const Client client = client_named(instance.config.profile.engine);
    if (!client) {
        co_return no_such_engine(instance.config.profile.engine);
    }
    const std::string image = instance.config.server.image;
    const Pull pull = instance.config.profile.pull;
    const auto there = co_await patiently([client, image] { return client->image_id(image); }, launch_patience);
    if (!there) {
        co_return std::unexpected(there.error());
    }
    if (*there && pull != Pull::always) {
        co_return Result<void>();
    }
    if (pull == Pull::never) {
        co_return missing_image(
            image, "is not there, and pull is never",
            std::format("load it into the engine {}, or set pull to missing", instance.config.profile.engine));
    }
    co_return co_await fetch(client, image, std::move(preparation));
}

Task<Result<void>> ContainerRuntime::fetch(Client client, std::string image, Preparation preparation) {
    constexpr const char* hint = "is its name right, and can the engine reach where it comes from?";
    preparation.progress(std::format("fetching image {}", image));
    auto stream = co_await client->pull(image);
    if (!stream) {
        co_return missing_image(image, std::format("cannot be fetched: {}", stream.error().reason), hint);
    }
    PullProgress progress;
    auto heard = Clock::now();
    auto told = heard;
    while (true) {
        if (preparation.canceled()) {
            co_return fail(ErrorCode::Canceled, "the start was cancelled");
        }
        // Also of a fetch that stands still.
        if (const auto now = Clock::now(); progress.begun() && now - told >= between_progress) {
            preparation.progress(progress.text());
            told = now;
        }
        const auto piece = co_await stream->read(Clock::now() + 1s);
        const bool silent = !piece && piece.error().code == ErrorCode::TimedOut;
        if (silent && Clock::now() - heard < longest_silence) {
            continue;
        }
        const auto taken = piece.and_then([&](const std::string& text) { return progress.take(text); });
        if (!taken) {
            co_return missing_image(image, std::format("cannot be fetched: {}", taken.error().reason), hint);
        }
        if (piece->empty()) {
            break;
        }
        heard = Clock::now();
    }
    const auto there = co_await client->image_id(image);
    if (!there) {
        co_return std::unexpected(there.error());
    }
    co_return *there ? Result<void>() : missing_image(image, "was fetched and is not there", hint);
}

Task<Result<WorkloadStatus>> ContainerRuntime::launch(const Instance& instance, ProcessLaunch process) {
    return instance.config.in_container() ? launch_container(instance, process) : units_.launch(instance, process);
}

Task<Result<WorkloadStatus>> ContainerRuntime::launch_container(Instance instance, ProcessLaunch process) {
    const WorkloadRef workload{instance.id, instance.generation, process.process};
    const Client client = client_named(instance.config.profile.engine);
    if (!client) {
        co_return no_such_engine(instance.config.profile.engine);
    }
    launching_.insert(workload);
    auto made = co_await create(client, instance, process.process);
    if (!made) {
        launching_.erase(workload);
        co_return std::unexpected(made.error());
    }
    auto launched = co_await units_.launch(instance, process);
    launching_.erase(workload);
    if (!launched && launched.error().code != ErrorCode::StartFailed) {
        co_return launched;
    }
    const auto status = co_await inspect(workload);
    if (!launched && status && status->reason.code != ReasonCode::none) {
        co_return std::unexpected(
            launch_failure({status->reason.code, std::format("the container {}", status->reason.text)}));
    }
    co_return launched ? status : launched;
}

// An agent before this one may have made it.
Task<Result<void>> ContainerRuntime::create(Client client, Instance instance, std::uint64_t process) {
    const WorkloadRef workload{instance.id, instance.generation, process};
    const auto engine = co_await patiently([client] { return client->info(); }, launch_patience);
    if (!engine) {
        co_return std::unexpected(engine.error());
    }
    const std::string request = create_request(instance, process, installation_id_, *engine);
    const std::string name = container_name(workload);
    not_made_.erase(workload);
    const auto made =
        co_await patiently([client, name, request] { return client->create(name, request); }, launch_patience);
    if (!made && made.error().code != ErrorCode::AlreadyExists) {
        co_return std::unexpected(made.error());
    }
    if (!made) {
        const auto own = co_await find_own(client, workload);
        co_return own ? Result<void>() : std::unexpected(own.error());
    }
    co_return Result<void>();
}

Task<Result<std::optional<Container>>> ContainerRuntime::find_own(Client client, WorkloadRef workload) const {
    auto found = co_await client->inspect(container_name(workload));
    if (found && *found && workload_of((*found)->name, (*found)->labels, installation_id_) != workload) {
        co_return not_managed(workload);
    }
    co_return found;
}

// By its id: another container may have taken its name since.
Task<Result<void>> ContainerRuntime::kill_container(Client client, WorkloadRef workload) const {
    const auto own = co_await find_own(client, workload);
    if (!own) {
        co_return std::unexpected(own.error());
    }
    if (!*own || !(*own)->running) {
        co_return Result<void>();
    }
    co_return co_await client->kill((*own)->id, "SIGKILL");
}

Task<Result<void>> ContainerRuntime::remove_container(Client client, WorkloadRef workload) const {
    const auto own = co_await find_own(client, workload);
    if (!own) {
        co_return std::unexpected(own.error());
    }
    if (!*own) {
        co_return Result<void>();
    }
    // Podman's removal sends SIGTERM first and waits.
    if (auto killed = co_await client->kill((*own)->id, "SIGKILL"); !killed) {
        co_return killed;
    }
    if (auto removed = co_await client->remove((*own)->id); !removed) {
        co_return removed;
    }
    const auto left = co_await client->inspect((*own)->id);
    if (!left) {
        co_return std::unexpected(left.error());
    }
    co_return *left ? Result<void>(fail(ErrorCode::Unavailable, "the container is still there after its removal"))
                    : Result<void>();
}

}  // namespace mcpctl::docker
