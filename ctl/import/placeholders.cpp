#include "ctl/import/placeholders.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <optional>

#include "ctl/import/names.hpp"
#include "ctl/import/secrecy.hpp"

namespace mcpctl::ctl {
namespace {

// Always set, and hardly what an input of that name asks for.
constexpr std::array<std::string_view, 8> everyday{"PATH", "HOME", "USER", "SHELL", "PWD", "LANG", "TERM", "HOSTNAME"};

bool is_identifier(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !name.empty() && std::ranges::all_of(name, allowed) && !(name[0] >= '0' && name[0] <= '9');
}

std::optional<std::string> known(const Missing& wanted, Scope& scope) {
    if (const auto answer = scope.answers.find(wanted.key); answer != scope.answers.end()) {
        return answer->second;
    }
    auto value = scope.machine.environment(wanted.variable);
    if (value && !value->empty() && !std::ranges::contains(everyday, std::string_view(wanted.variable))) {
        scope.notes.push_back(std::format("{} is taken from the environment", wanted.variable));
        return value;
    }
    return std::nullopt;
}

class Expansion {
  public:
    Expansion(std::string_view text, Scope& scope, const std::string& variable)
        : text_(text), scope_(scope), variable_(variable) {}

    Expanded run() {
        std::size_t at = 0;
        while (at < text_.size()) {
            const std::size_t begin = text_.find("${", at);
            const std::size_t end = begin == std::string_view::npos ? begin : text_.find('}', begin);
            if (end == std::string_view::npos) {
                break;
            }
            result_.text += text_.substr(at, begin - at);
            whole_ = begin == 0 && end + 1 == text_.size();
            const auto value = value_of(text_.substr(begin + 2, end - begin - 2));
            result_.text += value ? std::string_view(*value) : text_.substr(begin, end + 1 - begin);
            at = end + 1;
        }
        result_.text += text_.substr(std::min(at, text_.size()));
        return std::move(result_);
    }

  private:
    // Nothing: it is no placeholder of ours, and stays.
    std::optional<std::string> value_of(std::string_view body) {
        if (body.starts_with("input:")) {
            return input(std::string(body.substr(6)));
        }
        if (body.starts_with("env:")) {
            return from_environment(std::string(body.substr(4)), std::nullopt);
        }
        if (body == "workspaceFolder" || body == "workspaceRoot") {
            return scope_.workspace;
        }
        if (body == "workspaceFolderBasename") {
            return scope_.workspace.substr(scope_.workspace.rfind('/') + 1);
        }
        if (body == "userHome") {
            return scope_.machine.home;
        }
        if (body == "pathSeparator" || body == "/") {
            return "/";
        }
        if (body.starts_with("config:") || body.starts_with("command:") || body.starts_with("file")) {
            scope_.skip = std::format("${{{}}} means something inside of the editor only", body);
            return "";
        }
        const std::size_t dash = body.find(":-");
        const std::string name(body.substr(0, dash));
        if (!is_identifier(name) || scope_.own.contains(name)) {
            return std::nullopt;
        }
        return from_environment(
            name, dash == std::string_view::npos ? std::nullopt : std::optional(std::string(body.substr(dash + 2))));
    }

    std::string input(const std::string& id) {
        const auto found = scope_.inputs.find(id);
        const Input input = found == scope_.inputs.end() ? Input{} : found->second;
        const bool secret = input.secret || is_secret_name(id) || is_secret_name(variable_);
        result_.secret = result_.secret || secret;
        const std::string what = input.description.empty() ? id : input.description;
        Missing wanted{"input:" + id, scope_.server, what, variable_name(id), secret};
        if (whole_ && !variable_.empty()) {
            wanted.variable = variable_;
        }
        if (const auto value = known(wanted, scope_)) {
            return *value;
        }
        if (!input.fallback) {
            return ask_for(std::move(wanted), scope_);
        }
        if (!secret && !input.fallback->empty()) {
            scope_.notes.push_back(std::format("{}: the default of the file, {}", id, *input.fallback));
        }
        return *input.fallback;
    }

    std::string from_environment(const std::string& name, const std::optional<std::string>& fallback) {
        const bool secret = is_secret_name(name) || is_secret_name(variable_);
        result_.secret = result_.secret || secret;
        if (const auto value = scope_.machine.environment(name)) {
            return *value;
        }
        if (fallback) {
            return *fallback;
        }
        return ask_for({"env:" + name, scope_.server, "the variable " + name, name, secret}, scope_);
    }

    std::string_view text_;
    Scope& scope_;
    const std::string& variable_;
    Expanded result_;
    bool whole_ = false;  // the placeholder is all there is
};

}  // namespace

std::string ask_for(Missing wanted, Scope& scope) {
    if (auto value = known(wanted, scope)) {
        return *std::move(value);
    }
    scope.missing.push_back(std::move(wanted));
    return {};
}

Expanded expand(std::string_view text, Scope& scope, const std::string& variable) {
    return Expansion(text, scope, variable).run();
}

}  // namespace mcpctl::ctl
