// The database of health histories, for one thread at a time. It is apart from the store because it needs no fsync:
// what the power takes from it is not missed, and a damaged one is made anew.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "agent/core/health.hpp"
#include "agent/core/ids.hpp"
#include "agent/store/sqlite.hpp"

namespace mcpctl {

class HealthDatabase {
  public:
    // Opens or makes the file when it is first used. Every method throws sqlite::Failure or std::filesystem_error.
    explicit HealthDatabase(std::filesystem::path file) : file_(std::move(file)) {}

    // Removes what is more than `kept` changes of the instance.
    void add(const InstanceId& instance, const HealthChange& change, std::size_t kept);
    void forget(const InstanceId& instance);
    // Newest first.
    [[nodiscard]] std::vector<HealthChange> changes_of(const InstanceId& instance, std::size_t count);
    [[nodiscard]] std::map<InstanceId, HealthChange> latest();

  private:
    sqlite::Connection& connection();
    void open();

    std::filesystem::path file_;
    std::optional<sqlite::Connection> connection_;
};

}  // namespace mcpctl
