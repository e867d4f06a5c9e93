// What a step is that L1 has executed, from its call data: the instruction as the witness has it (prover/vm/machine.h).
//
//   const { kind, key } = stepOf(calldata)     kind in liar_trace.h's words; key is of what it reads, if it does
import { decodeFunctionData } from 'viem'
import { artifact } from './gavel.mjs'

const state = { pc: 32, registers: 40, key: 296, exited: 336, size: 338 }
const register = (witness, x) => witness.readBigUInt64BE(state.registers + 8 * (x - 1))

const opcodes = { 0x03: 'load', 0x23: 'store', 0x63: 'branch', 0x13: 'arithmetic', 0x1b: 'arithmetic', 0x33: 'arithmetic', 0x3b: 'arithmetic' }
const ecalls = { 0: 'halt', 3: 'keccak' }
const oracleRead = 2
const keys = { 1: 'local', 2: 'preimage', 3: 'entry', 4: 'precompile' }

export function stepOf(input) {
  const { functionName, args } = decodeFunctionData({ abi: artifact('DisputeGame').abi, data: input })
  if (functionName !== 'step') throw new Error(`${functionName} is no step`)
  const witness = Buffer.from(args[3].slice(2), 'hex')
  if (witness[state.exited]) return { kind: 'behind' }
  const pc = Number(witness.readBigUInt64BE(state.pc))
  const opcode = witness.readUInt32LE(state.size + (pc % 32)) & 0x7f
  if (opcode !== 0x73) return { kind: opcodes[opcode] }
  const call = Number(register(witness, 17))
  if (call !== oracleRead) return { kind: ecalls[call] }
  const key = witness.subarray(state.key, state.key + 32)
  return { kind: keys[key[0]], key: `0x${key.toString('hex')}` }
}
