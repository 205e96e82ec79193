/** The window in a real browser: builds it with its pretended backend, serves the files, opens pages. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { chromium } from 'playwright-core'
import { build } from 'vite'

const ROOT = join(import.meta.dirname, '..', '..')

/** What the shell sends in release builds, less the routes to Rust: whatever breaks under it breaks here. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' blob:; connect-src 'self'"

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
}

/** Builds in mode `demo`, which keeps the pretended backend. Returns what opens pages and what ends it all. */
export async function openBrowser() {
  const folder = await mkdtemp(join(tmpdir(), 'skein-window-'))
  await build({
    root: ROOT,
    mode: 'demo',
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true, sourcemap: false, minify: false },
  })
  const server = createServer(async (request, response) => {
    if (request.url === '/favicon.ico') return response.writeHead(204).end()
    const path = normalize(new URL(request.url ?? '/', 'http://x').pathname)
    try {
      const body = await readFile(join(folder, path === '/' ? 'index.html' : path))
      response.writeHead(200, {
        'content-type': TYPES[extname(path)] ?? 'text/html',
        'content-security-policy': POLICY,
      })
      response.end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${server.address().port}`
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--font-render-hinting=none',
    ],
  })

  return {
    /** A page showing a scenario. Console errors and policy violations are collected in `page.troubles`. */
    async page(scenario, { width = 1280, height = 800, theme = 'light', motion = 'no-preference' } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: theme,
        reducedMotion: motion,
        permissions: ['clipboard-read', 'clipboard-write'],
        locale: 'en-GB',
      })
      const page = await context.newPage()
      page.troubles = []
      // As the shell has it; a library that patches objects fails here first.
      await page.addInitScript(() => Object.freeze(Object.prototype))
      page.on('pageerror', error => page.troubles.push(error.message))
      page.on('console', message => {
        if (message.type() === 'error') page.troubles.push(message.text())
      })
      await page.goto(`${address}/?fake=${scenario}`)
      await page.waitForSelector('.ProseMirror')
      await page.evaluate(() => document.fonts.ready)
      return page
    },
    async close() {
      await browser.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
