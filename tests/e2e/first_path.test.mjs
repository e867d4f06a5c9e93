// From a wallet, through the sequencer, to L1, and back out of it by the verifier, which has only L1 and rollup.json.
// One chain for all tests, which run in order: each finds what those before it left.
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { ContractFactory, Contract, HDNodeWallet, JsonRpcProvider, Wallet, parseEther as ether } from 'ethers'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { encodeFunctionData, parseEther, parseEventLogs } from 'viem'
import { getL2TransactionHashes } from 'viem/op-stack'
import { artifact, sameOutputs, startGavel, waitFor } from './lib/gavel.mjs'
import { compileToken } from './lib/token.mjs'

let gavel
let l2
const token = compileToken()
// ethers remembers an answer for 250 ms by default, nonces included: longer than our blocks take.
const providerOptions = { pollingInterval: 100, cacheTimeout: -1 }
const fresh = () => privateKeyToAccount(generatePrivateKey())

before(async () => {
  gavel = await startGavel({ verifier: true })
  l2 = gavel.l2
})
after(() => gavel?.stop())

async function succeed(hash) {
  const receipt = await gavel.l2Receipt(hash)
  assert.equal(receipt.status, 'success')
  return receipt
}

it('10 ETH deposited through the portal arrive on L2, also under the hash that viem expects', async () => {
  const someone = fresh()
  const sent = await gavel.deposit({
    account: gavel.users[0],
    to: someone.address,
    mint: parseEther('10'),
    value: parseEther('10'),
  })
  const receipt = await sent.l2Receipt()
  assert.equal(receipt.status, 'success')
  assert.equal(receipt.type, '0x7e')
  assert.equal(await l2.getBalance({ address: someone.address }), parseEther('10'))

  const transaction = await l2.getTransaction({ hash: sent.hash })
  assert.equal(transaction.to.toLowerCase(), someone.address.toLowerCase())
  assert.equal(transaction.mint, parseEther('10'))
  const { transactions } = await l2.getBlock({ blockNumber: receipt.blockNumber })
  assert.ok(transactions.includes(receipt.transactionHash) || transactions.includes(transaction.hash))

  // It is there to be spent.
  const hash = await l2.sendTransaction({ account: someone, to: gavel.users[1].address, value: parseEther('9') })
  assert.equal((await l2.waitForTransactionReceipt({ hash })).status, 'success')
  assert.ok((await l2.getBalance({ address: someone.address })) < parseEther('1'))
})

it("a contract's deposit arrives from its alias", async () => {
  const [account] = gavel.users
  const to = fresh().address
  const { abi, bytecode } = artifact('Multicall3')
  const deployed = await gavel.l1.deployContract({ account, abi, bytecode })
  const { contractAddress: address } = await gavel.l1.waitForTransactionReceipt({ hash: deployed })
  const callData = encodeFunctionData({
    ...gavel.portal,
    functionName: 'depositTransaction',
    args: [to, 7n, 100_000n, false, '0x'],
  })
  const hash = await gavel.l1.writeContract({
    account,
    address,
    abi,
    functionName: 'aggregate3Value',
    args: [[[gavel.portal.address, false, 10n, callData]]],
    value: 10n,
  })
  const [l2Hash] = getL2TransactionHashes(await gavel.l1.waitForTransactionReceipt({ hash }))
  const receipt = await gavel.l2Receipt(l2Hash)
  // OP Stack: "the address of the contract plus 0x1111000000000000000000000000000000001111".
  const alias = (BigInt(address) + 0x1111000000000000000000000000000000001111n) % 2n ** 160n
  assert.equal(receipt.status, 'success')
  assert.equal(BigInt(receipt.from), alias)
  assert.equal(await l2.getBalance({ address: to }), 7n)
  assert.equal(await l2.getBalance({ address: receipt.from }), 3n)
})

it('a deposit that fails still mints, and uses up its nonce', async () => {
  const poor = fresh()
  const to = fresh().address
  const mint = parseEther('1')
  const hash = await gavel.l1.sendTransaction({ account: gavel.users[0], to: poor.address, value: parseEther('5') })
  await gavel.l1.waitForTransactionReceipt({ hash })
  const sent = await gavel.deposit({ account: poor, to, mint, value: 2n * mint })
  assert.equal((await sent.l2Receipt()).status, 'reverted')
  assert.equal(await l2.getBalance({ address: poor.address }), mint)
  assert.equal(await l2.getTransactionCount({ address: poor.address }), 1)
  assert.equal(await l2.getBalance({ address: to }), 0n)
})

it('viem sends 200 transfers, and each arrives', async () => {
  const senders = gavel.users.slice(0, 4)
  const to = fresh().address
  const nonces = await Promise.all(
    senders.map(({ address }) => l2.getTransactionCount({ address, blockTag: 'pending' })),
  )
  const hashes = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      l2.sendTransaction({
        account: senders[i % 4],
        to,
        value: BigInt(i + 1),
        nonce: nonces[i % 4] + Math.floor(i / 4),
        gas: 21_000n,
        maxFeePerGas: 10n ** 9n,
        maxPriorityFeePerGas: 10n ** 6n,
      }),
    ),
  )
  assert.equal(new Set(hashes).size, 200)
  const receipts = await Promise.all(hashes.map(succeed))
  assert.ok(receipts.every((receipt) => receipt.gasUsed === 21_000n))
  assert.equal(await l2.getBalance({ address: to }), (200n * 201n) / 2n)
})

it('ethers sends transfers', async () => {
  const provider = new JsonRpcProvider(gavel.sequencer.url, undefined, providerOptions)
  try {
    const rich = HDNodeWallet.fromPhrase(
      'test test test test test test test test test test test junk',
      undefined,
      "m/44'/60'/0'/0/6",
    ).connect(provider)
    const someone = Wallet.createRandom().connect(provider)
    const first = await rich.sendTransaction({ to: someone.address, value: ether('3') })
    assert.equal((await first.wait()).status, 1)
    const second = await someone.sendTransaction({ to: rich.address, value: ether('1'), type: 0 })
    assert.equal((await second.wait()).status, 1)
    assert.ok((await provider.getBalance(someone.address)) > ether('1.99'))
    assert.equal((await provider.getNetwork()).chainId, 845300n)
  } finally {
    provider.destroy()
  }
})

it('an OpenZeppelin ERC-20 is deployed with viem and moves tokens', async () => {
  const [owner, ...others] = gavel.users
  const supply = parseEther('1000000')
  const { contractAddress: address } = await succeed(
    await l2.deployContract({ account: owner, ...token, args: [supply] }),
  )
  const contract = { address, abi: token.abi }
  const read = (functionName, ...args) => l2.readContract({ ...contract, functionName, args })
  assert.equal(await read('symbol'), 'TOK')
  assert.equal(await read('balanceOf', owner.address), supply)

  const nonce = await l2.getTransactionCount({ address: owner.address, blockTag: 'pending' })
  const hashes = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      l2.writeContract({
        ...contract,
        account: owner,
        functionName: 'transfer',
        args: [others[i % others.length].address, 10n ** 18n],
        nonce: nonce + i,
        gas: 100_000n,
        maxFeePerGas: 10n ** 9n,
      }),
    ),
  )
  const receipts = await Promise.all(hashes.map(succeed))
  const transfers = parseEventLogs({ abi: token.abi, logs: receipts.flatMap((r) => r.logs), eventName: 'Transfer' })
  assert.equal(transfers.length, 40)
  assert.equal(await read('balanceOf', owner.address), supply - 40n * 10n ** 18n)

  const logs = await l2.getContractEvents({
    ...contract,
    eventName: 'Transfer',
    args: { to: others[0].address },
    fromBlock: 0n,
    toBlock: 'latest',
  })
  assert.equal(logs.length, Math.ceil(40 / others.length))

  await assert.rejects(
    l2.simulateContract({ ...contract, account: others[0], functionName: 'transfer', args: [owner.address, supply] }),
    /ERC20InsufficientBalance/,
  )
})

it('an OpenZeppelin ERC-20 is deployed with ethers and moves tokens', async () => {
  const provider = new JsonRpcProvider(gavel.sequencer.url, undefined, providerOptions)
  try {
    const owner = HDNodeWallet.fromPhrase(
      'test test test test test test test test test test test junk',
      undefined,
      "m/44'/60'/0'/0/7",
    ).connect(provider)
    const contract = await new ContractFactory(token.abi, token.bytecode, owner).deploy(1000n)
    await contract.waitForDeployment()
    const deployed = new Contract(await contract.getAddress(), token.abi, owner)
    const receipt = await (await deployed.transfer(gavel.users[1].address, 7n)).wait()
    assert.equal(receipt.status, 1)
    assert.equal(await deployed.balanceOf(gavel.users[1].address), 7n)
    assert.equal(await deployed.balanceOf(owner.address), 993n)
  } finally {
    provider.destroy()
  }
})

it('every transaction is in a batch on L1, whose figures are true', async () => {
  const last = await l2.getBlockNumber()
  await waitFor('the batches on L1', async () => (await l2.getBlock({ blockTag: 'safe' })).number >= last)
  const entries = Number(await gavel.l1.readContract({ ...gavel.inbox, functionName: 'entryCount' }))
  let batched = 0
  for (let i = 0; i < entries; i++) {
    const batch = await gavel.sequencer.rpc('gavel_batch', `0x${i.toString(16)}`)
    const { input } = await gavel.l1.getTransaction({ hash: batch.l1TransactionHash })
    const receipt = await gavel.l1.getTransactionReceipt({ hash: batch.l1TransactionHash })
    const payloadLength = Number(`0x${input.slice(10 + 3 * 64, 10 + 4 * 64)}`)
    assert.equal(receipt.status, 'success')
    assert.equal(Number(batch.payloadBytes), payloadLength)
    assert.equal(BigInt(batch.l1GasUsed), receipt.gasUsed)
    let count = 0
    for (let n = BigInt(batch.firstBlock); n <= BigInt(batch.lastBlock); n++) {
      const { transactions } = await l2.getBlock({ blockNumber: n, includeTransactions: true })
      count += transactions.filter((tx) => tx.type !== 'deposit').length
    }
    assert.equal(Number(batch.transactions), count)
    batched += count
  }
  // 200 and 1 and 2 transfers, two deployments, 40 and 1 transfers of tokens.
  assert.equal(batched, 246)
})

it('the verifier has the same output root for every block', async () => {
  assert.ok((await sameOutputs(gavel)) > 5)
})
