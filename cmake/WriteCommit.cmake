# Writes a header with the commit that is built, if it says something else than before.
# Usage: cmake -D ROOT=<source directory> -D HEADER=<file> [-D COMMIT=<hash>] -P WriteCommit.cmake

cmake_minimum_required(VERSION 3.25)

# A directory without a repository of its own must not take the commit of one around it.
if(NOT COMMIT AND EXISTS ${ROOT}/.git)
    execute_process(COMMAND git -C ${ROOT} describe --always --abbrev=40 --exclude=* --dirty=-modified
                    OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT COMMIT)
    set(COMMIT unknown)
endif()
file(CONFIGURE OUTPUT ${HEADER} CONTENT "#define CARILLON_COMMIT \"@COMMIT@\"\n" @ONLY)
