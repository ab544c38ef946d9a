// Runs one pass: takes the grounds that its jobs still lack, searches each view once for all
// queries that stand on it, and writes what was found into the jobs' answers.
#pragma once

#include "host/collection/search_book.h"

namespace qr {

// Blocking; without the desk's lock. A job whose ground or search fails gets its failure set; the
// others are not touched by it.
PassReport run_pass(const SearchPass& pass);

}  // namespace qr
