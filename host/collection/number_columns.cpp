#include "host/collection/number_columns.h"

#include "host/base/check.h"

namespace qr {

void NumberColumns::set(Slot slot, const std::map<std::string, double>& numbers) {
    for (const auto& [name, number] : numbers)
        columns_.try_emplace(name, Number{});
    QR_CHECK(columns_.size() <= kNumberNamesMax);
    for (auto& [name, column] : columns_) {
        const auto found = numbers.find(name);
        column.set(slot, found == numbers.end() ? Number{} : Number{found->second});
    }
}

void NumberColumns::copy(Slot from, Slot to) {
    for (auto& [name, column] : columns_)
        column.set(to, column.at(from));
}

const PagedColumn<Number>* NumberColumns::find(std::string_view name) const {
    const auto found = columns_.find(name);
    return found == columns_.end() ? nullptr : &found->second;
}

std::size_t NumberColumns::bytes() const {
    std::size_t bytes = 0;
    for (const auto& [name, column] : columns_)
        bytes += column.bytes() + name.capacity() + sizeof column;
    return bytes;
}

}  // namespace qr
