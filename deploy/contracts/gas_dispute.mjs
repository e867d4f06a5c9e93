// What a dispute costs on L1, with the contracts as they are deployed: the real machine's single step too, at the
// worst that a witness can be (no byte of it zero that need not be).
//
//   node gas_dispute.mjs          a table;  JSON=1: one object a line
//
// Fails where something costs more than its bar.
import { concat, keccak256, parseEther, toHex, zeroHash } from 'viem'
import {
  K,
  configOf,
  createGame,
  deployDispute,
  deployFactory,
  lieBelow,
  passTo,
  wrong,
} from './test/lib/dispute.mjs'
import { deploy, read, send, startL1 } from './test/lib/rollup.mjs'

const l1 = await startL1()
const [, , , honest, liar, other] = l1.accounts

const bars = [
  [/^attack/, 150_000],
  [/^resolution/, 100_000],
  [/^step, KECCAK_F/, 400_000],
  [/^step, /, 150_000],
]

function show(name, gas) {
  const [, bar] = bars.find(([names]) => names.test(name)) ?? []
  if (Number(gas) > bar) {
    console.error(`${name} costs ${gas}, more than ${bar}`)
    process.exitCode = 1
  }
  if (process.env.JSON) return console.log(JSON.stringify({ bench: 'gas', name, gas: Number(gas) }))
  console.log(name.padEnd(60), Number(gas).toLocaleString('en').padStart(11))
}
const report = (name, receipt) => show(name, receipt.gasUsed)
const hash = (...parts) => keccak256(concat(parts))

// ---------------------------------------------------------------- the game

async function game() {
  const d = await deployDispute(l1, { outputLevels: 4n, traceLevels: 8n, clockExtension: 100n, rootBond: parseEther('2') })
  const g = await createGame(d, liar, 150, keccak256('0x03'))
  report('create', await l1.client.getTransactionReceipt(await creation(g)))
  await g.learn()
  let claim = (await g.claims())[0]
  const attacks = []
  while (claim.depth < g.bottom) {
    const index = claim.depth === 0 ? 1 : await anyIndex(g, claim)
    const right = claim.depth % 2 === 0
    const place = right ? g.placeBelow(claim, index) : lieBelow(g, claim, index, 9)
    const { receipt, hash: made } = await g.attack(right ? honest : liar, claim, index, place)
    attacks.push(receipt.gasUsed)
    claim = await g.claim(made)
  }
  const middle = attacks.slice(1, -1)
  show('attack', attacks.reduce((a, b) => (a > b ? a : b)))
  show('attack, on output roots, the first', attacks[0])
  show('attack, that begins a trace', attacks[g.L])
  show('attack, mean of a path', middle.reduce((a, b) => a + b, 0n) / BigInt(middle.length))
  const commitment = keccak256('0x01')
  report('commitStep', await send(l1, honest, g.contract, 'commitStep', [commitment]))
  const index = g.firstWrong(claim)
  const n = claim.at + BigInt(index - 1)
  const { agreedRoot, claimedRoot, blockNumber } = claim.trace
  const load = [{ agreedRoot, claimedRoot, blockNumber }, 1n, 0n]
  report('loadLocal', await send(l1, honest, g.contract, 'loadLocal', load))
  await g.loadFor(honest, claim.trace, n)
  await send(l1, honest, g.contract, ...g.stepCall(claim, index))
  await passTo(l1, await g.read('expectedResolution'))
  const claims = (await g.claims()).sort((a, b) => b.depth - a.depth)
  const costs = []
  for (const c of claims.slice(0, -1)) costs.push((await g.resolveClaims(other, [c])).gasUsed)
  const last = await send(l1, other, g.contract, 'resolve')
  show('resolution', [...costs, last.gasUsed].reduce((a, b) => (a > b ? a : b)))
  show('resolution, mean of a path', [...costs, last.gasUsed].reduce((a, b) => a + b) / BigInt(claims.length))
  report('resolution of the root claim', last)
  report('claimCredit', await send(l1, other, g.contract, 'claimCredit', [honest.address]))
  show('a dispute to the last step: moves', claims.length)
}

const creation = async (g) => {
  const [log] = await l1.client.getContractEvents({ ...g.contract, eventName: 'ClaimMade', fromBlock: 0n })
  return { hash: log.transactionHash }
}

// A state at which both sides can go on.
async function anyIndex(g, claim) {
  const index = g.firstWrong(claim)
  return index || (claim.depth <= g.L ? 1 : 2)
}

// ---------------------------------------------------------------- the machine's step, in a game

let seed = 1n
const random = (bytes) => {
  let out = '0x'
  while (out.length < 2 + 2 * bytes) out += hash(toHex(seed++)).slice(2).replaceAll('00', '01')
  return out.slice(0, 2 + 2 * bytes)
}
const siblings = (n) => Array.from({ length: n }, () => random(32))
const isRight = (address, level) => (BigInt(address) >> BigInt(5 + level)) & 1n
// The root of a subtree of `path.length` levels above the node at `level` on the way to `address`.
const fold = (node, address, path, level = 0) =>
  path.reduce((x, y, i) => (isRight(address, level + i) ? hash(y, x) : hash(x, y)), node)

// Code in the lower half of memory, data in the upper one: both proofs are random but for their top.
function witnessFor({ instruction, data, blockLevels = 0, registers = {} }) {
  const pc = 0x12345678 & ~31
  const address = 0x9abcde00
  const leaf = concat([toHex(reverse(instruction), { size: 4 }), random(28)])
  const code = siblings(26)
  const other_ = siblings(26 - blockLevels)
  const codeHalf = fold(leaf, pc, code)
  const node = data ? blockNode(data) : random(32)
  const dataHalf = data ? fold(node, address, other_, blockLevels) : random(32)
  const root = hash(codeHalf, dataHalf)
  const x = Array.from({ length: 31 }, (_, i) => registers[i + 1] ?? random(8))
  const u64 = (n) => toHex(n, { size: 8 })
  const state = concat([root, u64(pc), ...x, u64(7), random(32), u64(0), '0x0000'])
  const parts = [state, leaf, ...code, dataHalf]
  if (data) parts.push(data, ...other_, codeHalf)
  return concat(parts)
}

const reverse = (word) => ((word & 0xff) << 24 | (word & 0xff00) << 8 | (word >>> 8) & 0xff00 | word >>> 24) >>> 0

function blockNode(data) {
  let level = Array.from({ length: (data.length - 2) / 64 }, (_, i) => `0x${data.slice(2 + 64 * i, 66 + 64 * i)}`)
  while (level.length > 1) level = level.filter((_, i) => i % 2 === 0).map((a, i) => hash(a, level[2 * i + 1]))
  return level[0]
}

const address = toHex(0x9abcde00, { size: 8 })
const steps = {
  'step, ADD': { instruction: 0x007302b3 },
  'step, DIVW': { instruction: 0x027342bb },
  'step, LD': { instruction: 0x00033283, data: random(32), registers: { 6: address } },
  'step, SD': { instruction: 0x00533023, data: random(32), registers: { 6: address } },
  'step, ORACLE_KEY': { instruction: 0x73, data: random(32), registers: { 17: toHex(1, { size: 8 }), 10: address } },
  'step, KECCAK_F': {
    instruction: 0x73,
    data: random(256),
    blockLevels: 3,
    registers: { 17: toHex(3, { size: 8 }), 10: address },
  },
}

async function machineSteps() {
  const d = await deployDispute(l1)
  const step = await deploy(l1, 'Step', [d.oracle.address])
  for (const [name, what] of Object.entries(steps)) {
    const witness = witnessFor(what)
    const start = await read(l1, step, 'preStateHash', witness)
    const changes = { outputLevels: 1n, traceLevels: 1n, step: step.address, absolutePrestate: start }
    d.config = configOf(d, changes)
    d.implementation = await deploy(l1, 'DisputeGame', [d.config])
    Object.assign(d, await deployFactory(d, { guardian: d.guardian.address, finalityDelay: 600n }))
    const g = await createGame(d, honest, 10, keccak256('0x03'))
    await g.learn()
    const { hash: blocks } = await g.attack(liar, (await g.claims())[0], 1)
    const list = [start, ...Array.from({ length: K }, () => wrong(random(32)))]
    list[K] = `0x01${list[K].slice(4)}`
    const { hash: made } = await g.attack(honest, await g.claim(blocks), 1, { depth: 2, trace: {}, list })
    const call = g.stepCall(await g.claim(made), 1, witness)
    const receipt = await send(l1, honest, g.contract, ...call)
    report(name, receipt)
    const alone = await send(l1, honest, step, 'step', [witness, zeroHash])
    report(`${name}, the machine alone`, alone)
  }
}

// ---------------------------------------------------------------- the oracle

async function oracle() {
  const { oracle: o } = await deployDispute(l1)
  const load = (...args) => send(l1, honest, o, ...args)
  report('loadKeccak, a trie node of 532 bytes', await load('loadKeccak', [0n, random(532)]))
  report('loadKeccak, 24,576 bytes of code', await load('loadKeccak', [0n, random(24_576)]))
  report('loadKeccak, a payload of 120,000 bytes', await load('loadKeccak', [0n, random(120_000)]))
  const recover = ['0x0000000000000000000000000000000000000001', 3000n, random(128)]
  report('loadPrecompile, ECRECOVER', await load('loadPrecompile', [0n, ...recover]))
}

try {
  await game()
  await machineSteps()
  await oracle()
} finally {
  await l1.stop()
}
