// The pool knows what its accounts are, whoever changes them: somebody else's authorization (EIP-7702), a contract's
// code, delegated code that creates or spends. And it takes no more than an account can pay for, in geth's words.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { concatHex, getContractAddress, numberToHex as hex, parseEther, parseGwei, size } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { startGavel, waitFor } from './lib/gavel.mjs'

const nobody = '0x00000000000000000000000000000000000c0de7'

let gavel, rpc, rich
before(async () => {
  gavel = await startGavel()
  rpc = (...call) => gavel.sequencer.rpc(...call)
  rich = gavel.users[0]
})
after(() => gavel?.stop())

async function refuses(promise, message) {
  const error = await promise.then((result) => assert.fail(`answered ${JSON.stringify(result)}`), (e) => e)
  assert.equal(error.message.replace(/^[a-z]+_\w+: /i, ''), message)
  assert.equal(error.code, -32000)
}

const mined = async (hash) => assert.equal((await gavel.l2Receipt(hash)).status, 'success')
const fund = async (to, value) => mined(await gavel.l2.sendTransaction({ account: rich, to, value }))

async function funded(ether = '1') {
  const account = privateKeyToAccount(generatePrivateKey())
  await fund(account.address, parseEther(ether))
  return account
}

const fees = { maxFeePerGas: parseGwei('1'), maxPriorityFeePerGas: 1_000_000n }
// What waits for a base fee that does not come, and yet is executable.
const idle = { maxFeePerGas: 1n, maxPriorityFeePerGas: 0n }
const chainId = () => gavel.config.l2.chainId
async function send(account, nonce, more) {
  const request = { type: 'eip1559', chainId: chainId(), to: nobody, gas: 21_000n, ...fees, nonce, ...more }
  return rpc('eth_sendRawTransaction', await account.signTransaction(request))
}
// What it may cost at most.
const costOf = (value, { maxFeePerGas } = fees) => value + 21_000n * maxFeePerGas

// A block is there a moment before the pool is told of it, but the pool is before there is another one.
const followed = () => fund(nobody, 1n)

const nonceOf = async (account, tag) => Number(await rpc('eth_getTransactionCount', account.address, tag))
async function nonceIs(account, nonce) {
  await followed()
  assert.equal(await nonceOf(account, 'latest'), nonce)
  assert.equal(await nonceOf(account, 'pending'), nonce)
}

// A contract whose code is `code`.
async function deploy(code) {
  const length = hex(size(code), { size: 1 })
  const hash = await gavel.l2.sendTransaction({
    account: rich, data: concatHex(['0x60', length, '0x600c60003960', length, '0x6000f3', code]),
  })
  const { contractAddress } = await gavel.l2Receipt(hash)
  assert.equal(await rpc('eth_getCode', contractAddress, 'latest'), code)
  return contractAddress
}

// The sponsor's transaction with the account's authorization.
async function delegate(account, nonce, contractAddress) {
  const authorization = await account.signAuthorization({ chainId: chainId(), contractAddress, nonce })
  await mined(await gavel.l2.sendTransaction({ account: rich, to: nobody, authorizationList: [authorization], gas: 200_000n }))
}

// A call of the account from within a contract, so that no transaction names it.
async function callThroughContract(account) {
  const relay = await deploy(concatHex(['0x5f5f5f5f5f73', account.address.toLowerCase(), '0x5af100']))
  await mined(await gavel.l2.sendTransaction({ account: rich, to: relay, gas: 500_000n }))
}

const createsOne = '0x5f5f5ff000'
const spends = (wei) => concatHex(['0x5f5f5f5f67', hex(wei, { size: 8 }), '0x73', nobody, '0x5af100'])

it('a nonce that an authorization has used up is used up in the pool', async () => {
  const user = await funded()
  await mined(await send(user, 0))
  await nonceIs(user, 1)
  await delegate(user, 1, nobody)
  await nonceIs(user, 2)
  await refuses(send(user, 1), 'nonce too low: next nonce 2, tx nonce 1')
  await mined(await send(user, 2))
  await nonceIs(user, 3)
})

it('what an authorization has made impossible leaves, and what waited behind it goes on', async () => {
  const user = await funded()
  const stuck = await send(user, 0, idle)
  const next = await send(user, 1)
  assert.equal(await nonceOf(user, 'pending'), 2)
  await delegate(user, 0, nobody)
  await mined(next)
  await nonceIs(user, 2)
  assert.equal(await rpc('eth_getTransactionByHash', stuck), null)
  // Neither does it come back from the disk.
  await gavel.sequencer.kill()
  await gavel.sequencer.start()
  assert.equal(await rpc('eth_getTransactionByHash', stuck), null)

  const gapped = await send(user, 3)
  assert.deepEqual(await rpc('txpool_status'), { pending: '0x0', queued: '0x1' })
  await delegate(user, 2, nobody)
  await mined(gapped)
})

it('a nonce that delegated code has raised by a creation is used up, too', async () => {
  const user = await funded()
  await delegate(user, 0, await deploy(createsOne))
  await mined(await send(user, 1))
  await callThroughContract(user)
  await nonceIs(user, 3)
  assert.equal(await rpc('eth_getCode', getContractAddress({ from: user.address, nonce: 2n }), 'latest'), '0x')
  await refuses(send(user, 2), 'nonce too low: next nonce 3, tx nonce 2')
  await mined(await send(user, 3))
})

// ValidateTransactionWithState() in geth's core/txpool/validation.go.
const short = 'insufficient funds for gas * price + value'

it('an account can spend what it has once', async () => {
  const user = await funded()
  const balance = parseEther('1'), most = parseEther('0.6')
  const first = costOf(most, idle), second = costOf(most)
  const replaced = await send(user, 0, { value: most, ...idle })
  await refuses(
    send(user, 1, { value: most }),
    `${short}: balance ${balance}, queued cost ${first}, tx cost ${second}, overshot ${first + second - balance}`,
  )
  assert.equal(await nonceOf(user, 'pending'), 1)
  // What there is besides can be spent, and no more.
  const next = await send(user, 1, { value: balance - first - 21_000n, ...idle })
  await refuses(
    send(user, 0, { value: most, maxFeePerGas: 2n, maxPriorityFeePerGas: 1n }),
    `${short}: balance ${balance}, queued cost ${balance}, tx bumped 21000, overshot 21000`,
  )
  // A replacement gives back what it replaces.
  await mined(await send(user, 0, { value: parseEther('0.5') }))
  assert.equal(await rpc('eth_getTransactionByHash', replaced), null)
  assert.equal((await rpc('eth_getTransactionByHash', next)).hash, next)
  await mined(await send(user, 1, { value: 1n }))
  await nonceIs(user, 2)
})

it('what was accepted stays when delegated code spends the funds for it, also after a kill -9', async () => {
  const user = await funded()
  const value = parseEther('0.4'), queued = 2n * costOf(value, idle)
  await delegate(user, 0, await deploy(spends(parseEther('0.5'))))
  const accepted = [await send(user, 1, { value, ...idle }), await send(user, 2, { value, ...idle })]
  await callThroughContract(user)
  await followed()
  const balance = parseEther('0.5'), cost = costOf(1n)
  assert.equal(BigInt(await rpc('eth_getBalance', user.address, 'latest')), balance)

  const refusal = `${short}: balance ${balance}, queued cost ${queued}, tx cost ${cost}, overshot ${queued + cost - balance}`
  await refuses(send(user, 3, { value: 1n }), refusal)
  await gavel.sequencer.kill()
  await gavel.sequencer.start()
  for (const hash of accepted) assert.equal((await rpc('eth_getTransactionByHash', hash))?.hash, hash)
  await refuses(send(user, 3, { value: 1n }), refusal)

  await fund(user.address, parseEther('1'))
  await followed()
  const last = await send(user, 3, { value: 1n })
  for (const nonce of [1, 2]) await send(user, nonce, { value })
  await mined(last)
  await nonceIs(user, 4)
})

it('an account without transactions in the pool is judged by what it has now', async () => {
  const user = await funded()
  await delegate(user, 0, await deploy(spends(parseEther('0.9'))))
  await mined(await send(user, 1))
  await callThroughContract(user)
  await followed()
  const balance = BigInt(await rpc('eth_getBalance', user.address, 'latest'))
  const value = parseEther('0.5'), cost = costOf(value)
  assert.ok(balance < parseEther('0.1'))
  await refuses(send(user, 2, { value }), `${short}: balance ${balance}, tx cost ${cost}, overshot ${cost - balance}`)
})
