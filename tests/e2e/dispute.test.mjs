// Disputes on a real L1: a false claim whose author defends it to the last instruction, and a right claim that is
// attacked in the same way, at once, while the challenger is killed (kill -9) in between.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatEther } from 'viem'
import { attackWithLie, costs, createGame, lieAgain, randomRoot } from './lib/dispute.mjs'
import { startGavel, waitFor } from './lib/gavel.mjs'
import { randomOf } from './lib/random.mjs'

const seed = Number(process.env.GAVEL_SEED ?? Date.now() % 1_000_000)
const random = randomOf(seed)
const challengerWins = 1
const defenderWins = 2

let gavel, liar, attacker, proposer

before(async () => {
  gavel = await startGavel({ dispute: { clock: 600, 'clock-extension': 30 }, challenge: true })
  ;[liar, attacker, proposer] = gavel.users
  const account = gavel.users[3]
  for (let i = 0; i < 4; i++) {
    const { l2Receipt } = await gavel.deposit({ account, mint: 10n ** 18n, value: 10n ** 18n })
    await l2Receipt()
  }
})
after(() => gavel?.stop())

const balanceOf = ({ address }) => gavel.l1.getBalance({ address })
const logOf = async () => gavel.verifier.log()

// The first instructions of the program, somewhere.
const choose = ({ depth }) => (depth < 6 ? 1 : 1 + random(32))

// Plays the liar's side until nothing comes any more that can be answered.
async function lieToTheEnd(game, account, wrong, isOver, between = async () => {}) {
  const answered = new Set()
  let moves = 0
  await waitFor(
    'the end of a game',
    async () => {
      const receipts = await lieAgain(game, account, { wrong, answered, choose })
      moves += receipts.length
      for (const _ of receipts) await between(moves)
      return isOver()
    },
    { timeout: 150_000, every: 200 },
  )
}

async function killAndStart() {
  await gavel.verifier.kill()
  await sleep(random(1000))
  await gavel.verifier.start()
}

describe(`disputes (seed ${seed})`, () => {
  const played = {}

  it('plays two games at once to the bottom, though it is killed in between', { timeout: 240_000 }, async () => {
    const block = await waitFor('a safe block', async () => {
      const { number } = (await gavel.verifier.rpc('optimism_syncStatus')).safe_l2
      return number >= 4 && number
    })
    const { outputRoot } = await gavel.verifier.rpc('optimism_outputAtBlock', `0x${block.toString(16)}`)
    const wrong = randomRoot()
    const people = { liar, attacker, proposer, challenger: gavel.challenger }
    played.before = Object.fromEntries(
      await Promise.all(Object.entries(people).map(async ([name, who]) => [name, await balanceOf(who)])),
    )
    played.began = Date.now()
    played.false = await createGame(gavel, { account: liar, root: wrong, block })
    played.right = await createGame(gavel, { account: proposer, root: outputRoot, block })
    await attackWithLie(played.right, attacker, { wrong })

    const fell = async () => (await played.false.events('ClaimFell')).length > 0
    const reachedBottom = async () => (await played.right.claims()).some(({ claim }) => claim.depth === 10)
    await Promise.all([
      lieToTheEnd(played.false, liar, wrong, fell, async (moves) => {
        if (moves === 2 || moves === 4) await killAndStart()
      }),
      lieToTheEnd(played.right, attacker, wrong, reachedBottom),
    ])
    played.seconds = (Date.now() - played.began) / 1000
    assert.match(await logOf(), /WRONG CLAIM|right/)
  })

  it('says which claim is right, and why', async () => {
    const games = await gavel.verifier.rpc('gavel_games')
    const about = ({ address }) => games.find((game) => game.address === address.toLowerCase())
    assert.equal(about(played.false).verdict, 'disagree')
    assert.match(about(played.false).reason, /wrong from state 1/)
    assert.equal(about(played.right).verdict, 'agree')
    const { tree } = await gavel.verifier.rpc('gavel_game', played.right.address)
    const wrong = tree.filter((claim) => claim.verdict !== 'agree').map((claim) => claim.claimant)
    assert.deepEqual([...new Set(wrong)], [attacker.address.toLowerCase()])
  })

  it('wins both games when the clocks have run out', { timeout: 120_000 }, async () => {
    await gavel.l1.increaseTime({ seconds: 4000 })
    for (const game of [played.false, played.right])
      await waitFor('the verdict', async () => (await game.status()) !== 0, { timeout: 60_000 })
    assert.equal(await played.false.status(), challengerWins)
    assert.equal(await played.right.status(), defenderWins)
  })

  it('takes back its bonds with what the liars have lost', { timeout: 60_000 }, async () => {
    const { challenger } = gavel
    const has = (game, who) => game.read('credit', who.address)
    for (const game of [played.false, played.right])
      await waitFor('the credit to be claimed', async () => (await has(game, challenger)) === 0n)
    const spent = await Promise.all(['false', 'right'].map(async (name) => (await costs(played[name]))[challenger.address.toLowerCase()]))
    const gas = spent.reduce((sum, { wei }) => sum + wei, 0n)
    const gain = (await balanceOf(challenger)) - played.before.challenger + gas
    const lost = played.before.liar - (await balanceOf(liar))
    // 7/8 of all that the liars staked: the root claim, five claims each, one of them at the bottom.
    const rootBond = 10n ** 18n
    assert.ok(gain > (rootBond * 7n) / 8n, `the challenger gained ${formatEther(gain)} ETH`)
    assert.ok(lost > rootBond, `the liar lost ${formatEther(lost)} ETH`)
    assert.equal(await has(played.right, proposer), rootBond, "the proposer's bond is its own again")
    for (const name of ['liar', 'attacker']) {
      const who = name === 'liar' ? liar : attacker
      assert.equal(await has(played[name === 'liar' ? 'false' : 'right'], who), 0n)
    }
    const transactions = spent.map((s) => s.transactions)
    console.log(
      `${transactions.join(' and ')} L1 transactions of the challenger, ${spent.map((s) => s.gas).join(' and ')} gas, ` +
        `${played.seconds.toFixed(1)} s to the bottom; the liar lost ${formatEther(lost)} ETH`,
    )
  })

  it('forgets a game that an L1 reorg takes away, and finds it again', { timeout: 60_000 }, async () => {
    const knows = async (game) => {
      const games = await gavel.verifier.rpc('gavel_games')
      return games.some(({ address, verdict }) => address === game.address.toLowerCase() && verdict === 'disagree')
    }
    await gavel.verifier.restart({ 'game-depth': 1000 }) // it is not to play in this one
    await waitFor('the finished games', async () => knows(played.false))
    const block = await gavel.l1.getBlockNumber()
    const vanishing = await createGame(gavel, { account: liar, root: randomRoot(), block: Number(played.false.block) })
    await waitFor('the game', () => knows(vanishing))
    await gavel.anvil.rpc('anvil_rollback', Number((await gavel.l1.getBlockNumber()) - block))
    await waitFor('the reorg', async () => !(await knows(vanishing)))
    assert.ok(await knows(played.false))
    const again = await createGame(gavel, { account: liar, root: vanishing.root, block: Number(played.false.block) })
    await waitFor('the game again', () => knows(again))
  })

  it('has lost nothing', async () => {
    assert.equal((await gavel.verifier.rpc('gavel_status')).disputes.lost, '0x0')
    const claims = [...(await played.false.events('ClaimResolved')), ...(await played.right.events('ClaimResolved'))]
    const made = [...(await played.false.claims()), ...(await played.right.claims())]
    const standing = new Map(claims.map(({ claimHash, stands }) => [claimHash, stands]))
    for (const { hash, claimant } of made)
      assert.equal(standing.get(hash), claimant === gavel.challenger.address || claimant === proposer.address, hash)
  })
})
