"""Searches rows with one library, again and again, when told to.

    search_worker.py SEARCHER --rows-file FILE --queries-file FILE --dimension D --rows N
                     --queries Q --k K --threads T

The files hold float32 unit vectors. Prints one line of JSON: the libraries' versions, the BLAS in
use and a ranking for each query. Then, for each line `QUERIES SECONDS` of its input, searches by
the first QUERIES for so long and prints {"us": the median time of a search}. Ends with its input.
search_rows.cpp is the same for the server's own engine.
"""

import argparse
import json

import numpy as np
import searchers
import worker


def rankings(search, queries):
    indices, scores = search(queries)
    return [[[int(index), float(score)] for index, score in zip(*row)]
            for row in zip(indices, scores)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("searcher", choices=searchers.SEARCHERS)
    for name in ("--rows-file", "--queries-file"):
        parser.add_argument(name, required=True)
    for name in ("--dimension", "--rows", "--queries", "--k", "--threads"):
        parser.add_argument(name, type=int, required=True)
    arguments = parser.parse_args()
    rows = np.memmap(arguments.rows_file, np.float32, "r",
                     shape=(arguments.rows, arguments.dimension))
    queries = np.fromfile(arguments.queries_file, np.float32).reshape(-1, arguments.dimension)
    search = searchers.SEARCHERS[arguments.searcher](np.ascontiguousarray(rows), arguments.k,
                                                     arguments.threads)
    del rows
    print(json.dumps({"versions": worker.versions(), "blas": worker.blas(),
                      "rankings": rankings(search, queries)}), flush=True)
    worker.take_turns(lambda count, seconds: worker.median_us(search, [(queries[:count],)],
                                                              seconds))


if __name__ == "__main__":
    main()
