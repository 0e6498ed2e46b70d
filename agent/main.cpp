// mcpctl-agent: what systemd starts. Everything it does is in agent/app.
#include "agent/app/program.hpp"

int main(int argc, char** argv) {
    return mcpctl::run_program(argc, argv);
}
