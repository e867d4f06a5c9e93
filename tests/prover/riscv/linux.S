# The wrapper for Linux (qemu-user): write(1, results), exit(0).
	.globl _start
_start:
	la	sp, stack_end
	call	cases
	la	s0, results		# what is left to write: s1 bytes at s0
	ld	s1, 0(s0)
	addi	s1, s1, 1
	slli	s1, s1, 3
1:	li	a0, 1
	mv	a1, s0
	mv	a2, s1
	li	a7, 64
	ecall
	blez	a0, 2f
	add	s0, s0, a0
	sub	s1, s1, a0
	bnez	s1, 1b
	li	a0, 0
	j	3f
2:	li	a0, 1
3:	li	a7, 93
	ecall

	.bss
	.balign	16
	.skip	65536
stack_end:
