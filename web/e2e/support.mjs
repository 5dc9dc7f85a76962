// What every browser test needs: the demo county served by the program, a browser, pages that note what goes wrong.
//
// PLACES_BIN names the program (target/debug/places when left out), SCREENSHOTS a folder for pictures. A release build
// holds pages of its own: PLACES_PAGES=dist serves those of web/dist before it, under its own content policy.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'

import { chromium } from 'playwright-core'
import { preview } from 'vite'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const program = process.env.PLACES_BIN ?? join(import.meta.dirname, '../../target/debug/places')
/** Why the tests of a file are left out, or false. */
export const skip = chromiumPath ? false : 'no Chromium found; browser tests skipped'
if (skip) console.log(skip)

let folder, server, pages, origin, browser

/** Runs a command of the program on the county's workspace; what it printed. */
export function run(...parameters) {
  const done = spawnSync(program, ['--workspace', join(folder, 'demo/workspace'), ...parameters], { encoding: 'utf8' })
  assert.equal(done.status, 0, done.stderr)
  return done.stdout
}

/** Serves the demo county for the tests of a file; `prepare` gets the folder of the county's files. */
export function serveDemo(prepare = () => {}) {
  before(async () => {
    if (skip) return
    folder = mkdtempSync(join(tmpdir(), 'places-e2e-'))
    const made = spawnSync(program, ['demo', '--keep', join(folder, 'demo'), '--no-serve'], { encoding: 'utf8' })
    assert.equal(made.status, 0, made.stderr)
    prepare(join(folder, 'demo/files'))
    server = spawn(program, ['--workspace', join(folder, 'demo/workspace'), 'serve', '--addr', '127.0.0.1:0'])
    origin = await new Promise((resolve, reject) => {
      let said = ''
      server.stderr.on('data', (data) => {
        said += data
        const found = /serving (http:\/\/[\d.:]+)\//.exec(said)
        if (found) resolve(found[1])
      })
      server.on('exit', () => reject(new Error(said)))
    })
    if (process.env.PLACES_PAGES) origin = await pagesBefore(origin)
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ['--no-sandbox', '--enable-unsafe-swiftshader', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    })
  })
  after(async () => {
    await browser?.close()
    await pages?.close()
    server?.kill('SIGTERM')
    if (folder) rmSync(folder, { recursive: true, force: true })
  })
}

/** Serves the built pages before the program at an address; where. */
async function pagesBefore(program) {
  const policy = (await fetch(`${program}/`)).headers.get('content-security-policy')
  pages = await preview({
    root: join(import.meta.dirname, '..'),
    logLevel: 'error',
    build: { outDir: process.env.PLACES_PAGES },
    preview: { host: '127.0.0.1', port: 0, proxy: { '/api': program, '/tiles': program }, headers: { 'content-security-policy': policy } },
  })
  return `http://127.0.0.1:${pages.httpServer.address().port}`
}

/** A page of the server, with every request to elsewhere and every error that it made. */
export async function openPage(hash = '', { width = 1280, height = 800, dark = false } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' })
  const page = await context.newPage()
  const seen = { foreign: [], errors: [] }
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(origin)) seen.foreign.push(request.url())
  })
  page.on('pageerror', (error) => seen.errors.push(String(error)))
  // Of warnings those of the map's style and pictures: others are of the drawing in software.
  page.on('console', (message) => {
    if (message.type() === 'error' || /could not be loaded|style diff/.test(message.text())) seen.errors.push(message.text())
  })
  page.on('response', (response) => response.status() >= 400 && seen.errors.push(`${response.status()} ${response.url()}`))
  await page.goto(`${origin}/${hash}`)
  return { page, context, seen }
}

/** Waits until the map has drawn everything that it asked for. */
export async function drawn(page) {
  await page.waitForFunction(() => globalThis.placesMap)
  await page.evaluate(async () => {
    const map = globalThis.placesMap
    await new Promise((resolve) => setTimeout(resolve, 300))
    if (!map.loaded() || !map.areTilesLoaded()) await new Promise((resolve) => map.once('idle', resolve))
  })
}

/** Keeps a picture where a folder for them is named. */
export async function picture(page, name) {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`) })
}

/** What axe finds wrong. */
export async function violations(page) {
  await page.evaluate(axeSource)
  const result = await page.evaluate(() => globalThis.axe.run())
  return result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`)
}

/** The server's address. */
export const address = () => origin
