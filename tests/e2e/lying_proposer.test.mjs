// Proposers who lie, each in another way, each with a root that would be right if one thing were so, and each defending it
// to the last instruction, which is of another kind in every game. One challenger plays against all of them at once,
// while it is killed (kill -9) and L1 reorganises. It wins all, and gets its bonds back with the liars'.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeFunctionData } from 'viem'
import { createGame } from './lib/dispute.mjs'
import { figuresOf, gainSince, printFigures, standingOf } from './lib/dispute_report.mjs'
import { makeDisputedChain, rightRootsOf } from './lib/disputed_chain.mjs'
import { artifact, startGavel, waitFor } from './lib/gavel.mjs'
import { Havoc, maxDepth } from './lib/havoc.mjs'
import { Liar, lyingWorld } from './lib/liar.mjs'
import { startLiarDriver } from './lib/liar_driver.mjs'
import { makeLies } from './lib/lies.mjs'
import { randomOf } from './lib/random.mjs'
import { stepOf } from './lib/step_witness.mjs'

const seed = Number(process.env.GAVEL_SEED ?? Date.now() % 1_000_000)
const random = randomOf(seed)
const trouble = Number(process.env.GAVEL_TROUBLE ?? 4) // kills, and reorgs
const challengerWins = 1
const clock = 1800
const deep = maxDepth + 2 // L1 blocks that no reorg here takes away

let gavel, driver, lies
let since // how the challenger stood before the games

before(async () => {
  gavel = await startGavel({
    sequencer: false,
    challenge: true,
    dispute: { clock, 'clock-extension': 120 },
    verifier: { 'game-depth': deep, 'move-confirmations': deep },
    l1: { accounts: 16, slotsInEpoch: 4 },
  })
  const chain = await makeDisputedChain(gavel)
  driver = await startLiarDriver(gavel)
  const rightRoots = await rightRootsOf(gavel, chain)
  lies = await makeLies({ driver, chain, rightRoots, random })
  for (const [i, lie] of lies.entries()) {
    lie.account = gavel.users[2 + i]
    lie.worlds = lie.partings.map(({ step }, n) => lyingWorld({ driver, rightRoots, lie: lie.lie, parting: step, end: lie.end, seed: n }))
  }
})
after(async () => {
  await driver?.stop()
  await gavel?.stop()
})

const games = () => lies.map(({ game }) => game)
const fallen = ({ game }) => game.events('ClaimFell')
const isDecided = async (lie) => (await fallen(lie)).length === lie.partings.length

// The liars play, one after the other, until every one of their paths has ended at a step.
async function lieToTheEnd() {
  await waitFor(
    'the end of all games',
    async () => {
      for (const lie of lies) {
        for (const liar of lie.liars) await liar.play()
        if (!lie.seconds && (await isDecided(lie))) lie.seconds = (Date.now() - lie.began) / 1000
      }
      return lies.every(({ seconds }) => seconds)
    },
    { timeout: 400_000, every: 300 },
  )
}

// By turns a kill and a reorg that drops moves, every few seconds, until the games are decided.
async function wreak(havoc, times) {
  const isOver = () => lies.every(({ seconds }) => seconds)
  const reorg = async () => {
    while (!isOver() && !(await havoc.reorg())) await sleep(200)
  }
  for (let i = 0; i < 2 * times && !isOver(); i++) {
    await sleep(1000 + random(3000))
    await (i % 2 ? reorg() : havoc.kill())
  }
}

// A reorg may take back the block in which L1's time was put forward.
async function putForward(time) {
  const { timestamp } = await gavel.l1.getBlock()
  if (timestamp < time) await gavel.l1.increaseTime({ seconds: Number(time - timestamp) })
}

describe(`lying proposers (seed ${seed})`, () => {
  let havoc

  it('are played against to the last instruction, whatever happens meanwhile', { timeout: 450_000 }, async () => {
    since = await standingOf(gavel, gavel.challenger)
    for (const lie of lies) {
      lie.began = Date.now()
      lie.game = await createGame(gavel, lie)
      lie.liars = lie.worlds.map((world) => new Liar(lie.game, lie.account, world, { defends: true }))
    }
    havoc = new Havoc(gavel, games(), random)
    // Behind what a reorg here can take away.
    const created = lies.at(-1).game.receipt.blockNumber
    await waitFor('some blocks', async () => (await gavel.l1.getBlockNumber()) > created + BigInt(maxDepth))
    await Promise.all([lieToTheEnd(), wreak(havoc, trouble)])
    assert.ok(havoc.kills > 0 && havoc.reorgs > 0, `${havoc.kills} kills and ${havoc.reorgs} reorgs`)
  })

  it('fall, each at the instruction where it parts from the truth', async () => {
    for (const { name, game, partings } of lies) {
      const steps = []
      for (const { log } of await game.events('ClaimFell')) {
        const { input, from } = await gavel.l1.getTransaction({ hash: log.transactionHash })
        assert.equal(from, gavel.challenger.address.toLowerCase(), name)
        steps.push(stepOf(input).kind)
      }
      assert.deepEqual(steps.sort(), partings.map(({ kind }) => kind).sort(), name)
    }
  })

  it('had moves dropped by reorgs, which were made again', async () => {
    assert.ok(havoc.dropped.length > 0)
    for (const { game, claimHash } of havoc.dropped) {
      const { claimant } = await game.read('claimStanding', claimHash)
      assert.equal(claimant, gavel.challenger.address)
    }
  })

  it('lose when the clocks have run out', { timeout: 300_000 }, async () => {
    const end = (await gavel.l1.getBlock()).timestamp + BigInt(3 * clock)
    await putForward(end)
    const dropped = waitFor('resolutions to drop', () => havoc.reorg('ClaimResolved'))
    await sleep(random(3000))
    await Promise.all([dropped, havoc.kill()])
    for (const { name, game } of lies) {
      const status = await waitFor(`the verdict on ${name}`, async () => (await putForward(end)) || game.status(), { timeout: 240_000 })
      assert.equal(status, challengerWins, name)
    }
  })

  it("pay with their bonds: the challenger has its own, and seven eighths of the liars', less gas", { timeout: 300_000 }, async () => {
    const { address } = gavel.challenger
    let won = 0n
    for (const { name, game, account } of lies) {
      await waitFor(`the credit of ${name}`, async () => (await game.events('CreditClaimed')).length > 0)
      assert.equal(await game.read('credit', address), 0n)
      const { claims, byHash } = await game.board()
      assert.deepEqual([...new Set(claims.map(({ claimant }) => claimant))].sort(), [account.address, address].sort())
      for (const { claimHash, stands, recipient } of await game.events('ClaimResolved')) {
        const { claimant, claim } = byHash.get(claimHash)
        assert.equal(stands, claimant === address, name)
        assert.equal(recipient, address, name)
        if (!stands) won += ((await game.read('bondAt', BigInt(claim.depth))) * 7n) / 8n
      }
      assert.equal((await game.events('ClaimResolved')).length, claims.length)
    }
    assert.equal(await gainSince(gavel, gavel.challenger, since), won)
    assert.equal((await gavel.verifier.rpc('gavel_status')).disputes.lost, '0x0')
  })

  it('made it load what its steps read', async () => {
    const { abi } = artifact('PreimageOracle')
    const oracle = (await games()[0].read('oracle')).toLowerCase()
    const loaded = new Set()
    for (const lie of lies) {
      lie.figures = await figuresOf(gavel, lie.game)
      for (const { to, input } of lie.figures.transactions) {
        const data = to === oracle && decodeFunctionData({ abi, data: input })
        if (data) loaded.add(data.functionName === 'loadPrecompile' ? `precompile ${Number(data.args[1])}` : data.functionName)
      }
    }
    for (const what of ['loadKeccak', 'precompile 5', 'precompile 1']) assert.ok(loaded.has(what), what)
    const locals = await gavel.l1.getContractEvents({ address: oracle, abi, eventName: 'PartLoaded', fromBlock: since.block })
    assert.ok(locals.some(({ args }) => args.key.startsWith('0x01')), 'a local datum')
  })

  it('report', async () => {
    printFigures(
      lies.map(({ name, partings, figures: { moves, gas, bytes }, seconds }) => ({
        lie: name,
        'last step': partings.map(({ kind }) => kind).join(', '),
        moves,
        'L1 gas': gas,
        bytes,
        seconds: Math.round(seconds),
      })),
    )
    console.log(`${havoc.kills} times killed, ${havoc.reorgs} reorgs, ${havoc.dropped.length} moves dropped by them`)
  })
})
