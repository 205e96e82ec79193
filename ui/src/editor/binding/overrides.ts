/** Later changes to blocks: the `attrs` map, read by block id. */
import type * as Y from 'yjs'
import type { BlockRecord } from '../schema/blockRecord'
import type { Row } from './grammar'

/** Longest attribute name written; a key of the map may have 256 bytes, an id takes up to 32 of them. */
const MAX_NAME = 64

export class Overrides {
  private readonly byId = new Map<string, Map<string, unknown>>()

  static read(attrs: Y.Map<unknown>): Overrides {
    const overrides = new Overrides()
    for (const [key, value] of attrs.entries()) overrides.note(key, value)
    return overrides
  }

  /** Takes over one changed key; `value` is undefined where it is gone. Gives the id of the block, if it names one. */
  note(key: string, value: unknown): string | null {
    const slash = key.indexOf('/')
    if (slash < 1) return null
    const id = key.slice(0, slash)
    this.put(id, key.slice(slash + 1), value)
    return id
  }

  put(id: string, name: string, value: unknown): void {
    let names = this.byId.get(id)
    if (!names) {
      names = new Map()
      this.byId.set(id, names)
    }
    if (value === undefined) names.delete(name)
    else names.set(name, value)
  }

  /** A block's record as it counts: its initial one, changed by what came later; null takes a name away. */
  effective(row: Row): BlockRecord {
    const changed = row.id === null ? undefined : this.byId.get(row.id)
    if (!changed || changed.size === 0) return row.record
    const merged = new Map([...Object.entries(row.record), ...changed])
    return Object.fromEntries([...merged].filter(([, value]) => value !== null && value !== undefined))
  }
}

/** The key under which a block's attribute is stored; nothing for a block or a name that can have none. */
export function overrideKey(id: string, name: string): string | null {
  return id === '' || id.includes('/') || name.length > MAX_NAME ? null : `${id}/${name}`
}

/** Whether a value may stand in the map: null, booleans, strings, finite numbers, and maps of these. */
export function storable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isPlain(value)
  return !Array.isArray(value) && Object.values(value).every(isPlain)
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value)
}
