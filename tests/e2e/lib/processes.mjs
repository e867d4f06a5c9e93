// Programs that end with this process, however that ends: by the exit handler, or else (kill -9) by the kernel's
// parent-death signal.
//
//   const process = launch(binary, args, { name, env, logFile })
//   const [, port] = await process.says(/ready at .*:(\d+)/)
//   process.pid, process.log(), process.ended      // ended: null, or { code, signal }
//   await process.stop()                           // SIGTERM, and SIGKILL for who doesn't listen
//   await process.kill()                           // kill -9
//   launch(..., { input: true })                   // with process.stdin and process.stdout, as node's
import fs from 'node:fs'
import { once } from 'node:events'
import { spawn } from 'node:child_process'

const setpriv = '/usr/bin/setpriv'
const tailLength = 65536

const running = new Set()
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))
// The default action would skip the exit handler.
for (const [signal, number] of [['SIGINT', 2], ['SIGTERM', 15], ['SIGHUP', 1]]) {
  process.once(signal, () => process.exit(128 + number))
}

export function launch(binary, args, { name = binary, env = process.env, logFile, input = false } = {}) {
  if (!fs.existsSync(binary)) throw new Error(`${binary} is missing: it is not built or installed`)
  const bound = fs.existsSync(setpriv)
  const child = spawn(bound ? setpriv : binary, bound ? ['--pdeathsig', 'KILL', binary, ...args] : args, {
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    env,
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  child.once('error', () => running.delete(child)) // says() tells
  const log = keepTail(child, logFile)
  return {
    name,
    pid: child.pid,
    stdin: child.stdin,
    stdout: child.stdout,
    log: () => log.text,
    get ended() {
      const { exitCode: code, signalCode: signal } = child
      return code === null && signal === null ? null : { code, signal }
    },
    onExit: (listener) => child.once('exit', (code, signal) => listener({ code, signal })),
    says: (pattern, milliseconds = 60_000) => says(child, log, name, pattern, milliseconds),
    stop: () => stop(child),
    kill: () => kill(child),
  }
}

// The pipes are read for as long as the program runs, or it would block on a full one.
function keepTail(child, logFile) {
  const log = { text: '' }
  const keep = (chunk) => {
    log.text = (log.text + chunk).slice(-tailLength)
    if (logFile) fs.appendFileSync(logFile, chunk)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  return log
}

function says(child, log, name, pattern, milliseconds) {
  return new Promise((resolve, reject) => {
    const end = (settle, value) => {
      clearTimeout(patience)
      for (const pipe of [child.stdout, child.stderr]) pipe.off('data', look)
      child.off('error', broken).off('close', closed)
      settle(value)
    }
    const fail = (why) => end(reject, new Error(`${name} ${why}:\n${log.text}`))
    const look = () => {
      const found = log.text.match(pattern)
      if (found) end(resolve, found)
    }
    const patience = setTimeout(() => fail(`did not say ${pattern}`), milliseconds)
    for (const pipe of [child.stdout, child.stderr]) pipe.on('data', look)
    const broken = (error) => end(reject, error)
    const closed = (code, signal) => fail(`ended with ${code ?? signal}`)
    child.once('error', broken).once('close', closed)
    look()
  })
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'close') // with its output read
  child.kill('SIGTERM')
  const impatience = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(impatience)
}

async function kill(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'close') // with its output read
  child.kill('SIGKILL')
  await ended
}
