// What strangers ask for ends in time. The limit of a call is a millisecond here, and each call that is refused has a
// hundred times as much to do.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { numberToHex as hex, parseGwei } from 'viem'
import { startGavel, waitFor } from './lib/gavel.mjs'

const blocks = 300
const contract = '0x00000000000000000000000000000000000c0de5'

let gavel, rpc
before(async () => {
  gavel = await startGavel({ sequencer: { 'rpc-timeout': 1, 'block-time': 1 } })
  rpc = (...call) => gavel.sequencer.rpc(...call)
})
after(() => gavel?.stop())

async function refuses(promise, code, message) {
  const error = await promise.then((result) => assert.fail(`answered ${JSON.stringify(result).slice(0, 200)}`), (e) => e)
  assert.equal(error.code, code, error.message)
  assert.ok(error.message.endsWith(message), error.message)
}

// Calls precompile `address` with what it is given, as often as there is gas for.
const loop = (address) => `0x365f5f375b5f5f365f61${hex(address, { size: 2 }).slice(2)}63000f4240fa50600456`
const balances = '0x5f5b803150600101600156' // BALANCE of 0, 1, 2...
const code = (text) => ({ [contract]: { code: text } })
// EIP-197: the generators of both groups. Points at infinity would cost the same gas, and next to no time.
const g1 = `${'1'.padStart(64, '0')}${'2'.padStart(64, '0')}`
const g2 =
  '198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2' +
  '1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed' +
  '090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b' +
  '12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa'
const pairs = `0x${(g1 + g2).repeat(20)}`

it('an execution is aborted, in a precompile or in the state', async () => {
  const call = (text, data) => rpc('eth_call', { to: contract, data, gas: hex(50_000_000) }, 'latest', code(text))
  const aborted = 'execution aborted (timeout = 1ms)'
  await refuses(call(loop(8), pairs), -32000, aborted)
  await refuses(call(balances), -32000, aborted)
  await refuses(rpc('eth_estimateGas', { to: contract, data: pairs }, 'latest', code(loop(8))), -32000, aborted)
  await refuses(rpc('eth_createAccessList', { to: contract, data: pairs }, 'latest', code(loop(8))), -32000, aborted)
})

it('a proof of many slots is', async () => {
  const keys = Array.from({ length: 1024 }, (_, i) => hex(i, { size: 32 }))
  const predeploy = '0x4200000000000000000000000000000000000015'
  await refuses(rpc('eth_getProof', predeploy, keys, 'latest'), -32002, 'request timed out')
  await refuses(rpc('eth_getProof', predeploy, [...keys, '0x1'], 'latest'), -32602, 'too many slots (max 1024)')
})

it('a search through many blocks is', async () => {
  const [user, other] = gavel.users
  const fees = { maxFeePerGas: parseGwei('5'), maxPriorityFeePerGas: 0n }
  const transfer = { type: 'eip1559', chainId: gavel.config.l2.chainId, to: other.address, gas: 21_000n, ...fees }
  for (let nonce = 0; nonce < blocks; nonce++) {
    await rpc('eth_sendRawTransaction', await user.signTransaction({ ...transfer, nonce }))
    await waitFor('a block', async () => Number(await rpc('eth_getTransactionCount', user.address, 'latest')) > nonce, { every: 1 })
  }
  assert.ok(Number(await rpc('eth_blockNumber')) >= blocks)
  await refuses(rpc('eth_getLogs', { fromBlock: '0x0', toBlock: 'latest' }), -32002, 'request timed out')
})

// Twenty calls, one after the other, while an array of a thousand is on its way: they have to be through first.
it('calls of others are answered while a long array runs', async () => {
  const slow = [{ to: contract, gas: hex(50_000_000) }, 'latest', code(balances)]
  const call = (id) => ({ jsonrpc: '2.0', id, method: 'eth_call', params: slow })
  // The last of the array, which needs no worker: when the filter is gone, all before it wait.
  const filter = await rpc('eth_newBlockFilter')
  const last = { jsonrpc: '2.0', id: 999, method: 'eth_uninstallFilter', params: [filter] }
  const body = JSON.stringify([...Array.from({ length: 999 }, (_, id) => call(id)), last])
  let isAnswered = false
  const answer = fetch(gavel.sequencer.url, { method: 'POST', body })
    .then((response) => response.json())
    .finally(() => (isAnswered = true))
  const isGone = () => rpc('eth_getFilterChanges', filter).then(() => false, () => true)
  await waitFor('the array to have come', isGone, { every: 1 })
  for (let i = 0; i < 20; i++) {
    await refuses(rpc('eth_call', ...slow), -32000, 'execution aborted (timeout = 1ms)')
    assert.equal(isAnswered, false, `the array was answered before call ${i}`)
  }
  const answers = await answer
  assert.deepEqual(answers.map(({ id }) => id), Array.from({ length: 1000 }, (_, id) => id))
  assert.ok(answers.slice(0, 999).every(({ error }) => error.code === -32000))
})
