// Parameters as text. Pure.

export type Values = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>

/** Parameters as an address has them; what is not given is left out. */
export function written(values: Values): URLSearchParams {
  const text = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue
    for (const one of typeof value === 'object' ? value : [value]) text.append(name, String(one))
  }
  return text
}
