// What is refused over JSON-RPC, and why a message failed, in geth's words, with its figures: core/vm/errors.go,
// opcodes.go, gas_table.go and core/state_transition.go. Libraries and people look for them.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import {
  concatHex, getContractAddress, numberToHex as hex, parseEther, parseGwei, recoverTransactionAddress, serializeTransaction,
} from 'viem'
import { sameOutputs, startGavel } from './lib/gavel.mjs'

const contract = '0x00000000000000000000000000000000000c0de5'
const other = '0x00000000000000000000000000000000000c0de6'
const zero32 = `0x${'0'.repeat(64)}`

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
    ['0x5b600056', 'out of gas'], // for ever
    ['0x60015f5f3e', 'return data out of bounds'],
    ['0x61c0015f5ff0', 'out of gas: max initcode size exceeded: code size 49153 limit 49152'],
    // The call before it fails with another one, which is its own affair.
    ['0x5f5f5f5f5f620c0de661fffff101', 'stack underflow (1 <=> 2)'],
  ]
  for (const [code, message] of failures) {
    const call = (method) => rpc(method, { to: contract, gas: hex(1_000_000) }, 'latest', codes(code, '0x5f5ffe'))
    await refuses(call('eth_call'), message)
    const ofEstimate = message.startsWith('out of gas') ? 'gas required exceeds allowance (1000000)' : message
    await refuses(call('eth_estimateGas'), ofEstimate)
    assert.equal((await call('eth_createAccessList')).error, message)
  }
  // Only the outermost message's failure is one.
  const nested = '0x5f5f5f5f5f620c0de661fffff15f5260205ff3'
  assert.equal(BigInt(await rpc('eth_call', { to: contract }, 'latest', codes(nested, '0xfe'))), 0n)
})

// internal/ethapi/transaction_args.go, CallDefaults(): gas that is asked for is lowered to the cap, and otherwise as it
// is; gasestimator.go takes what is below a transfer's for none.
it('no gas at all is too little for a call, and says nothing to an estimate', async () => {
  const none = { to: contract, gas: '0x0' }
  const tooLow = 'err: intrinsic gas too low: have 0, want 21000 (supplied gas 0)'
  await refuses(rpc('eth_call', none, 'latest'), tooLow)
  await refuses(rpc('eth_createAccessList', none, 'latest'), tooLow)
  assert.equal(await rpc('eth_call', { to: contract }, 'latest'), '0x')
  assert.equal(await rpc('eth_estimateGas', none, 'latest'), '0x5208')
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

// "Nick's method", by which contracts come to the same address on every chain: a creation without a chain id whose
// signature was made up, so that nobody has the key of its sender. This one is the deployment proxy's of
// Arachnid's deterministic-deployment-proxy, which L2 has from its genesis on, with a price of our own.
const made = `0x${'22'.repeat(32)}`
const creation = serializeTransaction(
  {
    type: 'legacy', gas: 100_000n, gasPrice: parseGwei('5'),
    data: '0x604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0360160008160208' +
      '2378035828234f58015156039578182fd5b8082525050506014600cf3',
  },
  { v: 27n, r: made, s: made },
)
const unprotected = 'only replay-protected (EIP-155) transactions allowed over RPC'

it('a transaction for every chain is taken only where the operator says so, and then it is kept', async () => {
  const [user, late] = gavel.users
  const send = (raw) => rpc('eth_sendRawTransaction', raw)
  const transfer = { type: 'legacy', gas: 21_000n, gasPrice: parseGwei('5'), to: other, value: 1n }
  const bare = (account, nonce) => account.signTransaction({ ...transfer, nonce })
  const bound = (account, nonce) => account.signTransaction({ ...transfer, nonce, chainId: gavel.config.l2.chainId })

  const from = await recoverTransactionAddress({ serializedTransaction: creation })
  await gavel.l2Receipt(await gavel.l2.sendTransaction({ account: user, to: from, value: parseEther('0.01') }))
  await refuses(send(creation), unprotected)
  await refuses(send(await bare(late, 0)), unprotected)
  await gavel.l2Receipt(await send(await bound(late, 0)))

  await gavel.sequencer.restart({ 'allow-unprotected-transactions': true })
  const receipt = await gavel.l2Receipt(await send(creation))
  assert.equal(receipt.status, 'success')
  const proxy = getContractAddress({ from, nonce: 0n })
  // The proxy takes a salt and init code; this makes a contract whose code is one STOP.
  const initCode = '0x6001600c60003960016000f300'
  const salted = await gavel.l2Receipt(
    await gavel.l2.sendTransaction({ account: user, to: proxy, data: concatHex([zero32, initCode]) }),
  )
  assert.equal(salted.status, 'success')
  const address = getContractAddress({ opcode: 'CREATE2', from: proxy, salt: zero32, bytecode: initCode })
  assert.equal(await rpc('eth_getCode', address, 'latest'), '0x00')

  // What was taken waits for its turn, whatever is refused from then on.
  const waiting = await send(await bare(late, 2))
  await gavel.sequencer.restart({ 'allow-unprotected-transactions': false })
  await refuses(send(await bare(late, 1)), unprotected)
  await send(await bound(late, 1))
  assert.equal((await gavel.l2Receipt(waiting)).status, 'success')
  const found = await rpc('eth_getTransactionByHash', waiting)
  assert.ok(['0x1b', '0x1c'].includes(found.v) && found.chainId === undefined, JSON.stringify(found))

  // And who derives the chain from L1 has no such rule.
  await gavel.verifier.start()
  await sameOutputs(gavel)
})
