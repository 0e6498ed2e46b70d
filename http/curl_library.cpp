#include "http/curl_library.hpp"

#include <dlfcn.h>

#include <format>
#include <stdexcept>

namespace mcpctl::http {
namespace {

// The name of the ABI, which has been the same since 2006.
constexpr const char* library = "libcurl.so.4";

template <class Function>
void find(void* handle, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(handle, name));
    if (function == nullptr) {
        throw std::runtime_error(std::format("{} has no {}", library, name));
    }
}

CurlLibrary load() {
    void* const handle = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        throw std::runtime_error(std::format("HTTP needs {}: {}", library, ::dlerror()));
    }
    CurlLibrary found{};
    find(handle, "curl_easy_init", found.easy_init);
    find(handle, "curl_easy_setopt", found.easy_setopt);
    find(handle, "curl_easy_getinfo", found.easy_getinfo);
    find(handle, "curl_easy_header", found.easy_header);
    find(handle, "curl_easy_pause", found.easy_pause);
    find(handle, "curl_easy_strerror", found.easy_strerror);
    find(handle, "curl_easy_cleanup", found.easy_cleanup);
    find(handle, "curl_slist_append", found.slist_append);
    find(handle, "curl_slist_free_all", found.slist_free_all);
    find(handle, "curl_ws_meta", found.ws_meta);
    find(handle, "curl_multi_init", found.multi_init);
    find(handle, "curl_multi_setopt", found.multi_setopt);
    find(handle, "curl_multi_add_handle", found.multi_add_handle);
    find(handle, "curl_multi_socket_action", found.multi_socket_action);
    find(handle, "curl_multi_perform", found.multi_perform);
    find(handle, "curl_multi_info_read", found.multi_info_read);
    find(handle, "curl_multi_poll", found.multi_poll);
    find(handle, "curl_multi_remove_handle", found.multi_remove_handle);
    find(handle, "curl_multi_cleanup", found.multi_cleanup);
    return found;
}

}  // namespace

const CurlLibrary& curl() {
    static const CurlLibrary loaded = load();
    return loaded;
}

}  // namespace mcpctl::http
