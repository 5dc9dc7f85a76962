// Nothing fetches but the client, nothing but `api/` knows an address, and no answer is typed by hand.
import { describe, expect, it } from 'vitest'

import description from '../../openapi.json?raw'

const CLIENT = ['api/client.ts', 'api/index.ts', 'api/tiles.ts']

/** Every source by its path, without tests and what is made from the description. */
const sources: Record<string, string> = Object.fromEntries(
  Object.entries(import.meta.glob<string>('../**/*.{ts,svelte}', { query: '?raw', import: 'default', eager: true }))
    .map(([path, source]): [string, string] => [path.startsWith('../') ? path.slice(3) : `api/${path.slice(2)}`, source])
    .filter(([path]) => !/\.(?:test|gen)\.ts$/.test(path)),
)

/** Names of answers: those of the description, and those that `api/` gives them. */
const answers = [
  ...Object.keys((JSON.parse(description) as { components: { schemas: object } }).components.schemas),
  ...[...(sources['api/index.ts'] ?? '').matchAll(/export type (\w+)/g)].map((found) => found[1]),
]

interface Rule {
  what: string
  pattern: RegExp
  /** Files that may. */
  except: string[]
}

const RULES: Rule[] = [
  { what: 'fetches beside the client', pattern: /\bfetch\s*[(<]|\bfetch\b\s*(?:\?\.|\.(?:call|apply|bind))|\b(?:XMLHttpRequest|EventSource|WebSocket|sendBeacon)\b/, except: [] },
  { what: 'makes a client beside the client', pattern: /openapi-fetch/, except: ['api/client.ts'] },
  { what: 'an address of the interface written by hand', pattern: /(?<![\w./-])\/?(?:api\/v\d|tiles\/)/, except: CLIENT },
  { what: 'an answer by cast', pattern: new RegExp(`\\b(?:as|satisfies)\\s+(?:Readonly<|Partial<)?(?:${answers.join('|')})\\b`), except: [] },
  { what: 'an answer of a type written beside it', pattern: /\.json\(\)|\banswered\s*<|\.(?:GET|POST|PUT|DELETE)\s*</, except: ['api/client.ts'] },
  { what: 'a cast that checks nothing', pattern: /\bas\s+(?:unknown|any)\b|:\s*any\b|<any>/, except: [] },
  { what: 'a type of the description beside `api/`', pattern: /api\.gen/, except: CLIENT },
]

/** What a file does that it must not. */
function faults(file: string, source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|(?<!:)\/\/.*$/gm, '')
  const found = RULES.filter((rule) => !rule.except.includes(file) && rule.pattern.test(code)).map((rule) => rule.what)
  if (/@ts-(?:ignore|expect-error|nocheck)/.test(source)) found.push('types switched off')
  return found.map((what) => `${file}: ${what}`)
}

describe('one client', () => {
  it('is the only thing that asks', () => {
    expect(Object.keys(sources)).toEqual(expect.arrayContaining(['App.svelte', 'api/index.ts', 'pages/explore/Explore.svelte', 'pages/review/Review.svelte']))
    expect(answers).toEqual(expect.arrayContaining(['Problem', 'CountAnswer', 'Claim']))
    expect(Object.entries(sources).flatMap(([file, source]) => faults(file, source))).toEqual([])
  })

  it('is missed by none of these', () => {
    const bad = [
      "const a = await fetch('/x')", 'const f = window.fetch.bind(window)', 'new XMLHttpRequest()', "navigator.sendBeacon('/x')",
      "import createClient from 'openapi-fetch'", "const a = '/api/v1/count'", 'const a = `api/v1/${name}`', "const a = `${base()}/tiles/cells/{z}/{x}/{y}.mvt`",
      'const a = (await given) as CountAnswer', 'const a = b as Claim', 'const a = b as QueueItem[]', 'const a = b as LayerInfo | undefined', 'answered<Mine>(call)',
      '(await response.json())', 'const a = b as unknown as Flags', 'const a: any = b', "import type { paths } from '../api/api.gen'", '// @ts-ignore\nx()',
    ]
    for (const source of bad) expect(faults('pages/explore/Bad.svelte', source), source).not.toEqual([])
    expect(faults('api/index.ts', "answered(client().GET('/api/v1/count', {}))")).toEqual([])
    expect(faults('pages/explore/Good.svelte', "import { api } from '../../api' // fetch('/api/v1/count')\napi.count(query)")).toEqual([])
  })
})
