// Parameters as text. Pure.

export type Values = Readonly<Record<string, string | number | boolean | null | undefined>>

/** Parameters as an address has them; what is not given is left out. */
export function written(values: Values): URLSearchParams {
  const text = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== null) text.set(name, String(value))
  return text
}
