// What is refused over JSON-RPC, and why a message failed, in geth's words, with its figures: core/vm/errors.go,
// opcodes.go, gas_table.go and core/state_transition.go. Libraries and people look for them.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { numberToHex as hex } from 'viem'
import { startGavel } from './lib/gavel.mjs'

const contract = '0x00000000000000000000000000000000000c0de5'
const other = '0x00000000000000000000000000000000000c0de6'

let gavel, rpc
before(async () => {
  gavel = await startGavel()
  rpc = (...call) => gavel.sequencer.rpc(...call)
})
after(() => gavel?.stop())

async function refuses(promise, message) {
  const error = await promise.then((result) => assert.fail(`answered ${JSON.stringify(result)}`), (e) => e)
  assert.equal(error.message.replace(/^[a-z]+_\w+: /i, ''), message)
  assert.equal(error.code, -32000)
}

it('a failure of the EVM has its figures', async () => {
  const codes = (code, called) => ({ [contract]: { code }, [other]: { code: called } })
  const failures = [
    ['0xfe', 'invalid opcode: INVALID'],
    ['0x0c', 'invalid opcode: opcode 0xc not defined'],
    ['0x01', 'stack underflow (0 <=> 2)'],
    ['0x600091', 'stack underflow (1 <=> 3)'],
    ['0x5b5f5f56', 'stack limit reached 1024 (1023)'],
    ['0x5f56', 'invalid jump destination'],
    ['0x60015f5f3e', 'return data out of bounds'],
    ['0x61c0015f5ff0', 'out of gas: max initcode size exceeded: code size 49153 limit 49152'],
    // The call before it fails with another one, which is its own affair.
    ['0x5f5f5f5f5f620c0de661fffff101', 'stack underflow (1 <=> 2)'],
  ]
  for (const [code, message] of failures) {
    const call = (method) => rpc(method, { to: contract, gas: hex(1_000_000) }, 'latest', codes(code, '0x5f5ffe'))
    await refuses(call('eth_call'), message)
    await refuses(call('eth_estimateGas'), message.startsWith('out of gas') ? `gas required exceeds allowance (${1_000_000})` : message)
    assert.equal((await call('eth_createAccessList')).error, message)
  }
  // Only the outermost message's failure is one.
  const nested = '0x5f5f5f5f5f620c0de661fffff15f5260205ff3'
  assert.equal(BigInt(await rpc('eth_call', { to: contract }, 'latest', codes(nested, '0xfe'))), 0n)
})

it('a failure of a creation, too', async () => {
  const create = (data, more) => ({ data, ...more })
  await refuses(rpc('eth_call', create('0x6160015ff3')), 'max code size exceeded: code size 24577 limit 24576')
  await refuses(rpc('eth_call', create('0x60ef5f5360015ff3')), 'invalid code: must not begin with 0xef')
  const unpaid = create('0x6103e85ff3', { gas: hex(100_000) })
  await refuses(rpc('eth_call', unpaid), 'contract creation code storage out of gas')
  await refuses(rpc('eth_estimateGas', unpaid), 'contract creation code storage out of gas')
  const large = create(`0x${'00'.repeat(49153)}`)
  const sentence = 'max initcode size exceeded: code size 49153 limit 49152'
  await refuses(rpc('eth_call', large), `err: ${sentence} (supplied gas 50000000)`)
  await refuses(rpc('eth_estimateGas', large), `failed with 16777216 gas: ${sentence}`)
})
