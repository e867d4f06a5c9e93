// An ERC-20 by OpenZeppelin, compiled from their package: all of it goes to whoever deploys it.
//
//   const { abi, bytecode } = compileToken()
import fs from 'node:fs'
import { createRequire } from 'node:module'
import solc from 'solc'

const require = createRequire(import.meta.url)

const source = `
pragma solidity ^0.8.20;
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
contract Token is ERC20 {
  constructor(uint256 supply) ERC20("Token", "TOK") { _mint(msg.sender, supply); }
}`

export function compileToken() {
  const input = {
    language: 'Solidity',
    sources: { 'Token.sol': { content: source } },
    settings: {
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { 'Token.sol': { Token: ['abi', 'evm.bytecode.object'] } },
    },
  }
  const read = (name) => ({ contents: fs.readFileSync(require.resolve(name), 'utf8') })
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read }))
  const errors = (output.errors ?? []).filter((e) => e.severity === 'error')
  if (errors.length > 0) throw new Error(errors.map((e) => e.formattedMessage).join('\n'))
  const { abi, evm } = output.contracts['Token.sol'].Token
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}
