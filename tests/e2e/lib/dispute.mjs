// Disputes from the other side: claims and attacks made by a script, right or wrong.
//
//   const game = await createGame(gavel, { account, root, block })      a claim, with its bond
//   await game.claims()                  what was claimed so far, from the events: { hash, claim, list, claimant, ... }
//   await game.attack(account, target, index, states)                   one move
//   await lieAgain(game, account, ...)   answers every claim against one of `account`'s
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
    return mined(this.gavel, await this.gavel.l1.writeContract({ ...this.contract, account, functionName, args, value }))
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

// What a liar says against `target`: it differs from the target's state `index` and, among output roots, is plausible:
// unchanged up to the game's block, and from there on `wrong`.
function lie(game, target, index, { outputLevels, wrong, anchorBlock }) {
  const start = target.list[index - 1]
  const depth = Number(target.claim.depth) + 1
  if (depth > outputLevels) return [start, ...Array.from({ length: k }, () => `0x03${randomRoot().slice(4)}`)]
  const spacing = BigInt(k) ** BigInt(outputLevels - depth)
  const from = target.claim.start + BigInt(index - 1) * spacing * BigInt(k)
  const last = Number((game.block - from + spacing - 1n) / spacing)
  return Array.from({ length: k + 1 }, (_, j) => (j < last ? start : wrong))
}

// Attacks every claim against one of the liar's, once. A claim of output roots is attacked where the game's block is, one
// of machine states where `choose` says. Returns the receipts.
export async function lieAgain(game, account, { answered, choose }) {
  const [outputLevels, traceLevels, anchorBlock] = await Promise.all(
    ['outputLevels', 'traceLevels', 'anchorBlock'].map((name) => game.read(name)),
  )
  const levels = Number(outputLevels)
  const claims = await game.claims()
  const byHash = new Map(claims.map((claim) => [claim.hash, claim]))
  const receipts = []
  for (const claim of claims) {
    const parent = byHash.get(claim.parent)
    if (claim.claimant === account.address || parent?.claimant !== account.address || answered.has(claim.hash)) continue
    const depth = Number(claim.claim.depth)
    if (depth >= levels + Number(traceLevels)) continue
    answered.add(claim.hash)
    let index = choose(claim)
    if (depth < levels) {
      const spacing = BigInt(k) ** BigInt(levels - depth)
      index = Number((game.block - claim.claim.start + spacing - 1n) / spacing)
    }
    const states = lie(game, claim, index, { outputLevels: levels, wrong: game.root, anchorBlock })
    receipts.push(await game.attack(account, claim, index, states))
  }
  return receipts
}
