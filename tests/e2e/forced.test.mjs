// No sequencer can keep a deposit or a transaction out: after the window anyone puts them into the chain.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { parseEther } from 'viem'
import { sameOutputs, startGavel, waitFor } from './lib/gavel.mjs'

const window = 60

let gavel
let l2
before(async () => {
  gavel = await startGavel({ window, verifier: true })
  l2 = gavel.l2
})
after(() => gavel?.stop())

const safeNumber = async () => (await l2.getBlock({ blockTag: 'safe' })).number

async function transfer(account, to, value) {
  const hash = await l2.sendTransaction({ account, to, value, gas: 21_000n, maxFeePerGas: 10n ** 9n })
  const receipt = await gavel.l2Receipt(hash)
  assert.equal(receipt.status, 'success')
  return receipt
}

it('with the sequencer stopped, a deposit and a forced transaction get in by a call of anyone', async () => {
  const [user, other, anyone] = gavel.users
  const receiver = privateKeyToAccount(generatePrivateKey()).address

  const { blockNumber } = await transfer(user, other.address, 1n)
  await waitFor('the first batch', async () => (await safeNumber()) >= blockNumber)
  const before = await l2.getBalance({ address: user.address })
  const last = await l2.getBlockNumber()
  await gavel.sequencer.stop()

  const deposited = await gavel.deposit({ account: other, to: receiver, mint: parseEther('2'), value: parseEther('2') })
  // Nothing is minted: what it moves is on L2 already.
  const forced = await gavel.deposit({ account: user, to: receiver, value: parseEther('3') })

  const count = await gavel.l1.readContract({ ...gavel.inbox, functionName: 'messageCount' })
  const call = { ...gavel.inbox, account: anyone, functionName: 'forceInclude', args: [count] }
  await assert.rejects(gavel.l1.simulateContract(call), /NotOverdue/)

  await gavel.l1.increaseTime({ seconds: window + 10 })
  await gavel.l1.mine({ blocks: 1 })
  const receipt = await gavel.l1.waitForTransactionReceipt({ hash: await gavel.l1.writeContract(call) })
  assert.equal(receipt.status, 'success')

  // The verifier needs no sequencer.
  const { unsafe_l2: head } = await waitFor("the verifier's next block", async () => {
    const status = await gavel.verifier.rpc('optimism_syncStatus')
    return BigInt(status.unsafe_l2.number) > last && status
  })

  // Nor does a sequencer that comes back have a choice.
  await gavel.sequencer.start()
  for (const sent of [deposited, forced]) {
    const { status, blockNumber: at } = await sent.l2Receipt()
    assert.equal(status, 'success')
    assert.ok(at > last && at <= BigInt(head.number), `${at}`)
  }
  assert.equal(await l2.getBalance({ address: receiver }), parseEther('5'))
  assert.equal(await l2.getBalance({ address: user.address }), before - parseEther('3'))

  const next = await transfer(user, receiver, 1n)
  assert.ok(next.blockNumber > BigInt(head.number))
  await waitFor('the next batch', async () => (await safeNumber()) >= next.blockNumber)
  await sameOutputs(gavel, next.blockNumber)
})
