# What makes an error in memory harder to exploit, in programs that are shipped (the preset release): checked copies,
# stack canaries, probes of large stack frames, landing pads and shadow stacks (CET), and a table of imports that is
# resolved and read-only before main. A test reads the program for it (ctest `hardening`).
#
# Debian's own start files are not marked for CET, so the kernel does not enforce it for the whole program; the code is
# ready for a system where they are.
option(CARILLON_HARDENING "Compile and link what is shipped with the compiler's defences (GCC)" OFF)
add_library(carillon_hardening INTERFACE)
if(CARILLON_HARDENING)
    target_compile_options(carillon_hardening INTERFACE
        -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fcf-protection=full)
    target_link_options(carillon_hardening INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
