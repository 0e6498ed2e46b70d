#include "ctl/output/table.hpp"

#include <algorithm>
#include <numeric>

#include "ctl/output/visible_text.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 4;

std::vector<std::size_t> natural_widths(const Table& table) {
    std::vector<std::size_t> widths;
    for (const std::string& title : table.header) {
        widths.push_back(display_width(title));
    }
    for (const auto& row : table.rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], display_width(visible_text(row[i].text)));
        }
    }
    return widths;
}

std::size_t total_width(const std::vector<std::size_t>& widths) {
    return std::accumulate(widths.begin(), widths.end(), widths.empty() ? 0 : gap * (widths.size() - 1));
}

void drop_column(Table& table, const std::string& title) {
    const auto column = std::ranges::find(table.header, title);
    if (column == table.header.end()) {
        return;
    }
    const auto index = column - table.header.begin();
    table.header.erase(column);
    for (auto& row : table.rows) {
        row.erase(row.begin() + index);
    }
}

void drop_to_fit(Table& table, std::size_t available) {
    for (const std::string& title : table.dispensable) {
        if (total_width(natural_widths(table)) <= available) {
            return;
        }
        drop_column(table, title);
    }
}

void shrink_to_fit(std::vector<std::size_t>& widths, std::size_t available) {
    for (std::size_t total = total_width(widths); total > available; --total) {
        auto widest = std::max_element(widths.begin() + 1, widths.end());
        if (widest == widths.end() || *widest <= narrowest) {
            widest = widths.begin();
        }
        if (*widest <= narrowest) {
            return;
        }
        --*widest;
    }
}

std::string line_of(const std::vector<Cell>& cells, const std::vector<std::size_t>& widths, const Terminal& terminal) {
    std::string line;
    std::size_t used = 0;
    for (std::size_t i = 0; i < cells.size() && used < terminal.width; ++i) {
        const std::size_t room = std::min(widths[i], terminal.width - used);
        const std::string text = cut_to_width(visible_text(cells[i].text), room, terminal.unicode);
        line += terminal.paint(text, cells[i].colour);
        if (i + 1 < cells.size()) {
            line.append(widths[i] - display_width(text) + gap, ' ');
        }
        used += widths[i] + gap;
    }
    // Blanks at the end would wrap on a terminal that is narrower than the columns.
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

}  // namespace

std::string layout(Table table, const Terminal& terminal) {
    drop_to_fit(table, terminal.width);
    std::vector<std::size_t> widths = natural_widths(table);
    shrink_to_fit(widths, terminal.width);
    std::vector<Cell> header;
    for (const std::string& title : table.header) {
        header.push_back({title, Colour::bold});
    }
    std::string text = line_of(header, widths, terminal);
    for (const auto& row : table.rows) {
        text += line_of(row, widths, terminal);
    }
    return text;
}

std::string layout(const std::vector<Field>& fields, const Terminal& terminal) {
    std::size_t label_width = 0;
    for (const Field& field : fields) {
        label_width = std::max(label_width, display_width(field.label));
    }
    std::string text;
    for (const Field& field : fields) {
        if (field.value.empty()) {
            continue;
        }
        text.append(2 + label_width - display_width(field.label), ' ').append(field.label).append(": ");
        text += terminal.paint(visible_text(field.value), field.colour) + '\n';
    }
    return text;
}

}  // namespace mcpctl::ctl
