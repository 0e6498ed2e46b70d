// Records to store, and directories to store them in.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "agent/core/store.hpp"

namespace mcpctl::samples {

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "mcpctl-store-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no temporary directory");
        }
        path_ = name;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path file(const char* name) const { return path_ / name; }
    [[nodiscard]] bool holds_name_with(const std::string& part) const {
        for (const auto& entry : std::filesystem::directory_iterator(path_)) {
            if (entry.path().filename().string().contains(part)) {
                return true;
            }
        }
        return false;
    }

  private:
    std::filesystem::path path_;
};

inline ServerDefinition server(const std::string& name, std::size_t description_bytes = 0) {
    ServerDefinition definition;
    definition.name = name;
    definition.description = std::string(description_bytes, 'x');
    definition.command = {"node", "server.js"};
    return definition;
}

inline ProfileDefinition profile(const std::string& name) {
    ProfileDefinition definition;
    definition.name = name;
    definition.server = "everything";
    return definition;
}

inline Instance instance(const std::string& name) {
    Instance record;
    record.id = InstanceId::generate();
    record.name = name;
    record.config = {server("everything"), profile("everything")};
    record.created_at = wall_time_now();
    return record;
}

inline Job job(JobId id, JobState state = JobState::running) {
    Job record;
    record.id = id;
    record.instance = InstanceId::generate();
    record.state = state;
    record.finished_at = state == JobState::running ? 0 : wall_time_now();
    return record;
}

inline void write_file(const std::filesystem::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
}

inline std::string read_file(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace mcpctl::samples
