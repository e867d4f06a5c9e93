// Disputes on L1, seen and played from a script; those who lie in them are in liar.mjs and attackers.mjs.
//
//   const game = await createGame(gavel, { account, root, block })      a claim, with its bond
//   await game.board()                   what was claimed so far, from the events: { claims, byHash }; a claim is
//                                        { hash, claim, list, claimant, deadline, place, ... }
//   await game.attack(account, target, index, list)  one attack; send() does not wait for it
//   await game.events(name), game.status(), game.read(function, ...)
//   await costs(game)                    L1 transactions and gas, by sender
//
// A place is where a claim's states are: { depth, first, spacing, trace }, in blocks, or where there is a trace
// ({ block, claimed, horizon }) in steps of it.
import crypto from 'node:crypto'
import { concat, encodeAbiParameters, keccak256, toHex } from 'viem'
import { artifact, waitFor } from './gavel.mjs'

export const k = 32
export const absent = `0x${'00'.repeat(32)}`

export const randomRoot = () => toHex(crypto.randomBytes(32))

const hashOf = (states) => keccak256(concat(states))
export const listHash = (list) => keccak256(concat([hashOf(list.slice(0, 17)), hashOf(list.slice(16))]))

// `theirs` of a move: the half of a list that shows states index - 1 and index.
function half(list, index) {
  return index <= k / 2
    ? { states: list.slice(0, 17), otherHash: hashOf(list.slice(16)) }
    : { states: list.slice(16), otherHash: hashOf(list.slice(0, 17)) }
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

  async events(eventName) {
    const logs = await this.gavel.l1.getContractEvents({ ...this.contract, eventName, fromBlock: 0n })
    return logs.map((log) => ({ ...log.args, log }))
  }

  async claims() {
    return (await this.events('ClaimMade')).map(({ claimHash, ...rest }) => ({ hash: claimHash, ...rest }))
  }

  // What never changes.
  async rules() {
    if (this.known) return this.known
    const names = ['outputLevels', 'traceLevels', 'l2SequenceNumber', 'horizon', 'anchorBlock']
    const [outputLevels, traceLevels, block, horizon, anchorBlock] = (await Promise.all(names.map((name) => this.read(name)))).map(Number)
    this.known = { outputLevels, bottom: outputLevels + traceLevels, block, horizon, anchorBlock }
    return this.known
  }

  spacingAt(depth) {
    const { outputLevels, bottom } = this.known
    return k ** ((depth <= outputLevels ? outputLevels : bottom) - depth)
  }

  async board() {
    await this.rules()
    const claims = await this.claims()
    const traces = new Map((await this.events('TraceBegun')).map((begun) => [begun.context, begun])) // not less than theirs
    const byHash = new Map()
    for (const made of claims) {
      made.place = this.placeOf(made, byHash.get(made.parent), traces.get(made.claim.context))
      byHash.set(made.hash, made)
    }
    return { claims, byHash }
  }

  placeOf({ claim }, parent, begun) {
    const { depth } = claim
    const place = { depth, first: Number(claim.start), spacing: this.spacingAt(depth) }
    if (depth <= this.known.outputLevels) return place
    place.trace = { block: Number(begun.blockNumber), claimed: begun.claimedRoot, horizon: this.known.horizon }
    place.first = parent.place.trace ? parent.place.first + (claim.index - 1) * parent.place.spacing : 0
    return place
  }

  // Where an attack on state `index` would be. The claimed root of a trace that is to begin: the target's, or where it says
  // that there is no block, `root`.
  placeBelow({ list, place }, index, root) {
    const depth = place.depth + 1
    const first = place.first + (index - 1) * place.spacing
    const below = { depth, first, spacing: this.spacingAt(depth), trace: place.trace }
    if (depth !== this.known.outputLevels + 1) return below
    below.trace = { block: first + 1, claimed: list[index] === absent ? root : list[index], horizon: this.known.horizon }
    below.first = 0
    return below
  }

  // One attack, which is not waited for. Returns the transaction's hash.
  async send(account, target, index, list) {
    const value = await this.read('bondAt', BigInt(target.claim.depth + 1))
    const args = [target.claim, BigInt(index), half(target.list, index), list]
    const gas = 400_000n // an estimate is of another second, with other clocks
    return this.gavel.l1.writeContract({ ...this.contract, functionName: 'attack', args, account, value, gas })
  }

  async attack(...move) {
    return mined(this.gavel, await this.send(...move))
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
  await game.rules()
  return Object.assign(game, { receipt, block: BigInt(block), root })
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
