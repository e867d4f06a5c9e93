# A sample of the state tests in the core as it is compiled for the fault-proof
# machine, under qemu-riscv64.  A native run packs it, with the precompiles'
# answers.

RV64_STATE := $(BUILD)/tests/conformance/rv64
QEMU ?= qemu-riscv64

$(BUILD)/gavel-statepack: $(call objects,$(STATETEST_SOURCES) tests/conformance/rv64/pack.c) \
		$(call libs_from,evm)
	$(CC) $(LDFLAGS) $(STATETEST_WRAP) -Wl,--wrap=crypto_native -Wl,--wrap=statetest_run_case \
		-o $@ $^ $(LDLIBS)

$(RV64_STATE)/elf/%.o: tests/conformance/%.c
	@mkdir -p $(@D)
	$(RV64_CC) -Icommon -I. $(RV64_CFLAGS) -MMD -MP -c -o $@ $<
$(RV64_STATE)/elf/memory.o: prover/guest/memory.c
	@mkdir -p $(@D)
	$(RV64_CC) -Icommon -I. $(RV64_CFLAGS) -fno-tree-loop-distribute-patterns -fno-builtin -c -o $@ $<
$(RV64_STATE)/elf/start.o: tests/conformance/rv64/start.S
	@mkdir -p $(@D)
	$(RV64_CC) -march=rv64im -mabi=lp64 -c -o $@ $<

$(RV64_STATE)/run.elf: $(addprefix $(RV64_STATE)/elf/,start.o rv64/run.o statetest_rules.o memory.o) \
		$(CORE_RV64_OBJECTS)
	$(RV64_CC) -march=rv64im -mabi=lp64 -nostdlib -static -Wl,--build-id=none -Wl,--no-relax \
		-Wl,--gc-sections -o $@ $^ -lgcc

## make conformance-rv64 a sample of the state tests in the rv64im build, under qemu
.PHONY: conformance-rv64
conformance-rv64: $(BUILD)/gavel-statepack $(RV64_STATE)/run.elf
	@if [ -d $(GAVEL_SHARED)/vectors/state ]; then \
		STATEPACK=$(RV64_STATE)/sample $(BUILD)/gavel-statepack \
			$$($(call state_sample,$(STATE_SAMPLE_STEP))) >$(RV64_STATE)/sample.log && \
		$(QEMU) $(RV64_STATE)/run.elf <$(RV64_STATE)/sample; \
	else \
		echo "conformance-rv64: skipped, no vectors in $(GAVEL_SHARED) (set GAVEL_SHARED)"; \
	fi
