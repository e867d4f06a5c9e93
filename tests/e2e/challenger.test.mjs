// What a person who runs a challenger relies on: it says what it lacks, sends nothing that it should not, and ends when
// it is told to.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { parseEther } from 'viem'
import { createGame, randomRoot } from './lib/dispute.mjs'
import { startGavel, waitFor } from './lib/gavel.mjs'

let gavel, liar

before(async () => {
  gavel = await startGavel({ dispute: { clock: 600, 'clock-extension': 30 }, challenge: true })
  ;[liar] = gavel.users
  const { l2Receipt } = await gavel.deposit({ account: gavel.users[1], mint: 10n ** 18n, value: 10n ** 18n })
  await l2Receipt()
  await waitFor('a safe block', async () => (await gavel.verifier.rpc('optimism_syncStatus')).safe_l2.number >= 1)
})
after(() => gavel?.stop())

const challenger = () => gavel.challenger.address
const transactions = () => gavel.l1.getTransactionCount({ address: challenger() })
const disputes = async () => (await gavel.verifier.rpc('gavel_status')).disputes
const health = async () => (await fetch(`${gavel.verifier.url}/health`)).status
const setBalance = (wei) => gavel.l1.setBalance({ address: challenger(), value: wei })
const mine = () => gavel.l1.mine({ blocks: 1 })

describe('a challenger', () => {
  let game

  it('only looks with --watch, though it has a key', { timeout: 60_000 }, async () => {
    const key = gavel.verifier.options['key-file']
    process.env.GAVEL_CHALLENGER_KEY = fs.readFileSync(key, 'utf8').trim()
    await gavel.verifier.restart({ watch: true, 'key-file': undefined })
    delete process.env.GAVEL_CHALLENGER_KEY
    game = await createGame(gavel, { account: liar, root: randomRoot(), block: 1 })
    await waitFor('its verdict', async () => (await gavel.verifier.rpc('gavel_game', game.address))?.verdict === 'disagree')
    for (let i = 0; i < 5; i++) await mine()
    assert.equal((await disputes()).disputed, '0x1')
    assert.equal(await transactions(), 0)
    assert.equal((await game.claims()).length, 1)
    await gavel.verifier.stop()
    gavel.verifier.options['key-file'] = key
    gavel.verifier.options.watch = false
  })

  it('says that it lacks funds, until it has them', { timeout: 60_000 }, async () => {
    await setBalance(parseEther('0.01'))
    await gavel.verifier.start()
    await waitFor('the trouble', async () => {
      await mine()
      return (await disputes()).noFunds
    })
    assert.equal(await health(), 503)
    assert.match(await gavel.verifier.log(), /NOT ENOUGH FUNDS: playing one path of a dispute/)
    assert.match(await gavel.verifier.log(), /NOT ENOUGH FUNDS: attack needs/)
    assert.equal((await game.claims()).length, 1)
    await setBalance(parseEther('10'))
    await waitFor('the answer', async () => {
      await mine()
      return (await game.claims()).length === 2
    })
    await waitFor('no more trouble', async () => !(await disputes()).noFunds)
    assert.equal(await health(), 200)
  })

  it('says that it was too late, and what is lost, until that is acknowledged', { timeout: 120_000 }, async () => {
    const whole = async () => {
      const answer = await fetch(`${gavel.verifier.url}/health`)
      return `${answer.status} ${await answer.text()}`
    }
    const endsWith = async (code) => {
      await gavel.verifier.stop()
      assert.deepEqual(gavel.verifier.ended, { code, signal: null })
    }
    const another = await createGame(gavel, { account: liar, root: randomRoot(), block: 1 })
    await endsWith(0)
    await gavel.l1.increaseTime({ seconds: 1300 })
    for (let i = 0; i < 5; i++) await mine()
    await gavel.verifier.start({ 'resolve-all': false })
    await waitFor('the trouble', async () => (await disputes()).tooLate === '0x1')
    assert.match(await whole(), /^503 .*a wrong claim was not answered in time\n/s)
    assert.match(gavel.verifier.log(), /not answered in time/)
    const hash = await gavel.l1.writeContract({ ...another.contract, functionName: 'resolve', account: liar })
    await gavel.l1.waitForTransactionReceipt({ hash })
    assert.equal(await another.status(), 2, 'the defender wins')

    await waitFor('the loss', async () => (await disputes()).lost === '0x1')
    assert.match(gavel.verifier.log(), /LOST in game .*: a wrong claim has won/)
    await endsWith(4)
    await gavel.verifier.start()
    assert.equal((await disputes()).lost, '0x1')
    assert.match(await whole(), /^503 .*a dispute is lost\n/s)
    await endsWith(4)
    await gavel.verifier.start({ 'acknowledge-lost': true })
    await waitFor('that all is well', async () => (await health()) === 200)
    await endsWith(0)
    await gavel.verifier.start({ 'acknowledge-lost': false })
    assert.equal((await disputes()).lost, '0x0')
  })

  it('ends by a signal though L1 does not answer', { timeout: 60_000 }, async () => {
    process.kill(gavel.anvil.pid, 'SIGSTOP')
    try {
      await gavel.verifier.stop()
    } finally {
      process.kill(gavel.anvil.pid, 'SIGCONT')
    }
    assert.deepEqual(gavel.verifier.ended, { code: 0, signal: null })
    await gavel.verifier.start()
  })
})
