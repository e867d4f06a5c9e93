/* The interpreter, compiled for x86-64-v3 (AVX2, BMI2 and what else is in all
 * machines since 2013 or so).  evm_new() chooses. */
#define INTERPRETER_NAME interpreter_run_v3
#include "evm/interpreter.c"
