// A store in memory that can fail, and that remembers what was committed.
#pragma once

#include <map>
#include <optional>
#include <string>

#include <boost/asio/post.hpp>

#include "agent/core/store.hpp"

namespace mcpctl::test {

class MemoryStore final : public Store {
  public:
    std::optional<Error> failure;  // every commit fails while set
    std::map<std::string, ServerDefinition> servers;
    std::map<std::string, ProfileDefinition> profiles;
    std::map<InstanceId, Instance> instances;
    std::map<JobId, Job> jobs;
    std::map<std::string, Token> tokens;
    std::string boot;
    std::vector<AuditRecord> audited;  // all of them, with their numbers

    Task<Result<void>> commit(Changes changes) override {
        // A real disk takes its time: whoever waits sees the world in between.
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        if (failure) {
            co_return std::unexpected(*failure);
        }
        apply(changes);
        co_return Result<void>();
    }

    void commit_later(Changes changes) override {
        if (!failure) {
            apply(changes);
        }
    }

    void on_audited(std::function<void(std::vector<AuditRecord>)> tell) override { tell_ = std::move(tell); }

  private:
    void apply(const Changes& changes) {
        const std::size_t before = audited.size();
        for (const Change& change : changes) {
            std::visit([this](const auto& value) { put(value); }, change);
        }
        if (audited.size() > before) {
            tell_({audited.begin() + std::ptrdiff_t(before), audited.end()});
        }
    }
    void put(const ServerDefinition& server) { servers[server.name] = server; }
    void put(const ProfileDefinition& profile) { profiles[profile.name] = profile; }
    void put(const Instance& instance) { instances[instance.id] = instance; }
    void put(const Job& job) { jobs[job.id] = job; }
    void put(const Token& token) { tokens[token.name] = token; }
    void put(const RemoveToken& removed) { tokens.erase(removed.name); }
    void put(const RemoveServer& removed) { servers.erase(removed.name); }
    void put(const RemoveProfile& removed) { profiles.erase(removed.name); }
    void put(const RemoveInstance& removed) { instances.erase(removed.id); }
    void put(const RemoveJob& removed) { jobs.erase(removed.id); }
    void put(const BootRestored& restored) { boot = restored.boot; }
    void put(AuditRecord record) {
        record.seq = audited.size() + 1;
        audited.push_back(std::move(record));
    }
    void put(const AuditArrived& /*arrived*/) {}

    std::function<void(std::vector<AuditRecord>)> tell_ = [](const auto&) {};
};

}  // namespace mcpctl::test
