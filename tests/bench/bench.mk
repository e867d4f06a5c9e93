# All benchmarks, one after the other: a table for people, or with JSON=1 one
# object a line.

## make bench            all benchmarks (JSON=1: one object a line)
.PHONY: bench
bench: bench-tps bench-da bench-verify bench-evm bench-trie bench-state bench-vm bench-guest bench-gas
