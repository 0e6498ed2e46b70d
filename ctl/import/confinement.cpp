#include "ctl/import/confinement.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <format>
#include <optional>

namespace mcpctl::ctl {
namespace {

namespace fs = std::filesystem;

// Empty inside of the sandbox. Everything else of the machine can be read by a server as by any user.
constexpr std::array<std::string_view, 4> hidden{"/home", "/root", "/tmp", "/var/tmp"};
// Where PID 1 looks for programs.
constexpr std::array<std::string_view, 4> search_path{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"};
// What PID 1 does not keep in the path of a mount.
constexpr std::string_view unfit = " :\"'%\\";
// A package is looked for so far above a file of it.
constexpr int most_levels = 4;

std::string base_name(std::string_view path) {
    return std::string(path.substr(path.rfind('/') + 1));
}

std::string normal(const std::string& path) {
    std::string text = fs::path(path).lexically_normal().string();
    if (text.size() > 1 && text.ends_with('/')) {
        text.pop_back();
    }
    return text;
}

bool is_below(std::string_view path, std::string_view directory) {
    return path == directory || (path.starts_with(directory) && path.substr(directory.size()).starts_with('/'));
}

bool is_hidden(std::string_view path) {
    return std::ranges::any_of(hidden, [&](std::string_view directory) { return is_below(path, directory); });
}

// The argument itself, or what stands behind --flag=.
std::string path_in(const std::string& word) {
    const std::size_t equals = word.starts_with('-') ? word.find('=') : std::string::npos;
    const std::string text = equals == std::string::npos ? word : word.substr(equals + 1);
    return text.starts_with('/') ? normal(text) : std::string();
}

// A script finds its modules beside it: the folder of the package that it belongs to, else its own.
std::string folder_of_script(const Machine& machine, const std::string& file) {
    const fs::path own = fs::path(file).parent_path();
    fs::path folder = own;
    for (int level = 0; level < most_levels && folder.string() != machine.home && folder != folder.root_path();
         ++level) {
        for (const char* mark : {"package.json", "pyproject.toml", "node_modules"}) {
            if (machine.kind_of(folder / mark) != PathKind::none) {
                return folder.string();
            }
        }
        folder = folder.parent_path();
    }
    const bool too_much = own.string() == machine.home || std::ranges::contains(hidden, std::string_view(own.native()));
    return too_much ? file : own.string();
}

bool is_script(const std::string& path) {
    constexpr std::array<std::string_view, 6> endings{".js", ".mjs", ".cjs", ".ts", ".py", ".rb"};
    return std::ranges::any_of(endings, [&](std::string_view ending) { return path.ends_with(ending); });
}

class Confinement {
  public:
    Confinement(const Machine& machine, Json& profile, std::vector<std::string>& notes)
        : machine_(machine), profile_(profile), notes_(notes) {}

    void open_network_for(const std::string& program) {
        if (program.empty()) {
            return;
        }
        profile_["sandbox"]["network"] = "full";
        profile_["startTimeout"] = "3m";
        notes_.push_back(std::format("network: full, and 3 minutes for a start, because {} fetches packages", program));
    }

    void let_read(const std::string& path) {
        const PathKind kind = path.empty() ? PathKind::none : machine_.kind_of(path);
        if (!is_hidden(path) ||
            std::ranges::any_of(bound_, [&](const std::string& whole) { return is_below(path, whole); })) {
            return;
        }
        if (kind == PathKind::none) {
            notes_.push_back(std::format("{} is not on this machine", path));
            return;
        }
        const std::string wanted = kind == PathKind::file && is_script(path) ? folder_of_script(machine_, path) : path;
        const bool fit = wanted.find_first_of(unfit) == std::string::npos &&
                         std::ranges::none_of(wanted, [](char c) { return std::uint8_t(c) < 0x20 || c == 0x7f; });
        if (!fit) {
            notes_.push_back(
                std::format("{} stays hidden from it: the path of a mount has no spaces, colons, quotes, "
                            "backslashes and percent signs",
                            wanted));
            return;
        }
        bound_.push_back(wanted);
        profile_["sandbox"]["readPaths"].push_back(wanted);
        notes_.push_back(std::format("may read {}, which the sandbox hides otherwise, and not write there", wanted));
    }

    void look_for(const std::string& program) {
        const bool found = std::ranges::any_of(search_path, [&](std::string_view directory) {
            return machine_.kind_of(std::format("{}/{}", directory, program)) == PathKind::file;
        });
        if (!program.contains('/') && !found) {
            notes_.push_back(
                std::format("{} is in none of /usr/local/sbin, /usr/local/bin, /usr/sbin and /usr/bin: "
                            "install it for all users",
                            program));
        }
        if (program.starts_with('/') && machine_.kind_of(program) == PathKind::none) {
            notes_.push_back(std::format("{} is not on this machine", program));
        }
    }

  private:
    const Machine& machine_;
    Json& profile_;
    std::vector<std::string>& notes_;
    std::vector<std::string> bound_;
};

}  // namespace

std::string fetching_program(const std::vector<std::string>& command) {
    constexpr std::array<std::string_view, 6> always{"npx", "bunx", "pnpx", "uvx", "pipx", "dnx"};
    struct Verb {
        std::string_view program;
        std::string_view verb;
    };
    constexpr std::array verbs{Verb{"npm", "exec"}, Verb{"npm", "x"},  Verb{"pnpm", "dlx"}, Verb{"yarn", "dlx"},
                               Verb{"bun", "x"},    Verb{"uv", "run"}, Verb{"uv", "tool"},  Verb{"deno", "run"}};
    const std::string program = command.empty() ? std::string() : base_name(command.front());
    const auto fetches = [&](const Verb& known) {
        return known.program == program && std::ranges::contains(command, known.verb);
    };
    const bool fetching =
        std::ranges::contains(always, std::string_view(program)) || std::ranges::any_of(verbs, fetches);
    return fetching ? program : std::string();
}

void confine(const Machine& machine, const std::vector<std::string>& command, const std::vector<std::string>& mentioned,
             Json& profile, std::vector<std::string>& notes) {
    if (command.empty()) {
        return;
    }
    Confinement confinement(machine, profile, notes);
    confinement.look_for(command.front());
    confinement.open_network_for(fetching_program(command));
    for (const auto* words : {&command, &mentioned}) {
        for (const std::string& word : *words) {
            confinement.let_read(path_in(word));
        }
    }
}

}  // namespace mcpctl::ctl
