FUZZ_FROM_evm_ways := evm
