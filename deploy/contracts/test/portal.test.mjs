// The portal: what a deposit becomes, and who it is from.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import {
  concat,
  encodeFunctionData,
  encodePacked,
  getAddress,
  pad,
  parseEther,
  size,
  slice,
  toHex,
  zeroAddress,
} from 'viem'
import { extractTransactionDepositedLogs, getPortalVersion, walletActionsL1 } from 'viem/op-stack'
import {
  artifact,
  delegate,
  deploy,
  deployRejects,
  deployRollup,
  deposit,
  events,
  portalAbi,
  queued,
  read,
  rejects,
  send,
  startL1,
  through,
} from './lib/rollup.mjs'

let l1, inbox, portal, user, other, multicall

before(async () => {
  l1 = await startL1()
  ;[, , , user, other] = l1.accounts
  multicall = await deploy(l1, 'Multicall3')
})
after(() => l1.stop())
beforeEach(async () => {
  ;({ inbox, portal } = await deployRollup(l1))
})

const put = (account, args, value = 0n) => send(l1, account, portal, 'depositTransaction', args, { value })
const refused = (args, ...error) => rejects(l1, user, portal, 'depositTransaction', args, ...error)
const deposited = (receipt) => events(receipt, portalAbi, 'TransactionDeposited').map((e) => e.args)
const balance = () => l1.client.getBalance({ address: portal.address })

// The message that follows from the event, by the layouts of both.
const messageOf = ({ from, to, opaqueData }) =>
  encodePacked(['uint8', 'address', 'address', 'bytes'], [0, from, to, opaqueData])

// op-stack's AddressAliasHelper, on numbers.
const alias = (address) =>
  getAddress(toHex((BigInt(address) + 0x1111000000000000000000000000000000001111n) % 2n ** 160n, { size: 20 }))

describe('a deposit', () => {
  it('is logged as the OP Stack logs it, and queued with the same bytes', async () => {
    const receipt = await put(user, [other.address, 5n, 123_456n, false, '0xc0ffee'], parseEther('2'))
    const [event] = deposited(receipt)
    assert.deepEqual(event, {
      from: user.address,
      to: other.address,
      version: 0n,
      opaqueData: encodePacked(
        ['uint256', 'uint256', 'uint64', 'bool', 'bytes'],
        [parseEther('2'), 5n, 123_456n, false, '0xc0ffee'],
      ),
    })
    assert.equal(queued(receipt)[1].message, messageOf(event))
    assert.equal(await balance(), parseEther('2'))
  })

  it('may transfer more on L2 than it brings, and create a contract', async () => {
    const [more] = deposited(await put(user, [other.address, parseEther('9'), 21_000n, false, '0x']))
    assert.equal(slice(more.opaqueData, 0, 64), encodePacked(['uint256', 'uint256'], [0n, parseEther('9')]))
    const receipt = await put(user, [zeroAddress, 0n, 100_000n, true, '0x5f5ff3'])
    assert.equal(slice(deposited(receipt)[0].opaqueData, 72), '0x015f5ff3')
    assert.equal(queued(receipt).at(-1).message, messageOf(deposited(receipt)[0]))
  })

  it("of plain ETH goes to the sender's own address, with 100,000 gas", async () => {
    const hash = await l1.client.sendTransaction({ account: user, to: portal.address, value: 7n })
    const receipt = await l1.client.waitForTransactionReceipt({ hash })
    const [event] = deposited(receipt)
    assert.equal(event.from, user.address)
    assert.equal(event.to, user.address)
    const expected = encodePacked(['uint256', 'uint256', 'uint64', 'bool'], [7n, 7n, 100_000n, false])
    assert.equal(event.opaqueData, expected)
    assert.equal(await balance(), 7n)
  })

  it('holds 120,000 bytes in one L1 transaction, and no more', async () => {
    const data = `0x${'d7'.repeat(120_000)}`
    const gas = 21_000n + 40n * 120_000n
    const receipt = await put(user, [other.address, 0n, gas, false, data])
    assert.equal(queued(receipt)[1].message, messageOf(deposited(receipt)[0]))
    await refused([other.address, 0n, 10_000_000n, false, `${data}00`], 'OptimismPortal_CalldataTooLarge')
  })

  it('names no receiver if it creates', async () => {
    await refused([other.address, 0n, 100_000n, true, '0x'], 'OptimismPortal_BadTarget')
  })

  it('brings at least 21,000 gas and 40 for each byte, and at most EIP-7825 allows', async () => {
    const cases = [0n, 1n, 33n, 1000n]
    for (const length of cases) {
      const least = 21_000n + 40n * length
      const args = (gas) => [other.address, 0n, gas, false, `0x${'00'.repeat(Number(length))}`]
      assert.equal(await read(l1, portal, 'minimumGasLimit', length), least)
      await refused(args(least - 1n), 'OptimismPortal_GasLimitTooLow')
      await put(user, args(least))
    }
    const most = 2n ** 24n
    await refused([other.address, 0n, most + 1n, false, '0x'], 'GasLimitTooHigh', [most + 1n, most])
    await refused([other.address, 0n, 2n ** 64n - 1n, false, '0x'], 'GasLimitTooHigh', [2n ** 64n - 1n, most])
  })
})

describe('the sender on L2', () => {
  const args = () => deposit(other.address)
  // Said, because an estimate may settle for a call that fails inside.
  const gas = 1_000_000n

  it('is the alias of a contract', async () => {
    const call = through(multicall.address, portal, 'depositTransaction', args(), 3n)
    const receipt = await send(l1, user, call, 'aggregate3Value', [call.calls], { value: 3n, gas })
    const [event] = deposited(receipt)
    assert.equal(event.from, alias(multicall.address))
    assert.equal(slice(queued(receipt)[1].message, 1, 21), event.from.toLowerCase())
  })

  it('is the alias of a contract that sends plain ETH, and so is not its receiver', async () => {
    const calls = [{ target: portal.address, allowFailure: false, value: 3n, callData: '0x' }]
    const receipt = await send(l1, user, multicall, 'aggregate3Value', [calls], { value: 3n, gas })
    const [event] = deposited(receipt)
    assert.equal(event.from, alias(multicall.address))
    assert.equal(event.to, getAddress(multicall.address))
  })

  it('wraps around at the end of the address space', async () => {
    const high = '0xffffffffffffffffffffffffffffffffffffffff'
    await l1.client.setCode({ address: high, bytecode: artifact('Multicall3').deployedBytecode })
    const call = through(high, portal, 'depositTransaction', args())
    const receipt = await send(l1, user, call, 'aggregate3Value', [call.calls], { gas })
    assert.equal(deposited(receipt)[0].from, '0x1111000000000000000000000000000000001110')
  })

  it('is the account itself if it has an EIP-7702 delegation, calling directly or through its code', async () => {
    const delegated = l1.accounts[7]
    await delegate(l1, delegated, multicall.address)
    assert.equal(deposited(await put(delegated, args()))[0].from, delegated.address)

    const call = through(delegated.address, portal, 'depositTransaction', args())
    for (const sender of [user, delegated]) {
      const receipt = await send(l1, sender, call, 'aggregate3Value', [call.calls], { gas })
      assert.equal(deposited(receipt)[0].from, delegated.address)
    }
  })

  it('is the alias of a contract of 23 bytes that are no delegation', async () => {
    // Copies its call data to memory and calls the address in storage slot 0 with it; INVALID up to 23 bytes.
    const bytecode = concat(['0x365f5f37', '0x5f5f365f5f5f545af1', '0x00', `0x${'fe'.repeat(9)}`])
    assert.equal(size(bytecode), 23)
    const address = '0x00000000000000000000000000000000000c0de5'
    await l1.client.setCode({ address, bytecode })
    await l1.client.setStorageAt({ address, index: 0, value: pad(portal.address) })
    const data = encodeFunctionData({ abi: portalAbi, functionName: 'depositTransaction', args: args() })
    const hash = await l1.client.sendTransaction({ account: user, to: address, data, gas: 1_000_000n })
    const receipt = await l1.client.waitForTransactionReceipt({ hash })
    assert.equal(deposited(receipt)[0].from, alias(address))
  })
})

describe('a library for the OP Stack', () => {
  it('makes a deposit, and finds it again', async () => {
    const receipt = await l1.client.waitForTransactionReceipt({
      hash: await l1.client.extend(walletActionsL1()).depositTransaction({
        account: user,
        portalAddress: portal.address,
        gas: 400_000n,
        request: { to: other.address, mint: 11n, value: 11n, gas: 60_000n, data: '0x01' },
      }),
    })
    assert.equal(receipt.status, 'success')
    const [log] = extractTransactionDepositedLogs(receipt)
    assert.equal(log.args.from, user.address)
    assert.equal(log.args.opaqueData, encodePacked(
      ['uint256', 'uint256', 'uint64', 'bool', 'bytes'],
      [11n, 11n, 60_000n, false, '0x01'],
    ))
  })

  it('takes the portal for one of major version 3', async () => {
    const { major } = await getPortalVersion(l1.client, { portalAddress: portal.address })
    assert.equal(major, 3)
  })
})

describe('a new portal', () => {
  it('is not made for an inbox that listens to another', async () => {
    await deployRejects(l1, 'Portal', [inbox.address], 'WrongInbox', [getAddress(inbox.address)])
    assert.equal(await read(l1, portal, 'inbox'), getAddress(inbox.address))
  })
})
