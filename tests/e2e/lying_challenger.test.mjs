// An honest claim, and everybody against it at once: attackers at every index with random, shifted and misplaced lists,
// consistent liars who play to the bottom, one who says that there is no such block, one who takes the claim's side with a
// lie of his own, one who continues from wrong states, one who copies the honest side's moves before they are mined,
// and one who moves in the last second. The honest side wins, and loses no bond.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Copycat, Scatterer, attackAt, lists } from './lib/attackers.mjs'
import { absent, createGame, randomRoot } from './lib/dispute.mjs'
import { figuresOf, gainSince, printFigures, standingOf } from './lib/dispute_report.mjs'
import { makeDisputedChain, rightRootsOf } from './lib/disputed_chain.mjs'
import { startGavel, waitFor } from './lib/gavel.mjs'
import { Havoc } from './lib/havoc.mjs'
import { Liar, lyingWorld } from './lib/liar.mjs'
import { startLiarDriver } from './lib/liar_driver.mjs'
import { randomOf } from './lib/random.mjs'

const seed = Number(process.env.GAVEL_SEED ?? Date.now() % 1_000_000)
const random = randomOf(seed)
const defenderWins = 2
const clock = 1800
const bottom = 10

let gavel, driver, game, proposer, chain
let attackers // by name: { account, play() }
let late
let since

const isHonest = ({ claimant }) => claimant === proposer.address || claimant === gavel.challenger.address

function makeAttackers(rightRoots) {
  const accounts = gavel.users.slice(2)
  const scatter = (options) => new Scatterer(game, accounts.shift(), { random, ...options })
  const liar = (lie, { end = 1, defends = false } = {}) => {
    const parting = random(1_500_000)
    return new Liar(game, accounts.shift(), lyingWorld({ driver, rightRoots, lie, parting, end, seed: parting }), { defends })
  }
  const truth = lyingWorld({ driver, rightRoots, parting: Infinity, end: 0 })
  const otherwise = randomRoot()
  const aside = chain.block - 1
  late = liar((block) => (block >= chain.block ? otherwise : undefined))
  const from = (first, root = randomRoot()) => (block) => (block >= first ? root : undefined)
  return {
    'random lists': scatter({ budget: 24, targets: isHonest, list: lists.random }),
    'shifted lists': scatter({ budget: 10, targets: isHonest, list: lists.shifted(truth) }),
    'misplaced lists': scatter({ budget: 8, targets: isHonest, list: lists.elsewhere }),
    'poisoned starts': scatter({
      budget: 8,
      targets: (claim) => !isHonest(claim),
      // Not the first: there a wrong claim's list is right.
      start: ({ index }) => index > 2,
      list: lists.random,
    }),
    'a lie about the last block': liar(from(chain.head)),
    'a lie about the block in dispute': liar(from(chain.block)),
    'a lie about block 1': liar(from(1)),
    'a block denied': liar(from(chain.block, absent)),
    // Every claim against the root, he answers too: with one block wrong.
    'a false friend': liar((block) => (block === aside ? otherwise : undefined), { end: 0, defends: true }),
    'copied moves': new Copycat(game, accounts.shift(), gavel.challenger),
    'last moments': late,
  }
}

// Everything that is wrong, and starts right, is answered.
async function isQuiet() {
  const [{ claims }, { tree }] = await Promise.all([game.board(), gavel.verifier.rpc('gavel_game', game.address)])
  const isAnswered = ({ hash, depth, fell }) =>
    Number(depth) === bottom ? fell : tree.some(({ parent, verdict }) => parent === hash && verdict === 'agree')
  const isSettled = (claim) => claim.verdict === 'agree' || claim.verdict === 'poisoned start' || (claim.verdict === 'disagree' && isAnswered(claim))
  return tree.length === claims.length && tree.every(isSettled)
}

before(async () => {
  gavel = await startGavel({
    sequencer: false,
    challenge: true,
    dispute: { clock, 'clock-extension': 120 },
    verifier: { 'game-depth': 2, 'move-confirmations': 2 },
    l1: { accounts: 20, slotsInEpoch: 4 },
  })
  proposer = gavel.users.at(-1)
  chain = await makeDisputedChain(gavel)
  driver = await startLiarDriver(gavel)
})
after(async () => {
  await driver?.stop()
  await gavel?.stop()
})

describe(`lying challengers (seed ${seed})`, () => {
  it('are all answered, though the one who answers is killed', { timeout: 400_000 }, async () => {
    const rightRoots = await rightRootsOf(gavel, chain)
    since = { ...(await standingOf(gavel, gavel.challenger)), began: Date.now() }
    game = await createGame(gavel, { account: proposer, root: rightRoots[chain.head], block: chain.head })
    attackers = makeAttackers(rightRoots)
    const prompt = Object.entries(attackers).filter(([name]) => name !== 'copied moves' && name !== 'last moments')
    let isOver = false
    const play = async () => {
      let quiet = 0
      for (let round = 0; quiet < 3 || round < 10; round++) {
        const { length } = (await game.board()).claims
        for (const [, attacker] of prompt) await attacker.play()
        await sleep(1000)
        quiet = (await game.board()).claims.length === length && (await isQuiet().catch(() => false)) ? quiet + 1 : 0
      }
      isOver = true
    }
    const havoc = new Havoc(gavel, [game], random)
    await Promise.all([play(), attackers['copied moves'].watch(() => isOver), sleep(8000 + random(8000)).then(() => havoc.kill())])
  })

  it('are answered when they move in the last second', { timeout: 400_000 }, async () => {
    for (let depth = 1; depth < bottom; depth += 2) {
      const [move] = await waitFor('the next move', async () => {
        const moves = await late.next()
        return moves.length > 0 && moves
      })
      assert.equal(move.target.claim.depth, depth - 1)
      await attackAt(gavel, move.target.deadline - 1n, () => late.send(move))
      await waitFor('the answer', isQuiet, { timeout: 90_000, every: 300 })
    }
    since.seconds = (Date.now() - since.began) / 1000
  })

  it('lose: the claim stands', { timeout: 300_000 }, async () => {
    await gavel.l1.increaseTime({ seconds: 4 * clock })
    await waitFor('the verdict', async () => (await game.status()) !== 0, { timeout: 240_000 })
    assert.equal(await game.status(), defenderWins)
  })

  it('have cost the honest side no bond', { timeout: 300_000 }, async () => {
    const { address } = gavel.challenger
    await waitFor('the credit', async () => (await game.events('CreditClaimed')).some(({ recipient }) => recipient === address))
    const { claims, byHash } = await game.board()
    const resolved = await game.events('ClaimResolved')
    assert.equal(resolved.length, claims.length)
    const verdicts = new Map((await gavel.verifier.rpc('gavel_game', game.address)).tree.map(({ hash, verdict }) => [hash, verdict]))
    let gain = 0n
    for (const { claimHash, stands, recipient, amount } of resolved) {
      const claim = byHash.get(claimHash)
      if (isHonest(claim)) assert.ok(stands, `${claimHash} of the honest side has fallen`)
      if (verdicts.get(claimHash) === 'disagree') assert.ok(!stands, `${claimHash} is wrong and stands`)
      // Who copies a step does not get its reward: it was committed to.
      if (claim.claim.depth === bottom && !stands) assert.equal(recipient, address)
      if (claim.claimant === address) gain -= await game.read('bondAt', BigInt(claim.claim.depth))
      if (recipient === address) gain += amount
    }
    assert.equal(await game.read('credit', proposer.address), await game.read('rootBond'))
    assert.equal(await gainSince(gavel, gavel.challenger, since), gain)
    assert.equal((await gavel.verifier.rpc('gavel_status')).disputes.lost, '0x0')
  })

  it('have all really attacked', async () => {
    const { claims } = await game.board()
    const resolved = new Map((await game.events('ClaimResolved')).map(({ claimHash, stands }) => [claimHash, stands]))
    const rows = Object.entries(attackers).map(([name, { account }]) => {
      const own = claims.filter(({ claimant }) => claimant === account.address)
      return {
        attacker: name,
        claims: own.length,
        deepest: Math.max(0, ...own.map(({ claim }) => claim.depth)),
        fell: own.filter(({ hash }) => !resolved.get(hash)).length,
      }
    })
    printFigures(rows)
    for (const { attacker, claims: made } of rows) assert.ok(made > 0, `${attacker}: no claim`)
    const { moves, gas, bytes } = await figuresOf(gavel, game)
    console.log(`the honest side: ${moves} moves, ${gas} gas, ${bytes} bytes, ${since.seconds.toFixed(0)} s until the last answer`)
  })
})
