#include "tests/system/support/unit_file.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <stdexcept>

namespace mcpctl::test {
namespace {

// What the agent asks PID 1 for, as it is spelt in unit files.
const std::set<std::string> known_lines{"[Unit] CollectMode",
                                        "[Unit] Description",
                                        "[Unit] StartLimitBurst",
                                        "[Unit] StartLimitIntervalSec",
                                        "[Service] AmbientCapabilities",
                                        "[Service] BindPaths",
                                        "[Service] BindReadOnlyPaths",
                                        "[Service] CacheDirectory",
                                        "[Service] CacheDirectoryMode",
                                        "[Service] CapabilityBoundingSet",
                                        "[Service] DynamicUser",
                                        "[Service] Environment",
                                        "[Service] ExecStart",
                                        "[Service] IPAddressAllow",
                                        "[Service] IPAddressDeny",
                                        "[Service] InaccessiblePaths",
                                        "[Service] KeyringMode",
                                        "[Service] KillMode",
                                        "[Service] LockPersonality",
                                        "[Service] LogExtraFields",
                                        "[Service] LogRateLimitBurst",
                                        "[Service] LogRateLimitIntervalSec",
                                        "[Service] NoNewPrivileges",
                                        "[Service] OOMPolicy",
                                        "[Service] PrivateDevices",
                                        "[Service] PrivateTmp",
                                        "[Service] PrivateUsers",
                                        "[Service] ProcSubset",
                                        "[Service] ProtectClock",
                                        "[Service] ProtectControlGroups",
                                        "[Service] ProtectHome",
                                        "[Service] ProtectHostname",
                                        "[Service] ProtectKernelLogs",
                                        "[Service] ProtectKernelModules",
                                        "[Service] ProtectKernelTunables",
                                        "[Service] ProtectProc",
                                        "[Service] ProtectSystem",
                                        "[Service] RemainAfterExit",
                                        "[Service] RemoveIPC",
                                        "[Service] Restart",
                                        "[Service] RestartMaxDelaySec",
                                        "[Service] RestartSec",
                                        "[Service] RestartSteps",
                                        "[Service] RestrictAddressFamilies",
                                        "[Service] RestrictNamespaces",
                                        "[Service] RestrictRealtime",
                                        "[Service] RestrictSUIDSGID",
                                        "[Service] SendSIGKILL",
                                        "[Service] Slice",
                                        "[Service] SocketBindAllow",
                                        "[Service] SocketBindDeny",
                                        "[Service] StandardError",
                                        "[Service] StandardOutput",
                                        "[Service] StateDirectory",
                                        "[Service] StateDirectoryMode",
                                        "[Service] SyslogIdentifier",
                                        "[Service] SystemCallArchitectures",
                                        "[Service] SystemCallErrorNumber",
                                        "[Service] SystemCallFilter",
                                        "[Service] TimeoutStartSec",
                                        "[Service] TimeoutStopSec",
                                        "[Service] Type",
                                        "[Service] UMask",
                                        "[Service] User",
                                        "[Service] WorkingDirectory"};

// What follows a backslash; `rest` begins after it.
char unescaped(std::string_view& rest) {
    if (rest.empty()) {
        throw std::runtime_error("a backslash at the end");
    }
    const char c = rest[0];
    const bool octal = c >= '0' && c <= '3' && rest.size() >= 3;
    const std::string digits(rest.substr(0, 3));
    rest.remove_prefix(octal ? 3 : 1);
    if (octal) {
        return char(std::stoi(digits, nullptr, 8));
    }
    if (c == '\\' || c == '"' || c == '\'' || c == ' ') {
        return c;
    }
    throw std::runtime_error(std::string("an escape that no plain text needs: ") + c);
}

std::string without_specifiers(const std::string& text) {
    std::string literal;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && (++i == text.size() || text[i] != '%')) {
            throw std::runtime_error("a specifier in " + text);
        }
        literal += text[i];
    }
    return literal;
}

std::string next_word(std::string_view& rest) {
    std::string word;
    char quote = 0;
    while (!rest.empty() && (quote != 0 || rest[0] != ' ')) {
        const char c = rest[0];
        rest.remove_prefix(1);
        if (c == '\\') {
            word += unescaped(rest);
        } else if (quote == 0 && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == quote) {
            quote = 0;
        } else {
            word += c;
        }
    }
    if (quote != 0) {
        throw std::runtime_error("an open quote");
    }
    return without_specifiers(word);
}

}  // namespace

std::vector<UnitLine> unit_lines(const std::string& text) {
    std::vector<UnitLine> lines;
    std::string section;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        if (line.empty() || line[0] == '#') {
            continue;
        }
        const std::size_t equals = line.find('=');
        if (line.ends_with('\\') || line.ends_with('\r')) {
            throw std::runtime_error("does not end where it ends: " + line);
        }
        if (line[0] == '[') {
            section = line;
        } else if (equals == std::string::npos) {
            throw std::runtime_error("no assignment: " + line);
        } else {
            lines.push_back({section, line.substr(0, equals), line.substr(equals + 1)});
        }
    }
    return lines;
}

bool is_known_in_workloads(const UnitLine& line) {
    return known_lines.contains(line.section + ' ' + line.key);
}

std::vector<std::string> unit_words(std::string_view value) {
    std::vector<std::string> words;
    while (true) {
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        if (value.empty()) {
            return words;
        }
        words.push_back(next_word(value));
    }
}

}  // namespace mcpctl::test
