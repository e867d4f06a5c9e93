// A liar who is consistent: in the world that he defends all is as it really is up to a chosen instruction of the proof
// program, and from there on as he wants it. He plays as an honest player would whose truth that world is, whether
// the root claim is his own or he attacks it.
//
//   const world = lyingWorld({ driver, rightRoots, lie, parting, end })
//     rightRoots   of the blocks from 0 on; behind them there is none
//     lie          (block) => what he says of a block instead, or undefined
//     parting      the last step of a trace that is right, so that it is the one that L1 will execute
//     end          first byte of the states behind: 0 if he wants the trace to be valid, 1 if not
//   const liar = new Liar(game, account, world, { defends })
//   await liar.play()                   sends what is to be sent now; nothing is waited for, and what L1 has dropped in
//                                       a reorg is sent again at a later call
//   await liar.next(), liar.send(move)  the same in two
import { concat, keccak256, toHex } from 'viem'
import { absent, k, listHash } from './dispute.mjs'

const resendMs = 5000

export function lyingWorld({ driver, rightRoots, lie = () => undefined, parting, end, seed = 0 }) {
  const rootAt = (block) => lie(block) ?? rightRoots[block] ?? absent
  // What never happened: the machine has stopped there, and stays as it is.
  const noise = `0x0${end}${keccak256(concat([toHex(parting === Infinity ? 0 : parting, { size: 8 }), toHex(seed, { size: 8 })])).slice(4)}`
  return {
    rootAt,
    async list({ depth, first, spacing, trace }, last) {
      const positions = Array.from({ length: k + 1 }, (_, i) => first + i * spacing)
      if (!trace) {
        // The root claim knows only its own block's.
        const state = (b, i) => (depth === 0 && i > 0 ? rootAt(last) : rootAt(Math.min(b, last)))
        return positions.map(state)
      }
      const right = await driver.states(trace, first, spacing)
      return right.map((state, i) => (positions[i] > parting ? noise : state))
    },
  }
}

export class Liar {
  constructor(game, account, world, { defends }) {
    Object.assign(this, { game, account, world, defends, own: new Set(), sent: new Map() })
  }

  isOwn({ claim, claimant }) {
    if (claim.depth === 0) return this.defends
    return claimant === this.account.address && this.own.has(`${claim.parent}/${claim.listHash}`)
  }

  // Of others, and against a claim of this world; or the root claim.
  isToAnswer(target, board) {
    if (this.isOwn(target) || target.claim.depth === this.game.known.bottom) return false
    const parent = board.byHash.get(target.parent)
    return parent ? this.isOwn(parent) : true
  }

  // What is to be sent now: { target, index, list, key }.
  async next() {
    const board = await this.game.board()
    const moves = []
    for (const target of board.claims) {
      const move = this.isToAnswer(target, board) && (await this.answer(target, board))
      if (move) moves.push(move)
    }
    return moves
  }

  // At the first state that is not of this world, if the one before is.
  async answer(target, board) {
    const last = this.game.known.block
    const world = await this.world.list(target.place, last)
    const index = target.list.findIndex((state, i) => state !== world[i])
    if (index < 1) return undefined
    const list = await this.world.list(this.game.placeBelow(target, index, this.world.rootAt(last)), last)
    const key = `${target.hash}/${listHash(list)}`
    this.own.add(key)
    if (board.claims.some(({ claim }) => `${claim.parent}/${claim.listHash}` === key)) return undefined
    if (Date.now() - (this.sent.get(key) ?? 0) < resendMs) return undefined
    return { target, index, list, key }
  }

  async send({ target, index, list, key }) {
    this.sent.set(key, Date.now())
    await this.game.send(this.account, target, index, list)
  }

  async play() {
    for (const move of await this.next()) await this.send(move)
  }
}
