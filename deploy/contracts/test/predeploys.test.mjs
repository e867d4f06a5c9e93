// What L2 starts with, run on an L1 node with the same code at the same addresses.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  concat,
  encodeAbiParameters,
  getContractAddress,
  getCreate2Address,
  keccak256,
  pad,
  parseAbi,
  parseEther,
  recoverTransactionAddress,
  serializeTransaction,
  toHex,
  zeroAddress,
  zeroHash,
} from 'viem'
import { getWithdrawals, publicActionsL2, walletActionsL2 } from 'viem/op-stack'
import { artifact, events, predeploys, read, rejects, send, startL1 } from './lib/rollup.mjs'

const passer = { address: '0x4200000000000000000000000000000000000016', abi: artifact('L2ToL1MessagePasser').abi }
const l1Block = { address: '0x4200000000000000000000000000000000000015', abi: artifact('L1Block').abi }
const oracle = { address: '0x420000000000000000000000000000000000000F', abi: artifact('GasPriceOracle').abi }
const multicall = { address: '0xcA11bde05977b3631167028862bE2a173976CA11', abi: artifact('Multicall3').abi }
const proxy = '0x4e59b44847b379578588920cA78FbF26c0B4956C'
const history = '0x0000F90827F1C53a10cb7A02335B175320002935'
const depositor = '0xDeaDDEaDDeAdDeAdDEAdDEaddeAddEAdDEAd0001'

let l2, user, other

before(async () => {
  l2 = await startL1()
  ;[user, other] = l2.accounts
  for (const [address, { code }] of Object.entries(predeploys)) await l2.client.setCode({ address, bytecode: code })
})
after(() => l2.stop())

it('every predeploy has code and the nonce of a contract', () => {
  const addresses = [oracle, l1Block, passer, multicall].map((c) => c.address).concat(proxy, history)
  assert.deepEqual(Object.keys(predeploys).sort(), addresses.sort())
  for (const { code, nonce } of Object.values(predeploys)) {
    assert.match(code, /^0x([0-9a-f]{2})+$/)
    assert.equal(nonce, 1)
  }
})

describe('code that exists elsewhere', () => {
  // "Nick's method": the signature is made up, so the sender, and with it the address, is a hash of the code.
  const madeUp = async ({ gasPrice, gas, data, r, s, v }) => {
    const transaction = { type: 'legacy', nonce: 0, gasPrice, gas, data }
    const serializedTransaction = serializeTransaction(transaction, { r, s, v })
    return getContractAddress({ from: await recoverTransactionAddress({ serializedTransaction }), nonce: 0n })
  }

  it('EIP-2935: the deployment transaction of the EIP makes this code at this address', async () => {
    const address = await madeUp({
      gasPrice: 0xe8d4a51000n,
      gas: 0x3d090n,
      data: concat(['0x60538060095f395ff3', predeploys[history].code]),
      v: 0x1bn,
      r: toHex(0x539n, { size: 32 }),
      s: toHex(0xaa12693182426612186309f02cfe8a80a0000n, { size: 32 }),
    })
    assert.equal(address, history)
  })

  it('deployment proxy: its deployment transaction makes this code at this address', async () => {
    const address = await madeUp({
      gasPrice: 100_000_000_000n,
      gas: 100_000n,
      data: concat(['0x604580600e600039806000f350fe', predeploys[proxy].code]),
      v: 27n,
      r: `0x${'22'.repeat(32)}`,
      s: `0x${'22'.repeat(32)}`,
    })
    assert.equal(address, proxy)
  })

  it('deployment proxy: deploys with CREATE2', async () => {
    const initCode = '0x60015f5360015ff3'
    const salt = pad('0x07')
    const hash = await l2.client.sendTransaction({ account: user, to: proxy, data: concat([salt, initCode]) })
    await l2.client.waitForTransactionReceipt({ hash })
    const address = getCreate2Address({ from: proxy, salt, bytecode: initCode })
    assert.equal(await l2.client.getCode({ address }), '0x01')
  })
})

describe('L2ToL1MessagePasser', () => {
  const withdrawalHash = (w) =>
    keccak256(
      encodeAbiParameters(
        ['uint256', 'address', 'address', 'uint256', 'uint256', 'bytes'].map((type) => ({ type })),
        [w.nonce, w.sender, w.target, w.value, w.gasLimit, w.data],
      ),
    )
  const slot = (index) => l2.client.getStorageAt({ address: passer.address, slot: index })
  const version1 = 1n << 240n

  it('stores each message under its hash in the mapping at slot 0, and counts them in slot 1', async () => {
    for (const [i, data] of ['0x', '0xdeadbeef'].entries()) {
      const nonce = version1 + BigInt(i)
      assert.equal(await read(l2, passer, 'messageNonce'), nonce)
      const receipt = await send(l2, user, passer, 'initiateWithdrawal', [other.address, 99_000n, data], { value: 3n })
      const [withdrawal] = getWithdrawals(receipt)
      const expected = { nonce, sender: user.address, target: other.address, value: 3n, gasLimit: 99_000n, data }
      assert.deepEqual(withdrawal, { ...expected, withdrawalHash: withdrawalHash(expected) })
      assert.equal(await read(l2, passer, 'sentMessages', withdrawal.withdrawalHash), true)
      assert.equal(await slot(keccak256(concat([withdrawal.withdrawalHash, zeroHash]))), pad('0x01'))
      assert.equal(await slot('0x1'), toHex(i + 1, { size: 32 }))
    }
    assert.equal(await slot('0x0'), zeroHash)
    assert.equal(await read(l2, passer, 'MESSAGE_VERSION'), 1)
    assert.match(await read(l2, passer, 'version'), /^\d+\.\d+\.\d+$/)
  })

  it('takes plain ETH as a withdrawal to oneself', async () => {
    const hash = await l2.client.sendTransaction({ account: other, to: passer.address, value: 77n })
    const [w] = getWithdrawals(await l2.client.waitForTransactionReceipt({ hash }))
    const { sender, target, value, gasLimit, data } = w
    const expected = { sender: other.address, target: other.address, value: 77n, gasLimit: 100_000n, data: '0x' }
    assert.deepEqual({ sender, target, value, gasLimit, data }, expected)
    assert.equal(w.withdrawalHash, withdrawalHash(w))
  })

  it('is used by a library for the OP Stack', async () => {
    const hash = await l2.client
      .extend(walletActionsL2())
      .initiateWithdrawal({ account: user, request: { to: other.address, value: 5n, gas: 21_000n, data: '0x12' } })
    const [w] = getWithdrawals(await l2.client.waitForTransactionReceipt({ hash }))
    assert.equal(w.withdrawalHash, withdrawalHash(w))
  })

  it('burns what has left, and only that', async () => {
    const balance = () => l2.client.getBalance({ address: passer.address })
    const before = await balance()
    assert.ok(before > 0n)
    const receipt = await send(l2, user, passer, 'burn')
    assert.equal(events(receipt, passer.abi, 'WithdrawerBalanceBurnt')[0].args.amount, before)
    assert.equal(await balance(), 0n)
    assert.notEqual(await l2.client.getCode({ address: passer.address }), undefined)
  })
})

describe('L1Block', () => {
  const values = [123n, 456n, 7n, 8n, `0x${'ab'.repeat(32)}`, `0x${'cd'.repeat(32)}`]

  it('is set by the depositor alone', async () => {
    await rejects(l2, user, l1Block, 'setL1Attributes', values, 'NotDepositor')
    await l2.client.impersonateAccount({ address: depositor })
    await l2.client.setBalance({ address: depositor, value: parseEther('1') })
    const { gasUsed } = await send(l2, depositor, l1Block, 'setL1Attributes', values)
    assert.ok(gasUsed < 200_000n, `${gasUsed}`)
    const names = ['number', 'timestamp', 'basefee', 'blobBaseFee', 'prevRandao', 'hash']
    for (const [i, name] of names.entries()) assert.equal(await read(l2, l1Block, name), values[i], name)
    assert.equal(await read(l2, l1Block, 'sequenceNumber'), 0n)
    await l2.client.mine({ blocks: 3 })
    assert.equal(await read(l2, l1Block, 'sequenceNumber'), 3n)
  })

  it('has nothing to say of fees and batchers', async () => {
    const zeros = [
      ['baseFeeScalar', 0],
      ['blobBaseFeeScalar', 0],
      ['operatorFeeScalar', 0],
      ['operatorFeeConstant', 0n],
      ['l1FeeOverhead', 0n],
      ['l1FeeScalar', 0n],
      ['batcherHash', zeroHash],
      ['isCustomGasToken', false],
      ['gasPayingToken', ['0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE', 18]],
      ['gasPayingTokenName', 'Ether'],
      ['gasPayingTokenSymbol', 'ETH'],
      ['DEPOSITOR_ACCOUNT', depositor],
    ]
    for (const [name, value] of zeros) assert.deepEqual(await read(l2, l1Block, name), value, name)
  })
})

describe('GasPriceOracle', () => {
  it('tells a library for the OP Stack that only L2 gas costs', async () => {
    const op = l2.client.extend(publicActionsL2())
    const request = { account: user, to: other.address, value: 1n, data: '0x1234' }
    const at = { gasPriceOracleAddress: oracle.address }
    assert.equal(await op.estimateL1Fee({ ...request, ...at }), 0n)
    assert.equal(await op.estimateL1Gas({ ...request, ...at }), 0n)
    assert.equal(await op.estimateOperatorFee({ ...request, ...at, l1BlockAddress: l1Block.address }), 0n)
    assert.equal(await op.getL1BaseFee(at), 7n)
  })

  it('answers the rest of the ABI', async () => {
    const { baseFeePerGas } = await l2.client.getBlock()
    const answers = {
      gasPrice: baseFeePerGas,
      baseFee: baseFeePerGas,
      blobBaseFee: 8n,
      baseFeeScalar: 0,
      blobBaseFeeScalar: 0,
      overhead: 0n,
      scalar: 0n,
      decimals: 6n,
      DECIMALS: 6n,
      isEcotone: true,
      isFjord: true,
      isIsthmus: true,
      isJovian: true,
    }
    for (const [name, value] of Object.entries(answers)) assert.equal(await read(l2, oracle, name), value, name)
    assert.equal(await read(l2, oracle, 'getL1FeeUpperBound', 1000n), 0n)
  })
})

describe('Multicall3', () => {
  const getter = (name) => ({ ...l1Block, functionName: name })

  it('serves the multicall of viem, with a failure among the calls', async () => {
    const nothing = { ...l1Block, functionName: 'nothing', abi: parseAbi(['function nothing()']) }
    const results = await l2.client.multicall({
      multicallAddress: multicall.address,
      contracts: [getter('number'), nothing, getter('basefee')],
    })
    assert.deepEqual(results.map((r) => r.status), ['success', 'failure', 'success'])
    assert.deepEqual([results[0].result, results[2].result], [123n, 7n])
    const empty = await read(l2, multicall, 'aggregate3', [])
    assert.deepEqual(empty, [])
  })

  it('fails as a whole where a call must not fail', async () => {
    const bad = [l1Block.address, '0xffffffff']
    const good = [l1Block.address, '0x8381f58a'] // number()
    const reject = (name, args, error, values) => rejects(l2, user, multicall, name, args, error, values)
    await reject('aggregate', [[good, bad]], 'CallFailed', [1n])
    await reject('tryAggregate', [true, [bad]], 'CallFailed', [0n])
    await reject('blockAndAggregate', [[good, good, bad]], 'CallFailed', [2n])
    await reject('aggregate3', [[[l1Block.address, false, '0xffffffff']]], 'CallFailed', [0n])
    const args = [false, [bad, good]]
    const loose = await l2.client.simulateContract({ ...multicall, functionName: 'tryAggregate', args })
    assert.deepEqual(loose.result.map((r) => [r.success, r.returnData]), [[false, '0x'], [true, pad('0x7b')]])
  })

  it('passes on the value that comes with the calls, all of it', async () => {
    const target = '0x00000000000000000000000000000000000abcde'
    const calls = [1n, 2n].map((value) => [target, false, value, '0x'])
    await send(l2, user, multicall, 'aggregate3Value', [calls], { value: 3n })
    assert.equal(await l2.client.getBalance({ address: target }), 3n)
    await rejects(l2, user, multicall, 'aggregate3Value', [calls], 'ValueMismatch', [4n, 3n], { value: 4n })
    await rejects(l2, user, multicall, 'aggregate3Value', [calls], 'CallFailed', [1n], { value: 2n })
  })

  it('tells about the block', async () => {
    const block = await l2.client.getBlock()
    const blockNumber = block.number
    const ask = (functionName, ...args) => l2.client.readContract({ ...multicall, functionName, args, blockNumber })
    assert.equal(await ask('getBlockNumber'), block.number)
    assert.equal(await ask('getCurrentBlockTimestamp'), block.timestamp)
    assert.equal(await ask('getCurrentBlockGasLimit'), block.gasLimit)
    assert.equal(await ask('getLastBlockHash'), block.parentHash)
    assert.equal(await ask('getBlockHash', block.number - 1n), block.parentHash)
    assert.equal(await ask('getCurrentBlockCoinbase'), zeroAddress)
    assert.equal(await ask('getChainId'), 31337n)
    assert.equal(await ask('getBasefee'), block.baseFeePerGas)
    assert.equal(await ask('getEthBalance', user.address), await l2.client.getBalance({ address: user.address }))
    assert.equal(await ask('getCurrentBlockDifficulty'), BigInt(block.mixHash))
  })
})
