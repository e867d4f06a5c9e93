// What was acknowledged survives a restart, also one with stricter options.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { parseGwei } from 'viem'
import { startGavel } from './lib/gavel.mjs'

let gavel
before(async () => {
  gavel = await startGavel()
})
after(() => gavel?.stop())

it('a transaction with a tip that is not enough any more stays in the pool, and is executed', async () => {
  const [user, other] = gavel.users
  const rpc = (...call) => gavel.sequencer.rpc(...call)
  const fees = { maxFeePerGas: parseGwei('5'), maxPriorityFeePerGas: 0n }
  const transfer = { type: 'eip1559', chainId: gavel.config.l2.chainId, to: other.address, value: 1n, gas: 21_000n, ...fees }
  const waiting = await rpc('eth_sendRawTransaction', await user.signTransaction({ ...transfer, nonce: 1 })) // behind a gap

  await gavel.sequencer.restart({ 'min-tip': 1_000_000 })
  assert.equal((await rpc('eth_getTransactionByHash', waiting))?.hash, waiting)
  const cheap = rpc('eth_sendRawTransaction', await user.signTransaction({ ...transfer, nonce: 0 }))
  await assert.rejects(cheap, /transaction underpriced: gas tip cap 0, minimum needed 1000000/)
  const enough = { ...transfer, nonce: 0, maxPriorityFeePerGas: 1_000_000n }
  await rpc('eth_sendRawTransaction', await user.signTransaction(enough))
  assert.equal((await gavel.l2Receipt(waiting)).status, 'success')
})
