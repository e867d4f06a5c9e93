// Our contracts on a fresh L1, and what tests ask of them.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  BaseError,
  ContractFunctionRevertedError,
  concat,
  createTestClient,
  decodeErrorResult,
  encodeDeployData,
  encodeFunctionData,
  encodePacked,
  getContractAddress,
  http,
  keccak256,
  parseEther,
  parseEventLogs,
  publicActions,
  walletActions,
  zeroHash,
} from 'viem'
import { foundry } from 'viem/chains'
import { startAnvil } from '../../../../tests/e2e/lib/anvil.mjs'

const folder = process.env.GAVEL_CONTRACTS ?? path.join(path.dirname(fileURLToPath(import.meta.url)), '../../../../build/contracts')

export function artifact(name) {
  const file = path.join(folder, `${name}.json`)
  if (!fs.existsSync(file)) throw new Error(`${file} is missing: make contracts`)
  return JSON.parse(fs.readFileSync(file, 'utf8'))
}

export const predeploys = artifact('predeploys')
export const inboxAbi = artifact('Inbox').abi
export const portalAbi = artifact('Portal').abi
export const multicallAbi = artifact('Multicall3').abi

// An L1 with a viem client beside it.
export async function startL1(options) {
  const anvil = await startAnvil(options)
  const client = createTestClient({
    mode: 'anvil',
    chain: foundry,
    transport: http(anvil.url),
    pollingInterval: 20,
    cacheTime: 0,
  })
    .extend(publicActions)
    .extend(walletActions)
  return { ...anvil, client }
}

export async function deploy(l1, name, args = [], account = l1.accounts[0]) {
  const { abi, bytecode } = artifact(name)
  const hash = await l1.client.deployContract({ abi, bytecode, args, account })
  const { contractAddress } = await l1.client.waitForTransactionReceipt({ hash })
  return { abi, address: contractAddress }
}

// The deployment reverts with this custom error, and these values in it.
export async function deployRejects(l1, name, args, errorName, values = []) {
  const { abi, bytecode } = artifact(name)
  const data = encodeDeployData({ abi, bytecode, args })
  await assert.rejects(l1.client.call({ account: l1.accounts[0], data }), (error) => {
    const raw = error.walk((e) => typeof e.data === 'string')
    const decoded = decodeErrorResult({ abi, data: raw.data })
    assert.equal(decoded.errorName, errorName)
    assert.deepEqual(decoded.args ?? [], values)
    return true
  })
}

// Inbox and portal, each made for the other. Account 0 deploys, 1 owns, 2 is the batcher.
export async function deployRollup(l1, { window = 3600n, owner, batcher } = {}) {
  const [deployer, second, third] = l1.accounts
  const nonce = BigInt(await l1.client.getTransactionCount({ address: deployer.address }))
  const portalAddress = getContractAddress({ from: deployer.address, nonce: nonce + 1n })
  const roles = [owner ?? second.address, batcher ?? third.address]
  const inbox = await deploy(l1, 'Inbox', [portalAddress, ...roles, window])
  const portal = await deploy(l1, 'Portal', [inbox.address])
  assert.equal(portal.address.toLowerCase(), portalAddress.toLowerCase())
  return { inbox, portal, owner: second, batcher: third, window }
}

// Sends a transaction that must succeed; its receipt.
export async function send(l1, account, contract, functionName, args = [], overrides = {}) {
  const hash = await l1.client.writeContract({ ...contract, account, functionName, args, ...overrides })
  const receipt = await l1.client.waitForTransactionReceipt({ hash })
  assert.equal(receipt.status, 'success', `${functionName} failed`)
  return receipt
}

export const read = (l1, contract, functionName, ...args) =>
  l1.client.readContract({ ...contract, functionName, args })

// The call reverts with this custom error, and these values in it.
export async function rejects(l1, account, contract, functionName, args, errorName, values, overrides = {}) {
  const call = l1.client.simulateContract({ ...contract, account, functionName, args, ...overrides })
  await assert.rejects(call, (error) => revertIs(error, errorName, values))
}

export function revertIs(error, errorName, values) {
  assert.ok(error instanceof BaseError, error)
  const reverted = error.walk((e) => e instanceof ContractFunctionRevertedError)
  assert.ok(reverted?.data, error.message)
  assert.equal(reverted.data.errorName, errorName)
  if (values) assert.deepEqual(reverted.data.args, values)
  return true
}

// A call by a contract, or by an account that is delegated to one: `target` runs Multicall3's code.
export function through(target, contract, functionName, args, value = 0n) {
  const callData = encodeFunctionData({ abi: contract.abi, functionName, args })
  return { address: target, abi: multicallAbi, calls: [[contract.address, true, value, callData]], value }
}

// What such a call ends with: {success, errorName, args}.
export async function tryThrough(l1, account, path_, contract) {
  const { result } = await l1.client.simulateContract({
    ...path_,
    account,
    functionName: 'aggregate3Value',
    args: [path_.calls],
  })
  const [{ success, returnData }] = result
  if (success) return { success }
  return { success, ...decodeErrorResult({ abi: contract.abi, data: returnData }) }
}

export const events = (receipt, abi, eventName) => parseEventLogs({ abi, logs: receipt.logs, eventName })

export const queued = (receipt) => events(receipt, inboxAbi, 'MessageQueued').map((e) => e.args)
export const appended = (receipt) => events(receipt, inboxAbi, 'EntryAppended').map((e) => e.args)

// The two hash chains as the specification words them, written without a look at the contract.
export const messageChain = (messages) =>
  messages.reduce((link, message) => keccak256(concat([link, keccak256(message)])), zeroHash)

export const nextEntryLink = (link, e) =>
  keccak256(
    encodePacked(
      ['bytes32', 'bytes32', 'uint64', 'uint64', 'bytes32', 'uint64', 'uint64'],
      [link, e.payloadHash, e.queueFrom, e.queueTo, e.queueLink, e.l1BlockNumber, e.l1Timestamp],
    ),
  )

// A 7702 delegation of `account` to `target`, set by account 0.
export async function delegate(l1, account, target) {
  const authorization = await l1.client.signAuthorization({ account, contractAddress: target })
  const sender = l1.accounts[0]
  const hash = await l1.client.sendTransaction({
    account: sender,
    to: sender.address,
    authorizationList: [authorization],
  })
  await l1.client.waitForTransactionReceipt({ hash })
  const code = await l1.client.getCode({ address: account.address })
  assert.equal(code?.slice(0, 8), '0xef0100')
}

export async function travel(l1, seconds) {
  await l1.client.increaseTime({ seconds: Number(seconds) })
  await l1.client.mine({ blocks: 1 })
}

// Runs `body` with mining stopped, then mines one block with what it sent; the receipts.
export async function inOneBlock(l1, body) {
  await l1.client.setAutomine(false)
  const hashes = await body()
  await l1.client.mine({ blocks: 1 })
  await l1.client.setAutomine(true)
  return Promise.all(hashes.map((hash) => l1.client.getTransactionReceipt({ hash })))
}

export const oneEther = parseEther('1')
export const deposit = (to, data = '0x', gas = 100_000n) => [to, 0n, gas, false, data]
