#include "ctl/import/machine.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace mcpctl::ctl {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_text_bytes = 256UL * 1024;

std::optional<std::string> variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

PathKind kind_at(const std::string& path) {
    std::error_code ignored;
    const fs::file_status status = fs::status(path, ignored);
    if (fs::is_directory(status)) {
        return PathKind::directory;
    }
    return fs::is_regular_file(status) ? PathKind::file : PathKind::none;
}

std::optional<std::string> text_at(const std::string& path) {
    if (kind_at(path) != PathKind::file) {
        return std::nullopt;
    }
    std::ifstream file(path, std::ios::binary);
    std::string text(max_text_bytes + 1, '\0');
    file.read(text.data(), std::streamsize(text.size()));
    text.resize(std::size_t(file.gcount()));
    return file.bad() || text.size() > max_text_bytes || (text.empty() && !file.eof()) ? std::nullopt
                                                                                       : std::optional(text);
}

}  // namespace

Machine Machine::here() {
    return {variable, kind_at, text_at, variable("HOME").value_or("")};
}

}  // namespace mcpctl::ctl
