// A node that is another one in truth, and can become yet another:
//
//   const forwarder = await startForwarder(anvil.url, port)    // port: any that is free if left out
//   forwarder.url, forwarder.asked                             // how many requests came
//   forwarder.to(other.url)
//   forwarder.stop()
import { once } from 'node:events'
import http from 'node:http'

export async function startForwarder(target, port = 0) {
  const forwarder = { asked: 0, to: (url) => (target = url) }
  const server = http.createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    forwarder.asked++
    const headers = { 'content-type': 'application/json' }
    try {
      const answer = await fetch(target, { method: 'POST', headers, body: Buffer.concat(chunks) })
      response.writeHead(answer.status, headers).end(await answer.text())
    } catch {
      response.writeHead(502).end()
    }
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  forwarder.url = `http://127.0.0.1:${server.address().port}`
  forwarder.stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return forwarder
}
