#include <cstddef>
#include <string>

#include "host/backend/cuda/module.h"
#include "host/base/version.h"

namespace qr::cuda {
namespace {

// Of what crosses the door: tells two states of a tree apart that is not committed between them.
constexpr std::size_t layout() {
    std::size_t mark = 0;
    for (const std::size_t size :
         {sizeof(ModuleOptions), sizeof(Module), sizeof(ScoreTask), sizeof(ScoreBatch),
          sizeof(TaskScores), sizeof(Scores), sizeof(BackendCapabilities), sizeof(StagingMemory),
          sizeof(DeviceReport), sizeof(DeviceCondition), sizeof(Error), sizeof(TableLayout),
          sizeof(RowBatch), sizeof(SearchQuery), sizeof(Hit), sizeof(SearchResult),
          sizeof(TableMemory), sizeof(EngineCapabilities)})
        mark = (mark * 31 + size) % 65'521;
    return mark;
}

}  // namespace

const char* build_mark() {
    static const std::string mark = std::string(version()) + ", commit " + std::string(commit()) +
                                    ", " + std::string(compiler()) + ", layout " +
                                    std::to_string(layout());
    return mark.c_str();
}

}  // namespace qr::cuda
