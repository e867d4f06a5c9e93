// Ten games at once, each about another full block, and each played to the last instruction: the challenger takes less
// than 512 MB for all that it does. What the worst blocks take: tests/prover/dispute_memory.c.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { costs, createGame, randomRoot } from './lib/dispute.mjs'
import { makeFullChain, rightRootsOf } from './lib/disputed_chain.mjs'
import { startGavel, waitFor } from './lib/gavel.mjs'
import { Liar, lyingWorld } from './lib/liar.mjs'
import { startLiarDriver } from './lib/liar_driver.mjs'
import { randomOf } from './lib/random.mjs'

const games = 10
const gas = 30_000_000 // a block's limit
const most = 512e6 // bytes
const seed = Number(process.env.GAVEL_SEED ?? Date.now() % 1_000_000)

let gavel, driver, chain, liars
let steps = 0 // of all traces

before(async () => {
  gavel = await startGavel({
    sequencer: false,
    challenge: true,
    dispute: { clock: 7200, 'clock-extension': 600 },
    l1: { accounts: 16 },
  })
  chain = await makeFullChain(gavel, { blocks: games, gas })
  driver = await startLiarDriver(gavel)
}, { timeout: 120_000 })
after(async () => {
  await driver?.stop()
  await gavel?.stop()
})

// The most that it has had in memory since it was started.
function memoryOf(pid) {
  const [, kib] = fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmHWM:\s+(\d+) kB$/m)
  return Number(kib) * 1024
}

// One who is right up to any instruction of that block's trace.
async function liarAbout(block, i, rightRoots, random) {
  const claimed = randomRoot()
  const account = gavel.users[2 + i]
  const length = await driver.find({ block, claimed, horizon: chain.horizon }, 0, 'behind')
  const parting = random(Number(length))
  steps += Number(length)
  const lie = (number) => (number >= block ? claimed : undefined)
  const game = await createGame(gavel, { account, root: claimed, block })
  return new Liar(game, account, lyingWorld({ driver, rightRoots, lie, parting, end: 0, seed: i }), { defends: true })
}

describe(`ten games about full blocks (seed ${seed})`, () => {
  it('are won, all at once', { timeout: 600_000 }, async () => {
    const random = randomOf(seed)
    const rightRoots = await rightRootsOf(gavel, chain)
    liars = []
    for (let i = 0; i < games; i++) liars.push(await liarAbout(chain.first + i, i, rightRoots, random))
    const fallen = async ({ game }) => (await game.events('ClaimFell')).length > 0
    const all = async () => {
      for (const liar of liars) await liar.play()
      return (await Promise.all(liars.map(fallen))).every(Boolean)
    }
    await waitFor('the end of all games', all, { timeout: 550_000, every: 300 })
  })

  it('are answered by nobody but the challenger', async () => {
    for (const { game, account } of liars) {
      const senders = Object.keys(await costs(game))
      assert.deepEqual(senders.sort(), [account.address, gavel.challenger.address].map((a) => a.toLowerCase()).sort())
    }
  })

  it('take less than 512 MB', () => {
    const taken = memoryOf(gavel.verifier.pid)
    console.log(`${Math.round(steps / 1e6)}M instructions in ten traces; the challenger had ${Math.round(taken / 1e6)} MB at most`)
    assert.ok(taken < most, `${taken} bytes`)
  })
})
