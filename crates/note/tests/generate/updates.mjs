// Records what yjs 13.6.33 really sends, for crates/note/tests/recorded.rs.
//
// Usage: npm install --prefix /some/dir yjs@13.6.33
//        node updates.mjs /some/dir > ../data/updates.jsonl
//
// Each line is one note: its writers' updates in an order in which each can be applied, and what the
// note shows at the end. Seeded: the same output every time.
import { pathToFileURL } from 'node:url'

const Y = await import(pathToFileURL(`${process.argv[2]}/node_modules/yjs/dist/yjs.mjs`))
const NOTES = 14
const STEPS = 60
const END = '\u2029'

/** mulberry32: small, seeded, good enough to pick operations. */
function seeded (seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
const int = (random, n) => Math.floor(random() * n)
const pick = (random, list) => list[int(random, list.length)]
const id = random => Array.from({ length: 14 }, () => pick(random, [...'abcdefghijkmnpqrstuvwxyzABCDEFGH23456789_-'])).join('')

/** The window's fence around two formatting bugs of yjs: see the note model's invariant 6. */
function quiet (text) {
  Object.defineProperty(text, '_hasFormatting', { get: () => false, set () {} })
  return text
}

class Writer {
  constructor (client, random) {
    this.random = random
    this.doc = new Y.Doc()
    this.doc.clientID = client
    this.title = quiet(this.doc.getText('title'))
    this.body = quiet(this.doc.getText('body'))
    for (const name of ['attrs', 'objects', 'meta']) this[name] = this.doc.getMap(name)
    this.undo = new Y.UndoManager([this.title, this.body, this.attrs], { trackedOrigins: new Set(['me']), captureTimeout: 0 })
    this.sent = []
    this.seen = 0
    this.doc.on('update', (update, origin) => { if (origin !== 'deliver') this.sent.push(update) })
  }

  /** What was made since the last call, as the window would push it: one update or several merged. */
  take () {
    const made = this.sent
    this.sent = []
    if (made.length > 1 && this.random() < 0.5) return [Y.mergeUpdates(made)]
    return made
  }

  blocks () {
    const ids = []
    for (const d of this.body.toDelta()) if (d.insert.b) ids.push(d.insert.b)
    return ids
  }

  act () {
    if (this.random() < 0.08) { if (this.random() < 0.6) this.undo.undo(); else this.undo.redo(); return }
    this.doc.transact(() => pick(this.random, ACTIONS)(this, this.random), 'me')
  }
}

const WORDS = ['word ', 'zwei ', '😀', 'naïve ', '\n', '日本', 'x', '\u{10FFFF}', 'e\u0301 ', '"\\']
const text = random => Array.from({ length: 1 + int(random, 5) }, () => pick(random, WORDS)).join('')
/** An index that cuts no surrogate pair. */
function index (w, random) {
  let at = int(random, w.body.length + 1)
  const flat = w.body.toDelta().map(d => typeof d.insert === 'string' ? d.insert : '?').join('')
  if (at > 0 && flat.charCodeAt(at) >= 0xdc00 && flat.charCodeAt(at) < 0xe000) at--
  return at
}
function range (w, random) {
  const a = index(w, random); const b = index(w, random)
  return [Math.min(a, b), Math.min(Math.abs(a - b), 12)]
}
/** Shrinks a range so that its end cuts no pair either. */
function safe (w, at, len) {
  const flat = w.body.toDelta().map(d => typeof d.insert === 'string' ? d.insert : '?').join('')
  while (len > 0 && flat.charCodeAt(at + len) >= 0xdc00 && flat.charCodeAt(at + len) < 0xe000) len--
  return len
}
const MARKS = [['bold', true], ['italic', true], ['link', { href: 'https://example.org/?q="ü"' }], ['code', true], ['futuremark', { deep: [1, { a: [] }] }], ['bold', null], ['link', null]]
const VALUES = [null, true, false, 0, 1, -1, 63, 64, -64, 8191, 2147483647, -2147483647, 2147483648, 0.5, 0.1, -0, 1e21, 1e-7, 3.4028234663852886e38, 1e300, '', 'text 😀', { a: 1, b: 'x', c: null, d: 0.25 }]

const ACTIONS = [
  (w, r) => w.body.insert(index(w, r), text(r), {}),
  (w, r) => w.body.insert(index(w, r), text(r), { bold: true }),
  (w, r) => w.body.insert(index(w, r), text(r)),
  (w, r) => { const at = index(w, r); w.body.insertEmbed(at, { b: id(r), kind: pick(r, ['h1', 'bullet', 'task', 'future']), indent: int(r, 4) }, {}); w.body.insert(at + 1, END, {}) },
  (w, r) => { const at = index(w, r); w.body.insertEmbed(at, { b: id(r) }, {}); w.body.insert(at + 1, text(r) + END, {}) },
  (w, r) => w.body.insertEmbed(index(w, r), { b: id(r), v: 1, kind: 'divider' }, {}),
  (w, r) => w.body.insertEmbed(index(w, r), { i: 'mention', device: 'a"b\\c', n: 1.5, list: [1, [2, []]], none: null }, {}),
  (w, r) => { const [at, len] = range(w, r); const n = safe(w, at, len); if (n) w.body.delete(at, n) },
  (w, r) => { const [at, len] = range(w, r); const n = safe(w, at, len); if (n) w.body.delete(at, n) },
  (w, r) => { const [at, len] = range(w, r); const n = safe(w, at, len); const [k, v] = pick(r, MARKS); if (n) w.body.format(at, n, { [k]: v }) },
  (w, r) => { const [at, len] = range(w, r); const n = safe(w, at, len); if (n) w.body.format(at, n, { bold: true, italic: true, code: null }) },
  (w, r) => { const at = index(w, r); w.body.insert(at, 'temporary', {}); w.body.delete(at + 2, 5) },
  (w, r) => { const b = w.blocks(); if (b.length) w.attrs.set(`${pick(r, b)}/${pick(r, ['checked', 'indent', 'kind', 'unknown'])}`, pick(r, VALUES)) },
  (w, r) => { const keys = [...w.attrs.keys()]; if (keys.length) w.attrs.delete(pick(r, keys)) },
  (w, r) => w.meta.set(pick(r, ['folder', 'pinned', 'tag/a', 'tag/b', 'assist']), pick(r, VALUES)),
  (w, r) => w.meta.delete(pick(r, ['folder', 'tag/a'])),
  (w, r) => w.title.insert(int(r, w.title.length + 1), pick(r, ['Title', 'x', 'ü '])),
  (w, r) => { if (w.title.length > 3) w.title.delete(int(r, w.title.length - 2), 2) },
  (w, r) => {
    const ref = id(r); const table = new Y.Map()
    w.objects.set(ref, table)
    const rows = [id(r), id(r)]; const cols = [id(r), id(r), id(r)]
    const list = items => { const a = new Y.Array(); a.insert(0, items); return a }
    table.set('rows', list(rows)); table.set('cols', list(cols)); table.set(`size/${cols[0]}`, 120.5)
    w.body.insertEmbed(index(w, r), { b: id(r), v: 1, kind: 'table', ref }, {})
    quiet(w.doc.getText(`c/${ref}/${rows[0]}/${cols[1]}`)).insert(0, text(r), {})
  },
  (w, r) => {
    const refs = [...w.objects.keys()]; if (!refs.length) return
    const table = w.objects.get(pick(r, refs)); const rows = table.get('rows')
    if (r() < 0.5) rows.insert(int(r, rows.length + 1), [id(r), id(r)]); else if (rows.length) rows.delete(int(r, rows.length), 1)
    table.set('size/x', int(r, 500))
  },
  (w, r) => { const refs = [...w.objects.keys()]; if (refs.length && r() < 0.3) w.objects.delete(pick(r, refs)) },
  (w, r) => { const ref = id(r); const m = new Y.Map(); w.objects.set(ref, m); m.set('rows', new Y.Array()); m.get('rows').insert(0, [1, 2, 3]); w.objects.delete(ref) }
]

/** A body's delta with adjacent equal runs joined, as Rust reads it. */
function joined (delta) {
  const out = []
  for (const { insert, attributes = {} } of delta) {
    const marks = Object.fromEntries(Object.entries(attributes).filter(([, v]) => v !== null))
    const last = out[out.length - 1]
    const same = last && JSON.stringify(sorted(last.attributes)) === JSON.stringify(sorted(marks))
    if (same && typeof insert === 'string' && typeof last.insert === 'string') last.insert += insert
    else out.push({ insert, attributes: marks })
  }
  return out
}
const sorted = o => Object.entries(o).sort(([a], [b]) => (a < b ? -1 : 1))

for (let note = 0; note < NOTES; note++) {
  const random = seeded(1000 + note)
  const client = () => int(random, 2 ** 31) * 4194304 + int(random, 4194304)
  const writers = Array.from({ length: 1 + (note % 3) }, () => new Writer(client(), random))
  const log = []
  const deliver = w => {
    for (; w.seen < log.length; w.seen++) if (log[w.seen].client !== w.doc.clientID) Y.applyUpdate(w.doc, Buffer.from(log[w.seen].update, 'base64'), 'deliver')
  }
  const push = w => { for (const u of w.take()) log.push({ client: w.doc.clientID, update: Buffer.from(u).toString('base64') }) }
  writers[0].doc.transact(() => { writers[0].body.insertEmbed(0, { b: id(random) }, {}); writers[0].body.insert(1, END, {}) }, 'me')
  push(writers[0])
  for (let step = 0; step < STEPS; step++) {
    const w = pick(random, writers)
    if (random() < 0.5) deliver(w)
    for (let n = 1 + int(random, 3); n > 0; n--) w.act()
    push(w)
  }
  writers.forEach(deliver)
  const w = writers[0]
  console.log(JSON.stringify({ note, log, title: w.title.toString(), delta: joined(w.body.toDelta()), attrs: w.attrs.toJSON(), meta: w.meta.toJSON(), objects: w.objects.toJSON() }))
}
