// What was acknowledged survives a restart, also one with stricter options or on a damaged chain.db.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, it } from 'node:test'
import { parseGwei } from 'viem'
import { buildFolder, startGavel } from './lib/gavel.mjs'

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

it('a state that can not be read stops the start, and takes nothing from the pool', async () => {
  const [, , user, other] = gavel.users
  const rpc = (...call) => gavel.sequencer.rpc(...call)
  const request = { type: 'eip1559', chainId: gavel.config.l2.chainId, to: other.address, value: 1n, gas: 21_000n, nonce: 1 }
  const raw = await user.signTransaction({ ...request, maxFeePerGas: parseGwei('5'), maxPriorityFeePerGas: 1_000_000n })
  const waiting = await rpc('eth_sendRawTransaction', raw) // behind a gap

  await gavel.sequencer.stop()
  const chain = path.join(gavel.sequencer.data, 'chain.db')
  fs.copyFileSync(chain, `${chain}.whole`)
  const everyNode = 'DELETE FROM node_version; DELETE FROM node_pack'
  execFileSync(path.join(buildFolder, 'tests/e2e/sql_driver'), [chain, everyNode])
  assert.equal(await gavel.sequencer.startToEnd(), 78)
  assert.match(gavel.sequencer.log(), /chain\.db: the state of block \d+ can't be read/)
  fs.renameSync(`${chain}.whole`, chain)
  await gavel.sequencer.start()
  assert.equal((await rpc('eth_getTransactionByHash', waiting))?.hash, waiting)
})
