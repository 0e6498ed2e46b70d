// Taking over what runs at the agent's start.
#include <format>
#include <map>

#include "agent/core/descriptor_names.hpp"
#include "agent/core/sessions.hpp"
#include "base/journal.hpp"
#include "base/shown.hpp"

namespace mcpctl {

// What was kept of one process.
struct Sessions::Kept {
    DescriptorName name;  // of the server's end
    UniqueFd server;
    UniqueFd client;
    std::string server_name;
    std::string client_name;
};

namespace {

ProcessPtr process_of(const DescriptorName& name, const WorkloadRef& ref, UniqueFd server, UniqueFd client) {
    auto process = std::make_shared<StdioProcess>();
    process->ref = ref;
    process->role = name.role;
    process->cold = name.cold;
    process->peer = name.peer;
    process->opened_at = name.opened_at;
    process->launched = true;
    process->client = std::move(client);
    process->server = std::move(server);
    return process;
}

const Instance* instance_of(const Registry& registry, const DescriptorName& name) {
    for (const auto& [id, instance] : registry.instances()) {
        if (id.hex().starts_with(name.instance)) {
            return &instance;
        }
    }
    return nullptr;
}

}  // namespace

std::map<std::uint64_t, Sessions::Kept> Sessions::sort(std::vector<KeptDescriptor> descriptors) {
    std::map<std::uint64_t, Kept> kept;
    for (KeptDescriptor& descriptor : descriptors) {
        const auto name = parse_descriptor_name(descriptor.name);
        if (!name) {
            log::warning(std::format("dropping a kept descriptor with a foreign name: {}", shown(descriptor.name)));
            keeper_.drop(descriptor.name);
        } else if (name->client) {
            kept[name->process].client = std::move(descriptor.fd);
            kept[name->process].client_name = std::move(descriptor.name);
        } else {
            kept[name->process].name = *name;
            kept[name->process].server = std::move(descriptor.fd);
            kept[name->process].server_name = std::move(descriptor.name);
        }
    }
    return kept;
}

Task<void> Sessions::adopt(WorkloadListing listing, std::vector<KeptDescriptor> descriptors) {
    auto kept = sort(std::move(descriptors));
    for (const ManagedWorkload& workload : listing.managed) {
        // One that has ended without a failure is as good as unloaded.
        if (workload.ref.process == 0 || workload.status.phase == WorkloadPhase::absent) {
            continue;
        }
        const auto own = kept.find(workload.ref.process);
        const bool whole = own != kept.end() && own->second.server &&
                           (own->second.name.role == ProcessRole::session || own->second.client) &&
                           registry_.instance(workload.ref.instance) != nullptr;
        if (whole) {
            adopt_process(std::move(own->second), workload);
            kept.erase(own);
        } else {
            log::warning(std::format("ending a process whose descriptors are lost: instance {} process {}",
                                     workload.ref.instance.text(), process_text(workload.ref.process)));
            (void)co_await mcpctl::take_down(runtime_, workload.ref);
        }
    }
    for (auto& [number, rest] : kept) {
        co_await bury(std::move(rest), number);
    }
}

void Sessions::adopt_process(Kept kept, const ManagedWorkload& workload) {
    const auto process = process_of(kept.name, workload.ref, std::move(kept.server), std::move(kept.client));
    process->pid = workload.status.pid;
    process->runtime_id = workload.status.runtime_id;
    process->started_at = workload.status.since;
    enter(process);
    const Instance& instance = *registry_.instance(workload.ref.instance);
    if (process->ref.generation != instance.generation && registry_.active_job(instance.id) == nullptr) {
        retire(instance.id, instance.generation, instance.config.profile.drain_timeout, "the instance was restarted");
    }
    if (process->role == ProcessRole::session) {
        hangups_.add(process->server.get(), process->ref.process);
    } else {
        // An earlier agent may have asked it already: what it still answers must not reach a client.
        spawn_detached(executor_, "waiting for a standby", make_ready(process, instance.config.profile.start_timeout));
    }
    spawn_detached(executor_, "attending a process", attend(process));
}

// It ended while nobody watched, and is unloaded. The client of a session waits for the end of output.
Task<void> Sessions::bury(Kept kept, std::uint64_t number) {
    const Instance* instance = instance_of(registry_, kept.name);
    if (instance != nullptr && kept.server && kept.name.role == ProcessRole::session) {
        const auto process =
            process_of(kept.name, {instance->id, kept.name.generation, number}, std::move(kept.server), {});
        enter(process);
        co_await finish(process, WorkloadStatus{});
        co_return;
    }
    for (const std::string& name : {kept.server_name, kept.client_name}) {
        if (!name.empty()) {
            keeper_.drop(name);
        }
    }
}

void Sessions::go_on(const InstanceId& id) {
    const Instance* instance = registry_.instance(id);
    if (instance == nullptr || registry_.active_job(id) != nullptr) {
        return;
    }
    if (instance->state == InstanceState::backoff && !std::exchange(pools_[id].backing_off, true)) {
        spawn_detached(executor_, "waiting to start a standby again",
                       retry_after(id, instance->config.profile.restart.initial_delay));
    } else {
        refill(id);
    }
}

}  // namespace mcpctl
