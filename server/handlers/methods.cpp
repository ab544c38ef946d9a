#include "server/handlers/methods.h"

#include <cmath>
#include <utility>

#include "kernels/scoring/methods.h"
#include "server/json/writer.h"

namespace qr {
namespace {

// JSON has no infinity: an unbounded end is null.
void write_bound(json::Writer& out, std::string_view name, double bound) {
    out.key(name);
    if (std::isfinite(bound)) {
        out.number(bound);
    } else {
        out.null();
    }
}

void write_method(json::Writer& out, const scoring::MethodInfo& method) {
    out.begin_object();
    out.field("name", method.name);
    out.key("is_default");
    out.boolean(&method == &scoring::kMethods.front());
    out.field("family", method.is_quantum ? "quantum" : "classical");
    out.field("formula", method.formula);
    out.key("range");
    out.begin_object();
    write_bound(out, "lowest", method.lowest);
    write_bound(out, "highest", method.highest);
    out.end_object();
    out.field("equivalent_classical", method.equivalent_classical);
    out.key("stages");
    out.begin_object();
    out.field("encode", method.encode);
    out.field("circuit", method.circuit);
    out.field("overlap", method.overlap);
    out.field("reduce", method.reduce);
    out.field("read_out", method.read_out);
    out.end_object();
    out.end_object();
}

}  // namespace

std::string print_methods() {
    json::Writer out;
    out.begin_object();
    out.key("methods");
    out.begin_array();
    for (const scoring::MethodInfo& method : scoring::kMethods)
        write_method(out, method);
    out.end_array();
    out.end_object();
    return std::move(out).take();
}

}  // namespace qr
