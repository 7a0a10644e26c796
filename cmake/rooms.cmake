# What the sanitizer builds need, without the program itself.
add_custom_target(unit_tests)
add_custom_target(fuzz_targets)

# berth_room(NAME [DEPS rooms...] [LIBS libraries...] [FOLDERS sub...] [TEST_FOLDERS sub...]
#            [ROOT dir])
# Makes the static library berth_NAME from src/NAME/*.cc (and the named sub-folders, and ports/),
# and the test program NAME_test from every tests/*.cc below it and from TEST_FOLDERS, which hold
# shared suites and never reach the library. A room without sources yet is an interface library of
# its headers. Files are found by folder, so a new one needs no edit here.
function(berth_room name)
  cmake_parse_arguments(ROOM "" "ROOT" "DEPS;LIBS;FOLDERS;TEST_FOLDERS" ${ARGN})
  if(NOT ROOM_ROOT)
    set(ROOM_ROOT src/${name})
  endif()
  set(root ${CMAKE_SOURCE_DIR}/${ROOM_ROOT})
  set(patterns ${root}/*.cc ${root}/ports/*.cc)
  set(test_patterns ${root}/tests/*.cc)
  foreach(folder src ${ROOM_FOLDERS})
    list(APPEND patterns ${root}/${folder}/*.cc)
    list(APPEND test_patterns ${root}/${folder}/tests/*.cc)
  endforeach()
  foreach(folder ${ROOM_TEST_FOLDERS})
    list(APPEND test_patterns ${root}/${folder}/*.cc)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  file(GLOB tests CONFIGURE_DEPENDS ${test_patterns})

  set(links)
  foreach(dep ${ROOM_DEPS})
    list(APPEND links berth_${dep})
  endforeach()
  foreach(lib ${ROOM_LIBS})
    list(APPEND links berth_lib_${lib})
  endforeach()

  if(sources)
    add_library(berth_${name} STATIC ${sources})
    target_link_libraries(berth_${name} PUBLIC ${links})
    target_compile_options(berth_${name} PRIVATE ${BERTH_WARNINGS})
    set(scope PUBLIC)
  else()
    add_library(berth_${name} INTERFACE)
    target_link_libraries(berth_${name} INTERFACE ${links})
    set(scope INTERFACE)
  endif()
  target_include_directories(berth_${name} ${scope} ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}
                                                    ${CMAKE_SOURCE_DIR}/device/include)

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE berth_${name} GTest::gmock GTest::gtest_main)
    target_compile_options(${name}_test PRIVATE ${BERTH_WARNINGS})
    add_dependencies(unit_tests ${name}_test)
    add_test(NAME ${name} COMMAND ${name}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES TIMEOUT 600)
  endif()
endfunction()

# berth_embed(ROOM FILE NAMESPACE FUNCTION): compiles the text of FILE into the room, as
# `std::string_view NAMESPACE::FUNCTION()`, so that the program needs no file beside it.
function(berth_embed room path namespace function)
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
               ${CMAKE_SOURCE_DIR}/${path})
  file(READ ${CMAKE_SOURCE_DIR}/${path} text)
  set(source ${CMAKE_BINARY_DIR}/embedded/${function}.cc)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
// Generated from @path@.
#include <string_view>

namespace @namespace@ {
std::string_view @function@();
std::string_view @function@() { return R"embedded(@text@)embedded"; }
}  // namespace @namespace@
]])
  target_sources(berth_${room} PRIVATE ${source})
endfunction()

# berth_embed_console(TARGET): compiles the web console, as `./dev build` left it in build/web/dist,
# into the target. When it was not built the program is made without it. Names of files change with
# their content, so what is listed here is looked at again at each build.
function(berth_embed_console target)
  set(dist ${CMAKE_SOURCE_DIR}/build/web/dist)
  set(source ${CMAKE_BINARY_DIR}/embedded/console_files.cc)
  set(script ${CMAKE_SOURCE_DIR}/cmake/embed_console.py)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${dist}/*)
  add_custom_command(OUTPUT ${source} COMMAND python3 ${script} ${dist} ${source}
                     DEPENDS ${files} ${script} COMMENT "Embedding the web console" VERBATIM)
  target_sources(${target} PRIVATE ${source})
endfunction()

# Every tests/fuzz/NAME_fuzz.cc becomes the program fuzz_NAME, in sanitizer builds only. The first
# line of the file may name the rooms it links: "// rooms: dialects wire".
function(berth_fuzz_targets)
  if(NOT BERTH_SANITIZE STREQUAL "address")
    return()
  endif()
  file(GLOB targets CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/*_fuzz.cc)
  foreach(source ${targets})
    get_filename_component(stem ${source} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" stem ${stem})
    file(STRINGS ${source} first LIMIT_COUNT 1)
    string(REGEX REPLACE "^// rooms: *" "" rooms "${first}")
    string(REPLACE " " ";" rooms "${rooms}")
    list(TRANSFORM rooms PREPEND berth_)
    add_executable(fuzz_${stem} ${source})
    add_dependencies(fuzz_targets fuzz_${stem})
    target_link_libraries(fuzz_${stem} PRIVATE ${rooms})
    target_compile_options(fuzz_${stem} PRIVATE ${BERTH_WARNINGS})
    target_link_options(fuzz_${stem} PRIVATE -fsanitize=fuzzer)
  endforeach()
endfunction()

# Every bench/NAME_bench.cc becomes the program NAME_bench, and so does every folder bench/NAME
# with a main.cc; built only when it is asked for: `ninja -C build/release NAME_bench`. The first
# line of the file (of main.cc) names the rooms it links, as a fuzz target's does; `// links:` in
# the second line names libraries besides.
function(berth_bench_targets)
  file(GLOB benches CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/*_bench.cc
                                      ${CMAKE_SOURCE_DIR}/bench/*/main.cc)
  foreach(source ${benches})
    get_filename_component(name ${source} NAME_WE)
    set(sources ${source})
    if(name STREQUAL main)
      get_filename_component(folder ${source} DIRECTORY)
      get_filename_component(name ${folder} NAME)
      set(name ${name}_bench)
      file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
    endif()
    file(STRINGS ${source} lines LIMIT_COUNT 2)
    list(GET lines 0 first)
    list(GET lines 1 second)
    string(REGEX REPLACE "^// rooms: *" "" rooms "${first}")
    string(REPLACE " " ";" rooms "${rooms}")
    list(TRANSFORM rooms PREPEND berth_)
    set(libraries "")
    if(second MATCHES "^// links: *(.*)")
      string(REPLACE " " ";" libraries "${CMAKE_MATCH_1}")
    endif()
    add_executable(${name} EXCLUDE_FROM_ALL ${sources})
    target_link_libraries(${name} PRIVATE ${rooms} ${libraries})
    target_compile_options(${name} PRIVATE ${BERTH_WARNINGS})
  endforeach()
endfunction()
