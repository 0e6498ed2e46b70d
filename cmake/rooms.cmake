# A room is one static library (or program) that sees only what it links: what is not linked cannot be included,
# because nothing but the source root is on everybody's include path and every foreign library comes through its target.

option(MCPCTL_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(MCPCTL_FUZZ "Build the fuzzers, with both sanitizers; needs clang" OFF)

add_library(mcpctl-options INTERFACE)
target_compile_options(
    mcpctl-options
    INTERFACE -Wall
              -Wextra
              -Wpedantic
              -Wshadow
              -Wnon-virtual-dtor
              -Woverloaded-virtual
              -Wconversion
              -Wno-sign-conversion
              -Werror
)
# GCC 14 reports false positives in optimised coroutine frames for these: Asio allocates frames by functions of its own.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(mcpctl-options INTERFACE -Wno-maybe-uninitialized -Wno-mismatched-new-delete)
endif()
target_include_directories(mcpctl-options INTERFACE ${PROJECT_SOURCE_DIR})
# One thread runs everything in each program, so Asio needs no locks inside; and its separate-compilation mode is not
# used because the rooms share one precompiled header instead.
target_compile_definitions(
    mcpctl-options INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE
                             MCPCTL_VERSION="${PROJECT_VERSION}"
)
if(MCPCTL_SANITIZE)
    target_compile_options(mcpctl-options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                                                    -fno-omit-frame-pointer)
    target_link_options(mcpctl-options INTERFACE -fsanitize=address,undefined)
endif()

if(MCPCTL_FUZZ)
    target_compile_options(mcpctl-options INTERFACE -fsanitize=fuzzer-no-link,address,undefined
                                                    -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(mcpctl-options INTERFACE -fsanitize=address,undefined)
endif()

# mcpctl_room(NAME SOURCES… LINKS PUBLIC-LIBRARIES… [PRECOMPILE HEADERS… | PRECOMPILED_BY ROOM])
# Parsing foreign headers is most of a compilation. Rooms that include the same ones share one precompiled header, by
# default that of base.
function(mcpctl_room name)
    cmake_parse_arguments(ROOM "" "PRECOMPILED_BY" "SOURCES;LINKS;PRECOMPILE" ${ARGN})
    add_library(mcpctl-${name} STATIC ${ROOM_SOURCES})
    target_link_libraries(mcpctl-${name} PUBLIC mcpctl-options ${ROOM_LINKS})
    if(ROOM_PRECOMPILE)
        target_precompile_headers(mcpctl-${name} PRIVATE ${ROOM_PRECOMPILE})
    elseif(ROOM_PRECOMPILED_BY)
        target_precompile_headers(mcpctl-${name} REUSE_FROM mcpctl-${ROOM_PRECOMPILED_BY})
    else()
        target_precompile_headers(mcpctl-${name} REUSE_FROM mcpctl-base)
    endif()
endfunction()
