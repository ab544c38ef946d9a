// The target that owns the tests' precompiled headers; it links and does nothing.
int main() {
    return 0;
}
