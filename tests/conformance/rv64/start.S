# Linux (qemu-user): the kernel has made a stack.
	.globl _start
_start:
	call	run_all
	li	a7, 93		# exit(what it returned)
	ecall

# long system_call(long number, long a, b, c, d, e, f)
	.globl system_call
system_call:
	mv	t0, a0
	mv	a0, a1
	mv	a1, a2
	mv	a2, a3
	mv	a3, a4
	mv	a4, a5
	mv	a5, a6
	mv	a7, t0
	ecall
	ret
