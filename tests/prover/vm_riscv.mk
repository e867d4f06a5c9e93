# The machine against qemu-user: the same objects, with a wrapper for each.
RISCV_TESTS := $(BUILD)/tests/prover/riscv
RISCV_LINK := -march=rv64im -mabi=lp64 -nostdlib -static -Wl,--build-id=none -Wl,--no-relax \
	-Wl,--no-warn-rwx-segments -Wl,--section-start=.results=0x1000000
QEMU ?= qemu-riscv64

$(RISCV_TESTS)/%.o: tests/prover/riscv/%.c
	@mkdir -p $(@D)
	$(RV64_CC) -I. $(RV64_CFLAGS) -mstrict-align -MMD -MP -c -o $@ $<
$(RISCV_TESTS)/%.o: tests/prover/riscv/%.S
	@mkdir -p $(@D)
	$(RV64_CC) -march=rv64im -mabi=lp64 -c -o $@ $<
$(RISCV_TESTS)/cases-%.elf: $(RISCV_TESTS)/cases.o $(RISCV_TESTS)/%.o
	$(RV64_CC) $(RISCV_LINK) -o $@ $^

VM_QEMU := $(BUILD)/tests/prover/vm_qemu
$(VM_QEMU): $(VM_QEMU).o $(VM_LIB) $(call libs_from,crypto)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS)

## make vm-qemu          every instruction on the machine and under qemu-riscv64
.PHONY: vm-qemu
vm-qemu: $(VM_QEMU) $(RISCV_TESTS)/cases-linux.elf $(RISCV_TESTS)/cases-machine.elf
	$(QEMU) $(RISCV_TESTS)/cases-linux.elf >$(RISCV_TESTS)/cases.out
	$(VM_QEMU) $(RISCV_TESTS)/cases-machine.elf $(RISCV_TESTS)/cases.out
