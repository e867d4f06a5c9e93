FUZZ_FROM_evm := evm
