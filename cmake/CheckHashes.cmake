# Fails when a table could be filled with names that collide: every table keyed by strings must have `StringHash`
# (include/carillon/base/hash.hpp), whose key others cannot know. Fails also for a table keyed by addresses, whose order
# differs between two runs, unless `// Never iterated.` follows its declaration on the same line.
# Usage: cmake -D ROOT=<source directory> -P CheckHashes.cmake

cmake_minimum_required(VERSION 3.25)

file(GLOB_RECURSE FILES RELATIVE ${ROOT} ${ROOT}/include/carillon/*.hpp ${ROOT}/src/*.hpp ${ROOT}/src/*.cpp)
set(CHECKED 0)
foreach(FILE IN LISTS FILES)
    math(EXPR CHECKED "${CHECKED} + 1")
    file(READ ${ROOT}/${FILE} TEXT)
    if(TEXT MATCHES "(std|boost)::hash(<|_range|_combine|_unordered)")
        message(SEND_ERROR "${FILE}: ${CMAKE_MATCH_0}: use StringHash for strings, hash_value for our own integers")
    endif()
    string(REGEX MATCHALL "unordered_[a-z_]*<[ \n]*(const )?std::(string|string_view)[ \n,>][^;{]*" TABLES "${TEXT}")
    foreach(TABLE IN LISTS TABLES)
        if(NOT TABLE MATCHES "StringHash")
            message(SEND_ERROR "${FILE}: a table keyed by strings without StringHash: ${TABLE}")
        endif()
    endforeach()
    string(REPLACE ";" " " TEXT "${TEXT}")
    string(REGEX MATCHALL "(unordered_[a-z_]*|std::set|std::map|std::multimap)<(const )?[A-Za-z_:]+ ?[*][^\n]*" TABLES "${TEXT}")
    foreach(TABLE IN LISTS TABLES)
        if(NOT TABLE MATCHES "// Never iterated[.]")
            message(SEND_ERROR "${FILE}: a table keyed by addresses: ${TABLE}")
        endif()
    endforeach()
endforeach()
message(STATUS "hashes: ${CHECKED} files checked")
