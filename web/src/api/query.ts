// Parameters as text. Pure.

type Value = string | number | boolean
export type Values = Readonly<Record<string, Value | readonly Value[] | null | undefined>>

/** Parameters as an address has them; what is not given is left out. */
export function written(values: Values): URLSearchParams {
  const text = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue
    for (const one of [value].flat()) text.append(name, String(one))
  }
  return text
}
