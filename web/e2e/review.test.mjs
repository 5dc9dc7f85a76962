// The review page in a real browser on the demo county: a decision places records, its undo takes them back, a name is taught.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { chromium } from 'playwright-core'

const require = createRequire(import.meta.url)
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const program = process.env.PLACES_BIN ?? join(import.meta.dirname, '../../target/debug/places')
const mappings = join(import.meta.dirname, '../../data/mappings')
const skip = chromiumPath ? false : 'no Chromium found; browser tests skipped'
if (skip) console.log(skip)

let folder, server, origin, browser

const run = (...parameters) => {
  const done = spawnSync(program, ['--workspace', join(folder, 'demo/workspace'), ...parameters], { encoding: 'utf8' })
  assert.equal(done.status, 0, done.stderr)
  return done.stdout
}

before(async () => {
  if (skip) return
  folder = mkdtempSync(join(tmpdir(), 'places-review-'))
  const made = spawnSync(program, ['demo', '--keep', join(folder, 'demo'), '--no-serve'], { encoding: 'utf8' })
  assert.equal(made.status, 0, made.stderr)
  run('import', join(folder, 'demo/files/sample-youth-contacts.csv'), '--mapping', join(mappings, 'youth-contacts.toml'))
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
  browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--enable-unsafe-swiftshader', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
})

after(async () => {
  await browser?.close()
  server?.kill('SIGTERM')
  if (folder) rmSync(folder, { recursive: true, force: true })
})

async function open({ width = 1280, height = 800, dark = false } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' })
  const page = await context.newPage()
  const seen = { foreign: [], errors: [] }
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(origin)) seen.foreign.push(request.url())
  })
  page.on('pageerror', (error) => seen.errors.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && seen.errors.push(message.text()))
  await page.goto(`${origin}/#review`)
  await page.waitForFunction(() => /wordings/.test(document.querySelector('.queue h2')?.textContent ?? ''))
  return { page, context, seen }
}

const waiting = (page) => page.evaluate(() => Number(/([\d,]+) records wait/.exec(document.querySelector('.queue h2').textContent)[1].replaceAll(',', '')))

async function drawn(page) {
  await page.waitForFunction(() => globalThis.placesMap)
  await page.evaluate(async () => {
    const map = globalThis.placesMap
    await new Promise((resolve) => setTimeout(resolve, 300))
    if (!map.loaded() || !map.areTilesLoaded()) await new Promise((resolve) => map.once('idle', resolve))
  })
}

test('a decision by key places every record with the same words, and undo takes it back', { skip }, async () => {
  const { page, context, seen } = await open()
  await page.getByLabel('Who decides').fill('Ann Marlow')
  await page.getByRole('button', { name: /tied/ }).first().click()
  await drawn(page)
  const numbers = await page.evaluate(() => globalThis.placesMap.querySourceFeatures('candidates').length)
  assert.ok(numbers > 0, 'candidates are drawn')
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, 'review.png') })
  const before = await waiting(page)
  await page.keyboard.press('1')
  await page.waitForSelector('.said')
  const said = await page.textContent('.said')
  const records = Number(/^([\d,]+) records placed at/.exec(said)[1].replaceAll(',', ''))
  assert.ok(records > 0, said)
  await page.waitForFunction((n) => document.querySelector('.queue h2').textContent.includes(n), (before - records).toLocaleString('en-GB'))
  assert.match(run('review', 'list', '--limit', '1'), /\d+ records/)
  await page.keyboard.press('u')
  await page.waitForFunction(() => /taken back/.test(document.querySelector('.said')?.textContent ?? ''))
  await page.waitForFunction((n) => document.querySelector('.queue h2').textContent.includes(n), before.toLocaleString('en-GB'))
  assert.deepEqual(seen, { foreign: [], errors: [] })
  await context.close()
})

test('a name is taught at a point picked on the map', { skip }, async () => {
  const { page, context, seen } = await open()
  await page.getByLabel('Who decides').fill('Ann Marlow')
  await page.getByRole('button', { name: /the usual spot/ }).click()
  await drawn(page)
  const before = await waiting(page)
  await page.getByRole('region', { name: /Map of the candidates/ }).click({ position: { x: 260, y: 330 } })
  await page.getByText('Teach this name').click()
  await page.getByRole('button', { name: 'Teach', exact: true }).click()
  await page.waitForSelector('.said, [role=alert]')
  const text = await page.textContent('.detail')
  assert.match(text, /is taught: \d+ records/, text)
  await page.waitForFunction((n) => !document.querySelector('.queue h2').textContent.includes(n), before.toLocaleString('en-GB'))
  assert.match(run('review', 'aliases'), /the usual spot/)
  assert.deepEqual(seen, { foreign: [], errors: [] })
  await context.close()
})

test('the page says who must decide first, fits a telephone, and has no accessibility faults', { skip }, async () => {
  for (const size of [{}, { dark: true }, { width: 390, height: 844 }]) {
    const { page, context } = await open(size)
    await page.getByRole('button', { name: /Nowhere/ }).click()
    assert.match(await page.textContent('[role=alert]'), /Say who decides first/)
    await page.evaluate(axeSource)
    const found = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }))
    assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), [])
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways')
    await context.close()
  }
})
