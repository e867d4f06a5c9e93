// gavel-evm-case: a line in, a line out.
import path from 'node:path'
import readline from 'node:readline'
import { spawn } from 'node:child_process'

export function startOurs(build) {
  const child = spawn(path.join(build, 'gavel-evm-case'), { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = []
  readline.createInterface({ input: child.stdout }).on('line', (line) => waiting.shift().resolve(JSON.parse(line)))
  child.stdin.on('error', () => {}) // the exit says it
  child.on('exit', (code, signal) => waiting.splice(0).forEach(({ reject }) => reject(new Error(`gavel-evm-case ended: ${code ?? signal}`))))
  return {
    run: (request) => new Promise((resolve, reject) => {
      if (child.exitCode !== null || child.signalCode !== null) return reject(new Error('gavel-evm-case has ended'))
      waiting.push({ resolve, reject })
      child.stdin.write(`${JSON.stringify(request)}\n`)
      return undefined
    }),
    stop: () => child.stdin.end(),
  }
}
