# Installs the manual page, the completion, the changelog and the notices of libraries. PROGRAM, SOURCE and DATA (the
# directory /usr/share of the installation) are set by cmake/Package.cmake.

# compressed(<file> <command>…): the output of a command, or of the shell.
function(compressed FILE COMMAND)
    cmake_path(GET FILE PARENT_PATH FOLDER)
    file(MAKE_DIRECTORY ${FOLDER})
    execute_process(COMMAND sh -c "set -e; { ${COMMAND}; } | gzip -9n >'${FILE}'" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

compressed(${DATA}/man/man1/carillon.1.gz "'${PROGRAM}' manual")
compressed(${DATA}/doc/carillon/changelog.gz "cat '${SOURCE}/CHANGELOG.md'")
# Of the libraries that exist as headers only, so that their code is in the program.
compressed(${DATA}/doc/carillon/third-party-licences.gz "'${SOURCE}/packaging/licences'")

file(MAKE_DIRECTORY ${DATA}/bash-completion/completions)
execute_process(COMMAND ${PROGRAM} completion OUTPUT_FILE ${DATA}/bash-completion/completions/carillon
                COMMAND_ERROR_IS_FATAL ANY)
