// The proposer claims final blocks at its interval, each with one bond whatever happens meanwhile, takes the bonds back
// and moves the anchor, so that it never stops; and claims nothing that L1 does not bear out.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Game } from './lib/dispute.mjs'
import { artifact, buildFolder, startGavel, waitFor } from './lib/gavel.mjs'

const interval = 3
const span = 32 // of one level
const revertingCode = '0x5f5ffd'

let gavel, registry

before(async () => {
  const dispute = { 'output-levels': 1, clock: 60, 'clock-extension': 5 }
  gavel = await startGavel({ l1: { slotsInEpoch: 1 }, dispute, verifier: true, propose: interval })
  const address = await gavel.l1.readContract({ ...gavel.factory, functionName: 'anchorStateRegistry' })
  registry = { address, abi: artifact('AnchorStateRegistry').abi }
})
after(() => gavel?.stop())

const anchorBlock = async () => Number((await gavel.l1.readContract({ ...registry, functionName: 'getAnchorRoot' }))[1])
const finalBlock = async () => Number((await gavel.sequencer.rpc('optimism_syncStatus')).finalized_l2.number)
const proposerNonce = (blockTag = 'latest') => gavel.l1.getTransactionCount({ address: gavel.proposer.address, blockTag })
const says = (what) => gavel.sequencer.log().split('\n').filter((line) => what.test(line)).length // since its last start

// All claims so far, in their order: { game, block, root }.
async function claims() {
  const logs = await gavel.l1.getContractEvents({ ...gavel.factory, eventName: 'DisputeGameCreated', fromBlock: 0n })
  return Promise.all(
    logs.map(async ({ args }) => {
      const game = new Game(gavel, args.disputeProxy)
      return { game, block: Number(await game.read('l2SequenceNumber')), root: args.rootClaim }
    }),
  )
}

// No block is claimed twice, nor sooner than its turn.
async function checkDistances() {
  let last = 0
  for (const { block } of await claims()) {
    assert.ok(block - last >= interval, `${block} after ${last}`)
    last = block
  }
}

const claimOf = (block) => waitFor(`a claim of block ${block} or later`, async () => (await claims()).find((c) => c.block >= block))

async function addBlocks(count) {
  for (let i = 0; i < count; i++) {
    const { l2Receipt } = await gavel.deposit({ account: gavel.users[0], mint: 10n ** 18n, value: 10n ** 18n })
    await l2Receipt()
  }
  return Number(await gavel.l2.getBlockNumber())
}

const waitFinal = (block) => waitFor(`block ${block} to be final`, async () => (await finalBlock()) >= block, { timeout: 120_000 })

// L1's clock goes on, and so many blocks that what was sent is deep and final.
async function pass(seconds) {
  await gavel.l1.increaseTime({ seconds })
  await gavel.l1.mine({ blocks: 1 })
}

// Until `done`, minutes pass: the proposer looks at its games once in each.
const passUntil = (what, done) =>
  waitFor(
    what,
    async () => {
      if (await done()) return true
      await pass(61)
      await sleep(1000)
      return false
    },
    { timeout: 120_000 },
  )

// While the sequencer is stopped.
const changeChain = (statements) => execFileSync(`${buildFolder}/tests/e2e/sql_driver`, [`${gavel.sequencer.data}/chain.db`, statements])

describe('the proposer', () => {
  it('claims final blocks, so many apart, with roots that L1 gives', { timeout: 120_000 }, async () => {
    await waitFinal(await addBlocks(interval - 1))
    await sleep(1500)
    assert.equal((await claims()).length, 0)
    await addBlocks(interval + 1)
    await claimOf(interval)
    await addBlocks(interval)
    await waitFor('another claim', async () => (await claims()).length >= 2)
    await checkDistances()
    for (const { block, root, game } of await claims()) {
      assert.ok(block <= (await finalBlock()))
      assert.equal(root, (await gavel.verifier.rpc('optimism_outputAtBlock', `0x${block.toString(16)}`)).outputRoot)
      assert.equal(await game.read('gameCreator'), gavel.proposer.address)
    }
  })

  it('pays one bond for a claim, whenever it is killed', { timeout: 180_000 }, async () => {
    const before = (await claims()).length
    const nonce = await proposerNonce()
    const target = await addBlocks(interval + 1)
    await waitFor('the claim to be sent', async () => (await proposerNonce('pending')) > nonce, { every: 20 })
    for (let i = 0; i < 3; i++) {
      await gavel.sequencer.kill()
      await gavel.sequencer.start()
      await sleep(700) // while it gets deep
    }
    await waitFinal(target)
    await sleep(4000)
    assert.ok((await claims()).length > before)
    await checkDistances()
  })

  it('makes a claim again whose transaction failed', { timeout: 180_000 }, async () => {
    const { address } = gavel.factory
    const code = await gavel.l1.getCode({ address })
    await gavel.sequencer.restart({ 'propose-interval': 1000 })
    await waitFinal(await addBlocks(interval + 1))
    const before = (await claims()).length
    const nonce = await proposerNonce()
    await gavel.l1.setIntervalMining({ interval: 0 })
    await gavel.sequencer.restart({ 'propose-interval': interval })
    await waitFor('the claim to be sent', async () => (await proposerNonce('pending')) > nonce)
    await gavel.l1.setCode({ address, bytecode: revertingCode })
    await gavel.l1.mine({ blocks: 1 })
    await gavel.l1.setCode({ address, bytecode: code })
    await gavel.l1.setIntervalMining({ interval: 1 })
    assert.equal(await proposerNonce(), nonce + 1)
    assert.equal((await claims()).length, before)
    await waitFor('the failure to be noticed', () => says(/claim\/.*reverted/) > 0)
    await passUntil('the claim', async () => (await claims()).length > before)
    await checkDistances()
  })

  it('resolves its games, takes the bonds back, and moves the anchor', { timeout: 240_000 }, async () => {
    const all = await claims()
    const held = () => Promise.all(all.map(({ game }) => gavel.l1.getBalance({ address: game.address })))
    assert.ok((await held()).some((wei) => wei > 0n))
    await passUntil('the bonds', async () => (await held()).every((wei) => wei === 0n))
    for (const { game } of all) assert.equal(await game.status(), 2)
    await passUntil('the anchor', async () => (await anchorBlock()) === all.at(-1).block)
  })

  it('claims what a game can reach when the final block is further away, and catches up', { timeout: 300_000 }, async () => {
    const anchor = await anchorBlock()
    await gavel.sequencer.restart({ 'propose-interval': 1000 })
    const target = await addBlocks(span + interval + 2)
    await waitFinal(target)
    // an interval that no game spans means the span
    await claimOf(anchor + span)
    await gavel.sequencer.restart({ 'propose-interval': interval })
    await waitFor('it to say so', () => says(/it has to move before the next claim/) > 0)
    await sleep(2000)
    assert.equal((await claims()).at(-1).block, anchor + span)
    assert.equal(says(/it has to move before the next claim/), 1)
    await passUntil('the rest to be claimed', async () => (await claims()).at(-1).block > anchor + span)
    assert.equal(await anchorBlock(), anchor + span)
  })

  it('knows its games when its database is gone', { timeout: 120_000 }, async () => {
    const before = await claims()
    await gavel.sequencer.stop()
    for (const name of fs.readdirSync(gavel.sequencer.data)) if (name.startsWith('propose.db')) fs.rmSync(`${gavel.sequencer.data}/${name}`)
    await gavel.sequencer.start()
    await sleep(3000)
    assert.equal((await claims()).length, before.length)
  })

  it('claims nothing of a chain.db that was changed', { timeout: 180_000 }, async () => {
    const before = (await claims()).length
    const last = (await claims()).at(-1).block
    await gavel.sequencer.restart({ 'propose-interval': 1000 })
    await waitFinal(await addBlocks(interval + 1))
    const roots = 'output_root FROM kept WHERE kept.number = block.number'
    await gavel.sequencer.stop()
    changeChain(`CREATE TABLE kept AS SELECT number, output_root FROM block WHERE number > ${last};
      UPDATE block SET output_root = randomblob(32) WHERE number > ${last}`)
    await gavel.sequencer.start({ 'propose-interval': interval })
    await waitFor('it to say so', () => says(/WRONG BLOCK IN chain.db: .*parent's output root/) > 0)

    await gavel.sequencer.stop()
    changeChain(`UPDATE block SET output_root = (SELECT ${roots}) WHERE number IN (SELECT number FROM kept);
      UPDATE block SET output_root = randomblob(32) WHERE number = (SELECT max(number) FROM kept)`)
    await gavel.sequencer.start()
    await waitFor('it to say so', () => says(/WRONG BLOCK IN chain.db: .*another output root/) > 0)
    assert.equal((await claims()).length, before)

    await gavel.sequencer.stop()
    changeChain(`UPDATE block SET output_root = (SELECT ${roots}) WHERE number IN (SELECT number FROM kept); DROP TABLE kept`)
    await gavel.sequencer.start()
    await waitFor('a claim', async () => (await claims()).length > before)
  })
})
