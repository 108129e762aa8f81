# Fails when a citation names a document, a section, a decision or an anchor that does not exist.
# Usage: cmake -D ROOT=<source directory> -P CheckCitations.cmake
#
# What counts as a citation, in sources, scripts and documents:
#   wire.md 2.3, wire.md 1.1 … 1.3, wire.md 2, 3 and 8.1   sections of docs/wire.md
#   docs/cluster.md, metrics.md                            a file from the root, under docs/ or beside the citing file
#   decisions/0009                                         docs/decisions/0009-….md
# and in documents:
#   [text](path#anchor)                                    a file or directory, and a heading of that file
#   (2.3), of 2.3, in 2.3                                  in docs/wire.md, its own sections

cmake_minimum_required(VERSION 3.25)

# Sections of docs/wire.md: "## 2. Channels" and "### 2.3 Success".
set(SECTIONS)
file(STRINGS ${ROOT}/docs/wire.md HEADINGS REGEX "^##+ [0-9]" ENCODING UTF-8)
foreach(HEADING IN LISTS HEADINGS)
    if(NOT HEADING MATCHES "^##+ ([0-9]+(\\.[0-9]+)?)\\.? ")
        message(SEND_ERROR "docs/wire.md: a heading with a malformed number: ${HEADING}")
    elseif(CMAKE_MATCH_1 IN_LIST SECTIONS)
        message(SEND_ERROR "docs/wire.md: section ${CMAKE_MATCH_1} exists twice")
    endif()
    list(APPEND SECTIONS ${CMAKE_MATCH_1})
endforeach()

# check_sections(<file> <text>): every number in <text> is a section of docs/wire.md.
function(check_sections FILE TEXT)
    string(REGEX MATCHALL "[0-9]+(\\.[0-9]+)?" CITED "${TEXT}")
    foreach(SECTION IN LISTS CITED)
        if(NOT SECTION IN_LIST SECTIONS)
            message(SEND_ERROR "${FILE}: cites wire.md ${SECTION}; docs/wire.md has no such section")
        endif()
    endforeach()
endfunction()

# check_file(<file> <name>): <name>, found in <file>, is a file or directory.
function(check_file FILE NAME)
    cmake_path(GET FILE PARENT_PATH FOLDER)
    foreach(BASE IN ITEMS ${ROOT}/${FOLDER} ${ROOT} ${ROOT}/docs)
        if(EXISTS ${BASE}/${NAME})
            return()
        endif()
    endforeach()
    message(SEND_ERROR "${FILE}: cites ${NAME}, which does not exist")
endfunction()

# anchors_of(<path of a document> <variable>): what its headings are called in links, as GitHub makes it.
function(anchors_of PATH OUT)
    set(ANCHORS)
    file(STRINGS ${PATH} LINES REGEX "^#+ " ENCODING UTF-8)
    foreach(LINE IN LISTS LINES)
        string(REGEX REPLACE "^#+ +" "" ANCHOR "${LINE}")
        string(TOLOWER "${ANCHOR}" ANCHOR)
        string(REGEX REPLACE "[^a-z0-9 _-]" "" ANCHOR "${ANCHOR}")
        string(REPLACE " " "-" ANCHOR "${ANCHOR}")
        list(APPEND ANCHORS "${ANCHOR}")
    endforeach()
    set(${OUT} ${ANCHORS} PARENT_SCOPE)
endfunction()

# check_link(<document> <target>): the target of a relative link, with its anchor if there is one.
function(check_link FILE LINKED)
    string(REGEX REPLACE "#.*$" "" PATH "${LINKED}")
    cmake_path(GET FILE PARENT_PATH FOLDER)
    if(PATH STREQUAL "")
        set(PATH ${ROOT}/${FILE})
    else()
        set(PATH ${ROOT}/${FOLDER}/${PATH})
    endif()
    if(NOT EXISTS ${PATH})
        message(SEND_ERROR "${FILE}: links to ${LINKED}, which does not exist")
    elseif(LINKED MATCHES "#(.+)$")
        set(ANCHOR ${CMAKE_MATCH_1})
        anchors_of(${PATH} ANCHORS)
        if(NOT ANCHOR IN_LIST ANCHORS)
            message(SEND_ERROR "${FILE}: links to ${LINKED}, which has no such heading")
        endif()
    endif()
endfunction()

set(PATTERNS)
foreach(FOLDER IN ITEMS include src tests tools cmake)
    foreach(SUFFIX IN ITEMS hpp cpp lua mjs cmake txt)
        list(APPEND PATTERNS ${ROOT}/${FOLDER}/*.${SUFFIX})
    endforeach()
endforeach()
file(GLOB_RECURSE FILES RELATIVE ${ROOT} ${PATTERNS} ${ROOT}/docs/*.md ${ROOT}/script/* ${ROOT}/docker/* ${ROOT}/config/*)
file(GLOB DOCUMENTS RELATIVE ${ROOT} ${ROOT}/*.md)
list(APPEND FILES ${DOCUMENTS})
list(FILTER FILES EXCLUDE REGEX "/(node_modules|corpus)/|CheckCitations\\.cmake$")

set(NAME "[A-Za-z0-9_/.-]+\\.md")
set(NUMBER "[0-9]+(\\.[0-9]+)?")
set(CHECKED 0)
foreach(FILE IN LISTS FILES)
    file(READ ${ROOT}/${FILE} TEXT)
    if(NOT TEXT MATCHES "\\.md|decisions/|\\]\\(")
        continue()
    endif()
    # A comment goes on in the next line. Brackets and semicolons mean something in CMake's lists.
    string(REGEX REPLACE "\n *(///?<?|#|--)? *" " " TEXT "${TEXT}")
    string(REPLACE "](" " LINK(" TEXT "${TEXT}")
    string(REGEX REPLACE "[][;]" " " TEXT "${TEXT}")

    if(FILE MATCHES "\\.md$")
        # Examples cite nothing.
        string(REGEX REPLACE "```[^`]*```" " " TEXT "${TEXT}")
        string(REGEX REPLACE "`[^`]*`" " " PROSE "${TEXT}")
        string(REGEX MATCHALL " LINK\\([^() ]*\\)" LINKS "${PROSE}")
        foreach(LINK IN LISTS LINKS)
            math(EXPR CHECKED "${CHECKED} + 1")
            string(REGEX REPLACE "^ LINK\\((.*)\\)$" "\\1" LINKED "${LINK}")
            if(NOT LINKED MATCHES "^[a-z]+:")
                check_link(${FILE} "${LINKED}")
            endif()
        endforeach()
        string(REGEX REPLACE " LINK\\([^() ]*\\)" " " TEXT "${TEXT}")
    endif()
    string(REGEX REPLACE "[a-z]+://[^ ]*" " " TEXT "${TEXT}")

    if(FILE STREQUAL "docs/wire.md")
        string(REGEX MATCHALL "(\\(| in | of |[Ss]ee )[0-9]+\\.[0-9]+(, ${NUMBER})*[^0-9]" CITATIONS "${TEXT}")
        foreach(CITED IN LISTS CITATIONS)
            math(EXPR CHECKED "${CHECKED} + 1")
            check_sections(${FILE} "${CITED}")
        endforeach()
    endif()

    string(REGEX MATCHALL "wire\\.md ${NUMBER}((, | and | … )${NUMBER})*" CITATIONS "${TEXT}")
    foreach(CITED IN LISTS CITATIONS)
        math(EXPR CHECKED "${CHECKED} + 1")
        check_sections(${FILE} "${CITED}")
    endforeach()

    string(REGEX MATCHALL "${NAME}" CITATIONS "${TEXT}")
    foreach(CITED IN LISTS CITATIONS)
        math(EXPR CHECKED "${CHECKED} + 1")
        check_file(${FILE} ${CITED})
    endforeach()

    string(REGEX MATCHALL "decisions/[0-9]+" CITATIONS "${TEXT}")
    foreach(CITED IN LISTS CITATIONS)
        math(EXPR CHECKED "${CHECKED} + 1")
        file(GLOB DECISIONS ${ROOT}/docs/${CITED}-*.md)
        if(NOT DECISIONS)
            message(SEND_ERROR "${FILE}: cites ${CITED}, which does not exist")
        endif()
    endforeach()
endforeach()
message(STATUS "citations: ${CHECKED} checked")
