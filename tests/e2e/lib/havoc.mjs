// What happens to a challenger while it plays: kill -9 at random moments, and L1 reorgs that take its moves back.
//
//   const havoc = new Havoc(gavel, games, random)
//   await havoc.kill()       and a new start, a moment later
//   await havoc.reorg()      of up to `maxDepth` blocks; true if moves of the challenger's were in them
//   havoc.dropped            those moves' claims: { game, hash }
import { setTimeout as sleep } from 'node:timers/promises'

export const maxDepth = 3

export class Havoc {
  constructor(gavel, games, random) {
    Object.assign(this, { gavel, games, random, kills: 0, reorgs: 0, dropped: [] })
  }

  async kill() {
    await this.gavel.verifier.kill()
    this.kills++
    await sleep(this.random(1000))
    await this.gavel.verifier.start()
  }

  // The claims of the challenger in the newest blocks, from `first` on.
  async recentMoves(first) {
    const recent = []
    for (const game of this.games)
      for (const { claimHash, claimant, log } of await game.events('ClaimMade'))
        if (claimant === this.gavel.challenger.address && log.blockNumber >= first) recent.push({ game, hash: claimHash })
    return recent
  }

  // By turns the blocks are replaced by empty ones, or gone for now. anvil forgets what was in them.
  async reorg() {
    const head = await this.gavel.l1.getBlockNumber()
    const depth = 1 + this.random(maxDepth)
    const moves = await this.recentMoves(head - BigInt(depth) + 1n)
    if (moves.length === 0) return false
    await (this.reorgs++ % 2 ? this.gavel.anvil.rpc('anvil_rollback', depth) : this.gavel.anvil.rpc('anvil_reorg', depth, []))
    this.dropped.push(...moves)
    return true
  }
}
