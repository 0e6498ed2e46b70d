// The crashing agent in the place of the installed one, as long as the object lives.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace mcpctl::test {

class CrashingAgent {
  public:
    CrashingAgent();
    CrashingAgent(const CrashingAgent&) = delete;
    CrashingAgent& operator=(const CrashingAgent&) = delete;
    ~CrashingAgent();

    // The next agents die at these points, one after the other. Forgets what was passed before.
    static void arm(const std::vector<std::string>& points);
    // Points where nobody has died yet.
    static std::vector<std::string> still_armed();
    static std::set<std::string> passed();
};

}  // namespace mcpctl::test
