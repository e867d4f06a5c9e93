// tests/e2e/liar_driver.c as a program that is asked: what follows from a lie, and the states of traces.
//
//   const driver = await startLiarDriver(gavel)            reads the verifier's databases, beside the verifier
//   await driver.roots('storage-slot', block, count, address, slot)   output roots from `block` on
//   await driver.find(trace, from, 'precompile', 5)                   a step of that kind; see liar_trace.h
//   await driver.states(trace, first, spacing)                        33 right states
//   await driver.stop()
//
// A trace is { block, claimed, horizon }.
import path from 'node:path'
import readline from 'node:readline'
import { buildFolder } from './gavel.mjs'
import { launch } from './processes.mjs'

export async function startLiarDriver(gavel) {
  const binary = path.join(buildFolder, 'tests/e2e/liar_driver')
  const driver = launch(binary, [gavel.configFile, gavel.verifier.data], { name: 'liar_driver', input: true })
  const waiting = []
  const settle = (line) => {
    const [word, ...rest] = line.split(' ')
    const { resolve, reject, question } = waiting.shift()
    if (word === 'ok') resolve(rest)
    else reject(new Error(`${question}: ${rest.join(' ')}`))
  }
  readline.createInterface({ input: driver.stdout }).on('line', settle)
  driver.onExit(({ code, signal }) => {
    for (const { reject } of waiting) reject(new Error(`liar_driver ended with ${code ?? signal}: ${driver.log()}`))
  })
  const ask = (...words) =>
    new Promise((resolve, reject) => {
      const question = words.join(' ')
      waiting.push({ resolve, reject, question })
      driver.stdin.write(`${question}\n`)
    })
  const about = ({ block, claimed, horizon }) => [block, claimed, horizon]
  return {
    roots: (lie, block, count, ...what) => ask('roots', lie, block, count, ...what),
    find: async (trace, from, ...kind) => BigInt((await ask('find', ...about(trace), from, ...kind))[0]),
    states: (trace, first, spacing) => ask('states', ...about(trace), first, spacing),
    stop: driver.stop,
  }
}
