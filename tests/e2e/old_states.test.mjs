// Which old states a challenger keeps: those that games may need, however old, so that a liar who parts right behind the
// anchor is answered; and what it says where they are gone already.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { createGame, randomRoot } from './lib/dispute.mjs'
import { startGavel, waitFor } from './lib/gavel.mjs'

const challengerWins = 1

let gavel, liar, withoutGames

before(async () => {
  gavel = await startGavel({
    l1: { slotsInEpoch: 2 },
    dispute: { 'output-levels': 1, clock: 60, 'clock-extension': 5 },
    challenge: true,
    verifier: { history: 1 },
  })
  const [first, user] = gavel.users
  liar = first
  for (let i = 0; i < 4; i++) {
    const { l2Receipt } = await gavel.deposit({ account: user, mint: 10n ** 18n, value: 10n ** 18n })
    await l2Receipt()
  }
  // The same rollup from before its games were deployed.
  withoutGames = `${gavel.folder}/without_games.json`
  const { disputeGameFactory, ...l1 } = gavel.config.l1
  assert.ok(disputeGameFactory)
  fs.writeFileSync(withoutGames, JSON.stringify({ ...gavel.config, l1 }))
})
after(() => gavel?.stop())

// The quantities of gavel_status that say which states are needed, and which there are.
async function states() {
  const { neededState, oldestState, finalized } = await gavel.verifier.rpc('gavel_status')
  return { needed: neededState && Number(neededState), oldest: Number(oldestState), finalized: Number(finalized) }
}
const health = async () => {
  const answer = await fetch(`${gavel.verifier.url}/health`)
  return { code: answer.status, text: await answer.text() }
}

describe('old states', () => {
  it('are kept from the anchor on, however old, and the liar behind it loses', { timeout: 240_000 }, async () => {
    await waitFor('blocks that are final', async () => (await states()).finalized >= 4)
    await gavel.verifier.restart() // it looks at the anchor at the start, then once a minute
    await waitFor('the anchor', async () => (await states()).needed === 0)
    const { timestamp } = await gavel.l2.getBlock({ blockNumber: 4n })
    await waitFor('their age', () => Date.now() / 1000 > Number(timestamp) + 4)
    const game = await createGame(gavel, { account: liar, root: randomRoot(), block: 3 })
    const { claims } = await waitFor('the answer', async () => {
      const board = await game.board()
      return board.claims.length > 1 && board
    })
    // Wrong from block 1 on: its trace starts from the state of the anchor.
    const list = [await game.read('absolutePrestate'), ...Array.from({ length: 32 }, randomRoot)]
    list[32] = `0x01${list[32].slice(4)}`
    await game.attack(liar, claims[1], 1, list)
    await waitFor('the answer to a trace', async () => (await game.claims()).length > 3)
    await gavel.l1.increaseTime({ seconds: 400 })
    await waitFor('the verdict', async () => (await game.status()) !== 0)
    assert.equal(await game.status(), challengerWins)
    const { disputes } = await gavel.verifier.rpc('gavel_status')
    assert.deepEqual([Number(disputes.notKnown), Number(disputes.lost), (await states()).oldest], [0, 0, 0])
    assert.equal((await health()).code, 200)
  })

  it('that are gone are missed loudly, until they are derived anew', { timeout: 240_000 }, async () => {
    const { verifier } = gavel
    const { config, 'key-file': key } = verifier.options
    await verifier.restart({ config: withoutGames, watch: true, 'key-file': undefined })
    await waitFor('age alone to count', async () => (await states()).oldest > 0)
    assert.equal((await health()).code, 200)
    await verifier.restart({ config, watch: false, 'key-file': key })
    await waitFor('a look at the anchor', async () => (await states()).needed === 0)
    const { code, text } = await health()
    assert.equal(code, 503)
    assert.match(text, /pruned: stop, remove chain\.db\*/)
    await waitFor('a word about it', () => /STATES ARE MISSING: .* from block 0 on/.test(verifier.log()))
    await verifier.kill()
    for (const file of fs.readdirSync(verifier.data)) {
      if (file.startsWith('chain.db')) fs.rmSync(`${verifier.data}/${file}`)
    }
    await verifier.start()
    await waitFor('all of it again', async () => (await states()).needed === 0 && (await health()).code === 200)
    assert.equal((await states()).oldest, 0)
  })
})
