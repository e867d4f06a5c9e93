// What the L2 gas of deposits costs, against a model of it written from the description. With the portal's tests for
// the least gas of a deposit, this is what stands against griefing by deposits: a block is never oversold, buying it
// up gets dearer by a quarter each time, and work that L1 does for a deposit counts once.
import assert from 'node:assert/strict'
import { after, before, beforeEach, it } from 'node:test'
import { concat, pad, toHex } from 'viem'
import { deployRollup, inOneBlock, read, rejects, send, startL1 } from './lib/rollup.mjs'

const maxGas = 20_000_000n
const target = maxGas / 3n
const gwei = 1_000_000_000n
const dearest = gwei * gwei

let l1, portal, users

before(async () => {
  l1 = await startL1()
  users = l1.accounts.slice(3)
})
after(() => l1.stop())
beforeEach(async () => {
  ;({ portal } = await deployRollup(l1))
})

const params = async () => {
  const [fee, bought, block] = await read(l1, portal, 'params')
  return { fee, bought, block }
}
const args = (gas) => [users[0].address, 0n, gas, false, '0x']
const put = (gas, overrides) => send(l1, users[0], portal, 'depositTransaction', args(gas), overrides)
const setParams = (fee, bought, block) =>
  l1.client.setStorageAt({
    address: portal.address,
    index: 0,
    value: concat([pad(toHex(block), { size: 8 }), pad(toHex(bought), { size: 8 }), pad(toHex(fee), { size: 16 })]),
  })

// The price at `block`, given the last deposit's.
function nextFee({ fee, bought, block }, now) {
  const move = (difference) => (fee * difference) / target / 8n
  let next = bought > target ? fee + move(bought - target) : fee - move(target - bought)
  // 7/8 for each empty block, 40 blocks at once as one fraction.
  for (let left = now - block - 1n; left > 0n && next > gwei; left -= 40n) {
    const n = left < 40n ? left : 40n
    next = (next * 7n ** n) / 8n ** n
  }
  return next < gwei ? gwei : next > dearest ? dearest : next
}

it('starts at 1 gwei with nothing sold', async () => {
  const { fee, bought } = await params()
  assert.deepEqual([fee, bought], [gwei, 0n])
})

it('follows the model through busy and quiet blocks', async () => {
  // A fixed pseudo-random walk (Park and Miller's generator).
  let seed = 20_260_101
  const random = (n) => (seed = (seed * 48_271) % 2_147_483_647) % n
  await setParams(50n * gwei, 0n, await l1.client.getBlockNumber())
  for (let step = 0; step < 25; step++) {
    const gap = random(3) === 0 ? random(60) : 0
    if (gap > 0) await l1.client.mine({ blocks: gap })
    // What earlier deposits of the block would have bought, written in directly: their price has no bearing here.
    const before = await params()
    const bought = BigInt(random(20_000_000))
    await setParams(before.fee, bought, before.block)
    const gas = BigInt(21_000 + random(40_000))
    const receipt = await put(gas, { gas: 16_000_000n })
    const now = await params()
    assert.deepEqual(now, {
      fee: nextFee({ ...before, bought }, receipt.blockNumber),
      bought: gas,
      block: receipt.blockNumber,
    })
  }
})

it('sells 20M per L1 block, and no gas more', async () => {
  const sell = async (last) => {
    await setParams(gwei, maxGas - 100_000n, (await l1.client.getBlockNumber()) + 1n)
    const hash = await l1.client.writeContract({
      ...portal,
      account: users[0],
      functionName: 'depositTransaction',
      args: args(last),
      gas: 1_000_000n,
    })
    return (await l1.client.waitForTransactionReceipt({ hash })).status
  }
  assert.equal(await sell(100_000n), 'success')
  assert.equal((await params()).bought, maxGas)
  assert.equal(await sell(100_001n), 'reverted')
})

it('says how much is sold when it is sold out, and sells again in the next block', async () => {
  // eth_call runs on the latest block, so that is the sold-out one here.
  const here = await l1.client.getBlockNumber()
  await setParams(gwei, maxGas, here)
  await rejects(l1, users[0], portal, 'depositTransaction', args(21_000n), 'OutOfGas', [maxGas, 21_000n], {
    blockNumber: here,
  })
  await put(21_000n)
  const { fee, bought } = await params()
  // 20M is twice the target above it (less what the division leaves): 2/8 up.
  assert.ok(fee > gwei + gwei / 4n && fee < gwei + gwei / 4n + 1000n)
  assert.equal(bought, 21_000n)
})

it('counts the deposits of one block together', async () => {
  const one = (account) =>
    l1.client.writeContract({
      ...portal,
      account,
      functionName: 'depositTransaction',
      args: args(7_000_000n),
      gas: 8_000_000n,
    })
  const receipts = await inOneBlock(l1, () => Promise.all(users.slice(0, 3).map(one)))
  receipts.sort((a, b) => a.transactionIndex - b.transactionIndex)
  assert.deepEqual(receipts.map((r) => r.status), ['success', 'success', 'reverted'])
  assert.equal((await params()).bought, 14_000_000n)
})

it('is paid in L1 gas: the price over the L1 base fee, which counts as 1 gwei at least', async () => {
  const cases = [
    { l1Fee: 7n, fee: gwei, gas: 3_000_000n, owed: 3_000_000n },
    { l1Fee: gwei / 2n, fee: 2n * gwei, gas: 1_000_000n, owed: 2_000_000n },
    { l1Fee: 10n * gwei, fee: 20n * gwei, gas: 1_000_000n, owed: 2_000_000n },
    { l1Fee: 100n * gwei, fee: gwei, gas: 16_000_000n, owed: 160_000n },
  ]
  for (const { l1Fee, fee, gas, owed } of cases) {
    // At the target, so that the price stays.
    await setParams(fee, target, await l1.client.getBlockNumber())
    await l1.client.setNextBlockBaseFeePerGas({ baseFeePerGas: l1Fee })
    const { gasUsed } = await put(gas, { gas: 4_000_000n, maxFeePerGas: 200n * gwei })
    // Call data and the intrinsic 21,000 come on top; the loop's last turn may overshoot.
    assert.ok(gasUsed >= owed + 21_000n && gasUsed < owed + 30_000n, `${gasUsed} for ${owed}`)
  }
})

it('costs nothing beside the work of the deposit when that is worth more', async () => {
  const used = []
  for (const gas of [21_000n, 21_000n, 21_000n, 21_000n, 60_000n]) {
    await l1.client.setNextBlockBaseFeePerGas({ baseFeePerGas: gwei })
    used.push((await put(gas)).gasUsed)
  }
  // The third and the fifth write to the same number of fresh slots.
  assert.ok(used[4] - used[2] < 100n && used[4] - used[2] > -100n, `${used}`)
})

it('does not rise beyond the dearest price', async () => {
  await setParams(dearest, maxGas, await l1.client.getBlockNumber())
  await l1.client.setBalance({ address: users[0].address, value: 10n ** 25n })
  await l1.client.setNextBlockBaseFeePerGas({ baseFeePerGas: dearest })
  await put(21_000n, { gas: 1_000_000n, maxFeePerGas: dearest, maxPriorityFeePerGas: 0n })
  assert.equal((await params()).fee, dearest)
  await l1.client.setNextBlockBaseFeePerGas({ baseFeePerGas: gwei })
  await l1.client.mine({ blocks: 1 })
})

it('is cheap again after a long silence, and works that out in little gas', async () => {
  await setParams(dearest, maxGas, 0n)
  await l1.client.mine({ blocks: 300 })
  const { gasUsed } = await put(21_000n)
  assert.equal((await params()).fee, gwei)
  assert.ok(gasUsed < 200_000n, `${gasUsed}`)
})
