#include "ctl/clients/member_edit.hpp"

#include <algorithm>
#include <format>

#include "ctl/clients/jsonc.hpp"

namespace mcpctl::ctl {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view white_space = " \t\r\n";
constexpr std::size_t nowhere = std::string_view::npos;

struct MemberSpan {
    std::string key;
    std::size_t key_begin = 0;
    std::size_t begin = 0;  // of the value
    std::size_t end = 0;
};

struct ObjectSpan {
    std::size_t open = 0;   // of the brace
    std::size_t close = 0;  // the same
    std::vector<MemberSpan> members;

    // The last of several of one name, as parsers have it.
    [[nodiscard]] const MemberSpan* find(std::string_view key) const {
        const MemberSpan* found = nullptr;
        for (const MemberSpan& member : members) {
            found = member.key == key ? &member : found;
        }
        return found;
    }
};

// Offsets in JSON that has been parsed already, so nothing is checked here.
class Spans {
  public:
    explicit Spans(std::string strict) : text_(std::move(strict)) {}

    [[nodiscard]] ObjectSpan object_at(std::size_t open) const {
        ObjectSpan object{open, open, {}};
        std::size_t at = skip_space(open + 1);
        while (text_[at] != '}') {
            MemberSpan member;
            member.key_begin = at;
            const std::size_t key_end = string_end(at);
            member.key = Json::parse(text_.substr(at, key_end - at)).get<std::string>();
            member.begin = skip_space(skip_space(key_end) + 1);  // behind the colon
            member.end = value_end(member.begin);
            object.members.push_back(std::move(member));
            at = skip_space(object.members.back().end);
            at = text_[at] == ',' ? skip_space(at + 1) : at;
        }
        object.close = at;
        return object;
    }
    [[nodiscard]] std::size_t skip_space(std::size_t at) const { return text_.find_first_not_of(white_space, at); }

  private:
    [[nodiscard]] std::size_t string_end(std::size_t at) const {
        for (++at; text_[at] != '"'; ++at) {
            at += text_[at] == '\\' ? 1 : 0;
        }
        return at + 1;
    }
    [[nodiscard]] std::size_t value_end(std::size_t at) const {
        std::size_t depth = 0;
        while (true) {
            const char c = text_[at];
            if (c == '"') {
                at = string_end(at);
            } else if (c == '{' || c == '[') {
                ++depth;
                ++at;
            } else if (c == '}' || c == ']') {
                --depth;
                ++at;
            } else if (depth == 0) {  // a number or a word
                return std::min(text_.find_first_of(" \t\r\n,}]", at), text_.size());
            } else {
                ++at;
            }
            if (depth == 0) {
                return at;
            }
        }
    }

    std::string text_;
};

// One state of the text, and how it is laid out.
class Layout {
  public:
    Layout(std::string_view text, PlainJson plain)
        : text_(text),
          without_comments_(std::move(plain.without_comments)),
          spans_(std::move(plain.strict)),
          root_(spans_.object_at(spans_.skip_space(0))) {
        newline_ = text.contains("\r\n") ? "\r\n" : "\n";
        if (const std::string own = root_.members.empty() ? "" : indent_of(root_.members.front().key_begin);
            !own.empty()) {
            unit_ = own;
        }
    }

    [[nodiscard]] const ObjectSpan& root() const { return root_; }
    [[nodiscard]] ObjectSpan object_at(std::size_t open) const { return spans_.object_at(open); }

    [[nodiscard]] std::string replaced(const MemberSpan& member, const Json& value) const {
        std::string text(text_);
        return text.replace(member.begin, member.end - member.begin, dumped(value, line_indent(member.key_begin)));
    }

    [[nodiscard]] std::string appended(const ObjectSpan& object, const std::string& key, const Json& value) const {
        const std::string base = line_indent(object.open);
        std::string indent = object.members.empty() ? "" : indent_of(object.members.front().key_begin);
        indent = indent.empty() ? base + unit_ : indent;
        const std::string member = std::format("{}{}{}: {}", newline_, indent, Json(key).dump(), dumped(value, indent));
        // Behind the last thing in the object, which may be a comment.
        const std::size_t behind = text_.find_last_not_of(white_space, object.close - 1) + 1;
        std::string tail(text_.substr(behind, object.close - behind));
        if (!tail.contains('\n')) {
            tail = newline_ + base;
        }
        std::string text(text_.substr(0, behind));
        text += member + tail;
        text += text_.substr(object.close);
        if (!object.members.empty() && !has_trailing_comma(object)) {
            text.insert(object.members.back().end, ",");
        }
        return text;
    }

  private:
    [[nodiscard]] std::size_t line_start(std::size_t at) const {
        const std::size_t before = text_.substr(0, at).rfind('\n');
        return before == nowhere ? 0 : before + 1;
    }
    // The white space in front of its line.
    [[nodiscard]] std::string line_indent(std::size_t at) const {
        const std::size_t start = line_start(at);
        const std::size_t end = std::min(text_.find_first_not_of(" \t", start), text_.size());
        return std::string(text_.substr(start, end - start));
    }
    // The same where nothing else stands in front of it.
    [[nodiscard]] std::string indent_of(std::size_t at) const {
        std::string indent = line_indent(at);
        return line_start(at) + indent.size() == at ? indent : "";
    }
    [[nodiscard]] bool has_trailing_comma(const ObjectSpan& object) const {
        const std::size_t end = object.members.back().end;
        return std::string_view(without_comments_).substr(end, object.close - end).contains(',');
    }
    [[nodiscard]] std::string dumped(const Json& value, const std::string& indent) const {
        const bool tabs = unit_.starts_with('\t');
        const std::string dump = value.dump(tabs ? 1 : int(unit_.size()), tabs ? '\t' : ' ');
        std::string text;
        for (const char c : dump) {
            text += c == '\n' ? newline_ + indent : std::string(1, c);
        }
        return text;
    }

    std::string_view text_;
    std::string without_comments_;
    Spans spans_;
    ObjectSpan root_;
    std::string newline_;
    std::string unit_ = "  ";
};

Result<Layout> layout_of(std::string_view text) {
    return plain_json(text).transform([&](PlainJson plain) { return Layout(text, std::move(plain)); });
}

Json section_of(const std::vector<Member>& members) {
    Json section = Json::object();
    for (const Member& member : members) {
        section[member.name] = member.value;
    }
    return section;
}

Result<std::string> with_member(const std::string& text, const std::string& section, const Member& member) {
    return layout_of(text).transform([&](const Layout& layout) {
        const ObjectSpan object = layout.object_at(layout.root().find(section)->begin);
        const MemberSpan* existing = object.find(member.name);
        return existing == nullptr ? layout.appended(object, member.name, member.value)
                                   : layout.replaced(*existing, member.value);
    });
}

// What the text should say now. The edit is compared with it: a file that others read is not left to luck.
Json expected(Json document, const std::string& section, const std::vector<Member>& members) {
    for (const Member& member : members) {
        document[section][member.name] = member.value;
    }
    return document;
}

}  // namespace

Result<std::string> with_members(std::string_view text, std::string_view name, const std::string& section,
                                 const std::vector<Member>& members) {
    if (text.find_first_not_of(white_space) == nowhere) {
        Json document = Json::object();
        document[section] = section_of(members);
        return document.dump(2) + '\n';
    }
    auto document = parse_jsonc(text, name);
    if (!document) {
        return std::unexpected(std::move(document.error()));
    }
    const bool known = document->is_object() && document->contains(section);
    if (!document->is_object() || (known && !(*document)[section].is_object())) {
        return fail(ErrorCode::InvalidArgument, known ? std::format("{} in {} is not an object", section, name)
                                                      : std::format("{} is not a JSON object", name));
    }
    Result<std::string> edited = std::string(text);
    if (known) {
        for (const Member& member : members) {
            edited = with_member(*edited, section, member);
        }
    } else {
        edited = layout_of(text).transform(
            [&](const Layout& layout) { return layout.appended(layout.root(), section, section_of(members)); });
    }
    const auto check = parse_jsonc(*edited, name);
    if (!check || *check != expected(*std::move(document), section, members)) {
        return fail(ErrorCode::Internal,
                    std::format("{} could not be edited without changing what else is in it", name));
    }
    return edited;
}

}  // namespace mcpctl::ctl
