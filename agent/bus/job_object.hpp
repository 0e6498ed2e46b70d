// The bus face of a job. The contract is documented in dbus/interfaces/org.mcpctl.Agent1.Job.xml.
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include "agent/bus/calls.hpp"
#include "dbus/job_adaptor.hpp"

namespace mcpctl::bus {

class JobObject final
    : public sdbus::AdaptorInterfaces<org::mcpctl::Agent1::Job_adaptor, sdbus::ManagedObject_adaptor> {
  public:
    JobObject(sdbus::IConnection& connection, const Context& context, Calls& calls, Job job);
    JobObject(const JobObject&) = delete;
    JobObject& operator=(const JobObject&) = delete;
    ~JobObject();

    void changed(const Job& job);

  private:
    void Cancel(sdbus::Result<>&& reply) override;
    void GetLastLines(sdbus::Result<std::vector<std::string>>&& reply) override;

    std::uint64_t Id() override { return job_.id; }
    std::string Kind() override;
    sdbus::ObjectPath Instance() override;
    std::string State() override;
    std::string Progress() override { return job_.progress; }
    std::string Error() override;
    std::string Message() override;
    std::uint64_t CreatedAt() override { return job_.created_at; }
    std::uint64_t FinishedAt() override { return job_.finished_at; }

    const Context& context_;
    Calls& calls_;
    Job job_;
};

}  // namespace mcpctl::bus
