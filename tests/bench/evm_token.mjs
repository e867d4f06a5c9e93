// Writes FOLDER/erc20.json, a state test for evm_bench.c: 1,000 transfers of OpenZeppelin's ERC-20 token.
//
//   node tests/bench/evm_token.mjs FOLDER
import fs from 'node:fs'
import path from 'node:path'
import { createRequire } from 'node:module'
import { encodeFunctionData, keccak256, parseAbi } from 'viem'
import solc from 'solc'

const require = createRequire(import.meta.url)
const folder = process.argv[2]
const source = new URL('./contracts/Transfers.sol', import.meta.url)
const [runner, token] = ['0x0000000000000000000000000000000000001000', '0x0000000000000000000000000000000000001001']
const word = (v) => BigInt(v).toString(16).padStart(64, '0')

function compile() {
  const input = {
    language: 'Solidity',
    sources: { 'Transfers.sol': { content: fs.readFileSync(source, 'utf8') } },
    settings: {
      evmVersion: 'osaka',
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { '*': { '*': ['evm.deployedBytecode.object'] } },
    },
  }
  const find = (name) => ({ contents: fs.readFileSync(require.resolve(name), 'utf8') })
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find }))
  const errors = (output.errors ?? []).filter((e) => e.severity === 'error')
  if (errors.length) throw new Error(errors.map((e) => e.formattedMessage).join('\n'))
  return (name) => `0x${output.contracts['Transfers.sol'][name].evm.deployedBytecode.object}`
}

const code = compile()
// balances are in the mapping of slot 0; everybody has something
const balanceSlot = (address) => keccak256(`0x${word(address)}${word(0)}`)
const holders = [runner, ...Array.from({ length: 256 }, (_, i) => 0x10000 + i)]
const storage = Object.fromEntries(holders.map((address) => [balanceSlot(address), `0x${word(1n << 64n)}`]))
const account = (deployed, slots = {}) => ({ nonce: '0x01', balance: '0x00', code: deployed, storage: slots })

const test = {
  erc20: {
    _info: { labels: { 0: 'openzeppelin' } },
    env: { currentCoinbase: `0x${'0'.repeat(40)}`, currentGasLimit: '0x3b9aca00', currentNumber: '0x01', currentTimestamp: '0x61a8d289', currentBaseFee: '0x01' },
    pre: { [runner]: account(code('Transfers')), [token]: account(code('Token'), storage) },
    transaction: {
      sender: '0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b',
      to: runner,
      gasLimit: ['0x3b9aca00'],
      data: [encodeFunctionData({ abi: parseAbi(['function run(uint256 count)']), args: [1000n] })],
    },
  },
}
fs.mkdirSync(folder, { recursive: true })
fs.writeFileSync(path.join(folder, 'erc20.json'), `${JSON.stringify(test, null, 1)}\n`)
