// The anchor that games start from follows the claims that won: once for each, only where that gains enough, and
// whoever is first.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGame } from './lib/dispute.mjs'
import { artifact, startGavel, waitFor } from './lib/gavel.mjs'

let gavel, registry, proposer

before(async () => {
  gavel = await startGavel({ dispute: { clock: 60, 'clock-extension': 5 }, challenge: true })
  await gavel.verifier.restart({ 'anchor-interval': 2 })
  ;[proposer] = gavel.users
  const address = await gavel.l1.readContract({ ...gavel.factory, functionName: 'anchorStateRegistry' })
  registry = { address, abi: artifact('AnchorStateRegistry').abi }
})
after(() => gavel?.stop())

const anchorBlock = async () => Number((await gavel.l1.readContract({ ...registry, functionName: 'getAnchorRoot' }))[1])
const updates = async () => {
  const logs = await gavel.l1.getContractEvents({ ...registry, eventName: 'AnchorUpdated', fromBlock: 0n })
  return logs.slice(1).map(({ args }) => Number(args.blockNumber))
}

// A right claim about the newest safe block, with at least `least` blocks; resolved for the defender, and final.
async function winClaim(least) {
  const account = gavel.users[1]
  let block = 0
  while (block < least) {
    const { l2Receipt } = await gavel.deposit({ account, mint: 10n ** 18n, value: 10n ** 18n })
    const { blockNumber } = await l2Receipt()
    block = await waitFor('a safe block', async () => {
      const { number } = (await gavel.verifier.rpc('optimism_syncStatus')).safe_l2
      return number >= Number(blockNumber) && number
    })
  }
  const { outputRoot } = await gavel.verifier.rpc('optimism_outputAtBlock', `0x${block.toString(16)}`)
  const game = await createGame(gavel, { account: proposer, root: outputRoot, block })
  await waitFor('the verdict', async () => (await gavel.verifier.rpc('gavel_game', game.address))?.verdict === 'agree')
  await gavel.l1.increaseTime({ seconds: 200 })
  await waitFor('the end of the game', async () => (await game.status()) === 2)
  return { game, block }
}

async function passFinality() {
  await gavel.l1.increaseTime({ seconds: 100 })
  await gavel.l1.mine({ blocks: 1 })
}

describe('the anchor', () => {
  let won

  it('moves to a claim that won', { timeout: 120_000 }, async () => {
    won = await winClaim(3)
    assert.equal(await anchorBlock(), 0)
    await passFinality()
    await waitFor('the anchor', async () => (await anchorBlock()) === won.block)
  })

  it('stays there, and is not sent again after a restart', { timeout: 60_000 }, async () => {
    await gavel.verifier.kill()
    await gavel.verifier.start()
    await passFinality()
    await sleep(1500)
    assert.deepEqual(await updates(), [won.block])
    assert.doesNotMatch(await gavel.verifier.log(), /anchor\/.*(failed|reverted)/)
  })

  it('is no trouble when somebody else was first', { timeout: 120_000 }, async () => {
    const next = await winClaim(won.block + 3)
    await gavel.verifier.stop()
    await passFinality()
    const { request } = await gavel.l1.simulateContract({ ...registry, functionName: 'setAnchorState', args: [next.game.address], account: proposer })
    await gavel.l1.writeContract(request)
    await waitFor('the anchor', async () => (await anchorBlock()) === next.block)
    await gavel.verifier.start()
    await passFinality()
    await sleep(1500)
    assert.deepEqual(await updates(), [won.block, next.block])
    const health = await fetch(`${gavel.verifier.url}/health`)
    assert.equal(health.status, 200)
  })
})
