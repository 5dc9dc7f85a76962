// The review page in a real browser on the demo county: a decision places records, its undo takes them back, a name is taught.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'

import { drawn, openPage, picture, run, serveDemo, skip, violations } from '../../../e2e/support.mjs'

const mappings = join(import.meta.dirname, '../../../../data/mappings')
serveDemo((files) => {
  run('import', join(files, 'sample-youth-contacts.csv'), '--mapping', join(mappings, 'youth-contacts.toml'))
})

async function open(options = {}) {
  const opened = await openPage('#review', options)
  await opened.page.waitForFunction(() => /wordings/.test(document.querySelector('.queue h2')?.textContent ?? ''))
  return opened
}

const waiting = (page) => page.evaluate(() => Number(/([\d,]+) records wait/.exec(document.querySelector('.queue h2').textContent)[1].replaceAll(',', '')))

test('a decision by key places every record with the same words, and undo takes it back', { skip }, async () => {
  const { page, context, seen } = await open()
  await page.getByLabel('Who decides').fill('Ann Marlow')
  await page.getByRole('button', { name: /tied/ }).first().click()
  await drawn(page)
  const numbers = await page.evaluate(() => globalThis.placesMap.querySourceFeatures('candidates').length)
  assert.ok(numbers > 0, 'candidates are drawn')
  await picture(page, 'review')
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
    assert.deepEqual(await violations(page), [])
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways')
    await context.close()
  }
})
