// mcpctl-make-manual: writes the manual pages. Runs while mcpctl is built and is not installed.
#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <format>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "ctl/command_line.hpp"
#include "man/contract_page.hpp"
#include "man/markup.hpp"
#include "man/verb_page.hpp"

namespace mcpctl::man {
namespace {

namespace fs = std::filesystem;

struct Places {
    fs::path source;
    fs::path target;
    Edition edition;
};

// Pages that are written by hand as a whole.
struct HandWritten {
    const char* name;
    int section;
};
constexpr std::array hand_written{HandWritten{"mcpctl-agent", 8}, HandWritten{"mcpctl-http-bridge", 8},
                                  HandWritten{"mcpctl.toml", 5}};

// Empty where there is none: a test names what is missing, and nobody who only wants to build is held up.
std::string text_of(const fs::path& file) {
    std::ifstream stream(file);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
}

void write(const Places& places, const std::string& name, int section, const std::string& roff) {
    const fs::path directory = places.target / std::format("man{}", section);
    fs::create_directories(directory);
    std::ofstream stream(directory / std::format("{}.{}", name, section));
    stream << roff;
    stream.close();
    if (!stream) {
        throw std::runtime_error(std::format("cannot write {}({})", name, section));
    }
}

void write_verbs(const Places& places) {
    ctl::Context context;
    CLI::App root(ctl::what_mcpctl_is(), "mcpctl");
    ctl::describe(root, context);
    const fs::path prose = places.source / "docs/man";
    write(places, "mcpctl", 1, main_page(root, text_of(prose / "mcpctl.txt"), places.edition));
    for (const CLI::App* verb : ctl::shown_verbs(root)) {
        write(places, page_name(*verb), 1,
              verb_page(*verb, text_of(prose / (page_name(*verb) + ".txt")), places.edition));
    }
}

void write_contract(const Places& places) {
    std::vector<Interface> interfaces;
    for (const char* name : {"Manager", "Server", "Profile", "Instance", "Job"}) {
        interfaces.push_back(
            interface_in(text_of(places.source / "dbus/interfaces" / std::format("org.mcpctl.Agent1.{}.xml", name))));
    }
    write(places, "org.mcpctl.Agent1", 5,
          contract_page(interfaces, text_of(places.source / "docs/man/org.mcpctl.Agent1.txt"), places.edition));
}

void write_hand_written(const Places& places) {
    for (const auto& [name, section] : hand_written) {
        Page page(name, section, places.edition);
        add_markup(page, text_of(places.source / "docs/man" / std::format("{}.{}.txt", name, section)));
        write(places, name, section, page.roff());
    }
}

}  // namespace
}  // namespace mcpctl::man

int main(int argc, char** argv) {
    mcpctl::man::Places places;
    CLI::App options("Writes the manual pages of mcpctl.");
    options.add_option("SOURCE", places.source, "The source tree")->required();
    options.add_option("TARGET", places.target, "Directory that is replaced")->required();
    options.add_option("DATE", places.edition.date, "What stands below each page")->required();
    CLI11_PARSE(options, argc, argv);
    places.edition.version = MCPCTL_VERSION;
    try {
        std::filesystem::remove_all(places.target);
        mcpctl::man::write_verbs(places);
        mcpctl::man::write_contract(places);
        mcpctl::man::write_hand_written(places);
    } catch (const std::exception& error) {
        std::fputs(std::format("mcpctl-make-manual: {}\n", error.what()).c_str(), stderr);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
