#include "tests/crash/load.hpp"

#include <format>
#include <nlohmann/json.hpp>

#include "ctl/job_wait.hpp"
#include "tests/crash/truth.hpp"

namespace mcpctl::test {
namespace {

constexpr int servers_of_each = 12;
constexpr const char* profile = "load";

std::string definition(const std::string& name, const std::string& description) {
    return nlohmann::json{{"name", name},
                          {"description", description},
                          {"transport", "streamable-http"},
                          {"run", {{"command", {"mcp-test-server", "http"}}}}}
        .dump();
}

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
    acknowledged += other.acknowledged;
    refused += other.refused;
    happened_unsaid += other.happened_unsaid;
    wrong.insert(wrong.end(), other.wrong.begin(), other.wrong.end());
    return *this;
}

LoadClient::LoadClient(std::string name, std::uint32_t seed, std::function<void()> on_acknowledged)
    : name_(std::move(name)), random_(seed), client_(new_client()), on_acknowledged_(std::move(on_acknowledged)) {}

void LoadClient::acknowledge() {
    ++tally_.acknowledged;
    on_acknowledged_();
}

void LoadClient::wrong(const std::string& what) {
    tally_.wrong.push_back(std::format("{}: {}", name_, what));
}

void DefinitionLoad::act() {
    const std::string server = std::format("{}-{}", name_, random_() % servers_of_each);
    auto after = present_;
    Result<void> answer;
    if (after.erase(server) > 0) {
        answer = client_->remove_server(server);
    } else {
        after[server] = std::format("change {}", ++changes_);
        answer = client_->add_server(definition(server, after[server]));
    }
    if (answer) {
        present_ = std::move(after);
        acknowledge();
    } else if (answer.error().code == ErrorCode::Unavailable) {
        find_out(std::move(after));
    } else {
        wrong(std::format("changing {}: {}", server, answer.error().reason));
    }
}

// Nobody knows whether it was carried out, but now it is or it is not, whole, and stays so.
void DefinitionLoad::find_out(Servers after) {
    const auto there = ask();
    if (there == after) {
        present_ = std::move(after);
        ++tally_.happened_unsaid;
    } else {
        ++tally_.refused;
        compare(there);
    }
}

void DefinitionLoad::compare() {
    compare(ask());
}

void DefinitionLoad::compare(const Servers& there) {
    if (there != present_) {
        wrong(std::format("{} is there, {} was acknowledged", nlohmann::json(there).dump(),
                          nlohmann::json(present_).dump()));
        present_ = there;
    }
}

DefinitionLoad::Servers DefinitionLoad::ask() {
    const auto all = patiently([&] { return client_->servers(); });
    if (!all) {
        wrong(std::format("no agent answers: {}", all.error().reason));
        return present_;
    }
    Servers own;
    for (const ctl::ServerInfo& server : *all) {
        if (server.name.starts_with(name_ + '-')) {
            own[server.name] = server.description;
        }
    }
    return own;
}

void DefinitionLoad::clean() {
    for (const auto& [server, description] : present_) {
        (void)client_->remove_server(server);
    }
}

void InstanceLoad::act() {
    if (generation_ == 0) {
        start();
    } else {
        change(random_() % 3 == 0);
    }
}

void InstanceLoad::start() {
    const auto accepted = client_->start(profile, {name_});
    if (accepted) {
        generation_ = 1;
        acknowledge();
        see_through(accepted->job);
        compare();
    } else if (accepted.error().code == ErrorCode::Unavailable) {
        find_out(1);
    } else {
        wrong(std::format("starting: {}", accepted.error().reason));
    }
}

void InstanceLoad::change(bool stop) {
    const auto instance = look();
    if (!instance) {
        wrong("the instance is lost");
        generation_ = 0;
        return;
    }
    const std::uint64_t after = stop ? 0 : generation_ + 1;
    const auto accepted = stop ? client_->stop(*instance, {}) : client_->restart(*instance, {});
    if (accepted) {
        generation_ = after;
        acknowledge();
        see_through(accepted->job);
        compare();
    } else if (accepted.error().code == ErrorCode::Unavailable) {
        find_out(after);
    } else {
        wrong(std::format("{}: {}", stop ? "stopping" : "restarting", accepted.error().reason));
    }
}

void InstanceLoad::see_through(const std::string& job) {
    const auto outcome = ctl::wait_for_job(*client_, job, {});
    if (outcome.kind != ctl::JobOutcome::Kind::ended || outcome.job.state != "done") {
        wrong(std::format("an acknowledged job: {} {} {}", outcome.job.kind, outcome.job.state,
                          outcome.error.reason.empty() ? outcome.job.message : outcome.error.reason));
    }
}

// What was asked for and not acknowledged has happened or has not, once nothing is under way any more.
void InstanceLoad::find_out(std::uint64_t after) {
    const auto instance = settled();
    const std::uint64_t there = instance ? instance->generation : 0;
    if (there == after) {
        generation_ = after;
        ++tally_.happened_unsaid;
    } else {
        ++tally_.refused;
    }
    compare();
}

void InstanceLoad::compare() {
    const auto instance = settled();
    const std::uint64_t there = instance ? instance->generation : 0;
    if (there != generation_ || (instance && instance->state != "running")) {
        wrong(std::format("generation {} is {}, generation {} was acknowledged", there,
                          instance ? instance->state : "not there", generation_));
        generation_ = there;
    }
}

std::optional<ctl::InstanceInfo> InstanceLoad::look() {
    const auto found = patiently([&] { return client_->find_instance(name_); });
    if (found) {
        return *found;
    }
    if (found.error().code != ErrorCode::NotFound) {
        wrong(std::format("no agent answers: {}", found.error().reason));
    }
    return std::nullopt;
}

// The instance once no job works on it; the minute is all that a job here may take.
std::optional<ctl::InstanceInfo> InstanceLoad::settled() {
    const auto give_up = ctl::SteadyClock::now() + std::chrono::minutes(1);
    auto instance = look();
    while (instance && instance->state != "running" && instance->state != "failed" &&
           ctl::SteadyClock::now() < give_up) {
        (void)client_->pause(std::chrono::milliseconds(10));
        instance = look();
    }
    return instance;
}

std::set<std::string> InstanceLoad::instances() const {
    return generation_ == 0 ? std::set<std::string>() : std::set<std::string>{name_};
}

void InstanceLoad::clean() {
    if (const auto instance = look()) {
        if (const auto accepted = client_->stop(*instance, {})) {
            see_through(accepted->job);
        }
    }
}

}  // namespace mcpctl::test
