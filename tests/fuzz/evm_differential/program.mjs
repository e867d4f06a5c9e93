// Bytecode at random that keeps to the rules more often than not: the stack mostly has what an instruction takes,
// jumps mostly find their destination, memory mostly stays small.
import { bigBytes } from './random.mjs'
import { precompileCall } from './precompile_inputs.mjs'

const codeLimit = 2000

// Name -> [byte, pops, pushes].
const op = {
  STOP: [0x00, 0, 0], KECCAK256: [0x20, 2, 1],
  BALANCE: [0x31, 1, 1], CALLDATALOAD: [0x35, 1, 1], CALLDATACOPY: [0x37, 3, 0], CODECOPY: [0x39, 3, 0],
  EXTCODESIZE: [0x3b, 1, 1], EXTCODECOPY: [0x3c, 4, 0], RETURNDATASIZE: [0x3d, 0, 1], RETURNDATACOPY: [0x3e, 3, 0],
  EXTCODEHASH: [0x3f, 1, 1], BLOCKHASH: [0x40, 1, 1], NUMBER: [0x43, 0, 1], BLOBHASH: [0x49, 1, 1],
  POP: [0x50, 1, 0], MLOAD: [0x51, 1, 1], MSTORE: [0x52, 2, 0], MSTORE8: [0x53, 2, 0], SLOAD: [0x54, 1, 1],
  SSTORE: [0x55, 2, 0], JUMP: [0x56, 1, 0], JUMPI: [0x57, 2, 0], PC: [0x58, 0, 1], MSIZE: [0x59, 0, 1],
  GAS: [0x5a, 0, 1], JUMPDEST: [0x5b, 0, 0], TLOAD: [0x5c, 1, 1], TSTORE: [0x5d, 2, 0], MCOPY: [0x5e, 3, 0],
  PUSH0: [0x5f, 0, 1], ADD: [0x01, 2, 1], SUB: [0x03, 2, 1], DUP1: [0x80, 1, 2], ISZERO: [0x15, 1, 1],
  CREATE: [0xf0, 3, 1], CALL: [0xf1, 7, 1], CALLCODE: [0xf2, 7, 1], RETURN: [0xf3, 2, 0], DELEGATECALL: [0xf4, 6, 1],
  CREATE2: [0xf5, 4, 1], STATICCALL: [0xfa, 6, 1], REVERT: [0xfd, 2, 0], SELFDESTRUCT: [0xff, 1, 0], SUB1: [0x03, 2, 1],
}
const arithmetic = [
  ...[0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0a, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a,
    0x1b, 0x1c, 0x1d].map((b) => [b, 2, 1]),
  ...[0x15, 0x19, 0x1e].map((b) => [b, 1, 1]), // ISZERO, NOT, CLZ
  ...[0x08, 0x09].map((b) => [b, 3, 1]),
]
// ADDRESS ORIGIN CALLER CALLVALUE CALLDATASIZE CODESIZE GASPRICE RETURNDATASIZE COINBASE TIMESTAMP NUMBER PREVRANDAO
// GASLIMIT CHAINID SELFBALANCE BASEFEE BLOBBASEFEE PC MSIZE GAS
const surroundings = [0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48,
  0x4a, 0x58, 0x59, 0x5a].map((b) => [b, 0, 1])

class Program {
  // `world` says whom it may meet: { targets, selves }; `nested`: how deep in init codes it is.
  constructor(r, world, nested) {
    Object.assign(this, { r, world, nested, bytes: [], height: 0, forward: [], data: [] })
  }

  op([byte, pops, pushes]) {
    this.bytes.push(byte)
    this.height = Math.max(0, this.height - pops) + pushes
  }

  push(value) {
    const v = BigInt(value)
    if (v === 0n && !this.r.chance(1, 8)) return this.op(op.PUSH0)
    let length = Math.max(1, Math.ceil(v.toString(16).length / 2))
    if (this.r.chance(1, 16)) length = Math.min(32, length + this.r.below(4))
    this.op([0x5f + length, 0, 1])
    this.bytes.push(...bigBytes(v, length))
  }

  // A PUSH2 whose value comes later.
  pushLater(list) {
    this.op([0x61, 0, 1])
    list.push(this.bytes.length)
    this.bytes.push(0, 0)
  }

  set(at, value) {
    this.bytes[at] = (value >> 8) & 0xff
    this.bytes[at + 1] = value & 0xff
  }

  // The data lies behind the code; returns its length.
  copyData(bytes, memoryAt) {
    const places = []
    this.push(bytes.length)
    this.pushLater(places)
    this.push(memoryAt)
    this.op(op.CODECOPY)
    this.data.push({ places, bytes })
    return bytes.length
  }

  finish() {
    for (const at of this.forward) this.set(at, this.bytes.length)
    if (this.forward.length) this.op(op.JUMPDEST)
    if (this.r.chance(3, 4)) observe(this)
    this.r.weighted([[6, end], [1, () => {}], [1, (p) => p.op(op.STOP)]])(this)
    if (this.data.length) this.op(op.STOP)
    for (const { places, bytes } of this.data) {
      for (const at of places) this.set(at, this.bytes.length)
      this.bytes.push(...bytes)
    }
    return this.bytes
  }
}

export function number(r) {
  const edge = () => {
    const power = 1n << BigInt(r.weighted([[4, r.below(256)], [1, 255], [1, 128], [1, 64], [1, 63], [1, 32]]))
    return BigInt.asUintN(256, r.pick([power, power - 1n, power + 1n, -power, ~power]))
  }
  return r.weighted([
    [3, () => 0n],
    [6, () => BigInt(r.below(256))],
    [3, () => BigInt(r.below(65536))],
    [4, edge],
    [1, () => (1n << 256n) - 1n - BigInt(r.below(3))],
    [3, () => BigInt(`0x${Buffer.from(r.bytes(1 + r.below(32))).toString('hex')}`)],
  ])()
}

const offset = (r) => r.weighted([
  [60, () => BigInt(r.below(256))],
  [30, () => BigInt(32 * r.below(16))],
  [6, () => BigInt(r.below(8192))],
  [0.5, () => BigInt(r.below(1 << 22))],
  [0.5, () => r.pick([(1n << 32n) - 1n, 1n << 32n, (1n << 64n) - 1n, 1n << 64n, (1n << 256n) - 1n, (1n << 63n) - 32n])],
].map(([weight, make]) => [weight * 2, make]))()
const size = (r) => (r.chance(1, 5) ? 0n : offset(r))
const slot = (r) => BigInt(r.weighted([[20, () => r.below(5)], [1, () => number(r)]])())
const value = (r) => r.weighted([[10, () => 0n], [4, () => 1n], [2, () => BigInt(r.below(5000))], [1, () => number(r)]])()

function arithmeticOps(p) {
  for (let i = p.r.below(4); i >= 0; i--) {
    const what = p.r.pick(arithmetic)
    while (p.height < what[1] || p.r.chance(1, 6)) p.push(number(p.r))
    p.op(what)
  }
}

function stackOps(p) {
  const n = 1 + p.r.below(16)
  if (p.height >= n + 1 || p.r.chance(1, 200)) p.op(p.r.chance(1, 2) ? [0x7f + n, n, n + 1] : [0x8f + n, n + 1, n + 1])
  else p.push(number(p.r))
}

const target = (p) => p.push(BigInt(p.r.pick(p.world.targets)))

function aboutAccount(p) {
  target(p)
  p.op(p.r.pick([op.BALANCE, op.EXTCODESIZE, op.EXTCODEHASH]))
}

function aboutBlock(p) {
  const [what, argument] = p.r.pick([
    [op.BLOCKHASH, () => (p.r.chance(1, 2) ? 0n : number(p.r))], [op.BLOBHASH, () => number(p.r)],
    [op.CALLDATALOAD, () => offset(p.r)],
  ])
  p.push(argument())
  p.op(what)
}

const memoryOps = [
  (p) => [offset(p.r)].forEach((v) => p.push(v)) || p.op(op.MLOAD),
  (p) => store(p, number(p.r), offset(p.r), op.MSTORE),
  (p) => store(p, number(p.r), offset(p.r), op.MSTORE8),
  (p) => copy(p, op.MCOPY), (p) => copy(p, op.MCOPY),
  (p) => copy(p, op.CALLDATACOPY),
  (p) => copy(p, op.CODECOPY),
  (p) => copy(p, op.EXTCODECOPY),
  (p) => copy(p, op.RETURNDATACOPY),
  (p) => { p.push(size(p.r)); p.push(offset(p.r)); p.op(op.KECCAK256) },
]
function store(p, what, where, how) {
  if (p.height === 0 || p.r.chance(1, 3)) p.push(what)
  p.push(where)
  p.op(how)
}
function copy(p, how) {
  if (how === op.RETURNDATACOPY && p.r.chance(15, 16)) { // all of it, or one byte too many
    p.op(op.RETURNDATASIZE)
    p.push(BigInt(p.r.below(16) === 0))
  } else {
    p.push(size(p.r))
    p.push(offset(p.r))
  }
  p.push(offset(p.r))
  if (how === op.EXTCODECOPY) target(p)
  p.op(how)
}

function storageOps(p) {
  const transient = p.r.chance(1, 3)
  if (p.r.chance(1, 3)) {
    p.push(slot(p.r))
    p.op(transient ? op.TLOAD : op.SLOAD)
    return
  }
  if (p.height === 0 || p.r.chance(1, 2)) p.push(p.r.weighted([[3, 0n], [3, 1n], [2, 2n], [1, number(p.r)]]))
  p.push(slot(p.r))
  p.op(transient ? op.TSTORE : op.SSTORE)
}

// What is on the stack, in transient storage, or how much gas is left becomes part of the state.
function observe(p) {
  if (p.r.chance(1, 3)) {
    p.push(slot(p.r))
    p.op(op.TLOAD)
  } else if (p.height === 0 || p.r.chance(1, 2)) p.op(p.r.pick([op.GAS, op.GAS, op.MSIZE, op.RETURNDATASIZE]))
  p.push(BigInt(0x40 + p.r.below(4)))
  p.op(op.SSTORE)
}

const callKinds = [op.CALL, op.CALL, op.CALLCODE, op.DELEGATECALL, op.STATICCALL]
function callGas(p) {
  p.r.weighted([
    [6, () => p.op(op.GAS)],
    [2, () => p.push(BigInt(p.r.below(60000)))],
    [1, () => p.push(BigInt(p.r.below(3000)))],
    [1, () => p.push(number(p.r))],
  ])()
}

// The arguments below the address: sizes and places in memory, and the value.
function emitCall(p, kind, pushTarget, input, output, withValue) {
  p.push(output[1])
  p.push(output[0])
  p.push(input[1])
  p.push(input[0])
  if (kind === op.CALL || kind === op.CALLCODE) p.push(withValue)
  pushTarget()
  callGas(p)
  p.op(kind)
}

function callOp(p) {
  const kind = p.r.pick(callKinds)
  emitCall(p, kind, () => target(p), [offset(p.r), size(p.r)], [offset(p.r), size(p.r)], value(p.r))
  if (p.r.chance(1, 3)) copy(p, op.RETURNDATACOPY)
  if (p.r.chance(1, 3)) observe(p)
}

function precompileOp(p) {
  const { address, input } = precompileCall(p.r)
  if (p.bytes.length + input.length > 4 * codeLimit) return
  const at = 32 * p.r.below(4)
  const length = p.copyData(input, at)
  const kind = p.r.pick(callKinds)
  emitCall(p, kind, () => p.push(BigInt(address)), [BigInt(at), BigInt(length)],
    [BigInt(32 * p.r.below(4)), BigInt(p.r.below(100))], p.r.chance(1, 8) ? value(p.r) : 0n)
  if (p.r.chance(1, 2)) {
    p.op(op.RETURNDATASIZE)
    p.op(op.PUSH0)
    p.op(op.PUSH0)
    p.op(op.RETURNDATACOPY)
  }
}

// Init code: some work, then code to be deployed (or something refused) is returned.
export function initCode(r, world, nested) {
  const p = new Program(r, world, nested + 1)
  for (let i = r.below(5); i > 0; i--) snippet(p)
  const deployed = r.weighted([
    [6, () => programOf(r, world, nested + 1, 6)],
    [1, () => [0xef, ...r.bytes(3)]],
    [1, () => []],
    [1, () => [0xef, 0x01, 0x00, ...r.bytes(20)]],
    [1, () => r.bytes(40)],
  ])()
  const length = r.chance(1, 60) ? 24570 + r.below(12) : p.copyData(deployed, 0)
  p.push(BigInt(length))
  p.op(op.PUSH0)
  p.op(r.chance(1, 12) ? op.REVERT : op.RETURN)
  return p.finish()
}

function createOp(p) {
  if (p.nested > 1 || p.bytes.length > codeLimit / 2) return
  const length = p.r.chance(1, 60) ? 49140 + p.r.below(16) : p.copyData(initCode(p.r, p.world, p.nested), 0)
  const second = p.r.chance(1, 2)
  const times = p.r.chance(1, 6) ? 2 : 1
  for (let i = 0; i < times; i++) {
    if (second) p.push(BigInt(p.r.below(2)))
    p.push(BigInt(length))
    p.op(op.PUSH0)
    p.push(value(p.r))
    p.op(second ? op.CREATE2 : op.CREATE)
  }
  if (p.r.chance(1, 3)) observe(p)
  else if (p.r.chance(1, 2)) { // call it
    const created = p.height
    for (let i = 0; i < 5; i++) p.op(op.PUSH0)
    p.op([0x85, 6, 7])
    p.op(op.GAS)
    p.op(op.CALL)
    p.height = created + 1
  }
}

function logOp(p) {
  const topics = p.r.below(5)
  for (let i = 0; i < topics; i++) p.push(number(p.r))
  p.push(size(p.r))
  p.push(offset(p.r))
  p.op([0xa0 + topics, topics + 2, 0])
}

function forwardJump(p) {
  if (p.r.chance(1, 2)) {
    if (p.height === 0) p.push(number(p.r))
    p.pushLater(p.forward)
    p.op(op.JUMPI)
  } else if (p.r.chance(1, 30)) {
    p.push(number(p.r)) // anywhere
    p.op(op.JUMP)
  } else {
    const here = []
    p.pushLater(here)
    p.op(op.JUMP)
    p.bytes.push(...p.r.bytes(p.r.below(3)))
    p.set(here[0], p.bytes.length)
    p.op(op.JUMPDEST)
  }
}

function loop(p) {
  if (p.inLoop) return
  p.inLoop = true
  const times = p.r.weighted([[8, 1 + p.r.below(8)], [1, 1 + p.r.below(300)]])
  const base = p.height
  p.push(BigInt(times))
  const start = p.bytes.length
  p.op(op.JUMPDEST)
  for (let i = p.r.below(3); i >= 0; i--) snippet(p)
  // Whatever is above the counter goes.
  for (; p.height > base + 1; ) p.op(op.POP)
  for (; p.height < base + 1; ) p.push(1n)
  p.push(1n)
  p.op([0x90, 2, 2])
  p.op(op.SUB)
  p.op([0x80, 1, 2])
  p.push(BigInt(start))
  p.op(op.JUMPI)
  p.inLoop = false
}

function end(p) {
  p.push(p.r.chance(1, 10) ? size(p.r) : BigInt(32 * p.r.below(5)))
  p.push(p.r.chance(1, 10) ? offset(p.r) : BigInt(32 * p.r.below(3)))
  p.op(p.r.chance(1, 5) ? op.REVERT : op.RETURN)
}

// To the limit of 1024 words, and past it now and then.
function deepStack(p) {
  const times = BigInt(1010 - p.height + p.r.below(20))
  p.push(times)
  const start = p.bytes.length
  p.op(op.JUMPDEST)
  p.bytes.push(0x80, 0x60, 1, 0x90, 0x03, 0x80) // DUP1 PUSH1 1 SWAP1 SUB DUP1
  p.push(BigInt(start))
  p.op(op.JUMPI)
}

const snippets = [
  [12, arithmeticOps],
  [6, (p) => p.push(number(p.r))],
  [5, stackOps],
  [6, (p) => p.op(p.r.pick(surroundings))],
  [4, aboutAccount],
  [2, aboutBlock],
  [10, (p) => p.r.pick(memoryOps)(p)],
  [10, storageOps],
  [8, callOp],
  [5, precompileOp],
  [3, createOp],
  [2, logOp],
  [4, forwardJump],
  [3, loop],
  [4, observe],
  [0.2, deepStack],
  [0.5, (p) => { target(p); p.op(op.SELFDESTRUCT) }],
  [0.4, end],
  [0.3, (p) => p.bytes.push(...p.r.bytes(1 + p.r.below(4)))],
].map(([weight, f]) => [weight * 10, f])

function snippet(p) {
  p.r.weighted(snippets)(p)
}

function programOf(r, world, nested, most) {
  const p = new Program(r, world, nested)
  for (let i = r.below(most) + 1; i > 0 && p.bytes.length < codeLimit; i--) snippet(p)
  return p.finish()
}

export function program(r, world) {
  if (r.chance(1, 40)) return r.bytes(r.below(80))
  return programOf(r, world, 0, r.weighted([[3, 8], [3, 20], [1, 40]]))
}
