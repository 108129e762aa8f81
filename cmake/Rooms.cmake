# carillon_room(<name> [SOURCES …] [USES <room>…] [LIBRARIES …])
#
# One static library a room. USES names the rooms of its row in docs/architecture.md; the front doors of
# a room are its headers under include/carillon/<name>/, each of which must compile alone.
function(carillon_room NAME)
    cmake_parse_arguments(ROOM "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
    set(TARGET carillon_${NAME})
    file(GLOB_RECURSE HEADERS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/include/carillon/${NAME}/*.hpp)
    list(TRANSFORM ROOM_USES PREPEND carillon_)
    if(ROOM_SOURCES)
        add_library(${TARGET} STATIC ${ROOM_SOURCES})
        set(SCOPE PUBLIC)
        target_include_directories(${TARGET} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    else()
        add_library(${TARGET} INTERFACE)
        set(SCOPE INTERFACE)
    endif()
    target_sources(${TARGET} ${SCOPE} FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/include
                   FILES ${HEADERS})
    set_target_properties(${TARGET} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    target_link_libraries(${TARGET} ${SCOPE} carillon_flags ${ROOM_USES} ${ROOM_LIBRARIES})
endfunction()
