// The shell in a real browser: addresses old and new, one that leads nowhere, navigation, history, colours.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { address, drawn, openPage, serveDemo, skip, violations } from '../e2e/support.mjs'

serveDemo()

const headline = async (page) => {
  await page.waitForFunction(() => /incidents:/.test(document.querySelector('.headline h2')?.textContent ?? ''))
  return page.locator('.headline h2').textContent()
}

test('an address of before opens what it opened, under its new name', { skip }, async () => {
  const state = 'by=areas&definition=serious-violence&from=2025-01&to=2025-07&place=areas%3AX02000001&theme=dark'
  const [before, now] = [await openPage(`#${state}`), await openPage(`#explore?${state}`)]
  assert.equal(await headline(before.page), await headline(now.page))
  for (const { page } of [before, now]) {
    assert.match(page.url(), /#explore\?by=areas&definition=serious-violence&from=2025-01&to=2025-07&place=areas%3A/)
    assert.equal(await page.evaluate(() => document.documentElement.dataset.mode), 'dark')
    await page.context().close()
  }
})

test('an address of no page says so and leads on', { skip }, async () => {
  const long = 'x'.repeat(500)
  for (const [options, asked] of [[{}, 'nonsense'], [{ dark: true }, '%3Cb%3Ebold'], [{ width: 390, height: 844 }, long]]) {
    const { page, context, seen } = await openPage(`#${asked}`, options)
    await page.getByRole('heading', { name: /There is no page/ }).waitFor()
    assert.match(await page.title(), /^No such page: /)
    assert.deepEqual(await violations(page), [])
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways')
    await page.getByRole('region', { name: 'No such page' }).getByRole('link', { name: 'Review' }).click()
    await page.getByRole('heading', { name: /wordings/ }).waitFor()
    assert.match(await page.title(), /^Review: /)
    await page.goBack()
    await page.getByRole('heading', { name: /There is no page/ }).waitFor()
    assert.deepEqual(seen, { foreign: [], errors: [] })
    await context.close()
  }
})

test('a page keeps its state and the colours while another is open', { skip }, async () => {
  const { page, context, seen } = await openPage('#explore?by=areas&from=2025-01&to=2025-07&view=table')
  const first = await headline(page)
  await page.getByRole('combobox', { name: 'Colours' }).selectOption('dark')
  await page.waitForURL(/theme=dark/)
  const pages = page.getByRole('navigation', { name: 'Pages' })
  await pages.getByRole('link', { name: 'Review' }).click()
  await page.getByRole('heading', { name: /wordings/ }).waitFor()
  assert.match(page.url(), /#review\?theme=dark$/)
  assert.equal(await pages.getByRole('link', { name: 'Review' }).getAttribute('aria-current'), 'page')
  await pages.getByRole('link', { name: 'Explore' }).click()
  assert.equal(await headline(page), first)
  assert.match(page.url(), /view=table&by=areas&from=2025-01&to=2025-07&theme=dark/)
  assert.equal(await page.evaluate(() => document.documentElement.dataset.mode), 'dark')
  assert.deepEqual(seen, { foreign: [], errors: [] })
  await context.close()
})

test('what a page fills in by itself is no step of the history; what the reader does is', { skip }, async () => {
  const { page, context } = await openPage()
  await headline(page)
  await drawn(page)
  await page.waitForURL(/#explore\?from=.*at=/)
  const steps = await page.evaluate(() => history.length)
  const whole = page.url()
  await page.getByRole('combobox', { name: /^What/ }).selectOption('definition:serious-violence')
  await page.waitForURL(/definition=serious-violence/)
  assert.equal(await page.evaluate(() => history.length), steps + 1)
  await page.goBack()
  await page.waitForFunction(() => /All categories/.test(document.querySelector('.headline h2').textContent))
  assert.equal(page.url(), whole)
  // The map follows the address back as well.
  const zoom = () => page.evaluate(() => globalThis.placesMap.getZoom())
  const far = await zoom()
  await page.locator('.map canvas').press('+')
  await page.waitForFunction((before) => globalThis.placesMap.getZoom() >= before + 0.9, far)
  await page.waitForURL((url) => url.href !== whole)
  await page.goBack()
  await page.waitForFunction((before) => Math.abs(globalThis.placesMap.getZoom() - before) < 0.02, far)
  assert.equal(page.url(), whole)
  assert.equal(new URL(whole).origin, address())
  await context.close()
})
