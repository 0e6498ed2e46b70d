// mcpctl-exec-env VARIABLE=SECRET… -- PROGRAM ARGUMENT…
//
// Sets each variable to what the file of that name in $CREDENTIALS_DIRECTORY holds, and becomes the program. It runs in
// the server's sandbox as the server's user. Only names are in its arguments, and it never prints a value.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int exit_exec = 203;  // as systemd.exec(5) has them
constexpr int exit_credentials = 243;
constexpr std::size_t most_bytes = std::size_t{16} * 1024;  // of a value, as the agent keeps it

// Where the agent has looked for the program: PATH may be the definition's.
constexpr std::array search_path{"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/"};

char value[most_bytes + 2];  // one more than allowed, and the end

[[noreturn]] void give_up(int status, const char* what, const char* why) {
    std::fprintf(stderr, "mcpctl-exec-env: %s: %s\n", what, why);
    std::exit(status);
}

// The value without one newline at its end, which files and pipes tend to have.
void read_value(const char* directory, const char* secret) {
    const int folder = ::open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int file = folder < 0 ? -1 : ::openat(folder, secret, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) {
        give_up(exit_credentials, secret, std::strerror(errno));
    }
    std::size_t size = 0;
    while (size <= most_bytes) {
        const ssize_t got = ::read(file, value + size, most_bytes + 1 - size);
        if (got < 0 && errno != EINTR) {
            give_up(exit_credentials, secret, std::strerror(errno));
        }
        if (got == 0) {
            break;
        }
        size += got > 0 ? std::size_t(got) : 0;
    }
    ::close(file);
    ::close(folder);
    if (size > most_bytes) {
        give_up(exit_credentials, secret, "longer than a secret can be");
    }
    if (std::memchr(value, '\0', size) != nullptr) {
        give_up(exit_credentials, secret, "holds a NUL byte, which no variable can; let the server read the file");
    }
    if (size > 0 && value[size - 1] == '\n') {
        --size;
    }
    value[size] = '\0';
}

void set_variable(const char* directory, char* assignment) {
    char* equals = std::strchr(assignment, '=');
    if (equals == nullptr || equals == assignment || std::strchr(equals, '/') != nullptr) {
        give_up(exit_credentials, assignment, "not of the form VARIABLE=SECRET");
    }
    *equals = '\0';
    read_value(directory, equals + 1);
    if (::setenv(assignment, value, 1) != 0) {
        give_up(exit_credentials, assignment, std::strerror(errno));
    }
}

[[noreturn]] void become(char** command) {
    int why = ENOENT;
    if (std::strchr(command[0], '/') != nullptr) {
        ::execv(command[0], command);
        why = errno;
    } else {
        for (const char* directory : search_path) {
            char path[4096];
            const int length = std::snprintf(path, sizeof path, "%s%s", directory, command[0]);
            if (length < 0 || std::size_t(length) >= sizeof path) {
                continue;
            }
            ::execv(path, command);
            if (errno != ENOENT) {
                why = errno;
            }
        }
    }
    give_up(exit_exec, command[0], std::strerror(why));
}

}  // namespace

int main(int argc, char** argv) {
    int next = 1;
    while (next < argc && std::strcmp(argv[next], "--") != 0) {
        ++next;
    }
    if (next + 1 >= argc) {
        give_up(exit_exec, "usage", "mcpctl-exec-env VARIABLE=SECRET... -- PROGRAM ARGUMENT...");
    }
    const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr) {
        give_up(exit_credentials, "CREDENTIALS_DIRECTORY", "not set");
    }
    for (int i = 1; i < next; ++i) {
        set_variable(directory, argv[i]);
    }
    ::explicit_bzero(value, sizeof value);
    become(argv + next + 1);
}
