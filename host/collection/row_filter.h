// The rows that a filter lets through.
//
// Pure: a function of the filter, the rows that count, their tags and their numbers.
#pragma once

#include "host/collection/document.h"
#include "host/collection/engine/collection_engine.h"
#include "host/collection/number_columns.h"
#include "host/collection/tag_sets.h"

namespace qr {

RowMask filtered(const Filter& filter, const RowMask& alive, const TagSets& tags,
                 const NumberColumns& numbers);

}  // namespace qr
