#include "ctl/import/secrecy.hpp"

#include <algorithm>
#include <array>

namespace mcpctl::ctl {
namespace {

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "apiKey", "API_KEY" and "X-Api-Key" are API KEY and X API KEY.
std::vector<std::string> words_of(std::string_view name) {
    std::vector<std::string> words(1);
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        const bool part = is_lower(c) || is_upper(c) || is_digit(c);
        const bool hump = is_upper(c) && i > 0 && is_lower(name[i - 1]);
        if ((!part || hump) && !words.back().empty()) {
            words.emplace_back();
        }
        if (part) {
            words.back() += is_lower(c) ? char(c - 'a' + 'A') : c;
        }
    }
    if (words.back().empty()) {
        words.pop_back();
    }
    return words;
}

constexpr std::array<std::string_view, 8> telling_parts{"TOKEN",      "SECRET",     "PASSWORD", "PASSWD",
                                                        "PASSPHRASE", "CREDENTIAL", "APIKEY",   "BEARER"};
constexpr std::array<std::string_view, 7> telling_words{"KEY", "KEYS", "AUTH", "AUTHORIZATION", "PAT", "COOKIE", "PWD"};
// What such a name is about when it ends so: where a secret is, how many tokens there may be.
constexpr std::array<std::string_view, 16> harmless_ends{"FILE",    "PATH",   "DIR",    "DIRECTORY", "URL",  "URI",
                                                         "HOST",    "NAME",   "TYPE",   "LIMIT",     "SIZE", "COUNT",
                                                         "TIMEOUT", "LENGTH", "BUDGET", "TTL"};

bool tells_secret(std::string_view word) {
    return std::ranges::contains(telling_words, word) || (word.ends_with("KEY") && word != "MONKEY") ||
           std::ranges::any_of(telling_parts, [&](std::string_view part) { return word.contains(part); });
}

constexpr std::array<std::string_view, 36> prefixes{
    "sk-",         "sk_live_", "sk_test_", "rk_live_", "ghp_",  "gho_",    "ghu_",   "ghs_",     "ghr_",
    "github_pat_", "glpat-",   "xoxb-",    "xoxp-",    "xoxa-", "xoxs-",   "xapp-",  "AKIA",     "ASIA",
    "AIza",        "ya29.",    "hf_",      "npm_",     "pypi-", "dop_v1_", "SG.",    "lin_api_", "secret_",
    "ntn_",        "figd_",    "pplx-",    "gsk_",     "tvly-", "r8_",     "nvapi-", "shpat_",   "sntrys_"};
// Shorter ones are examples, or words that happen to begin so.
constexpr std::size_t shortest_key = 12;

// scheme://user:password@host
bool is_url_with_password(std::string_view value) {
    const std::size_t scheme = value.find("://");
    if (scheme == std::string_view::npos) {
        return false;
    }
    const std::string_view rest = value.substr(scheme + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    const std::size_t at = authority.rfind('@');
    const std::size_t colon = authority.find(':');
    return at != std::string_view::npos && colon < at && at - colon > 1;
}

// Three parts in base64url, of which the first two begin as JSON does.
bool is_web_token(std::string_view value) {
    const std::size_t dot = value.find('.');
    return value.starts_with("eyJ") && dot != std::string_view::npos && value.substr(dot + 1).starts_with("eyJ");
}

bool could_be_value(std::string_view value) {
    return !value.empty() && !value.starts_with("${") && !value.starts_with('/') && !value.starts_with('.');
}

// "--api-key=x", "API_KEY=x", "Authorization: x"
bool assigns_secret(std::string_view argument) {
    const std::size_t separator = argument.find_first_of("=:");
    if (separator == std::string_view::npos || argument.substr(separator).starts_with("://")) {
        return false;
    }
    std::string_view value = argument.substr(separator + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    const std::string_view name = argument.substr(0, separator);
    const bool is_name = std::ranges::all_of(
        name, [](char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '-' || c == '_'; });
    return is_name && could_be_value(value) && (is_secret_name(name) || is_secret_value(value));
}

}  // namespace

bool is_secret_name(std::string_view name) {
    const std::vector<std::string> words = words_of(name);
    if (words.empty() || std::ranges::contains(harmless_ends, std::string_view(words.back()))) {
        return false;
    }
    if (std::ranges::contains(words, "MAX") || std::ranges::contains(words, "MIN")) {
        return false;
    }
    return std::ranges::any_of(words, [](const std::string& word) { return tells_secret(word); });
}

bool is_secret_value(std::string_view value) {
    for (const std::string_view scheme : {"Bearer ", "Basic "}) {
        if (value.starts_with(scheme) && could_be_value(value.substr(scheme.size()))) {
            return true;
        }
    }
    const bool known =
        std::ranges::any_of(prefixes, [&](std::string_view prefix) { return value.starts_with(prefix); });
    return (known && value.size() >= shortest_key && !value.contains(' ')) || value.contains("PRIVATE KEY-----") ||
           is_web_token(value) || is_url_with_password(value);
}

bool is_placeholder(std::string_view value) {
    if (value.size() > 2 && value.front() == '<' && value.back() == '>') {
        return true;
    }
    std::string upper;
    for (const char c : value) {
        upper += is_lower(c) ? char(c - 'a' + 'A') : c;
    }
    const bool all_x = !upper.empty() && std::ranges::all_of(upper, [](char c) { return c == 'X' || c == '*'; });
    return all_x || upper.starts_with("YOUR_") || upper.starts_with("YOUR-") || upper.starts_with("YOUR ") ||
           upper == "CHANGEME" || upper == "REPLACE_ME" || upper == "...";
}

std::optional<std::size_t> secret_argument(const std::vector<std::string>& arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        const bool behind_flag = i > 0 && arguments[i - 1].starts_with('-') && !arguments[i - 1].contains('=') &&
                                 !argument.starts_with('-') && is_secret_name(arguments[i - 1]);
        if (is_secret_value(argument) || assigns_secret(argument) || (behind_flag && could_be_value(argument))) {
            return i;
        }
    }
    return std::nullopt;
}

}  // namespace mcpctl::ctl
