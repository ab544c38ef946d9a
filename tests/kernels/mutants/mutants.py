"""Mistakes that are made in the kernels on purpose: the tests must see each of them.

A mutant is one text of one file replaced by another. The text must occur exactly once, so that a
kernel cannot change without its mutants. `finds` says which build must see it: `plain` by its
results, `race` by what the access checker says.
"""

from dataclasses import dataclass

RACE = "race"


@dataclass(frozen=True)
class Mutant:
    name: str
    file: str  # below kernels/
    text: str
    replacement: str
    tests: str  # that must fail: how their names begin
    kernel: str = ""  # that is compiled with it; the file itself, unless that is a header
    finds: str = "plain"
    says: str = ""  # what the failure must tell


MUTANTS = (
    Mutant("encode_residual_is_not_rounded_up", "encode.cu",
           "return nearest < value ? __int_as_float(__float_as_int(nearest) + 1) : nearest;",
           "return nearest;", tests="Encode."),
    Mutant("encode_residual_misses_a_rounding", "encode.cu",
           "__dsub_rn(amplitude, widen(four.of[c]))",
           "__dsub_rn(static_cast<float>(amplitude), widen(four.of[c]))", tests="Encode."),
    Mutant("encode_minimum_is_not_atomic", "encode.cu",
           "if (!is_good) atomicMin(task.first_bad_row, own);",
           "if (!is_good && own < *task.first_bad_row) *task.first_bad_row = own;",
           tests="Encode.NamesThe", finds=RACE, says="race"),
    Mutant("overlap_sign_is_flipped", "overlap.cu",
           "dots[q * kRows + r] += of[r] * of[kRows + q];",
           "dots[q * kRows + r] -= of[r] * of[kRows + q];", tests="Overlap."),
    Mutant("strip_sign_is_flipped", "overlap.cu",
           "dots[(2 * p + 1) * kWarpDocuments + d] += documents[d] * two.y;",
           "dots[(2 * p + 1) * kWarpDocuments + d] -= documents[d] * two.y;", tests="Overlap."),
    Mutant("strip_reads_queries_too_early", "overlap.cu",
           "stage(strip, begin, end, staged);\n                __syncthreads();",
           "stage(strip, begin, end, staged);", tests="Overlap.StripsHaveTheBits", finds=RACE,
           says="race"),
    Mutant("strip_replaces_queries_too_early", "overlap.cu",
           "__syncthreads();\n                stage(strip", "stage(strip",
           tests="Overlap.StripsHaveTheBits", finds=RACE, says="race"),
    Mutant("overlap_reads_its_task_too_early", "overlap.cu",
           "&PairTask::first_block, blockIdx.x)];\n    __syncthreads();",
           "&PairTask::first_block, blockIdx.x)];", tests="Overlap.GivesDots", finds=RACE,
           says="race"),
    Mutant("overlap_minimum_is_not_atomic", "overlap.cu",
           "if (!is_good_norm2(norm2)) atomicMin(task.first_bad_row, number);",
           "if (!is_good_norm2(norm2) && number < *task.first_bad_row)\n"
           "    *task.first_bad_row = number;",
           tests="Overlap.NamesTheFirst", finds=RACE, says="race"),
    Mutant("warp_keeps_the_wrong_half", "warp_lanes.cuh",
           "(is_upper ? upper : lower) +", "(is_upper ? lower : upper) +",
           tests="Overlap.", kernel="overlap.cu"),
    Mutant("warp_forgets_the_last_group", "warp_lanes.cuh",
           "return (dimension + kGroup - 1) / kGroup;", "return dimension / kGroup;",
           tests="Overlap.", kernel="overlap.cu"),
    Mutant("warp_reads_ahead_of_the_row", "warp_lanes.cuh",
           "if ((group + 2 * kAhead) * kGroup <= dimension_)",
           "if ((group + kAhead) * kGroup <= dimension_)",
           tests="Overlap.", kernel="overlap.cu", finds=RACE, says=" of an allocation of "),
    Mutant("octet_sums_in_another_order", "row_lanes.cuh",
           "(held.of[0] + held.of[2]) + (held.of[1] + held.of[3])",
           "((held.of[0] + held.of[1]) + held.of[2]) + held.of[3]",
           tests="Rescore.", kernel="rescore.cu"),
    Mutant("octet_shuffles_with_the_wrong_partner", "row_lanes.cuh",
           "__shfl_xor_sync(0xFFFFFFFFU, lane, static_cast<int>(threads))",
           "__shfl_xor_sync(0xFFFFFFFFU, lane, static_cast<int>(threads + 1))",
           tests="Rescore.", kernel="rescore.cu"),
    Mutant("rows_end_with_their_last_whole_group", "row_lanes.cuh",
           "return (dimension + kGroup - 1) / kGroup * kGroup;",
           "return dimension / kGroup * kGroup;", tests="Rescore.", kernel="rescore.cu"),
    Mutant("rescore_takes_the_wrong_norm", "rescore.cu",
           "add_products(norms, right, right);", "add_products(norms, left, left);",
           tests="Rescore."),
    Mutant("read_out_forgets_the_query", "read_out.cu",
           "task.query_norms2[query]", "task.query_norms2[0]", tests="ReadOut."),
    Mutant("read_out_bound_is_off_by_one", "read_out.cu",
           "if (document >= task.document_count) continue;",
           "if (document + 1 >= task.document_count) continue;", tests="ReadOut."),
    Mutant("top_k_tie_rule_is_reversed", "best_of.cuh",
           "a.image == b.image && a.column < b.column",
           "a.image == b.image && a.column > b.column", tests="TopK.", kernel="top_k.cu"),
    Mutant("top_k_ranks_by_score_alone", "rank.h",
           "rank == Rank::by_magnitude && score < 0 ? -score : score", "score",
           tests="TopK.Ranks", kernel="top_k.cu"),
    Mutant("top_k_stretch_forgets_its_start", "top_k.cu",
           "<< stretch_bits) + (i & ((1U << stretch_bits) - 1))", "<< stretch_bits)",
           tests="TopK.OfALong"),
    Mutant("top_k_peak_misses_the_end", "top_k.cu",
           "i < stretches.columns; i +=", "i < stretches.columns - 32; i +=",
           tests="TopK.OfALong"),
    Mutant("top_k_bound_is_too_high", "few_of.cuh",
           "if (held < k) continue;", "if (held + 1 < k) continue;",
           tests="TopK.OfALong", kernel="top_k.cu"),
    Mutant("top_k_few_are_read_too_early", "top_k.cu",
           "threadIdx.x};\n    __syncthreads();", "threadIdx.x};",
           tests="TopK.Ranks", finds=RACE, says="race"),
    Mutant("top_k_tie_is_kept_too_often", "best_of.cuh",
           "ties_before < threshold.ties", "ties_before <= threshold.ties",
           tests="TopK.KeepsTheLowest", kernel="top_k.cu"),
    Mutant("top_k_counter_is_not_atomic", "best_of.cuh",
           "atomicAdd(&tally.counts[byte], static_cast<unsigned>(__popc(lanes)));",
           "tally.counts[byte] += static_cast<unsigned>(__popc(lanes));",
           tests="TopK.", kernel="top_k.cu", finds=RACE, says="race"),
    Mutant("top_k_reads_counts_too_early", "best_of.cuh",
           "__syncthreads();\n        const bool has_byte", "const bool has_byte",
           tests="TopK.", kernel="top_k.cu", finds=RACE, says="race"),
    Mutant("tensor_piece_is_not_where_it_was_put", "overlap_tensor.cu",
           "(left ^ pieces)", "left",
           tests="OverlapTensor."),
    Mutant("tensor_peak_counts_rows_that_are_not_there", "overlap_tensor.cu",
           "if (column + 1 < task.row_count) peak", "peak", tests="OverlapTensor."),
    Mutant("tensor_does_not_wait_for_its_copies", "overlap_tensor.cu",
           "copies.wait<kStages - 2 * kTogether>();", "copies.wait<kStages>();",
           tests="OverlapTensor.StaysWithin"),
    Mutant("tensor_reads_what_others_copied_too_early", "overlap_tensor.cu",
           "__syncthreads();  // these stages have", "// these stages have",
           tests="OverlapTensor.StaysWithin", finds=RACE, says="race"),
    Mutant("matrix_sign_is_flipped", "overlap_matrix.cu",
           "__fmaf_rn(queries[q / kFour].of[q % kFour],",
           "__fmaf_rn(-queries[q / kFour].of[q % kFour],", tests="OverlapMatrix."),
    Mutant("matrix_query_is_not_where_it_was_put", "overlap_matrix.cu",
           "const unsigned q = swizzled<Stored>(query_of(g * kFour), component);",
           "const unsigned q = query_of(g * kFour);", tests="OverlapMatrix."),
    Mutant("matrix_reads_its_tile_too_early", "overlap_matrix.cu",
           "__syncthreads();", "", tests="OverlapMatrix.IsAChain", finds=RACE, says="race"),
    Mutant("matrix_has_one_buffer", "overlap_matrix.cu",
           "filled = 1 - filled", "filled = 0",
           tests="OverlapMatrix.IsAChain", finds=RACE, says="race"),
)
