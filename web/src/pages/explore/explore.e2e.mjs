// The Explore page in a real browser on the demo county: the numbers people see, accessibility, no foreign request.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { address, drawn, openPage, picture, run, serveDemo, skip, violations } from '../../../e2e/support.mjs'

/** An area whose denominator nobody sent. */
let unknown
serveDemo((files) => {
  const [, ...lines] = readFileSync(join(files, 'population.csv'), 'utf8').trim().split('\n')
  const codes = lines.map((line) => line.split(',')[0])
  unknown = codes[40]
  const file = join(files, 'pupils.csv')
  writeFileSync(file, ['area_code,pupils', ...codes.filter((code) => code !== unknown).map((code) => `${code},900`)].join('\n'))
  run('indicators', 'add', file, '--layer', 'areas')
})

async function open(hash = '', options = {}) {
  const opened = await openPage(hash, options)
  await opened.page.waitForFunction(() => /incidents:/.test(document.querySelector('.headline h2')?.textContent ?? ''))
  return opened
}

const variants = [
  ['light-1280', {}], ['dark-1280', { dark: true }], ['light-390', { width: 390, height: 844 }], ['dark-390', { width: 390, height: 844, dark: true }],
]
for (const [name, options] of variants) {
  test(`axe finds nothing and no request leaves the origin: ${name}`, { skip }, async () => {
    const { page, context, seen } = await open('', options)
    await drawn(page)
    await picture(page, `explore-${name}`)
    assert.deepEqual(await violations(page), [])
    await page.getByRole('button', { name: 'Table' }).click()
    await page.getByRole('table').last().waitFor()
    await page.locator('tbody button').nth(1).waitFor()
    await page.locator('.scroll tbody button').first().click()
    await page.getByRole('complementary', { name: 'Chosen place' }).getByText('Mix').waitFor()
    await page.waitForTimeout(300)
    await picture(page, `explore-table-${name}`)
    assert.deepEqual(await violations(page), [])
    assert.deepEqual(seen, { foreign: [], errors: [] })
    await context.close()
  })
}

test('areas, rates and a chosen place are drawn', { skip }, async () => {
  const { page, context, seen } = await open('#by=areas&rate=residents&definition=serious-violence')
  await drawn(page)
  await page.locator('.map canvas').click({ position: { x: 450, y: 300 } })
  await page.getByRole('complementary', { name: 'Chosen place' }).getByText('Mix').waitFor()
  await drawn(page)
  await picture(page, 'areas-rate-light-1280')
  assert.match(page.url(), /place=areas/)
  assert.deepEqual(await violations(page), [])
  assert.deepEqual(seen, { foreign: [], errors: [] })
  await context.close()
})

test('the table shows the numbers of csv and tiles', { skip }, async () => {
  const { page, context } = await open('#view=table&by=areas&definition=serious-violence&from=2025-01&to=2025-07')
  await page.locator('.scroll tbody tr').first().waitFor()
  const shown = await page.$$eval('.scroll tbody tr', (rows) =>
    rows.map((row) => [row.children[1].textContent, Number(row.querySelector('[data-count]').dataset.count)]),
  )
  const query = 'definition=serious-violence&from=2025-01-01&to=2025-07-01'
  const csv = await (await fetch(`${address()}/api/v1/count?by=area:areas&${query}&f=csv`)).text()
  const rows = csv.trim().split('\n').slice(1).map((line) => line.split(','))
  assert.ok(shown.length > 50)
  assert.deepEqual(new Map(shown), new Map(rows.map((row) => [row[0], Number(row.at(-1))])))
  const headline = await page.locator('.headline h2').textContent()
  const total = rows.reduce((sum, row) => sum + Number(row.at(-1)), 0)
  assert.match(headline, new RegExp(`^${total.toLocaleString('en-GB')} incidents`))
  await page.goto(`${address()}/#by=areas&definition=serious-violence&from=2025-01&to=2025-07`)
  await drawn(page)
  const drawnCounts = await page.evaluate(() =>
    globalThis.placesMap.querySourceFeatures('data', { sourceLayer: 'areas' }).map((f) => [f.properties.id, f.properties.count]),
  )
  const counts = new Map(shown)
  assert.ok(drawnCounts.length > 50)
  for (const [id, count] of drawnCounts) assert.equal(count, counts.get(id) ?? 0, id)
  await context.close()
})

test('the state is in the URL, and keys do what the mouse does', { skip }, async () => {
  const { page, context } = await open()
  await drawn(page)
  await page.getByRole('combobox', { name: /^What/ }).selectOption('definition:serious-violence')
  await page.getByRole('button', { name: /Friday/ }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: "From 15 to 18 o'clock" }).press(' ')
  await page.waitForURL(/definition=serious-violence.*weekdays=fri.*hours=15-18/)
  const before = await page.locator('.headline h2').textContent()
  await page.locator('.map canvas').focus()
  await page.keyboard.press('n')
  await page.getByRole('complementary', { name: 'Chosen place' }).waitFor()
  await page.waitForURL(/place=cell/)
  const other = await open(new URL(page.url()).hash)
  await other.page.waitForFunction((text) => document.querySelector('.headline h2').textContent === text, await page.locator('.headline h2').textContent())
  assert.ok(before)
  await page.goBack()
  await page.waitForURL((url) => !url.hash.includes('place=cell'))
  await other.context.close()
  await context.close()
})

test('the period plays and the legend stays', { skip }, async () => {
  const { page, context } = await open('#from=2025-01&to=2025-02')
  await drawn(page)
  const legend = await page.locator('.legend ul').textContent()
  await page.getByRole('button', { name: 'Play' }).click()
  await page.waitForFunction(() => /March 2025|April 2025/.test(document.querySelector('.period output').textContent))
  assert.equal(await page.locator('.legend ul').textContent(), legend)
  await page.getByRole('button', { name: 'Pause' }).click()
  await context.close()
})

test('hot spots and classes lie over the map with their method, and a claim can be kept', { skip }, async () => {
  const { page, context, seen } = await open('#from=2025-01&to=2026-01&source=holm-police&evidence=hot&exposure=residents')
  await page.locator('.evidence li').first().waitFor()
  const answer = await (await fetch(`${address()}/api/v1/hotspots?cell=8&hot=true&exposure=residents&source=holm-police&from=2025-01-01&to=2026-01-01`)).json()
  assert.ok(answer.rows.length > 0)
  assert.equal(await page.locator('.evidence li').first().textContent(), `hot spot: ${answer.rows.length}`)
  assert.match(await page.locator('.evidence').textContent(), /Against: residents\..*q ≤ 0\.05 over [\d,]+ cells\./)
  await drawn(page)
  const outlined = await page.evaluate(() => new Set(globalThis.placesMap.querySourceFeatures('flags').map((f) => f.properties.cell)).size)
  assert.equal(outlined, answer.rows.length)
  await picture(page, 'hot-spots-light-1280')
  assert.deepEqual(await violations(page), [])
  await page.getByRole('combobox', { name: /^Evidence/ }).selectOption('emerging')
  await page.getByText(/cells x steps/).waitFor()
  await drawn(page)
  await picture(page, 'emerging-light-1280')
  await page.waitForURL(/evidence=emerging/)
  const place = `areas:${answer.rows.length && (await (await fetch(`${address()}/api/v1/count?by=area:areas&top=1&source=holm-police`)).json()).rows[0].area_code}`
  await page.goto(`${address()}/#by=areas&from=2025-01&to=2026-01&source=holm-police&place=${place}`)
  await page.getByText(/at three standard deviations/).waitFor()
  await page.getByRole('button', { name: 'Compare with the same months before' }).click()
  await page.locator('.claim .verdict').waitFor()
  const claim = await (await fetch(`${address()}/api/v1/compare?place=${place}&before=2024-01-01..2025-01-01&after=2025-01-01..2026-01-01&source=holm-police`)).json()
  assert.equal((await page.locator('.claim .verdict').textContent()).toLowerCase(), `${claim.verdict}.`)
  assert.match(await page.locator('.claim dl').textContent(), new RegExp(`${claim.before.count.toLocaleString('en-GB')} in ${claim.before.days} days`))
  await page.getByRole('button', { name: 'Keep this claim' }).click()
  await page.getByText(`Kept as ${claim.claim_id}`).waitFor()
  assert.deepEqual(await (await fetch(`${address()}/api/v1/claims/${claim.claim_id}`)).json(), claim)
  await picture(page, 'claim-light-1280')
  assert.deepEqual(await violations(page), [])
  assert.deepEqual(seen, { foreign: [], errors: [] })
  await context.close()
})

test('evidence and a claim are readable in the dark and on a phone', { skip }, async () => {
  for (const [name, options] of [['dark-1280', { dark: true }], ['light-390', { width: 390, height: 844 }]]) {
    const { page, context, seen } = await open('#from=2025-07&to=2026-07&evidence=emerging&exposure=residents&source=holm-police', options)
    await page.getByText(/cells x steps/).waitFor({ state: 'attached' })
    await drawn(page)
    await picture(page, `emerging-${name}`)
    assert.deepEqual(await violations(page), [])
    assert.deepEqual(seen, { foreign: [], errors: [] })
    await context.close()
  }
})

/** Identifiers of what a layer of the map draws. */
const painted = (page, layer) =>
  page.evaluate((id) => [...new Set(globalThis.placesMap.queryRenderedFeatures({ layers: [id] }).map((f) => f.properties.id))], layer)

test('an area without a denominator is not painted like a rate of nought', { skip }, async () => {
  for (const [name, options] of [['light-1280', {}], ['dark-390', { width: 390, height: 844, dark: true }]]) {
    const { page, context, seen } = await open('#explore?by=areas&rate=pupils&from=2025-07&to=2026-07', options)
    await page.locator('.legend').getByText('no figure').waitFor()
    await drawn(page)
    assert.deepEqual(await painted(page, 'data-no-figure'), [unknown])
    assert.deepEqual(await painted(page, 'data-none'), [])
    await picture(page, `no-figure-${name}`)
    assert.deepEqual(await violations(page), [])
    await page.getByRole('button', { name: 'Table' }).click()
    const row = page.locator('.scroll tbody tr', { hasText: unknown })
    assert.equal(await row.locator('td').nth(2).textContent(), 'no figure')
    assert.notEqual(await row.locator('[data-count]').getAttribute('data-count'), '0')
    assert.deepEqual(seen, { foreign: [], errors: [] })
    await context.close()
  }
})

test('what was not received is hatched under hexagons and areas, and stands in the title', { skip }, async () => {
  for (const [by, layer, size] of [['cells', 'gap-none', 8], ['cells', 'gap-none', 10], ['areas', 'data-none', 8]]) {
    const { page, context, seen } = await open(`#explore?by=${by}&resolution=${size}&source=youth-contacts&from=2025-05&to=2025-06`)
    await drawn(page)
    assert.equal((await painted(page, layer)).length, 115, `${by} at ${size}`)
    assert.match(await page.locator('.headline h2').textContent(), /not received: youth-contacts 2025-05/)
    await picture(page, `not-received-${by}-${size}`)
    assert.deepEqual(await violations(page), [])
    assert.deepEqual(seen, { foreign: [], errors: [] })
    await context.close()
  }
  const { page, context } = await open('#explore?source=youth-contacts&from=2025-07&to=2025-08')
  await drawn(page)
  assert.deepEqual(await painted(page, 'gap-none'), [])
  assert.doesNotMatch(await page.locator('.headline h2').textContent(), /not received/)
  await context.close()
})

test('a refusal is shown in the words of the server, and no number stands beside it', { skip }, async () => {
  const { page, context } = await open('#explore?by=areas&from=2025-07&to=2026-07')
  await drawn(page)
  await page.evaluate(() => (location.hash = '#explore?by=areas&source=nope&from=2025-07&to=2026-07'))
  await page.getByRole('alert').waitFor()
  const refused = await (await fetch(`${address()}/api/v1/count?source=nope`)).json()
  const text = await page.getByRole('alert').textContent()
  assert.ok(text.includes(`${refused.title}.`) && text.includes(refused.detail), text)
  for (const value of refused.allowed) assert.ok(text.includes(value), text)
  assert.equal((await page.locator('.headline h2').textContent()).trim(), 'No number can be given')
  assert.equal(await page.locator('.legend').count() + await page.locator('.boxes').count(), 0)
  assert.deepEqual(await page.evaluate(() => Object.keys(globalThis.placesMap.getStyle().sources)), ['land'])
  assert.deepEqual(await violations(page), [])
  await page.goBack()
  await page.waitForFunction(() => /incidents:/.test(document.querySelector('.headline h2').textContent))
  await context.close()
})

test('a newer question stops the one before, and words stay with their number', { skip }, async () => {
  const { page, context } = await open('#explore?by=areas&from=2025-07&to=2026-07')
  await drawn(page)
  const before = await page.locator('.headline h2').textContent()
  let release
  const held = new Promise((resolve) => (release = resolve))
  const stopped = []
  page.on('requestfailed', (request) => stopped.push(request.url()))
  await page.route(/count\?.*category=Drugs/, async (route) => {
    await held
    await route.continue().catch(() => {})
  })
  const what = page.getByRole('combobox', { name: /^What/ })
  await what.selectOption('category:Drugs')
  await page.waitForTimeout(200)
  assert.equal(await page.locator('.headline h2').textContent(), before)
  await what.selectOption('category:Burglary')
  await page.waitForFunction(() => /Burglary/.test(document.querySelector('.headline h2').textContent))
  assert.ok(stopped.some((url) => /count\?.*by=area/.test(url) && /category=Drugs/.test(url)), stopped.join('\n'))
  const after = await page.locator('.headline h2').textContent()
  release()
  await page.waitForTimeout(300)
  assert.equal(await page.locator('.headline h2').textContent(), after)
  await context.close()
})
