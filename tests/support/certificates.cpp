#include "support/certificates.hpp"

#include <fstream>
#include <vector>

namespace carillon::test {
namespace {

std::vector<std::string> request(const std::string& name, const std::string& key) {
    return {"openssl", "req",   "-newkey",     "ec",      "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes",  "-subj", "/CN=" + name, "-keyout", key};
}

}  // namespace

Certificates::Certificates() {
    auto command = request("Carillon test CA", directory_.file("ca.key"));
    command.insert(command.end(), {"-x509", "-days", "2", "-out", authority()});
    run(command);
}

Certificates::Pair Certificates::issue(const std::string& name, const std::string& names) const {
    Pair pair{directory_.file(name + ".pem"), directory_.file(name + ".key")};
    const std::string asked = directory_.file(name + ".request");
    const std::string extensions = directory_.file(name + ".extensions");
    std::ofstream(extensions) << "subjectAltName=" << names;
    auto command = request(name, pair.key);
    command.insert(command.end(), {"-out", asked});
    run(command);
    run({"openssl", "x509", "-req", "-in", asked, "-CA", authority(), "-CAkey",
         directory_.file("ca.key"), "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out",
         pair.certificate});
    return pair;
}

}  // namespace carillon::test
