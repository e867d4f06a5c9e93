// Disputes from the other side: claims and attacks made by a script, right or wrong.
//
//   const game = await createGame(gavel, { account, root, block })      a claim, with its bond
//   await game.claims()                  what was claimed so far, from the events: { hash, claim, list, claimant, ... }
//   await game.attack(account, target, index, states)                   one move
//   await attackWithLie(game, account, { wrong, rootAt })      against the root claim
//   await lieAgain(game, account, { wrong, rootAt, answered, choose }) answers every claim against one of `account`'s
//   await costs(game)                    L1 transactions and gas, by sender
import crypto from 'node:crypto'
import { concat, encodeAbiParameters, keccak256, toHex } from 'viem'
import { artifact, waitFor } from './gavel.mjs'

const k = 32

export const randomRoot = () => toHex(crypto.randomBytes(32))

// `theirs` of a move: the half of a list that shows states index - 1 and index.
function half(list, index) {
  const hash = (states) => keccak256(concat(states))
  return index <= k / 2
    ? { states: list.slice(0, 17), otherHash: hash(list.slice(16)) }
    : { states: list.slice(16), otherHash: hash(list.slice(0, 17)) }
}

async function mined(gavel, hash) {
  const receipt = await waitFor(`transaction ${hash}`, () => gavel.l1.getTransactionReceipt({ hash }), { every: 50 })
  if (receipt.status !== 'success') throw new Error(`${hash} failed on L1`)
  return receipt
}

export class Game {
  constructor(gavel, address) {
    this.gavel = gavel
    this.address = address
    this.contract = { address, abi: artifact('DisputeGame').abi }
  }

  read(functionName, ...args) {
    return this.gavel.l1.readContract({ ...this.contract, functionName, args })
  }

  async write(account, functionName, args, value = 0n) {
    const gas = 400_000n // an estimate is of another second, with other clocks
    return mined(this.gavel, await this.gavel.l1.writeContract({ ...this.contract, account, functionName, args, value, gas }))
  }

  async events(eventName) {
    const logs = await this.gavel.l1.getContractEvents({ ...this.contract, eventName, fromBlock: 0n })
    return logs.map((log) => ({ ...log.args, log }))
  }

  async claims() {
    return (await this.events('ClaimMade')).map(({ claimHash, ...rest }) => ({ hash: claimHash, ...rest }))
  }

  async attack(account, target, index, states) {
    const value = await this.read('bondAt', target.claim.depth + 1)
    return this.write(account, 'attack', [target.claim, index, half(target.list, index), states], value)
  }

  // By number: 0 in progress, 1 the challenger wins, 2 the defender wins.
  status() {
    return this.read('status')
  }
}

export async function createGame(gavel, { account, root, block }) {
  const read = (functionName, ...args) => gavel.l1.readContract({ ...gavel.inbox, functionName, args })
  const entries = await read('entryCount')
  const link = await read('entryLink', entries - 1n)
  const words = [{ type: 'uint256' }, { type: 'uint256' }, { type: 'bytes32' }]
  const type = await gavel.l1.readContract({ ...gavel.factory, functionName: 'gameType' })
  const value = await gavel.l1.readContract({ ...gavel.factory, functionName: 'initBonds', args: [type] })
  const receipt = await mined(
    gavel,
    await gavel.l1.writeContract({
      ...gavel.factory,
      account,
      functionName: 'create',
      args: [type, root, encodeAbiParameters(words, [BigInt(block), entries, link])],
      value,
    }),
  )
  const created = receipt.logs.find((log) => log.address.toLowerCase() === gavel.factory.address.toLowerCase())
  const game = new Game(gavel, `0x${created.topics[1].slice(26)}`)
  return Object.assign(game, { receipt, block: BigInt(block), root })
}

async function levelsOf(game) {
  const [output, trace] = await Promise.all(['outputLevels', 'traceLevels'].map((name) => game.read(name)))
  return { output: Number(output), trace: Number(trace) }
}

// The state at which the game's block is, in a claim of output roots.
function indexOfBlock(game, claim, levels) {
  const spacing = BigInt(k) ** BigInt(levels.output - claim.depth)
  return Number((game.block - claim.start + spacing - 1n) / spacing)
}

// What a liar says against the target's state `index`. Of output roots: from the game's block on, `wrong`; before it what
// `rootAt` has of a block, or that nothing changes. Of machine states: noise.
async function lie(game, target, index, levels, { wrong, rootAt }) {
  const depth = target.claim.depth + 1
  const first = depth === levels.output + 1 ? await game.read('absolutePrestate') : target.list[index - 1]
  if (depth > levels.output) return [first, ...Array.from({ length: k }, () => `0x03${randomRoot().slice(4)}`)]
  const spacing = BigInt(k) ** BigInt(levels.output - target.claim.depth)
  const start = target.claim.start + BigInt(index - 1) * spacing
  const last = indexOfBlock(game, { depth, start }, levels)
  const blocks = BigInt(k) ** BigInt(levels.output - depth)
  const before = (j) => (j > 0 && rootAt ? rootAt(start + BigInt(j) * blocks) : first)
  return Promise.all(Array.from({ length: k + 1 }, (_, j) => (j < last ? before(j) : wrong)))
}

export async function attackWithLie(game, account, options) {
  const [root] = await game.claims()
  const levels = await levelsOf(game)
  const index = indexOfBlock(game, root.claim, levels)
  return game.attack(account, root, index, await lie(game, root, index, levels, options))
}

// Attacks every claim against one of `account`'s, once: those of output roots where the game's block is, those of machine
// states where `choose` says. `answered` is a Set of what was. Returns the receipts.
export async function lieAgain(game, account, { answered, choose, ...options }) {
  const levels = await levelsOf(game)
  const claims = await game.claims()
  const byHash = new Map(claims.map((claim) => [claim.hash, claim]))
  const receipts = []
  for (const target of claims) {
    const { claim, claimant, hash } = target
    const isAgainst = claimant !== account.address && byHash.get(claim.parent)?.claimant === account.address
    if (!isAgainst || answered.has(hash) || claim.depth === levels.output + levels.trace) continue
    answered.add(hash)
    const index = claim.depth <= levels.output ? indexOfBlock(game, claim, levels) : choose(claim)
    receipts.push(await game.attack(account, target, index, await lie(game, target, index, levels, options)))
  }
  return receipts
}

// L1 transactions and gas of a game by sender, from its creation to now.
export async function costs(game) {
  const logs = await game.gavel.l1.getLogs({ address: game.address, fromBlock: 0n })
  const hashes = [...new Set(logs.map((log) => log.transactionHash))]
  const receipts = await Promise.all(hashes.map((hash) => game.gavel.l1.getTransactionReceipt({ hash })))
  const bySender = {}
  for (const { from, gasUsed, effectiveGasPrice } of receipts) {
    const sum = (bySender[from.toLowerCase()] ??= { transactions: 0, gas: 0n, wei: 0n })
    sum.transactions++
    sum.gas += gasUsed
    sum.wei += gasUsed * effectiveGasPrice
  }
  return bySender
}
