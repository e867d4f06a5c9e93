# The proof program: the core and prover/program/, for the machine.  The image is
# the same wherever it is built: one compiler, no paths and no times in it.

GUEST_CC_VERSION := 12.2.0
GUEST_CFLAGS := $(RV64_CFLAGS) -mstrict-align -fno-ident -fomit-frame-pointer \
	-fno-asynchronous-unwind-tables -ffile-prefix-map=$(CURDIR)=. -DNDEBUG
GUEST_CORE := $(filter-out common/crypto/keccak_permute.c,$(CORE_SOURCES))
PROGRAM_SOURCES := $(wildcard prover/program/*.c)
GUEST_SOURCES := $(GUEST_CORE) $(PROGRAM_SOURCES) $(wildcard prover/guest/*.c)
GUEST_OBJECTS := $(patsubst %.c,$(BUILD)/guest/%.o,$(sort $(GUEST_SOURCES))) \
	$(BUILD)/guest/prover/guest/start.o
GUEST_IMAGE := $(BUILD)/guest.elf

# Its own loops must not become calls of themselves.
GUEST_CFLAGS_prover_guest_memory := -fno-tree-loop-distribute-patterns

$(BUILD)/guest/%.o: %.c
	@mkdir -p $(@D)
	$(RV64_CC) -Icommon -I. $(GUEST_CFLAGS) $(GUEST_CFLAGS_$(subst /,_,$(basename $<))) -MMD -MP -c -o $@ $<
$(BUILD)/guest/%.o: %.S
	@mkdir -p $(@D)
	$(RV64_CC) -march=rv64im -mabi=lp64 -c -o $@ $<

$(GUEST_IMAGE): $(GUEST_OBJECTS) prover/guest/guest.ld
	$(RV64_CC) -march=rv64im -mabi=lp64 -mcmodel=medany -nostdlib -static -Wl,--build-id=none \
		-Wl,--gc-sections -Wl,--no-warn-rwx-segments -Wl,--fatal-warnings \
		-Wl,-T,prover/guest/guest.ld -s -o $@ $(GUEST_OBJECTS)
