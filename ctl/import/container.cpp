#include "ctl/import/container.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <optional>
#include <string_view>

#include "ctl/definition_flags.hpp"

namespace mcpctl::ctl {
namespace {

// Without a meaning where the relay holds the container and its streams.
constexpr std::array<std::string_view, 6> ignored_flags{"--interactive", "--rm",    "--init",
                                                        "--tty",         "--quiet", "--detach=false"};
constexpr std::array<std::string_view, 5> ignored_options{"--name", "--label", "-l", "--log-driver", "--log-opt"};
constexpr std::array<std::string_view, 12> options{"-e",       "--env",    "--env-file", "-v",
                                                   "--volume", "--mount",  "--network",  "--net",
                                                   "-m",       "--memory", "--pull",     "--cpus"};

// -i, -t, -it
bool is_short_flags(std::string_view word) {
    return word.size() > 1 && word[0] == '-' && word[1] != '-' &&
           word.find_first_not_of("itq", 1) == std::string_view::npos;
}

class Run {
  public:
    explicit Run(const Entry& entry) : entry_(entry) {}

    Container read() {
        const auto& words = entry_.arguments;
        if (words.empty() || words.front() != "run") {
            return skipped("only 'run' of an engine can become a container of mcpctl's");
        }
        at_ = 1;
        while (result_.skip.empty() && at_ < words.size() && words[at_].starts_with('-')) {
            take_option();
        }
        if (!result_.skip.empty()) {
            return std::move(result_);
        }
        if (at_ == words.size()) {
            return skipped("its command names no image");
        }
        result_.image = words[at_];
        result_.arguments.assign(words.begin() + std::ptrdiff_t(at_) + 1, words.end());
        if (entry_.command.ends_with("podman")) {
            result_.profile["engine"] = "podman";
        }
        return std::move(result_);
    }

  private:
    Container skipped(std::string why) {
        result_.skip = std::move(why);
        return std::move(result_);
    }

    void take_option() {
        const std::string& word = entry_.arguments[at_++];
        if (std::ranges::contains(ignored_flags, std::string_view(word)) || is_short_flags(word)) {
            return;
        }
        const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
        const std::string name = word.substr(0, equals);
        const bool ignored = std::ranges::contains(ignored_options, std::string_view(name));
        if (!ignored && !std::ranges::contains(options, std::string_view(name))) {
            result_.skip = std::format("the engine's option {} has no counterpart in a definition", name);
            return;
        }
        if (equals == std::string::npos && at_ == entry_.arguments.size()) {
            result_.skip = std::format("the engine's option {} lacks its value", name);
            return;
        }
        const std::string value = equals == std::string::npos ? entry_.arguments[at_++] : word.substr(equals + 1);
        if (!ignored) {
            apply(name, value);
        }
    }

    void apply(const std::string& name, const std::string& value) {
        if (name == "-e" || name == "--env") {
            take_variable(value);
        } else if (name == "--env-file") {
            result_.environment_files.push_back(value);
        } else if (name == "-v" || name == "--volume") {
            take_volume(value);
        } else if (name == "--mount") {
            take_mount(value);
        } else if (name == "--pull") {
            result_.profile["pull"] = value;
        } else if (name == "-m" || name == "--memory") {
            take_memory(value);
        } else if (name == "--cpus") {
            take_processors(value);
        } else if (value == "none") {
            result_.profile["sandbox"]["network"] = "none";
        } else if (value != "bridge" && value != "default") {
            result_.skip = std::format("its container wants the engine's network {}", value);
        }
    }

    // "NAME" is the value that the engine's own command has.
    void take_variable(const std::string& word) {
        const std::size_t equals = word.find('=');
        const std::string name = word.substr(0, equals);
        if (equals != std::string::npos) {
            result_.environment.push_back({name, word.substr(equals + 1), false});
            return;
        }
        const auto found = std::ranges::find(entry_.environment, name, &Variable::name);
        result_.environment.push_back(
            found == entry_.environment.end() ? Variable{name, std::format("${{env:{}}}", name), false} : *found);
    }

    void take_volume(const std::string& value) {
        const std::size_t first = value.find(':');
        const std::size_t second = first == std::string::npos ? first : value.find(':', first + 1);
        const std::string mode = second == std::string::npos ? "" : value.substr(second + 1);
        if (first == std::string::npos || (!mode.empty() && mode != "ro" && mode != "rw")) {
            result_.skip = std::format("the volume {} has no counterpart in a definition", value);
            return;
        }
        bind(value.substr(0, first), value.substr(first + 1, second - first - 1), mode == "ro");
    }

    // type=bind,src=/a,dst=/a,readonly
    void take_mount(const std::string& value) {
        std::string type;
        std::string source;
        std::string target;
        bool read_only = false;
        std::size_t at = 0;
        while (at <= value.size()) {
            const std::size_t end = std::min(value.find(',', at), value.size());
            const std::string part = value.substr(at, end - at);
            const std::size_t equals = part.find('=');
            const std::string key = part.substr(0, equals);
            const std::string text = equals == std::string::npos ? "" : part.substr(equals + 1);
            if (key == "type") {
                type = text;
            } else if (key == "src" || key == "source") {
                source = text;
            } else if (key == "dst" || key == "target" || key == "destination") {
                target = text;
            } else if (key == "ro" || key == "readonly") {
                read_only = text != "false";
            } else {
                type = key;
            }
            at = end + 1;
        }
        if (type != "bind") {
            result_.skip = std::format("the mount {} has no counterpart in a definition", value);
            return;
        }
        bind(source, target, read_only);
    }

    void bind(const std::string& source, const std::string& target, bool read_only) {
        if (!source.starts_with('/') || source != target) {
            result_.skip = std::format("it mounts {} as {}: containers see this machine's paths under their own names",
                                       source, target);
            return;
        }
        result_.profile["sandbox"][read_only ? "readPaths" : "writePaths"].push_back(source);
    }

    // Engines write 512m, definitions 512M.
    void take_memory(const std::string& value) {
        std::string size = value;
        if (!size.empty() && (size.back() == 'b' || size.back() == 'B')) {
            size.pop_back();
        }
        std::ranges::transform(size, size.begin(),
                               [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
        if (const auto bytes = parse_size(size, "--memory")) {
            result_.profile["limits"]["memory"] = *bytes;
        } else {
            result_.skip = bytes.error().reason;
        }
    }

    void take_processors(const std::string& value) {
        const Json number = Json::parse(value, nullptr, false);
        if (number.is_number()) {
            result_.profile["limits"]["cpu"] = number;
        } else {
            result_.skip = std::format("--cpus {} is not a number", value);
        }
    }

    const Entry& entry_;
    Container result_;
    std::size_t at_ = 0;
};

}  // namespace

bool is_engine_command(const std::string& command) {
    const std::string program = command.substr(command.rfind('/') + 1);
    return program == "docker" || program == "podman";
}

Container container_from(const Entry& entry) {
    return Run(entry).read();
}

}  // namespace mcpctl::ctl
