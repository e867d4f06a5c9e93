# The proof program: the core and prover/program/, for the machine.  The image is
# the same wherever it is built: no paths and no times are in it, and the compiler
# is Debian 12's riscv64-unknown-elf-gcc 12.2.0 (guest-check names it).

## make guest            build the proof program's image
## make guest-check      build it anew elsewhere; compare, also with prover/guest/image.hash
## make guest-hash       write prover/guest/image.hash (after a change of the core)

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
	@echo linking $@
	@$(RV64_CC) -march=rv64im -mabi=lp64 -mcmodel=medany -nostdlib -static -Wl,--build-id=none \
		-Wl,--gc-sections -Wl,--no-warn-rwx-segments -Wl,--fatal-warnings \
		-Wl,-T,prover/guest/guest.ld -s -o $@ $(GUEST_OBJECTS)

GUEST_CC_VERSION := 12.2.0
GUEST_HASH := prover/guest/image.hash

.PHONY: guest guest-check guest-hash
guest: $(GUEST_IMAGE)

guest-hash: $(BUILD)/gavel
	$< image >$(GUEST_HASH)

# From a copy of the sources under another path, with another build folder.
guest-check: $(BUILD)/gavel
	@version=$$($(RV64_CC) -dumpversion); [ "$$version" = $(GUEST_CC_VERSION) ] || { \
		echo "the image is made by riscv64-unknown-elf-gcc $(GUEST_CC_VERSION), this is $$version"; exit 1; }
	@rm -rf $(BUILD)/guest-elsewhere && mkdir -p $(BUILD)/guest-elsewhere/prover
	@cp -r common Makefile $(BUILD)/guest-elsewhere
	@cp -r prover/guest prover/program $(BUILD)/guest-elsewhere/prover
	@$(MAKE) --no-print-directory -C $(BUILD)/guest-elsewhere BUILD=other other/guest.elf >/dev/null
	cmp $(GUEST_IMAGE) $(BUILD)/guest-elsewhere/other/guest.elf
	@rm -rf $(BUILD)/guest-elsewhere
	@$< image | cmp - $(GUEST_HASH) || { \
		echo "the image is $$($< image), $(GUEST_HASH) says $$(cat $(GUEST_HASH))"; \
		echo "if that is meant: make guest-hash, and deploy games with the new one"; exit 1; }
	@echo "image $$($< image)"
