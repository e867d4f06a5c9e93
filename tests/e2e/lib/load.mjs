// Load on a chain that may die at any moment: accounts that send transfers one after the other, each until it is
// acknowledged, and what was acknowledged.
//
//   const load = startLoad(gavel, { senders: 8 })
//   load.acknowledged   [{ hash, sender, nonce }]
//   await load.stop()   ends it; what is under way is waited for (the server must be up)
//   await load.check()  every acknowledged transfer is in the chain, once
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { keccak256, parseEther, parseGwei } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { waitFor } from './gavel.mjs'

const value = 1_000_000n

// Each sender has one account, funded by one of the users.
async function fundedSenders(gavel, count) {
  const senders = Array.from({ length: count }, () => privateKeyToAccount(generatePrivateKey()))
  const [funder] = gavel.users
  let nonce = await gavel.l2.getTransactionCount({ address: funder.address, blockTag: 'pending' })
  const hashes = []
  for (const { address } of senders) {
    hashes.push(await gavel.l2.sendTransaction({ account: funder, to: address, value: parseEther('1'), nonce: nonce++ }))
  }
  for (const hash of hashes) await gavel.l2.waitForTransactionReceipt({ hash })
  return senders
}

// Sends `raw` until the sequencer says that it has it. A refused connection, a broken answer: again.
async function sendUntilAcknowledged(gavel, raw, state) {
  for (;;) {
    try {
      return await gavel.sequencer.rpc('eth_sendRawTransaction', raw)
    } catch (error) {
      // It got through before the answer was lost.
      if (error.code === -32000 && /already known|nonce too low/.test(error.message)) return keccak256(raw)
      if (error.code !== undefined && error.code < 0 && !/stopping|full/.test(error.message)) throw error
      if (state.ended) return undefined
      await sleep(30)
    }
  }
}

export async function startLoad(gavel, { senders = 8, pause = 10 } = {}) {
  const state = { ended: false }
  const acknowledged = []
  const recipient = privateKeyToAccount(generatePrivateKey()).address
  const accounts = await fundedSenders(gavel, senders)

  async function run(account) {
    for (let nonce = 0; !state.ended; nonce++) {
      const raw = await account.signTransaction({
        type: 'eip1559',
        chainId: gavel.l2.chain.id,
        nonce,
        gas: 21_000n,
        to: recipient,
        value,
        maxFeePerGas: parseGwei('100'),
        maxPriorityFeePerGas: 0n,
      })
      const hash = await sendUntilAcknowledged(gavel, raw, state)
      if (hash === undefined) return
      assert.equal(hash, keccak256(raw))
      acknowledged.push({ hash, sender: account.address, nonce })
      await sleep(pause)
    }
  }

  const runs = accounts.map(run)
  return {
    acknowledged,
    recipient,
    async stop() {
      state.ended = true
      await Promise.all(runs)
    },
    async check() {
      for (const { hash } of acknowledged) {
        const receipt = await waitFor(`receipt of ${hash}`, () => gavel.l2.getTransactionReceipt({ hash }))
        assert.equal(receipt.status, 'success')
      }
      await assertEachOnce(gavel, acknowledged, accounts)
      // What arrived is what was sent, so nothing was executed twice.
      const nonces = await Promise.all(accounts.map(({ address }) => gavel.l2.getTransactionCount({ address })))
      const sent = nonces.reduce((sum, nonce) => sum + nonce, 0)
      assert.equal(await gavel.l2.getBalance({ address: recipient }), BigInt(sent) * value)
      return sent
    },
  }
}

// Looks through all blocks.
async function assertEachOnce(gavel, acknowledged, accounts) {
  const seen = new Map()
  const last = await gavel.l2.getBlockNumber()
  for (let n = 1n; n <= last; n++) {
    const { transactions } = await gavel.l2.getBlock({ blockNumber: n })
    for (const hash of transactions) {
      assert.ok(!seen.has(hash), `${hash} is in the blocks ${seen.get(hash)} and ${n}`)
      seen.set(hash, n)
    }
  }
  for (const { hash } of acknowledged) assert.ok(seen.has(hash), `${hash} was acknowledged and is lost`)
  assert.ok(accounts.length > 0)
}
