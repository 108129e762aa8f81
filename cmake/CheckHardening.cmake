# cmake -D PROGRAM=… -P CheckHardening.cmake: fails unless the program has what cmake/Hardening.cmake asks for.
function(expect WHAT PATTERN)
    if(NOT TEXT MATCHES "${PATTERN}")
        message(SEND_ERROR "${PROGRAM}: ${WHAT}: nothing matches ${PATTERN}")
    endif()
endfunction()
function(read_program)
    execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE OUTPUT COMMAND_ERROR_IS_FATAL ANY)
    set(TEXT "${OUTPUT}" PARENT_SCOPE)
endfunction()

read_program(readelf --wide --file-header --program-headers --dynamic ${PROGRAM})
expect("position-independent" "Type: +DYN")
expect("relocations are read-only" "GNU_RELRO")
expect("imports are resolved at the start" "BIND_NOW|FLAGS_1[^\n]*NOW")
expect("the stack is not executable" "GNU_STACK +0x[0-9a-f]+ 0x[0-9a-f]+ 0x[0-9a-f]+ 0x[0-9a-f]+ 0x[0-9a-f]+ RW ")

read_program(readelf --wide --dyn-syms ${PROGRAM})
expect("stack canaries" "__stack_chk_fail@")
expect("checked copies" "__(memcpy|memmove|memset|recv|snprintf|vsnprintf|read)_chk@")

read_program(objdump --disassemble=main --no-show-raw-insn ${PROGRAM})
expect("landing pads" "<main>:\n[^\n]*endbr64")

# A probe of a stack page: `or` of nothing to what the stack pointer leads to.
execute_process(COMMAND objdump --disassemble --no-show-raw-insn ${PROGRAM}
                COMMAND grep --max-count=1 "orq.*\\$0x0,(%rsp)" OUTPUT_VARIABLE TEXT)
expect("probes of large stack frames" "orq")
