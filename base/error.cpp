#include "base/error.hpp"

#include <algorithm>
#include <array>

namespace mcpctl {
namespace {

struct Row {
    ErrorCode code;
    std::string_view name;
};

constexpr std::array rows{
    Row{ErrorCode::InvalidArgument, "InvalidArgument"},
    Row{ErrorCode::NotFound, "NotFound"},
    Row{ErrorCode::AlreadyExists, "AlreadyExists"},
    Row{ErrorCode::InUse, "InUse"},
    Row{ErrorCode::Busy, "Busy"},
    Row{ErrorCode::AccessDenied, "AccessDenied"},
    Row{ErrorCode::NotManaged, "NotManaged"},
    Row{ErrorCode::NotSupported, "NotSupported"},
    Row{ErrorCode::LimitsExceeded, "LimitsExceeded"},
    Row{ErrorCode::NotReady, "NotReady"},
    Row{ErrorCode::Unavailable, "Unavailable"},
    Row{ErrorCode::TimedOut, "TimedOut"},
    Row{ErrorCode::Canceled, "Canceled"},
    Row{ErrorCode::StartFailed, "StartFailed"},
    Row{ErrorCode::StorageFailed, "StorageFailed"},
    Row{ErrorCode::Internal, "Internal"},
};

}  // namespace

std::string_view name_of(ErrorCode code) {
    const auto* row = std::ranges::find(rows, code, &Row::code);
    return row == rows.end() ? "Internal" : row->name;
}

ErrorCode error_code_named(std::string_view name) {
    const auto* row = std::ranges::find(rows, name, &Row::name);
    return row == rows.end() ? ErrorCode::Internal : row->code;
}

}  // namespace mcpctl
