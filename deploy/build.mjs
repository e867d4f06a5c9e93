// Compiles contracts/src and writes one artifact per contract, and the L2 predeploys for genesis.
//
//   node build.mjs OUTPUT_FOLDER
//
// OUTPUT_FOLDER/<Name>.json is {abi, bytecode, deployedBytecode}. No metadata is appended to the code, so that it
// depends on what the sources do and not on their comments.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import solc from 'solc'
import { predeploys } from './genesis.mjs'

const thisFile = fileURLToPath(import.meta.url) // import.meta.filename is not in Node 18
const root = path.join(path.dirname(thisFile), 'contracts', 'src')

// L2 code runs in a rollup whose rules are Osaka's, L1 code on an L1 that has them.
export const settings = {
  evmVersion: 'osaka',
  viaIR: true,
  optimizer: { enabled: true, runs: 10_000 },
  metadata: { appendCBOR: false, bytecodeHash: 'none' },
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
}

// "selfdestruct" is deprecated, and meant where we use it.
const acceptedWarnings = new Set(['5159'])

const maxCodeSize = 24_576 // EIP-170

export function sources(folder = root) {
  return fs
    .readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.sol'))
    .sort()
}

export function compile(folder = root) {
  const input = { language: 'Solidity', sources: {}, settings }
  for (const name of sources(folder)) {
    input.sources[name] = { content: fs.readFileSync(path.join(folder, name), 'utf8') }
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input)))
  const complaints = (output.errors ?? []).filter((e) => !acceptedWarnings.has(e.errorCode))
  if (complaints.length > 0) throw new Error(complaints.map((e) => e.formattedMessage).join('\n'))
  return collect(output.contracts)
}

function collect(files) {
  const artifacts = {}
  for (const [file, contracts] of Object.entries(files)) {
    for (const [name, { abi, evm }] of Object.entries(contracts)) {
      if (evm.bytecode.object === '') continue // abstract
      if (artifacts[name]) throw new Error(`${file}: there is another ${name}`)
      if (evm.deployedBytecode.object.length / 2 > maxCodeSize) throw new Error(`${file}: ${name} is too big`)
      artifacts[name] = {
        abi,
        bytecode: `0x${evm.bytecode.object}`,
        deployedBytecode: `0x${evm.deployedBytecode.object}`,
      }
    }
  }
  return artifacts
}

function write(folder) {
  const artifacts = compile()
  fs.mkdirSync(folder, { recursive: true })
  for (const [name, artifact] of Object.entries(artifacts)) {
    fs.writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(artifact, null, 1) + '\n')
  }
  fs.writeFileSync(path.join(folder, 'predeploys.json'), JSON.stringify(predeploys(artifacts), null, 1) + '\n')
}

if (process.argv[1] === thisFile) {
  if (process.argv.length !== 3) {
    console.error('usage: node build.mjs OUTPUT_FOLDER')
    process.exit(2)
  }
  write(process.argv[2])
}
