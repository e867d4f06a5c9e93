# The machine's benchmark: its programs are RISC-V's.

## make bench-vm         million steps per second of the fault-proof machine (JSON=1)
$(BUILD)/gavel-vm-bench: $(BUILD)/tests/bench/vm_bench.o $(VM_LIB) $(call libs_from,crypto)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS)

$(BUILD)/tests/bench/vm_programs.elf: tests/bench/vm_programs.c
	@mkdir -p $(@D)
	$(RV64_CC) $(RV64_CFLAGS) -mstrict-align -Wno-missing-prototypes -nostdlib -static -Wl,--build-id=none \
		-Wl,--no-relax -Wl,--no-warn-rwx-segments -o $@ $<

.PHONY: bench-vm
bench-vm: $(BUILD)/gavel-vm-bench $(BUILD)/tests/bench/vm_programs.elf
	@$< $(if $(JSON),--json) $(BUILD)/tests/bench/vm_programs.elf
