// A registry's server.json: packages that somebody's program fetches and runs, and addresses. Keys are spelt in two
// ways, isRequired and is_required, by the age of the file.
#include <algorithm>
#include <array>
#include <charconv>
#include <format>
#include <optional>

#include "ctl/import/names.hpp"
#include "ctl/import/sources.hpp"

namespace mcpctl::ctl {
namespace {

// The older spelling of a key.
std::string snake_case(std::string_view key) {
    std::string text;
    for (const char c : key) {
        const bool upper = c >= 'A' && c <= 'Z';
        text += upper ? "_" : "";
        text += upper ? char(c - 'A' + 'a') : c;
    }
    return text;
}

Json member(const Json& object, std::string_view key) {
    for (const std::string& spelling : {std::string(key), snake_case(key)}) {
        if (object.is_object() && object.contains(spelling)) {
            return object[spelling];
        }
    }
    return nullptr;
}

std::string text(const Json& object, std::string_view key) {
    const Json value = member(object, key);
    return value.is_string() ? value.get<std::string>() : std::string();
}

bool flag(const Json& object, std::string_view key) {
    return member(object, key) == true;
}

Json list(const Json& object, std::string_view key) {
    Json value = member(object, key);
    return value.is_array() ? value : Json::array();
}

class Package {
  public:
    Package(const Json& package, Entry& entry, std::map<std::string, Input>& inputs)
        : package_(package), entry_(entry), inputs_(inputs) {}

    // False: it is of a kind that cannot be run here.
    bool read() {
        const std::string type =
            text(package_, "registryType").empty() ? text(package_, "registryName") : text(package_, "registryType");
        read_transport();
        if (type == "npm") {
            return run_by("npx", "@", {"npx", "bunx"});
        }
        if (type == "pypi") {
            return run_by("uvx", "==", {"uvx"});
        }
        if (type == "oci" || type == "docker") {
            run_in_container();
            return true;
        }
        return false;
    }

  private:
    [[nodiscard]] std::string identifier() const {
        const std::string name = text(package_, "identifier");
        return name.empty() ? text(package_, "name") : name;
    }
    [[nodiscard]] std::string version() const {
        const std::string version = text(package_, "version");
        return version == "latest" ? "" : version;
    }

    bool run_by(const std::string& usual, const std::string& separator, const std::vector<std::string>& runners) {
        const std::string hint = text(package_, "runtimeHint");
        entry_.command = hint.empty() ? usual : hint;
        if (!std::ranges::contains(runners, entry_.command)) {
            return false;
        }
        add_arguments("runtimeArguments", true);
        if (entry_.command == "npx" && !std::ranges::contains(entry_.arguments, "-y")) {
            entry_.arguments.insert(entry_.arguments.begin(), "-y");
        }
        entry_.arguments.push_back(version().empty() ? identifier() : identifier() + separator + version());
        add_arguments("packageArguments", false);
        add_variables();
        return true;
    }

    // As the command line that people would write.
    void run_in_container() {
        entry_.command = "docker";
        entry_.arguments = {"run", "-i", "--rm"};
        add_arguments("runtimeArguments", true);
        add_variables();
        for (const Variable& variable : entry_.environment) {
            entry_.arguments.insert(entry_.arguments.end(), {"-e", variable.name});
        }
        const std::string image = identifier();
        const bool tagged = image.substr(image.rfind('/') + 1).find_first_of(":@") != std::string::npos;
        entry_.arguments.push_back(tagged || version().empty() ? image : image + ":" + version());
        add_arguments("packageArguments", false);
    }

    void read_transport() {
        const Json transport = member(package_, "transport");
        const std::string type = text(transport, "type");
        if (type.empty() || type == "stdio") {
            return;
        }
        entry_.transport = type;
        const std::string url = text(transport, "url");
        const std::size_t scheme = url.find("://");
        const std::string rest = scheme == std::string::npos ? "" : url.substr(scheme + 3);
        const std::size_t slash = rest.find('/');
        entry_.path = slash == std::string::npos ? "" : rest.substr(slash);
        const std::string authority = rest.substr(0, slash);
        const std::string port = authority.substr(std::min(authority.rfind(':'), authority.size() - 1) + 1);
        std::from_chars(port.data(), port.data() + port.size(), entry_.port);
    }

    // Its value as a text with placeholders; nothing where there is none and none is needed.
    std::optional<std::string> value_of(const Json& wanted, const std::string& name) {
        const std::string value = text(wanted, "value");
        if (value.empty()) {
            const std::string fallback = text(wanted, "default");
            const bool known = !fallback.empty();
            return known || flag(wanted, "isRequired") ? std::optional(placeholder(wanted, name)) : std::nullopt;
        }
        const Json variables = member(wanted, "variables");
        std::string result;
        std::size_t at = 0;
        for (std::size_t begin = value.find('{'); begin != std::string::npos; begin = value.find('{', at)) {
            const std::size_t end = value.find('}', begin);
            if (end == std::string::npos) {
                break;
            }
            const std::string variable = value.substr(begin + 1, end - begin - 1);
            result += value.substr(at, begin - at);
            // {port} means the same in definitions.
            const bool ours = variables.is_object() && variables.contains(variable) &&
                              (variable != "port" || entry_.transport == "stdio");
            result += ours ? placeholder(variables[variable], variable) : value.substr(begin, end + 1 - begin);
            at = end + 1;
        }
        return result + value.substr(at);
    }

    std::string placeholder(const Json& wanted, const std::string& name) {
        const std::string id = entry_.name + "/" + name;
        Input& input = inputs_[id];
        input.description = text(wanted, "description").empty() ? name : text(wanted, "description");
        input.secret = flag(wanted, "isSecret");
        for (const char* key : {"value", "default"}) {
            const std::string fallback = text(wanted, key);
            input.fallback = input.fallback || fallback.empty() ? input.fallback : std::optional(fallback);
        }
        return std::format("${{input:{}}}", id);
    }

    void add_arguments(const char* key, bool bare_flags) {
        for (const Json& argument : list(package_, key)) {
            const bool named = text(argument, "type") == "named";
            const std::string name = text(argument, "name");
            const std::string called = name.empty() ? text(argument, "valueHint") : name;
            const auto value = value_of(argument, called.empty() ? "argument" : called);
            if (value && named) {
                add_named(name, *value);
            } else if (value) {
                entry_.arguments.push_back(*value);
            } else if (named && bare_flags) {
                entry_.arguments.push_back(name);
            } else {
                entry_.notes.push_back(std::format("the argument {} is left away, which is not required", called));
            }
        }
    }

    void add_named(const std::string& name, const std::string& value) {
        if (name.starts_with("--")) {
            entry_.arguments.push_back(name + "=" + value);
        } else {
            entry_.arguments.insert(entry_.arguments.end(), {name, value});
        }
    }

    void add_variables() {
        for (const Json& variable : list(package_, "environmentVariables")) {
            const std::string name = text(variable, "name");
            if (const auto value = value_of(variable, name)) {
                entry_.environment.push_back({name, *value, flag(variable, "isSecret")});
            } else {
                entry_.notes.push_back(std::format("the variable {} is not set, which is not required", name));
            }
        }
    }

    const Json& package_;
    Entry& entry_;
    std::map<std::string, Input>& inputs_;
};

}  // namespace

void read_server_json(const Json& document, Source& source) {
    const Json packages = list(document, "packages");
    const Json remotes = list(document, "remotes");
    const std::string name = text(document, "name");
    if (name.empty() || (packages.empty() && remotes.empty())) {
        return;
    }
    // io.github.owner/name
    Entry entry;
    entry.name = name.substr(name.rfind('/') + 1);
    entry.description = text(document, "description");
    entry.version = text(document, "version");
    entry.skip = packages.empty() ? "it runs elsewhere: clients connect to it themselves"
                                  : "none of its packages is of npm, pypi or oci, with a runtime that is known here";
    for (const Json& package : packages) {
        Entry attempt = entry;
        attempt.skip.clear();
        if (Package(package, attempt, source.inputs).read()) {
            entry = std::move(attempt);
            break;
        }
    }
    if (entry.skip.empty() && packages.size() + remotes.size() > 1) {
        entry.notes.emplace_back("the file has other packages or addresses of it, too");
    }
    source.entries.push_back(std::move(entry));
}

}  // namespace mcpctl::ctl
