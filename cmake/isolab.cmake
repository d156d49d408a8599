# The few build rules that every folder uses.

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wimplicit-fallthrough)
# Paths in traces and errors are relative to the tree, and the same wherever it was built.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(ISOLAB_WERROR)
  add_compile_options(-Werror)
endif()

# isolab_headers(name headers...): what most files include is read once a build, not once a file: a third of a build's
# time. Libraries and programs share them; tests, which are not optimised, have their own. Every
# file still includes what it uses: `./isolab lint` reads it without. g++ 12 forgets with them the pragmas by which
# libstdc++ silences false alarms about its strings. Few sound in a debug build, and a file that one stops has
# SKIP_PRECOMPILE_HEADERS; a release has none of this.
option(ISOLAB_PRECOMPILE "Read the headers that most files include once a build" ON)
function(isolab_headers name)
  if(ISOLAB_PRECOMPILE)
    # A library has to have a source.
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp CONTENT "// Nothing but the headers.\n")
    add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    target_precompile_headers(${name} PRIVATE ${ARGN})
  endif()
endfunction()
function(isolab_take_headers target headers)
  if(ISOLAB_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${headers})
  endif()
endfunction()
set(ISOLAB_COMMON_HEADERS <algorithm> <chrono> <fmt/format.h> <fmt/ranges.h> <functional> <map> <memory> <optional>
                          <set> <sstream> <stdexcept> <string> <vector>)

# isolab_library(name sources...): the library of one folder. Includes are written from the top of the tree.
function(isolab_library name)
  add_library(${name} STATIC ${ARGN})
  isolab_take_headers(${name} common_headers)
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
endfunction()

# isolab_program(name sources...): a program in bin/ of the build folder; the target `programs` builds them all.
add_custom_target(programs)
function(isolab_program name)
  add_executable(${name} ${ARGN})
  isolab_take_headers(${name} common_headers)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  add_dependencies(programs ${name})
endfunction()

# isolab_static(name): no shared library at start: a quarter of a millisecond saved each time, and a program that runs
# inside any root file system. Sanitizers need the shared runtime, so their build stays dynamic.
# WHY static-pie: addresses are random, as in any program of Debian; and the first exception of a plain -static program
# sorts the tables of all its functions, 2 ms (docs/TRICKS.md). Debian's compilers make position-independent code anyway.
# WHY packed: each of the 6,000 addresses that a start has to correct takes a bit or two in the file, not 24 bytes.
function(isolab_static name)
  if(NOT ISOLAB_SANITIZE)
    target_link_options(${name} PRIVATE -static-pie -Wl,--gc-sections -Wl,-z,pack-relative-relocs)
  endif()
endfunction()

# isolab_commit(variable): the commit that is built, "unknown" without git or outside a clone. The next build notices that
# another was made or checked out, and asks again.
function(isolab_commit variable)
  set(commit unknown)
  find_package(Git QUIET)
  if(GIT_FOUND)
    execute_process(COMMAND ${GIT_EXECUTABLE} rev-parse --git-path logs/HEAD --short=12 HEAD
                    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE lines RESULT_VARIABLE failed ERROR_QUIET
                    OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(NOT failed)
      string(REPLACE "\n" ";" lines "${lines}")
      list(GET lines 0 log)
      list(GET lines -1 commit)
      get_filename_component(log ${log} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
      if(EXISTS ${log})
        set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${log})
      endif()
    endif()
  endif()
  set(${variable} ${commit} PARENT_SCOPE)
endfunction()

# A test that says SKIP and why, as GoogleTest would; nothing is built for it.
function(isolab_skipped_test tier name reason)
  add_custom_target(${name})
  add_test(NAME ${tier}/${name} COMMAND ${CMAKE_COMMAND} -E echo "${name}: Skipped\n${reason}\n[  SKIPPED ]")
  set_tests_properties(${tier}/${name} PROPERTIES LABELS ${tier} SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
endfunction()

# isolab_test(tier name LIBRARIES libs... SOURCES files...): a GoogleTest program whose every test is known to ctest
# under the label of its tier (unit, kernel, lifecycle, order, fault, fuzz, style, vm, end-to-end). Tests of all tiers but
# unit, fuzz and style change the host's kernel state, so only one of them runs at a time. With GUEST, a test whose work is
# done inside a guest: for minutes, and the host has another processor for the others meanwhile.
include(GoogleTest)
# WHY: a test runs each of its lines once; to optimise them takes a third of its compilation.
set(ISOLAB_TEST_OPTIONS $<$<CONFIG:Debug>:-O0>)
function(isolab_test tier name)
  cmake_parse_arguments(TEST "GUEST" "TIMEOUT" "LIBRARIES;SOURCES" ${ARGN})
  if(ISOLAB_SANITIZE AND tier MATCHES "^(vm|end-to-end)$")
    isolab_skipped_test(${tier} ${name} "programs of the asan preset want libraries that guests and images do not have")
    return()
  endif()
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 60)
  endif()
  add_executable(${name} ${TEST_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${ISOLAB_TEST_OPTIONS})
  isolab_take_headers(${name} test_headers)
  target_link_libraries(${name} PRIVATE ${TEST_LIBRARIES} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE ISOLAB_BIN="${CMAKE_BINARY_DIR}/bin"
                                             ISOLAB_SOURCE="${CMAKE_SOURCE_DIR}")
  # Under sanitizers only: what enters namespaces or forks away from its parent's memory cannot be searched for leaks.
  set(environment)
  if(ISOLAB_SANITIZE)
    set(environment ENVIRONMENT ASAN_OPTIONS=detect_leaks=0)
  endif()
  set(place RESOURCE_LOCK host)
  if(TEST_GUEST)
    # The first to start: it is the last to end.
    set(place RESOURCE_LOCK guest COST 1000)
  elseif(tier MATCHES "^(unit|style|fuzz)$")
    set(place)
    set(environment)
  endif()
  gtest_discover_tests(${name} TEST_PREFIX "${tier}/" DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       PROPERTIES LABELS ${tier} TIMEOUT ${TEST_TIMEOUT} ${place} ${environment}
                                  SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
endfunction()
