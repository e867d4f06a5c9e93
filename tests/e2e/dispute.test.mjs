// What a challenger says about the games on L1, of a chain that a sequencer makes: which claims are right, and why. It does
// not play in games that are not deep in L1 yet, forgets those that a reorg takes away, and finds them again. How it
// plays: lying_proposer.test.mjs and lying_challenger.test.mjs.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createGame, k, randomRoot } from './lib/dispute.mjs'
import { startGavel, waitFor } from './lib/gavel.mjs'

let gavel, liar, attacker, proposer

before(async () => {
  gavel = await startGavel({ dispute: true, challenge: true, verifier: { 'game-depth': 1000 } })
  ;[liar, attacker, proposer] = gavel.users
  const { l2Receipt } = await gavel.deposit({ account: gavel.users[3], mint: 10n ** 18n, value: 10n ** 18n })
  await l2Receipt()
})
after(() => gavel?.stop())

async function reportOn({ address }) {
  const games = await gavel.verifier.rpc('gavel_games')
  return games.find((game) => game.address === address.toLowerCase())
}
const judged = (game) => waitFor('a verdict', async () => ((await reportOn(game))?.verdict ?? 'unknown') !== 'unknown' && reportOn(game))

describe('disputes', () => {
  let block
  const games = {}

  it('says which claim is right, and why', { timeout: 120_000 }, async () => {
    block = await waitFor('a safe block', async () => (await gavel.verifier.rpc('optimism_syncStatus')).safe_l2.number)
    const { outputRoot } = await gavel.verifier.rpc('optimism_outputAtBlock', `0x${block.toString(16)}`)
    games.false = await createGame(gavel, { account: liar, root: randomRoot(), block })
    games.right = await createGame(gavel, { account: proposer, root: outputRoot, block })
    const about = await judged(games.false)
    assert.equal(about.verdict, 'disagree')
    assert.match(about.reason, /wrong from state 1/)
    assert.equal((await judged(games.right)).verdict, 'agree')
    assert.match(gavel.verifier.log(), /WRONG CLAIM/)
  })

  it('says it of every claim in a game', { timeout: 60_000 }, async () => {
    const [root] = await games.right.claims()
    const last = Math.ceil(block / k)
    const list = Array.from({ length: k + 1 }, (_, i) => (i < last ? root.list[0] : games.false.root))
    await games.right.attack(attacker, root, 1, list)
    const { tree } = await waitFor('the attack', async () => {
      const report = await gavel.verifier.rpc('gavel_game', games.right.address)
      return report.tree.length === 2 && report.tree[1].verdict !== 'unknown' && report
    })
    assert.deepEqual(tree.map(({ verdict }) => verdict), ['agree', 'disagree'])
    assert.equal(tree[1].claimant, attacker.address.toLowerCase())
  })

  it('forgets a game that an L1 reorg takes away, and finds it again', { timeout: 60_000 }, async () => {
    const head = await gavel.l1.getBlockNumber()
    const vanishing = await createGame(gavel, { account: liar, root: randomRoot(), block })
    assert.equal((await judged(vanishing)).verdict, 'disagree')
    await gavel.anvil.rpc('anvil_rollback', Number((await gavel.l1.getBlockNumber()) - head))
    await waitFor('the reorg', async () => !(await reportOn(vanishing)))
    assert.equal((await reportOn(games.false)).verdict, 'disagree')
    const again = await createGame(gavel, { account: liar, root: vanishing.root, block })
    assert.equal((await judged(again)).verdict, 'disagree')
  })

  it('has not played: no game is deep enough', async () => {
    const made = await Promise.all(Object.values(games).map((game) => game.claims()))
    assert.ok(made.flat().every(({ claimant }) => claimant !== gavel.challenger.address))
    assert.equal(await gavel.l1.getTransactionCount({ address: gavel.challenger.address, blockTag: 'pending' }), 0)
  })
})
