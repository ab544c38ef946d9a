// What ThreadSanitizer's runtime asks a program that was built for it; elsewhere nobody asks.
//
// Debian's RocksDB is not built for it: it cannot see the atomics by which RocksDB hands memory
// from thread to thread, only the memcpy() before and after, and would call that a race.
extern "C" const char* __tsan_default_options();
extern "C" const char* __tsan_default_options() {
    return "ignore_noninstrumented_modules=1";
}
