# The player of dispute games.  Objects, for a program to link in front of the
# archives, together with PROOF_OBJECTS.
DISPUTE_SOURCES := $(wildcard prover/dispute/*.c)
DISPUTE_OBJECTS := $(call objects,$(DISPUTE_SOURCES))
