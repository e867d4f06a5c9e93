# The fault-proof machine, three ways: emulator, contract, and qemu.

VM_STEP := $(BUILD)/tests/prover/vm_step
VM_STEP_SOURCES := $(addprefix tests/prover/,vm_step.c vm_compare.c vm_instructions.c) \
	$(wildcard tests/prover/vm_suite_*.c) tests/support/step_contract.c
$(VM_STEP): $(call objects,$(VM_STEP_SOURCES)) $(VM_LIB) $(call libs_from,evm)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS)

## make vm-step          the emulator against the Step contract, step by step
## make vm-step-full     the same, for longer
.PHONY: vm-step vm-step-full
vm-step: $(VM_STEP) $(CONTRACTS)
	$(VM_STEP) $(BUILD)/contracts 2000 2
vm-step-full: $(VM_STEP) $(CONTRACTS)
	$(VM_STEP) $(BUILD)/contracts 10000 50 $$(date +%s)

# A sample of those steps, for a chain that others wrote.
VM_VECTORS := $(BUILD)/tests/prover/vm_vectors.json
$(VM_VECTORS): $(VM_STEP) $(CONTRACTS)
	$(VM_STEP) $(BUILD)/contracts 30 1 5 $@.new
	mv $@.new $@

## make vm-anvil         a sample of the steps on anvil
.PHONY: vm-anvil
vm-anvil: $(VM_VECTORS)
	GAVEL_CONTRACTS=$(abspath $(BUILD)/contracts) GAVEL_VM_VECTORS=$(abspath $(VM_VECTORS)) \
		$(NODE) --test --test-reporter=spec tests/prover/vm_anvil.test.mjs
