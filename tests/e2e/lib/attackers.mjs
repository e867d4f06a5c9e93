// Attackers of an honest claim who have no world of their own to defend (those who have: liar.mjs).
//
//   new Scatterer(game, account, { random, budget, targets, start, list })
//     attacks what `targets` picks of the board's claims at every index that the contract takes, many at once, with lists
//     that `list` makes up, until `budget` moves are made. `start` says whether a state may be attacked from.
//   lists.random, lists.shifted(truth), lists.elsewhere      what to say there
//   new Copycat(game, account, victim)
//     sends every move of the victim that waits for its block again, under its own name and with a higher tip
//   await attackAt(gavel, time, send)      `send` is mined in a block of exactly that L1 time
//
// Like a liar they have play(), which sends what is to be sent now.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseGwei } from 'viem'
import { k, randomRoot } from './dispute.mjs'

const unfinished = (state) => `0x03${state.slice(4)}`

// ---------------------------------------------------------------- lists

// Each gets (game, target, index, place, board), and makes states 1 to 32.
export const lists = {
  random: async () => Array.from({ length: k }, randomRoot),
  // What is right, one place behind.
  shifted:
    (truth) =>
    async (game, target, index, place) =>
      (await truth.list(place, game.known.block)).slice(0, k),
  // Somebody else's, from another place.
  elsewhere: async (game, target, index, place, board) => board.claims[(index * 7) % board.claims.length].list.slice(1),
}

// As the contract wants it: it starts with the attacked claim's state, ends with another, has no news behind the game's
// block, and as a first claim of a trace begins as all traces do, and is not valid.
async function acceptable(game, target, index, place, states) {
  const { outputLevels, block } = game.known
  const list = [target.list[index - 1], ...states]
  if (list[k] === target.list[index]) list[k] = randomRoot()
  if (place.depth === outputLevels + 1) {
    list[0] = await game.read('absolutePrestate')
    list[k] = unfinished(list[k])
  }
  if (place.trace) return list
  const last = Math.ceil((block - place.first) / place.spacing)
  return list.map((state, i) => (i >= last ? list[k] : state))
}

// ---------------------------------------------------------------- attackers

export class Scatterer {
  constructor(game, account, { random, budget, targets, start = () => true, list }) {
    Object.assign(this, { game, account, random, budget, targets, start, list, done: new Set() })
  }

  // The states that can be attacked: up to the game's block, all of a trace.
  indices({ place }) {
    const count = place.trace ? k : Math.min(k, Math.ceil((this.game.known.block - place.first) / place.spacing))
    return Array.from({ length: Math.max(count, 0) }, (_, i) => i + 1)
  }

  async play() {
    const board = await this.game.board()
    const open = board.claims.filter((claim) => claim.claim.depth < this.game.known.bottom && this.targets(claim))
    const moves = open.flatMap((target) => this.indices(target).map((index) => ({ target, index })))
    const fresh = moves.filter((move) => !this.done.has(`${move.target.hash}/${move.index}`) && this.start(move))
    for (let burst = 4; burst > 0 && this.budget > 0 && fresh.length > 0; burst--) {
      await this.attack(fresh.splice(this.random(fresh.length), 1)[0], board)
    }
  }

  async attack({ target, index }, board) {
    const place = this.game.placeBelow(target, index)
    const states = await this.list(this.game, target, index, place, board)
    this.done.add(`${target.hash}/${index}`)
    this.budget--
    await this.game.send(this.account, target, index, await acceptable(this.game, target, index, place, states))
  }
}

export class Copycat {
  constructor(game, account, victim) {
    Object.assign(this, { game, account, victim, copied: new Set() })
  }

  async play() {
    const { gavel, address } = this.game
    const { pending } = await gavel.anvil.rpc('txpool_content')
    const waiting = Object.entries(pending).find(([from]) => from.toLowerCase() === this.victim.address.toLowerCase())
    for (const { to, input, value, gas } of Object.values(waiting?.[1] ?? {})) {
      if (to?.toLowerCase() !== address.toLowerCase() || this.copied.has(input)) continue
      this.copied.add(input)
      const tip = { maxPriorityFeePerGas: parseGwei('50'), maxFeePerGas: parseGwei('500') }
      await gavel.l1.sendTransaction({ account: this.account, to, data: input, value: BigInt(value), gas: BigInt(gas), ...tip })
    }
  }

  // Plays until `isOver` says so: moves wait for a moment only.
  async watch(isOver) {
    while (!isOver()) {
      await this.play()
      await sleep(40)
    }
  }
}

export async function attackAt(gavel, time, send) {
  await gavel.anvil.rpc('evm_setIntervalMining', 0)
  try {
    await send()
    await gavel.anvil.rpc('evm_setNextBlockTimestamp', Number(time))
    await gavel.anvil.rpc('evm_mine')
  } finally {
    await gavel.anvil.rpc('evm_setIntervalMining', 1)
  }
}
