// An entry of a client becomes definitions and secrets.
#include <algorithm>
#include <array>
#include <format>

#include "ctl/import/confinement.hpp"
#include "ctl/import/container.hpp"
#include "ctl/import/environment_file.hpp"
#include "ctl/import/names.hpp"
#include "ctl/import/plan.hpp"
#include "ctl/import/secrecy.hpp"

namespace mcpctl::ctl {
namespace {

std::string base_name(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

bool is_shell(const std::string& command) {
    constexpr std::array<std::string_view, 4> shells{"sh", "bash", "dash", "zsh"};
    return std::ranges::contains(shells, std::string_view(base_name(command)));
}

bool is_relative_path(const std::string& word) {
    return word.starts_with("./") || word.starts_with("../");
}

// Of several lines, or with what no unit file can hold.
bool has_control_characters(const std::string& text) {
    return std::ranges::any_of(text, [](char c) { return std::uint8_t(c) < 0x20 || c == 0x7f; });
}

bool is_switch(const std::string& value) {
    constexpr std::array<std::string_view, 8> switches{"true", "false", "yes", "no", "on", "off", "none", "0"};
    return value.empty() || value == "1" || std::ranges::contains(switches, std::string_view(value));
}

std::string cut(const std::string& text, std::size_t most) {
    return text.size() <= most ? text : std::string();
}

class EntryPlan {
  public:
    EntryPlan(const Entry& entry, const std::string& name, const Source& source, const Machine& machine,
              const Answers& answers)
        : entry_(entry), machine_(machine), scope_{machine, source.inputs, answers, name, entry.workspace} {
        planned_.name = name;
        planned_.from = entry.name;
        planned_.notes = entry.notes;
        for (const Variable& variable : entry.environment) {
            scope_.own.insert(variable.name);
        }
    }

    Planned run(std::vector<Missing>& missing) {
        if (!entry_.skip.empty()) {
            return skipped(entry_.skip);
        }
        planned_.server["name"] = planned_.name;
        if (const std::string description = cut(entry_.description, 1024);
            !description.empty() && !has_control_characters(description) && !description.contains('\\')) {
            planned_.server["description"] = description;
        }
        if (!entry_.version.empty()) {
            planned_.server["version"] = entry_.version;
        }
        expand_command();
        std::string why = scope_.skip;
        if (why.empty()) {
            why = is_engine_command(command_.front()) ? run_in_container() : run_as_process();
        }
        why = why.empty() ? scope_.skip : why;
        if (!why.empty()) {
            return skipped(why);
        }
        missing.insert(missing.end(), scope_.missing.begin(), scope_.missing.end());
        planned_.notes.insert(planned_.notes.end(), scope_.notes.begin(), scope_.notes.end());
        if (!profile_.empty()) {
            Json profile{{"name", planned_.name}, {"server", planned_.name}};
            profile.update(profile_);
            planned_.profiles.push_back(std::move(profile));
        }
        return std::move(planned_);
    }

  private:
    Planned skipped(std::string why) {
        Planned planned;
        planned.name = planned_.name;
        planned.from = planned_.from;
        planned.step = Step::skip;
        planned.reason = std::move(why);
        return planned;
    }

    void expand_command() {
        command_.push_back(expand(entry_.command, scope_).text);
        for (std::size_t i = 0; i < entry_.arguments.size(); ++i) {
            // A shell expands by itself what its script holds.
            const bool script = i > 0 && entry_.arguments[i - 1] == "-c" && is_shell(entry_.command);
            const Expanded argument = script ? Expanded{entry_.arguments[i]} : expand(entry_.arguments[i], scope_);
            if (argument.secret && !secret_argument_) {
                secret_argument_ = i;
            }
            command_.push_back(argument.text);
        }
        // Written for Windows, where scripts need it.
        if (base_name(command_.front()) == "cmd" && command_.size() > 2 &&
            (command_[1] == "/c" || command_[1] == "/C")) {
            command_.erase(command_.begin(), command_.begin() + 2);
            planned_.notes.emplace_back("without cmd /c, which is for Windows");
        }
    }

    std::string run_as_process() {
        const std::vector<std::string> arguments(command_.begin() + 1, command_.end());
        const auto secret = secret_argument_ ? secret_argument_ : secret_argument(arguments);
        if (secret) {
            return std::format(
                "its argument {} holds a secret, and arguments are seen by everybody on this machine: "
                "give it by a variable",
                *secret + 1);
        }
        if (std::string why = place_command(); !why.empty()) {
            return why;
        }
        planned_.server["transport"] = entry_.transport;
        if (entry_.transport == "stdio") {
            planned_.server.erase("transport");
        } else {
            add_endpoint();
        }
        if (std::string why = add_environment(entry_.environment, {entry_.environment_file}); !why.empty()) {
            return why;
        }
        plain_values_.push_back(directory_);
        confine(machine_, command_, plain_values_, profile_, planned_.notes);
        if (entry_.transport != "stdio" && profile_.contains("sandbox") && profile_["sandbox"].contains("network")) {
            planned_.notes.emplace_back("other hosts can reach it, too, where it listens on all addresses");
        }
        if (!directory_.empty()) {
            command_.insert(command_.begin(), {"/usr/bin/env", "--chdir=" + directory_});
            planned_.notes.push_back(std::format("runs in {}, by env --chdir", directory_));
        }
        planned_.server["run"]["command"] = command_;
        return {};
    }

    void add_endpoint() {
        if (!entry_.path.empty()) {
            planned_.server["path"] = entry_.path;
        }
        if (entry_.port >= 1024) {
            planned_.server["port"] = entry_.port;
        }
    }

    // An absolute program, and the directory that it wants to run in.
    std::string place_command() {
        std::string directory = expand(entry_.directory, scope_).text;
        const bool relative = std::ranges::any_of(command_, is_relative_path);
        if (directory.empty() && relative) {
            directory = entry_.workspace;
        }
        std::string& program = command_.front();
        if (program.starts_with("~/")) {
            program.replace(0, 1, machine_.home);
        }
        if (is_relative_path(program)) {
            program = directory + "/" + program.substr(program.starts_with("./") ? 2 : 0);
        }
        if (program.empty() || program.contains('\\') || (program.contains('/') && !program.starts_with('/'))) {
            return "its command is neither an absolute path nor the name of a program";
        }
        if (base_name(program) == "sudo" || base_name(program) == "su") {
            return "servers do not become another user: the profile says whose processes they are";
        }
        if (!directory.empty() && !directory.starts_with('/')) {
            return std::format("its working directory {} is not an absolute path", directory);
        }
        directory_ = directory;
        return {};
    }

    std::string run_in_container() {
        Entry entry = entry_;
        entry.command = command_.front();
        entry.arguments.assign(command_.begin() + 1, command_.end());
        Container container = container_from(entry);
        if (!container.skip.empty()) {
            return container.skip;
        }
        if (entry_.transport != "stdio") {
            planned_.server["transport"] = entry_.transport;
            add_endpoint();
        }
        if (secret_argument_ || secret_argument(container.arguments)) {
            return "an argument of its container holds a secret, and everybody could read it who may ask the engine";
        }
        planned_.server["run"] = {{"image", container.image}, {"args", container.arguments}};
        profile_ = std::move(container.profile);
        if (!profile_.empty()) {
            profile_["runtime"] = "docker";
        }
        if (std::string why = add_environment(container.environment, container.environment_files); !why.empty()) {
            return why;
        }
        if (!planned_.secrets.empty()) {
            return std::format(
                "its variable {} is a secret, and containers get secrets as files: everybody could read a "
                "variable who may ask the engine",
                planned_.secrets.front().variable);
        }
        return {};
    }

    std::string add_environment(const std::vector<Variable>& variables, const std::vector<std::string>& files) {
        std::map<std::string, Variable> all;
        for (const std::string& file : files) {
            const std::string path = expand(file, scope_).text;
            if (path.empty()) {
                continue;
            }
            const auto text = machine_.text_of(path);
            if (!text) {
                return std::format("its environment file {} cannot be read", path);
            }
            for (Variable& variable : variables_in(*text)) {
                all.insert_or_assign(variable.name, std::move(variable));
            }
        }
        for (const Variable& variable : variables) {
            Variable expanded = variable;
            const Expanded value = value_of(variable);
            expanded.text = value.text;
            expanded.secret = variable.secret || value.secret;
            all.insert_or_assign(variable.name, std::move(expanded));
        }
        for (auto& [name, variable] : all) {
            add_variable(std::move(variable));
        }
        return {};
    }

    Expanded value_of(const Variable& variable) {
        const bool secret = variable.secret || is_secret_name(variable.name);
        if (secret && is_placeholder(variable.text)) {
            return {ask_for({std::format("variable:{}/{}", entry_.name, variable.name), planned_.name,
                             std::format("the variable {}", variable.name), variable.name, true},
                            scope_),
                    true};
        }
        // A variable that refers to itself is one of our environment.
        const bool own = scope_.own.erase(variable.name) > 0;
        Expanded value = expand(variable.text, scope_, variable.name);
        if (own) {
            scope_.own.insert(variable.name);
        }
        return value;
    }

    void add_variable(Variable variable) {
        const bool several_lines = has_control_characters(variable.text);
        const bool secret =
            !variable.text.empty() && (variable.secret || is_secret_value(variable.text) || several_lines ||
                                       (is_secret_name(variable.name) && !is_switch(variable.text)));
        // Without a value it is one of those that are asked for, and will be a secret then.
        const bool wanted = variable.secret && variable.text.empty();
        if (secret || wanted) {
            planned_.secrets.push_back({"", variable.name, std::move(variable.text)});
            return;
        }
        plain_values_.push_back(variable.text);
        planned_.server["env"][variable.name] = std::move(variable.text);
    }

    const Entry& entry_;
    const Machine& machine_;
    Scope scope_;
    Planned planned_;
    Json profile_ = Json::object();
    std::vector<std::string> command_;
    std::string directory_;  // to run in; empty: its state directory
    std::vector<std::string> plain_values_;
    std::optional<std::size_t> secret_argument_;  // that a placeholder stands for
};

}  // namespace

Planned plan_entry(const Entry& entry, const std::string& name, const Source& source, const Machine& machine,
                   const Answers& answers, std::vector<Missing>& missing) {
    return EntryPlan(entry, name, source, machine, answers).run(missing);
}

}  // namespace mcpctl::ctl
