# The host of the proof program: the program natively, its evidence, and the
# image within.  Objects, for a program to link in front of the archives.
PROOF_SOURCES := $(PROGRAM_SOURCES) $(wildcard prover/host/*.c) $(wildcard prover/vm/*.c)
PROOF_OBJECTS := $(call objects,$(PROOF_SOURCES)) $(BUILD)/prover/host/image_data.o

$(BUILD)/prover/host/image_data.o: prover/host/image_data.S $(GUEST_IMAGE)
	@mkdir -p $(@D)
	$(CC) -DGUEST_IMAGE='"$(GUEST_IMAGE)"' -c -o $@ $<
