#include "ctl/output/event_printer.hpp"

#include <format>
#include <set>

#include "ctl/output/json.hpp"
#include "ctl/output/time_text.hpp"
#include "ctl/output/visible_text.hpp"

namespace mcpctl::ctl {
namespace {

using Json = nlohmann::ordered_json;

std::string text_at(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? ""
           : found->is_string()                      ? found->get<std::string>()
                                                     : found->dump();
}

std::string identity_of(const std::string& kind, const Json& object) {
    return kind == "instance" || kind == "job" ? text_at(object, "id") : text_at(object, "name");
}

std::string instance_text(const Json& instance) {
    std::string text = text_at(instance, "state");
    const std::string readiness = text_at(instance, "readiness");
    if (text == "running" && !readiness.empty()) {
        text += ", " + (readiness == "not-ready" ? std::string("not ready") : readiness);
    }
    if (instance.value("alert", false)) {
        text += ", alert";
    }
    if (const std::string sessions = text_at(instance, "sessions"); !sessions.empty() && sessions != "0") {
        text += std::format(", {} session{}", sessions, sessions == "1" ? "" : "s");
    }
    const std::string health = text_at(instance, "healthReason");
    const std::string why = text_at(instance, "reason").empty() ? health : text_at(instance, "reason");
    return why.empty() ? text : text + ": " + why;
}

std::string job_text(const Json& job) {
    const auto error = job.find("error");
    const bool failed = error != job.end() && error->is_object();
    return text_at(job, "state") + (failed ? ": " + text_at(*error, "reason") : "");
}

}  // namespace

std::string EventPrinter::print(const Event& event, std::uint64_t at) {
    Json data = Json::parse(event.data, nullptr, false);
    if (as_json_) {
        return json_line({{"time", rfc3339(at)}, {"event", event.name}, {"object", std::move(data)}});
    }
    if (!data.is_object()) {
        return {};
    }
    const std::string stamp = local_stamp(at);
    constexpr std::string_view removed_suffix = "-removed";
    if (event.name == "snapshot") {
        return snapshot(data, stamp);
    }
    return event.name.ends_with(removed_suffix)
               ? removed(event.name.substr(0, event.name.size() - removed_suffix.size()), data, stamp)
               : changed(event.name, data, stamp);
}

// Also what is gone since the last one is told.
std::string EventPrinter::snapshot(const Json& all, const std::string& stamp) {
    std::string text;
    std::set<std::string> there;
    for (const std::string kind : {"instance", "job", "profile", "server"}) {
        const auto list = all.find(kind + "s");
        for (const Json& object : list == all.end() ? Json::array() : *list) {
            there.insert(kind + ' ' + identity_of(kind, object));
            const bool is_news = begun_ || kind == "instance" || text_at(object, "state") == "running";
            const std::string line = changed(kind, object, stamp);
            text += is_news ? line : "";
        }
    }
    const auto told = told_;
    for (const auto& [thing, last] : told) {
        const std::size_t space = thing.find(' ');
        if (!there.contains(thing) && !thing.starts_with("job ")) {
            const std::string kind = thing.substr(0, space);
            text += removed(kind, {{kind == "instance" ? "id" : "name", thing.substr(space + 1)}}, stamp);
        }
    }
    begun_ = true;
    return text;
}

std::string EventPrinter::changed(const std::string& kind, const Json& object, const std::string& stamp) {
    const std::string identity = identity_of(kind, object);
    if (kind == "instance") {
        names_[identity] = text_at(object, "name");
    }
    const Line line = line_of(kind, object);
    const auto [told, is_new] = told_.try_emplace(kind + ' ' + identity, line.text);
    if (!is_new && told->second == line.text && (kind == "instance" || kind == "job")) {
        return {};
    }
    told->second = line.text;
    const std::string title = kind == "instance" ? names_[identity] : kind + ' ' + identity;
    return laid_out(stamp, title, kind == "instance" || kind == "job" ? line : Line{is_new ? "added" : "changed"});
}

std::string EventPrinter::removed(const std::string& kind, const Json& object, const std::string& stamp) {
    const std::string identity = identity_of(kind, object);
    told_.erase(kind + ' ' + identity);
    const auto name = names_.find(identity);
    const std::string title = kind == "instance" && name != names_.end() ? name->second : kind + ' ' + identity;
    return laid_out(stamp, title, {"removed", Colour::none});
}

EventPrinter::Line EventPrinter::line_of(const std::string& kind, const Json& object) const {
    if (kind == "instance") {
        return {instance_text(object),
                object.value("alert", false) ? Colour::red : Terminal::colour_of_state(text_at(object, "state"))};
    }
    if (kind == "job") {
        const std::string id = text_at(object, "instanceId");
        const auto name = names_.find(id);
        return {std::format("{} of {} {}", text_at(object, "kind"), name == names_.end() ? id : name->second,
                            job_text(object)),
                Terminal::colour_of_state(text_at(object, "state"))};
    }
    return {object.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

std::string EventPrinter::laid_out(const std::string& stamp, const std::string& title, const Line& line) const {
    return std::format("{} {}: {}\n", terminal_.paint(stamp, Colour::grey),
                       terminal_.paint(visible_text(title), Colour::bold),
                       terminal_.paint(visible_text(line.text), line.colour));
}

}  // namespace mcpctl::ctl
