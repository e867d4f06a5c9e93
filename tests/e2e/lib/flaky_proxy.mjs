// An HTTP proxy before a JSON-RPC node, that does to requests what networks and providers do.
//
//   const proxy = await startFlakyProxy(l1.url, { rate: 0.3, seed: 7 })
//   proxy.url; proxy.counts          // { ok: 120, tooMany: 9, ... }
//   proxy.calls()                    // JSON-RPC calls so far: a request may be an array of them
//   proxy.setRate(0)                 // faults per request, 0 to 1
//   proxy.force('lost', /sendRaw/)   // this fault for the next request whose body matches
//   await proxy.stop()
import http from 'node:http'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

const json = { 'content-type': 'application/json' }

async function forward(upstream, body) {
  const answer = await fetch(upstream, { method: 'POST', headers: json, body })
  return { status: answer.status, text: await answer.text() }
}

const send = (response, { status, text }) => response.writeHead(status, json).end(text)

// Each takes (upstream, body, response, hangMs).
const faults = {
  tooMany: (upstream, body, response) => response.writeHead(429, { 'retry-after': '1' }).end('slow down'),
  serverError: (upstream, body, response) => response.writeHead(500).end('<html>oops</html>'),
  unavailable: (upstream, body, response) => response.writeHead(503).end(),
  refused: (upstream, body, response) => response.destroy(),
  async hang(upstream, body, response, hangMs) {
    await sleep(hangMs)
    response.destroy()
  },
  // Delivered, and then:
  async lost(upstream, body, response) {
    await forward(upstream, body)
    response.destroy()
  },
  async lostIn500(upstream, body, response) {
    await forward(upstream, body)
    response.writeHead(502).end('bad gateway')
  },
  async cut(upstream, body, response) {
    const { text } = await forward(upstream, body)
    response.writeHead(200, { ...json, 'content-length': String(Buffer.byteLength(text)) })
    response.write(text.slice(0, text.length / 2))
    await sleep(10)
    response.destroy()
  },
  // Cut, but by a proxy that thinks that was all.
  async half(upstream, body, response) {
    const { text } = await forward(upstream, body)
    send(response, { status: 200, text: text.slice(0, text.length / 2) })
  },
  async twice(upstream, body, response) {
    await forward(upstream, body)
    send(response, await forward(upstream, body))
  },
}

// A small generator of its own (xorshift32), so that a seed gives the same faults again.
function generator(seed) {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

export async function startFlakyProxy(upstream, { rate = 0.2, seed = 1, hangMs = 3000 } = {}) {
  const random = generator(seed)
  const counts = { ok: 0 }
  let calls = 0
  const forced = []

  function choose(body) {
    const index = forced.findIndex(({ pattern }) => pattern.test(body))
    if (index >= 0) return forced.splice(index, 1)[0].fault
    const names = Object.keys(faults)
    return random() < rate ? names[Math.floor(random() * names.length)] : 'ok'
  }

  const server = http.createServer(async (request, response) => {
    const parts = []
    try {
      for await (const part of request) parts.push(part)
      const body = Buffer.concat(parts).toString()
      const fault = choose(body)
      calls += [JSON.parse(body)].flat().length
      counts[fault] = (counts[fault] ?? 0) + 1
      if (fault === 'ok') send(response, await forward(upstream, body))
      else await faults[fault](upstream, body, response, hangMs)
    } catch {
      response.destroy() // the client has gone (it is killed in some tests), or the node has
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    counts,
    calls: () => calls,
    setRate: (value) => (rate = value),
    force: (fault, pattern) => forced.push({ fault, pattern }),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
