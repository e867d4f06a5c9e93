// What happens to a challenger while it plays: kill -9 at random moments, and L1 reorgs that take its moves back.
//
//   const havoc = new Havoc(gavel, games, random)
//   await havoc.kill()            and a new start, a moment later
//   await havoc.reorg()           of up to `maxDepth` blocks, if moves of the challenger's are in them; true: there were
//   await havoc.reorg(eventName)  the same for what else its moves lead to
//   havoc.dropped                 the events that were taken back: { game, claimHash, ... }
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

  // The events of the challenger's transactions from block `first` on.
  async recentEvents(eventName, first) {
    const recent = []
    for (const game of this.games) {
      for (const event of await game.events(eventName)) {
        if (event.log.blockNumber < first) continue
        const { from } = await this.gavel.l1.getTransaction({ hash: event.log.transactionHash })
        if (from === this.gavel.challenger.address.toLowerCase()) recent.push({ game, ...event })
      }
    }
    return recent
  }

  // By turns the blocks are replaced by empty ones, or gone for now. anvil forgets what was in them.
  async reorg(eventName = 'ClaimMade') {
    const head = await this.gavel.l1.getBlockNumber()
    const depth = 1 + this.random(maxDepth)
    const events = await this.recentEvents(eventName, head - BigInt(depth) + 1n)
    if (events.length === 0) return false
    await (this.reorgs++ % 2 ? this.gavel.anvil.rpc('anvil_rollback', depth) : this.gavel.anvil.rpc('anvil_reorg', depth, []))
    this.dropped.push(...events)
    return true
  }
}
