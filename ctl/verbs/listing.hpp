// A list of things in any of the output formats.
#pragma once

#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "ctl/context.hpp"
#include "ctl/output/json.hpp"
#include "ctl/output/table.hpp"
#include "ctl/output/visible_text.hpp"
#include "ctl/verbs/reply.hpp"

namespace mcpctl::ctl {

template <class Info>
struct Listing {
    std::vector<std::string> header;
    std::function<std::vector<Cell>(const Info&)> row;
    std::function<std::string(const Info&)> name;
    std::string when_empty;
    std::vector<std::string> dispensable = {};  // see Table
};

template <class Info>
ExitCode print_listing(Context& context, const Result<std::vector<Info>>& infos, const Listing<Info>& listing) {
    if (!infos) {
        return report(context, infos.error());
    }
    if (context.prints_json()) {
        auto array = nlohmann::ordered_json::array();
        for (const Info& info : *infos) {
            array.push_back(to_json(info));
        }
        print_json(context, array);
    } else if (context.format == OutputFormat::name) {
        for (const Info& info : *infos) {
            print(visible_text(listing.name(info)) + '\n');
        }
    } else if (infos->empty()) {
        std::fputs((listing.when_empty + '\n').c_str(), stderr);
    } else {
        Table table{listing.header, {}, listing.dispensable};
        for (const Info& info : *infos) {
            table.rows.push_back(listing.row(info));
        }
        print(layout(std::move(table), context.out));
    }
    return ExitCode::done;
}

}  // namespace mcpctl::ctl
