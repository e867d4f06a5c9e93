// The inbox: its two chains, who may append what, and when anyone may.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import {
  concat,
  decodeErrorResult,
  encodeFunctionData,
  encodePacked,
  getAddress,
  getContractAddress,
  keccak256,
  pad,
  size,
  slice,
  stringToHex,
  toHex,
  zeroAddress,
  zeroHash,
} from 'viem'
import {
  appended,
  delegate,
  deploy,
  deployRejects,
  deployRollup,
  deposit,
  events,
  inOneBlock,
  inboxAbi,
  messageChain,
  nextEntryLink,
  queued,
  read,
  rejects,
  send,
  startL1,
  through,
  travel,
  tryThrough,
} from './lib/rollup.mjs'

// keccak256 of nothing, from the yellow paper's KEC(()).
const emptyHash = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'
const payload = stringToHex('a batch')
const window = 3600n

let l1, inbox, portal, owner, batcher, user, multicall

before(async () => {
  l1 = await startL1()
  user = l1.accounts[3]
  multicall = await deploy(l1, 'Multicall3')
})
after(() => l1.stop())
beforeEach(async () => {
  ;({ inbox, portal, owner, batcher } = await deployRollup(l1, { window }))
})

const ask = (name, ...args) => read(l1, inbox, name, ...args)
const counts = () => Promise.all([ask('entryCount'), ask('queueConsumed'), ask('messageCount')])
const append = (...args) => send(l1, batcher, inbox, 'appendBatch', args)
const appendRejects = (args, ...error) => rejects(l1, batcher, inbox, 'appendBatch', args, ...error)
const queue = () => send(l1, user, inbox, 'queueAttributes')
const depositNow = (data) => send(l1, user, portal, 'depositTransaction', deposit(user.address, data))
const blockOf = (receipt) => l1.client.getBlock({ blockNumber: receipt.blockNumber })

// A contract makes so many deposits in one transaction.
async function manyDeposits(n) {
  const call = through(multicall.address, portal, 'depositTransaction', deposit(user.address, '0x', 21_000n))
  await send(l1, user, call, 'aggregate3Value', [Array(n).fill(call.calls[0])], { gas: 16_000_000n })
}

describe('a new inbox', () => {
  it('tells what it was made with', async () => {
    assert.equal(await ask('portal'), getAddress(portal.address))
    assert.equal(await ask('owner'), owner.address)
    assert.equal(await ask('batcher'), batcher.address)
    assert.equal(await ask('forcedInclusionWindow'), window)
    assert.equal(await ask('maxPayload'), 120_000n)
    assert.equal(await ask('maxMessagesPerEntry'), 512n)
    assert.equal(await ask('version'), '1.0.0')
    assert.deepEqual(await counts(), [0n, 0n, 0n])
  })

  it('is not made without a portal, or with a window of nothing or of more than a week', async () => {
    const made = (p, w) => [p, owner.address, batcher.address, w]
    await deployRejects(l1, 'Inbox', made(zeroAddress, 60n), 'ZeroPortal')
    await deployRejects(l1, 'Inbox', made(user.address, 0n), 'BadWindow', [0n])
    await deployRejects(l1, 'Inbox', made(user.address, 604_801n), 'BadWindow', [604_801n])
    await deploy(l1, 'Inbox', made(user.address, 604_800n))
  })
})

describe('messages', () => {
  it("attributes hold the L1 block's own values", async () => {
    const receipt = await queue()
    const block = await blockOf(receipt)
    const [message] = queued(receipt)
    const expected = encodePacked(
      ['uint8', 'uint64', 'uint64', 'uint256', 'uint256', 'bytes32', 'bytes32'],
      [1, block.number, block.timestamp, block.baseFeePerGas, 1n, block.mixHash, block.parentHash],
    )
    assert.equal(message.message, expected)
    assert.equal(await ask('lastAttributesBlock'), block.number)
  })

  it('attributes are queued once per L1 block, however often they are asked for', async () => {
    const ask3 = [1, 2, 3].map((i) => () =>
      l1.client.writeContract({ ...inbox, account: l1.accounts[i], functionName: 'queueAttributes', gas: 300_000n }),
    )
    const receipts = await inOneBlock(l1, () => Promise.all(ask3.map((f) => f())))
    assert.deepEqual(receipts.map((r) => r.status), ['success', 'success', 'success'])
    assert.equal(new Set(receipts.map((r) => r.blockNumber)).size, 1)
    assert.equal(await ask('messageCount'), 1n)
  })

  it("the first deposit of an L1 block brings the block's attributes, the second does not", async () => {
    const args = deposit(user.address, '0x1234')
    const one = (i) =>
      l1.client.writeContract({
        ...portal,
        account: l1.accounts[i],
        functionName: 'depositTransaction',
        args,
        gas: 500_000n,
      })
    const receipts = await inOneBlock(l1, () => Promise.all([one(3), one(4)]))
    receipts.sort((a, b) => a.transactionIndex - b.transactionIndex)
    const kinds = receipts.map((r) => queued(r).map((m) => slice(m.message, 0, 1)))
    assert.deepEqual(kinds, [['0x01', '0x00'], ['0x00']])
  })

  it('form the hash chain that anyone can recompute, with the time of each', async () => {
    const receipts = [await queue()]
    for (let i = 0; i < 5; i++) receipts.push(await depositNow(toHex(i, { size: 3 * i })))
    const messages = receipts.flatMap(queued)
    assert.equal(messages.length, 11)
    for (const [i, m] of messages.entries()) {
      const link = messageChain(messages.slice(0, i + 1).map((x) => x.message))
      assert.equal(m.index, BigInt(i))
      assert.equal(m.link, link)
      assert.equal(await ask('messageLink', BigInt(i)), link)
    }
    const times = (await Promise.all(receipts.map(blockOf))).map((b) => b.timestamp)
    const expected = receipts.flatMap((r, i) => queued(r).map(() => times[i]))
    for (const [i, time] of expected.entries()) assert.equal(await ask('messageTimestamp', BigInt(i)), time)
    assert.equal(await ask('messageTimestamp', 11n), 0n)
    assert.equal(await ask('messageLink', 11n), zeroHash)
  })

  it('deposits come from the portal only', async () => {
    const args = [user.address, user.address, '0x']
    for (const account of [user, batcher, owner]) {
      await rejects(l1, account, inbox, 'enqueueDeposit', args, 'NotPortal', [account.address])
    }
  })
})

describe('appendBatch', () => {
  it('appends entries whose hash chain anyone can recompute', async () => {
    const first = await depositNow('0xabcd')
    const links = queued(first).map((m) => m.link)
    const steps = [
      { args: [0n, '0x', 0n], hash: emptyHash, range: [0n, 0n], queueLink: zeroHash },
      { args: [1n, payload, 1n], hash: keccak256(payload), range: [0n, 1n], queueLink: links[0] },
      { args: [2n, payload, 1n], hash: keccak256(payload), range: [1n, 1n], queueLink: links[0] },
      { args: [3n, '0x', 2n], hash: emptyHash, range: [1n, 2n], queueLink: links[1] },
    ]
    let link = zeroHash
    for (const [i, { args, hash, range, queueLink }] of steps.entries()) {
      const receipt = await append(...args)
      const block = await blockOf(receipt)
      const [entry] = appended(receipt)
      const { index, link: emitted, ...rest } = entry
      assert.deepEqual(rest, {
        payloadHash: hash,
        queueFrom: range[0],
        queueTo: range[1],
        queueLink,
        l1BlockNumber: block.number,
        l1Timestamp: block.timestamp,
      })
      link = nextEntryLink(link, rest)
      assert.equal(index, BigInt(i))
      assert.equal(emitted, link)
      assert.equal(await ask('entryLink', BigInt(i)), link)
      assert.deepEqual(await counts(), [BigInt(i + 1), range[1], 2n])
    }
    assert.equal(await ask('entryLink', 4n), zeroHash)
  })

  it('takes a payload of 120,000 bytes in one L1 transaction, and no more', async () => {
    const longest = `0x${'9c'.repeat(120_000)}`
    const receipt = await append(0n, longest, 0n)
    assert.equal(appended(receipt)[0].payloadHash, keccak256(longest))
    const tx = await l1.client.getTransaction({ hash: receipt.transactionHash })
    assert.equal(slice(tx.input, 132, 132 + 120_000), longest)
    await appendRejects([1n, `${longest}00`, 0n], 'PayloadTooLong', [120_001n])
  })

  it('refuses an index that is not the next: a batch cannot land twice, or before its turn', async () => {
    await appendRejects([1n, payload, 0n], 'WrongIndex', [1n, 0n])
    await append(0n, payload, 0n)
    await appendRejects([0n, payload, 0n], 'WrongIndex', [0n, 1n])
    await appendRejects([2n ** 256n - 1n, payload, 0n], 'WrongIndex', [2n ** 256n - 1n, 1n])
  })

  it('refuses a queue position that goes back, or beyond what is queued', async () => {
    await depositNow()
    await append(0n, payload, 2n)
    await appendRejects([1n, payload, 1n], 'QueueGoesBack', [1n, 2n])
    await appendRejects([1n, payload, 3n], 'QueueTooShort', [3n, 2n])
    await appendRejects([1n, payload, 2n ** 64n - 1n], 'QueueTooShort', [2n ** 64n - 1n, 2n])
  })

  it("is the batcher's alone", async () => {
    for (const account of [user, owner]) {
      await rejects(l1, account, inbox, 'appendBatch', [0n, payload, 0n], 'NotBatcher', [account.address])
    }
  })

  it('refuses a batcher that is a contract or a delegated account', async () => {
    const args = [0n, payload, 0n]
    await send(l1, owner, inbox, 'setBatcher', [multicall.address])
    const contract = await tryThrough(l1, user, through(multicall.address, inbox, 'appendBatch', args), inbox)
    assert.equal(contract.errorName, 'BatcherNotPlainAccount')
    assert.deepEqual(contract.args, [getAddress(multicall.address), user.address])

    const delegated = l1.accounts[8]
    await send(l1, owner, inbox, 'setBatcher', [delegated.address])
    await send(l1, delegated, inbox, 'appendBatch', args)
    await delegate(l1, delegated, multicall.address)
    const both = [delegated.address, delegated.address]
    await rejects(l1, delegated, inbox, 'appendBatch', [1n, payload, 0n], 'BatcherNotPlainAccount', both)
    const relayed = through(delegated.address, inbox, 'appendBatch', [1n, payload, 0n])
    assert.equal((await tryThrough(l1, user, relayed, inbox)).errorName, 'BatcherNotPlainAccount')
    assert.equal((await tryThrough(l1, delegated, relayed, inbox)).errorName, 'BatcherNotPlainAccount')
  })

  it('refuses a batcher that is a contract in its constructor, when it has no code yet', async () => {
    const deployer = l1.accounts[9]
    const nonce = await l1.client.getTransactionCount({ address: deployer.address })
    const address = getContractAddress({ from: deployer.address, nonce: BigInt(nonce) })
    await send(l1, owner, inbox, 'setBatcher', [address])
    const input = encodeFunctionData({ abi: inboxAbi, functionName: 'appendBatch', args: [0n, payload, 0n] })
    const length = toHex(size(input), { size: 2 }).slice(2)
    // Copies `input` from the code's end to memory, calls the inbox with it, and deploys what came back as code.
    const code = `0x61${length}602d5f39 5f5f61${length}5f5f73${inbox.address.slice(2)}5af150 3d5f5f3e3d5ff3`
    const data = concat([code.replaceAll(' ', ''), input])
    const hash = await l1.client.sendTransaction({ account: deployer, data, gas: 500_000n })
    await l1.client.waitForTransactionReceipt({ hash })
    const error = decodeErrorResult({ abi: inboxAbi, data: await l1.client.getCode({ address }) })
    assert.equal(error.errorName, 'BatcherNotPlainAccount')
    assert.deepEqual(error.args, [address, deployer.address])
  })

  it('accepts one encoding of its call data only, so that the payload is at byte 132', async () => {
    const standard = encodeFunctionData({ abi: inboxAbi, functionName: 'appendBatch', args: [0n, payload, 0n] })
    const word = (n) => pad(toHex(n), { size: 32 })
    const head = (offset) => concat([slice(standard, 0, 36), word(offset), word(0)])
    const tail = slice(standard, 100)
    const variants = {
      'a word between head and payload': concat([head(0x80), word(0), tail]),
      'a word after the payload': concat([standard, word(0)]),
      'a byte after the payload': concat([standard, '0x00']),
      'no padding': concat([head(0x60), word(7), payload]),
      'the payload inside the head': concat([head(0x20)]),
    }
    const call = (data) => l1.client.call({ account: batcher, to: inbox.address, data })
    await call(standard)
    const selector = keccak256(stringToHex('NonStandardCalldata()')).slice(0, 10)
    for (const [name, data] of Object.entries(variants)) {
      await assert.rejects(call(data), (e) => e.walk((x) => x.data === selector) !== null, name)
    }
  })
})

describe('the forced-inclusion window', () => {
  // The inbox's next transaction runs `seconds` after the message was queued.
  const at = async (index, seconds) =>
    l1.client.setNextBlockTimestamp({ timestamp: (await ask('messageTimestamp', index)) + seconds })

  it('opens one second after the window, to the second', async () => {
    await depositNow()
    const args = { ...inbox, account: user, functionName: 'forceInclude', args: [2n], gas: 500_000n }
    await at(1n, window)
    const early = await l1.client.waitForTransactionReceipt({ hash: await l1.client.writeContract(args) })
    assert.equal(early.status, 'reverted')
    await at(1n, window + 1n)
    const receipt = await send(l1, user, inbox, 'forceInclude', [2n], { gas: 500_000n })
    const [entry] = appended(receipt)
    assert.equal(entry.payloadHash, emptyHash)
    assert.deepEqual([entry.queueFrom, entry.queueTo], [0n, 2n])
    assert.equal(entry.queueLink, await ask('messageLink', 1n))
    const { index, link, ...rest } = entry
    assert.equal(await ask('entryLink', 0n), nextEntryLink(zeroHash, rest))
  })

  it('lets the batcher leave a message out until then, and not after', async () => {
    await depositNow()
    const leaveOut = (i) => {
      const args = [i, payload, 1n]
      return { ...inbox, account: batcher, functionName: 'appendBatch', args, gas: 500_000n }
    }
    await at(1n, window)
    const intime = await l1.client.waitForTransactionReceipt({ hash: await l1.client.writeContract(leaveOut(0n)) })
    assert.equal(intime.status, 'success')
    await at(1n, window + 1n)
    const late = await l1.client.waitForTransactionReceipt({ hash: await l1.client.writeContract(leaveOut(1n)) })
    assert.equal(late.status, 'reverted')
    const queuedAt = await ask('messageTimestamp', 1n)
    await appendRejects([1n, payload, 1n], 'MessageOverdue', [1n, queuedAt])
    await append(1n, payload, 2n)
  })

  it('does not force messages that are younger, or consumed, or not there', async () => {
    await rejects(l1, user, inbox, 'forceInclude', [0n], 'NothingToForce')
    await rejects(l1, user, inbox, 'forceInclude', [1n], 'QueueTooShort', [1n, 0n])
    await queue()
    await travel(l1, window + 1n)
    await queue()
    const young = await ask('messageTimestamp', 1n)
    await rejects(l1, user, inbox, 'forceInclude', [2n], 'NotOverdue', [1n, young])
    await send(l1, user, inbox, 'forceInclude', [1n])
    await rejects(l1, user, inbox, 'forceInclude', [1n], 'NothingToForce')
    assert.deepEqual(await counts(), [1n, 1n, 2n])
  })

  it('moves the index on, so that a batch on its way does not land on another history', async () => {
    await depositNow()
    await travel(l1, window + 1n)
    await send(l1, user, inbox, 'forceInclude', [2n])
    await appendRejects([0n, payload, 2n], 'WrongIndex', [0n, 1n])
    await append(1n, payload, 2n)
  })

  it('never gets stuck: 600 overdue messages go in 512 at a time', async () => {
    await manyDeposits(300)
    await manyDeposits(300)
    assert.equal(await ask('messageCount'), 602n)
    await appendRejects([0n, payload, 513n], 'TooManyMessages', [0n, 513n])
    await travel(l1, window + 1n)
    await rejects(l1, user, inbox, 'forceInclude', [513n], 'TooManyMessages', [0n, 513n])
    const left = await ask('messageTimestamp', 511n)
    await appendRejects([0n, payload, 511n], 'MessageOverdue', [511n, left])
    await append(0n, payload, 512n)
    await appendRejects([1n, payload, 601n], 'MessageOverdue', [601n, await ask('messageTimestamp', 601n)])
    await append(1n, payload, 602n)
  })

  it('a part that someone else forces first does not stop who forces the rest', async () => {
    await manyDeposits(20)
    await travel(l1, window + 1n)
    await send(l1, l1.accounts[4], inbox, 'forceInclude', [1n])
    await send(l1, user, inbox, 'forceInclude', [21n])
    assert.deepEqual(await counts(), [2n, 21n, 21n])
  })
})

describe('roles', () => {
  it('the owner changes the batcher, and nobody else does', async () => {
    await rejects(l1, batcher, inbox, 'setBatcher', [user.address], 'NotOwner', [batcher.address])
    const receipt = await send(l1, owner, inbox, 'setBatcher', [user.address])
    assert.deepEqual(events(receipt, inboxAbi, 'BatcherChanged')[0].args, { from: batcher.address, to: user.address })
    await appendRejects([0n, payload, 0n], 'NotBatcher', [batcher.address])
    await send(l1, user, inbox, 'appendBatch', [0n, payload, 0n])
  })

  it('the owner hands on, and to zero is for good', async () => {
    await rejects(l1, user, inbox, 'setOwner', [user.address], 'NotOwner', [user.address])
    const receipt = await send(l1, owner, inbox, 'setOwner', [user.address])
    assert.deepEqual(events(receipt, inboxAbi, 'OwnerChanged')[0].args, { from: owner.address, to: user.address })
    await rejects(l1, owner, inbox, 'setBatcher', [user.address], 'NotOwner', [owner.address])
    await send(l1, user, inbox, 'setOwner', [zeroAddress])
    await rejects(l1, user, inbox, 'setBatcher', [user.address], 'NotOwner', [user.address])
  })
})
