# The wrapper for the machine: HALT(0) when the cases are done.
	.globl _start
_start:
	la	sp, stack_end
	call	cases
	li	a7, 0
	li	a0, 0
	ecall

	.bss
	.balign	16
	.skip	65536
stack_end:
