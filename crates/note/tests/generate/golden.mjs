// Writes the notes whose canonical JSON and hash are frozen: every block, mark, atom, a table, and what
// only bad luck or malice writes. Used by crates/note/tests/golden.rs.
//
// Usage: npm install --prefix /some/dir yjs@13.6.33
//        node golden.mjs /some/dir | target/release/examples/replay > answers
//        node golden.mjs /some/dir answers > ../data/golden.jsonl
//
// Look at what changed before committing: a changed hash means that devices of two versions disagree.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const Y = await import(pathToFileURL(`${process.argv[2]}/node_modules/yjs/dist/yjs.mjs`))
const END = '\u2029'
const id = n => `block-${String(n).padStart(6, '0')}`

const NOTES = {
  'every kind of block': ({ body, attrs }) => {
    const kinds = ['p', 'h1', 'h2', 'h3', 'bullet', 'ordered', 'task', 'code', 'callout', 'toggle']
    kinds.forEach((kind, n) => {
      const record = kind === 'p' ? {} : { kind }
      if (kind === 'code') record.lang = 'rust'
      put(body, { b: id(n), ...record }, `${kind} text`)
    })
    for (const kind of ['divider', 'image', 'file', 'math']) body.insertEmbed(body.length, { b: `void-${kind}-000`, v: 1, kind, name: 'n' }, {})
    attrs.set(`${id(6)}/checked`, true)
    attrs.set(`${id(4)}/indent`, 2)
    attrs.set(`${id(7)}/lang`, null)
    attrs.set('block-999999/kind', 'gone')
  },
  'every mark and atom': ({ body }) => {
    put(body, { b: id(1) }, '')
    let at = 1
    const marks = { bold: true, italic: true, underline: true, strike: true, code: true, highlight: 'yellow', link: { href: 'https://a.example/?q="ü"' }, future: { deep: [1, { a: null }] } }
    for (const [name, value] of Object.entries(marks)) { body.insert(at, name, { [name]: value }); at += name.length }
    body.insert(at, 'all', marks); at += 3
    body.insertEmbed(at, { i: 'mention', device: 'x', name: 'Ana' }, { bold: true }); at++
    body.insertEmbed(at, { i: 'unknown', n: 1.5 }, {})
  },
  'settings and title': ({ title, meta, body }) => {
    put(body, { b: id(1) }, 'x')
    title.insert(0, 'Ein "Titel" 😀\t\\')
    const values = { folder: 'a/b', pinned: true, trashed: false, schema: 1, 'tag/x': true, 'tag/ü': true, half: 0.5, big: 1e21, small: 1e-7, minus: -0, map: { b: 1, a: 'x' }, nothing: null }
    for (const [key, value] of Object.entries(values)) meta.set(key, value)
  },
  'a table': ({ doc, body, objects }) => {
    body.insertEmbed(0, { b: id(1), v: 1, kind: 'table', ref: 'table-000001' }, {})
    const table = new Y.Map(); objects.set('table-000001', table)
    const list = items => { const a = new Y.Array(); a.insert(0, items); return a }
    table.set('rows', list(['row-0000001', 'row-0000002'])); table.set('cols', list(['col-0000001', 'col-0000002']))
    table.set('size/col-0000001', 120)
    doc.getText('c/table-000001/row-0000001/col-0000002').insert(0, 'cell', { bold: true })
    const emptied = doc.getText('c/table-000001/row-0000002/col-0000001'); emptied.insert(0, 'x', {}); emptied.delete(0, 1)
    doc.getText('c/table-999999/row-0000001/col-0000001').insert(0, 'a cell without its table', {})
  },
  'missing starts and ends': ({ body }) => {
    body.insert(0, `before${END}${END}`, {})
    body.insertEmbed(body.length, { b: id(1), kind: 'h1' }, {}); body.insert(body.length, 'no end', {})
    body.insertEmbed(body.length, { b: id(2), kind: 'task', checked: true }, {}); body.insert(body.length, `end${END}left behind`, {})
    body.insertEmbed(body.length, { b: id(3), v: 1, kind: 'divider' }, {}); body.insert(body.length, `implied${END}`, {})
    body.insertEmbed(body.length, { b: id(2), kind: 'task' }, {})
  },
  'odd records': ({ body, attrs }) => {
    put(body, { b: id(1), kind: 5, indent: 99, quote: -1, checked: 'yes', id: 'x', inline: 1, void: false, '/a': 1, none: null }, 'odd')
    put(body, { b: id(2), v: true }, 'not void')
    body.insertEmbed(body.length, { b: id(3), v: 1.0 }, {})
    attrs.set(`${id(1)}/a/b`, 1); attrs.set('noslash', 1); attrs.set(`/${id(1)}`, 1); attrs.set(`${id(2)}/kind`, 'h9')
    put(body, { b: id(4), kind: 'p' }, 'a\nb')
  },
  empty: () => {}
}

function put (body, record, text) {
  body.insertEmbed(body.length, record, {})
  if (text) body.insert(body.length, text, {})
  body.insert(body.length, END, {})
}

const answers = process.argv[3] && readFileSync(process.argv[3], 'utf8').trim().split('\n').map(JSON.parse)
Object.entries(NOTES).forEach(([name, write], n) => {
  const doc = new Y.Doc(); doc.clientID = 4503599627370497 + n
  const roots = { doc, title: doc.getText('title'), body: doc.getText('body') }
  for (const map of ['attrs', 'objects', 'meta']) roots[map] = doc.getMap(map)
  doc.transact(() => write(roots))
  const state = Buffer.from(Y.encodeStateAsUpdate(doc)).toString('base64')
  if (!answers) console.log(JSON.stringify({ updates: [state] }))
  else console.log(JSON.stringify({ name, client: doc.clientID, state, hash: answers[n].hash, canonical: answers[n].canonical }))
})
