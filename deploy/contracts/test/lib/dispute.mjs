// Games on the toy machine (dispute/ToyStep.sol), and players.
//
// The toy chain and the machine are modelled here a second time, from their description; games are played with the
// contracts as they are deployed.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import solc from 'solc'
import {
  concat,
  encodeAbiParameters,
  getContractAddress,
  keccak256,
  parseEther,
  size,
  slice,
  toHex,
  zeroHash,
} from 'viem'
import { settings } from '../../../build.mjs'
import { artifact, deploy, deployRollup, events, read, send, travel } from './rollup.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
export const gameAbi = artifact('DisputeGame').abi
export const K = 32
export const VALID = 0
export const gameType = 71
const blocksPerEntry = 40n

// ---------------------------------------------------------------- the toy machine

export function toyArtifact(name, file) {
  const text = (...parts) => ({ content: fs.readFileSync(path.join(here, '..', ...parts), 'utf8') })
  const input = {
    language: 'Solidity',
    sources: {
      [file]: text(file),
      'machine/IStep.sol': text('../src/machine/IStep.sol'),
      'machine/IPreimageOracle.sol': text('../src/machine/IPreimageOracle.sol'),
    },
    settings,
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input)))
  assert.equal(output.errors, undefined)
  const { abi, evm } = output.contracts[file][name]
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}

const toyStep = toyArtifact('ToyStep', 'dispute/ToyStep.sol')

export const withStatus = (hash, status) => concat([toHex(status, { size: 1 }), slice(hash, 1)])
export const witnessOf = ({ acc, n, exited, code }) =>
  concat([acc, toHex(n, { size: 8 }), toHex(exited, { size: 1 }), toHex(code, { size: 1 })])
export const hashState = (s) => withStatus(keccak256(witnessOf(s)), s.exited === 0 ? 3 : Math.min(s.code, 2))
export const firstState = hashState({ acc: zeroHash, n: 0, exited: 0, code: 0 })
export const statusOf = (state) => Number(state.slice(0, 4))

const nextRoot = (root, b) => keccak256(concat([root, toHex(b, { size: 32 })]))
export const wrong = (state) => withStatus(keccak256(state), statusOf(state))

// ---------------------------------------------------------------- deployment

const ether = (x) => parseEther(String(x))

export const standard = {
  outputLevels: 2n,
  traceLevels: 2n,
  maxClockDuration: 10_000n,
  clockExtension: 300n,
  rootBond: ether(1),
  moveBond: ether(0.3),
  lastBond: ether(0.1),
}
export const chainConfigHash = keccak256('0x01')
export const anchorRoot = keccak256('0x02')

export const configOf = (d, changes = {}) => ({
  step: d.step.address,
  oracle: d.oracle.address,
  absolutePrestate: firstState,
  chainConfigHash,
  ...standard,
  ...changes,
})

// Everything that a dispute needs, with `entries` entries in the inbox.
export async function deployDispute(l1, options = {}) {
  const { entries = 5, guardian, finalityDelay = 600n, lastStep = 700n, ...changes } = options
  const rollup = await deployRollup(l1)
  const oracle = await deploy(l1, 'PreimageOracle', [rollup.inbox.address])
  const step = await deployArtifact(l1, toyStep, [oracle.address, lastStep])
  const d = { l1, ...rollup, oracle, step, lastStep, guardian: l1.accounts[9] }
  d.implementation = await deploy(l1, 'DisputeGame', [configOf(d, changes)])
  Object.assign(d, await deployFactory(d, { guardian: guardian ?? d.guardian.address, finalityDelay }))
  d.config = configOf(d, changes)
  for (let i = 0; i < entries; i++) await appendEntry(d)
  return d
}

export async function deployFactory(d, { guardian, finalityDelay, implementation = d.implementation }) {
  const [deployer] = d.l1.accounts
  const nonce = BigInt(await d.l1.client.getTransactionCount({ address: deployer.address }))
  const predicted = getContractAddress({ from: deployer.address, nonce: nonce + 1n })
  const factory = await deploy(d.l1, 'DisputeGameFactory', [implementation.address, predicted, d.inbox.address])
  const registry = await deploy(d.l1, 'AnchorStateRegistry', [factory.address, guardian, anchorRoot, 0n, finalityDelay])
  return { factory, registry }
}

export async function deployArtifact(l1, { abi, bytecode }, args = []) {
  const hash = await l1.client.deployContract({ abi, bytecode, args, account: l1.accounts[0] })
  const { contractAddress } = await l1.client.waitForTransactionReceipt({ hash })
  return { abi, address: contractAddress }
}

export async function appendEntry(d) {
  const index = await read(d.l1, d.inbox, 'entryCount')
  return send(d.l1, d.batcher, d.inbox, 'appendBatch', [index, '0x', 0n])
}

// What `create` is told about the inbox.
export async function extraDataOf(d, block, entries) {
  const count = entries ?? (await read(d.l1, d.inbox, 'entryCount'))
  const link = await read(d.l1, d.inbox, 'entryLink', count - 1n)
  return words(BigInt(block), count, link)
}

export const words = (block, entries, link) =>
  encodeAbiParameters([{ type: 'uint256' }, { type: 'uint256' }, { type: 'bytes32' }], [block, entries, link])

export async function createGame(d, account, block, root) {
  const args = [gameType, root, await extraDataOf(d, block)]
  const receipt = await send(d.l1, account, d.factory, 'create', args, { value: d.config.rootBond })
  const [event] = events(receipt, d.factory.abi, 'DisputeGameCreated')
  return new Game(d, event.args.disputeProxy)
}

// ---------------------------------------------------------------- a game, seen from outside

export class Game {
  constructor(d, address) {
    Object.assign(this, { d, l1: d.l1, address, abi: gameAbi })
    this.contract = { address, abi: gameAbi }
    this.bottom = Number(d.config.outputLevels + d.config.traceLevels)
    this.L = Number(d.config.outputLevels)
  }

  read(name, ...args) {
    return read(this.l1, this.contract, name, ...args)
  }

  // What is right in this game, as far as all players can know.
  async learn() {
    const [block, horizon, start, root] = await Promise.all(
      ['l2SequenceNumber', 'horizon', 'anchorBlock', 'anchorRoot'].map((name) => this.read(name)),
    )
    Object.assign(this, { block, horizon, anchorBlock: start, roots: new Map([[start, root]]) })
    return this
  }

  rootAt(position) {
    const b = position > this.block ? this.block : position
    for (let at = BigInt(this.roots.size) + this.anchorBlock; at <= b; at++) {
      const absent = at > this.horizon * blocksPerEntry
      this.roots.set(at, absent ? zeroHash : nextRoot(this.roots.get(at - 1n), at))
    }
    return this.roots.get(b)
  }

  machineAt({ agreedRoot, claimedRoot, blockNumber }, n) {
    if (n === 0n) return { acc: zeroHash, n: 0, exited: 0, code: 0 }
    if (n === 1n) return { acc: agreedRoot, n: 1, exited: 0, code: 0 }
    const acc = nextRoot(agreedRoot, blockNumber)
    if (blockNumber > this.horizon * blocksPerEntry) return { acc, n: 2, exited: 1, code: 1 }
    const { lastStep } = this.d
    if (n <= lastStep) return { acc, n: Number(n), exited: 0, code: 0 }
    return { acc, n: Number(lastStep) + 1, exited: 1, code: acc === claimedRoot ? 0 : 1 }
  }

  // All claims, parents first, with what their place says: `at` the first state's position (block or step).
  async claims() {
    const logs = await this.l1.client.getContractEvents({ ...this.contract, fromBlock: 0n })
    const byHash = new Map()
    const traces = new Map()
    for (const { eventName, args } of logs) {
      if (eventName === 'TraceBegun') traces.set(args.context, args)
      if (eventName !== 'ClaimMade') continue
      const { claim } = args
      const parent = byHash.get(args.parent)
      const c = { ...args, ...claim, hash: args.claimHash, parentClaim: parent, trace: traces.get(claim.context) }
      c.at = this.positionBelow(parent, claim.index)
      byHash.set(c.hash, c)
    }
    return [...byHash.values()]
  }

  positionBelow(parent, index) {
    if (!parent) return this.anchorBlock
    if (parent.depth === this.L) return 0n
    return parent.at + BigInt(index - 1) * this.spacing(parent.depth)
  }

  spacing(depth) {
    const levels = depth <= this.L ? this.L - depth : this.bottom - depth
    return 32n ** BigInt(levels)
  }

  // The right state at a place, or undefined where nobody can say: in a trace from a wrong agreed root.
  stateAt(depth, trace, position) {
    if (depth <= this.L) return this.rootAt(position)
    if (trace.agreedRoot !== this.rootAt(trace.blockNumber - 1n)) return undefined
    return hashState(this.machineAt(trace, position))
  }

  rightList(depth, trace, at) {
    return Array.from({ length: K + 1 }, (_, j) => this.stateAt(depth, trace, at + BigInt(j) * this.spacing(depth)))
  }

  // The first wrong state, 0 if the claim starts wrong, undefined if all are right.
  firstWrong(claim) {
    const right = this.rightList(claim.depth, claim.trace, claim.at)
    const index = claim.list.findIndex((state, j) => state !== right[j])
    return index < 0 ? undefined : index
  }

  // The place of an attack on a claim's state: {depth, at, trace, absence, start, list}. `start` is what our list has
  // to start with, and the list is right.
  placeBelow(claim, index, root) {
    const depth = claim.depth + 1
    const at = this.positionBelow(claim, index)
    let { trace } = claim
    let absence = false
    if (claim.depth === this.L) {
      const blockNumber = claim.at + BigInt(index)
      absence = claim.list[index] === zeroHash
      trace = {
        agreedRoot: claim.list[index - 1],
        claimedRoot: absence ? (root ?? this.rootAt(blockNumber)) : claim.list[index],
        blockNumber,
      }
    }
    const start = claim.depth === this.L ? firstState : claim.list[index - 1]
    return { depth, at, trace, absence, start, list: this.rightList(depth, trace, at) }
  }

  // Arguments of an attack.
  attackCall(claim, index, { list, absence, trace, depth }) {
    const args = [tuple(claim), BigInt(index), halfOf(claim.list, index), list]
    const value = depth === this.bottom ? this.d.config.lastBond : this.d.config.moveBond
    // An estimate may fall short: a later block's time can cost a write more.
    const overrides = { value, gas: 300_000n }
    return absence
      ? ['attackAbsence', [...args, trace.claimedRoot], overrides]
      : ['attack', args, overrides]
  }

  async attack(account, claim, index, place = this.placeBelow(claim, index)) {
    const receipt = await send(this.l1, account, this.contract, ...this.attackCall(claim, index, place))
    const [event] = events(receipt, gameAbi, 'ClaimMade')
    return { receipt, hash: event.args.claimHash }
  }

  claim(hash) {
    return this.claims().then((all) => all.find((c) => c.hash === hash))
  }

  // What the toy machine reads in its step from position `n`.
  async loadFor(account, trace, n) {
    const last = this.d.lastStep
    const needs = { 0: [[1n, 0n], [1n, 32n]], 1: [[3n, 0n], [4n, 0n]], [last]: [[2n, 0n], [2n, 32n]] }[n] ?? []
    const { agreedRoot, claimedRoot, blockNumber } = trace
    const data = { agreedRoot, claimedRoot, blockNumber }
    for (const [index, offset] of needs) await send(this.l1, account, this.contract, 'loadLocal', [data, index, offset])
  }

  witnessAt(claim, index) {
    return witnessOf(this.machineAt(claim.trace, claim.at + BigInt(index - 1)))
  }

  stepCall(claim, index, witness = this.witnessAt(claim, index)) {
    return ['step', [tuple(claim), BigInt(index), halfOf(claim.list, index), witness]]
  }

  async step(account, claim, index) {
    await this.loadFor(account, claim.trace, claim.at + BigInt(index - 1))
    return send(this.l1, account, this.contract, ...this.stepCall(claim, index))
  }

  resolveClaims(account, claims) {
    return send(this.l1, account, this.contract, 'resolveClaims', [claims.map(tuple)])
  }

  // Lets all time pass and resolves everything; the game's status.
  async finish(account) {
    await passTo(this.l1, await this.read('expectedResolution'))
    const claims = (await this.claims()).sort((a, b) => b.depth - a.depth)
    for (let i = 0; i < claims.length; i += 50) await this.resolveClaims(account, claims.slice(i, i + 50))
    return this.read('status')
  }
}

export const IN_PROGRESS = 0
export const CHALLENGER_WINS = 1
export const DEFENDER_WINS = 2

export const tuple = ({ parent, listHash, context, start, depth, index }) => ({
  parent,
  listHash,
  context,
  start,
  depth,
  index,
})

const halves = (list) => [list.slice(0, 17), list.slice(16)]

export const listHash = (list) => {
  assert.equal(size(concat(list)), 33 * 32)
  return keccak256(concat(halves(list).map((half) => keccak256(concat(half)))))
}

// States index-1 and index of a list, as the contract wants them shown.
export function halfOf(list, index) {
  const [lower, upper] = halves(list)
  const [states, other] = index <= 16 ? [lower, upper] : [upper, lower]
  return { states, otherHash: keccak256(concat(other)) }
}

// L1's next block is at `time` or later.
export async function passTo(l1, time) {
  const { timestamp } = await l1.client.getBlock()
  if (time > timestamp) await travel(l1, BigInt(time) - timestamp)
}

// ---------------------------------------------------------------- players

// Plays as the game's description says an honest party does; how many moves were made in this round.
export async function playHonestly(game, account) {
  const claims = await game.claims()
  const known = new Set(claims.map((c) => `${c.parent} ${c.index} ${c.listHash}`))
  let moves = 0
  for (const claim of claims) {
    const index = game.firstWrong(claim)
    if (!index) continue
    if (claim.depth === game.bottom) {
      if ((await game.read('claimAnswers', claim.hash)).by !== '0x0000000000000000000000000000000000000000') continue
      await game.step(account, claim, index)
    } else {
      const place = game.placeBelow(claim, index)
      if (known.has(`${claim.hash} ${index} ${listHash(place.list)}`)) continue
      await game.attack(account, claim, index, place)
    }
    moves++
  }
  return moves
}

// A list as a liar has it: right (as far as that can be said) before state `from`, wrong from there on, and in order
// where the contract looks: nothing changes behind the game's block, nor behind an absent one.
export function lie(game, place, from, mustEnd) {
  const list = [...place.list]
  list[0] = place.start
  const output = place.depth <= game.L
  const isPast = (j) => output && place.at + BigInt(j - 1) * game.spacing(place.depth) >= game.block
  while (from > 1 && (isPast(from) || list[from - 1] === zeroHash)) from--
  for (let j = 1; j <= K; j++) {
    const state = !list[j] || list[j] === zeroHash ? keccak256(concat([list[0], toHex(j)])) : list[j]
    if (j >= from || !list[j]) list[j] = isPast(j) && j > from ? list[j - 1] : wrong(state)
  }
  if (mustEnd !== undefined) list[K] = withStatus(list[K], mustEnd)
  return { ...place, list }
}

// What a lying attack on a claim's state must look like to be accepted.
export function lieBelow(game, claim, index, from) {
  const place = game.placeBelow(claim, index, claim.list[index] === zeroHash ? keccak256('0x05') : undefined)
  const first = claim.depth === game.L
  return lie(game, place, from, first ? (place.absence ? VALID : 1) : undefined)
}
