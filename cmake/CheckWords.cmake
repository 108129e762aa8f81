# Fails where an identifier of retired_words.txt is used. Decisions keep the words of their day.
# Usage: cmake -D ROOT=<source directory> -P CheckWords.cmake

cmake_minimum_required(VERSION 3.25)

file(STRINGS ${ROOT}/cmake/retired_words.txt LINES REGEX "^[^#]")
file(GLOB_RECURSE FILES RELATIVE ${ROOT}
     ${ROOT}/include/*.hpp ${ROOT}/src/*.hpp ${ROOT}/src/*.cpp ${ROOT}/src/*.lua ${ROOT}/tests/*.hpp ${ROOT}/tests/*.cpp
     ${ROOT}/tools/*.hpp ${ROOT}/tools/*.cpp ${ROOT}/docs/*.md ${ROOT}/cmake/*.cmake
     ${ROOT}/src/CMakeLists.txt ${ROOT}/tests/CMakeLists.txt ${ROOT}/tools/CMakeLists.txt)
list(APPEND FILES CMakeLists.txt CMakePresets.json CONTRIBUTING.md README.md)
list(FILTER FILES EXCLUDE REGEX "^docs/decisions/|node_modules|^cmake/CheckWords")
list(LENGTH FILES CHECKED)
foreach(FILE IN LISTS FILES)
    file(READ ${ROOT}/${FILE} TEXT)
    foreach(LINE IN LISTS LINES)
        string(REPLACE " " ";" PAIR ${LINE})
        list(GET PAIR 0 RETIRED)
        list(GET PAIR 1 BETTER)
        string(FIND "${TEXT}" "${RETIRED}" FOUND)
        if(NOT FOUND EQUAL -1 AND TEXT MATCHES "(^|[^A-Za-z0-9_])${RETIRED}($|[^A-Za-z0-9_])")
            # "Joins across shards" begins a sentence; an identifier is followed by something else.
            if(FILE MATCHES "\\.md$" AND NOT TEXT MATCHES "`${RETIRED}")
                continue()
            endif()
            message(SEND_ERROR "${FILE}: ${RETIRED} is called ${BETTER} now")
        endif()
    endforeach()
endforeach()
message(STATUS "words: ${CHECKED} files checked")
