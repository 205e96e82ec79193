/**
 * What the binding costs: `npm run bench -- [paragraphs of 50 words]…`. Editor views in jsdom, so no layout; prints
 * milliseconds of processor time, which a busy machine changes little: median and 95th percentile. A figure, not a test.
 */
import { EditorState, Plugin, PluginKey, type Transaction } from '@tiptap/pm/state'
import { Decoration, DecorationSet, EditorView } from '@tiptap/pm/view'
import * as Y from 'yjs'
import { BodyBinding } from '../../src/editor/binding/bodyBinding'
import { project } from '../../src/editor/binding/projection'
import { listPlaces, PlacedItems } from '../../src/editor/blocks/listPlaces'
import { schema } from '../../src/editor/schema/schema'
import { NoteDocument } from '../../src/sync/noteDocument'
import { installDom } from '../support/dom'

const ROUNDS = 300
/** Left out of the figures: the engine is still compiling. */
const WARM_UP = 60

const WORDS =
  'the quick brown fox jumps over the lazy dog while seven wise editors merge their notes without losing intent'.split(
    ' ',
  )

installDom()
const sizes = process.argv.slice(2).map(Number)
for (const paragraphs of sizes.length > 0 ? sizes : [200, 1000, 2000])
  console.log(JSON.stringify(measure(paragraphs)))
process.exit(0)

/** Where some block begins, another one for each `i`. */
function block(tr: Transaction, i: number): number {
  let position = 0
  for (let k = 0; k < (i * 31) % tr.doc.childCount; k++) position += tr.doc.child(k).nodeSize
  return position
}

function measure(paragraphs: number): Record<string, unknown> {
  const author = new NoteDocument(1)
  const starts = write(author, paragraphs)
  const reader = new NoteDocument(2)
  const load = once(() => reader.deliver([Y.encodeStateAsUpdate(author.doc)]))
  const projection = once(() => project(reader))
  let binding = new BodyBinding(reader)
  binding.destroy()
  const bind = once(() => {
    binding = new BodyBinding(reader, { strict: true })
  })
  const decorated = decorations()
  const state = EditorState.create({
    schema,
    doc: binding.doc,
    plugins: [binding.plugin(), listPlaces(new PlacedItems()), decorated],
  })
  const at = (i: number, offset: number): number => (starts[i % paragraphs] ?? 0) + offset
  let view: EditorView | null = null
  const open = once(() => {
    view = new EditorView(document.body.appendChild(document.createElement('div')), { state })
  })
  const mounted = view as EditorView | null
  if (!mounted) throw new Error('no view')

  const remote = (change: (i: number) => void): string =>
    spread(i => {
      const before = Y.encodeStateVector(reader.doc)
      author.edit(() => change(i))
      const update = Y.encodeStateAsUpdate(author.doc, before)
      return () => reader.deliver([update])
    })
  const local = (change: (tr: Transaction, i: number) => void): string =>
    spread(i => {
      const { tr } = mounted.state
      change(tr, i)
      return () => mounted.dispatch(tr)
    })

  const figures = {
    words: paragraphs * 50,
    load,
    projection,
    bind,
    open,
    remoteInsert: remote(i => author.body.insert(at(i * 37, 6), 'x', {})),
    decorationsAlive: `${decorated.getState(mounted.state)?.find().length ?? 0}/20`,
    remoteMark: remote(i => author.body.format(at(i * 41, 8), 5, { italic: true })),
    remoteAttribute: remote(i => author.attrs.set(`${id((i * 47) % paragraphs)}/indent`, 1 + (i % 3))),
    remoteSplit: remote(i => {
      author.body.insert(at(i * 43, 40), '\u2029', {})
      author.body.insertEmbed(at(i * 43, 41), { b: id(paragraphs + i) }, {})
    }),
    localKey: local((tr, i) => tr.insertText('y', block(tr, i) + 4)),
    localDelete: local((tr, i) => tr.delete(block(tr, i) + 4, block(tr, i) + 5)),
    localEnter: local((tr, i) =>
      tr.split(block(tr, i) + 1 + Math.min(20, tr.doc.nodeAt(block(tr, i))?.content.size ?? 0)),
    ),
    localKind: local((tr, i) =>
      tr.setNodeMarkup(block(tr, i), schema.nodes.item, { ...tr.doc.nodeAt(block(tr, i))?.attrs }),
    ),
  }
  if (!project(reader).doc.eq(mounted.state.doc)) throw new Error('the view differs from storage')
  return figures
}

function write(note: NoteDocument, paragraphs: number): number[] {
  const starts: number[] = []
  note.doc.transact(() => {
    for (let i = 0; i < paragraphs; i++) {
      const text = Array.from({ length: 50 }, (_, j) => WORDS[(i * 7 + j) % WORDS.length]).join(' ')
      starts.push(note.body.length)
      note.body.insertEmbed(note.body.length, { b: id(i), ...(i % 10 === 0 ? { kind: 'h2' } : {}) }, {})
      note.body.insert(note.body.length, text.slice(0, 20), {})
      note.body.insert(note.body.length, text.slice(20, 30), i % 3 === 0 ? { bold: true } : {})
      note.body.insert(note.body.length, `${text.slice(30)}\u2029`, {})
    }
  })
  return starts
}

function id(i: number): string {
  return `block-${String(i).padStart(6, '0')}`
}

/** Twenty ranges that should survive whatever others do. */
function decorations(): Plugin<DecorationSet> {
  const key = new PluginKey<DecorationSet>('bench')
  return new Plugin<DecorationSet>({
    key,
    state: {
      init: (_, { doc }) =>
        DecorationSet.create(
          doc,
          Array.from({ length: 20 }, (_, i) =>
            Decoration.inline(500 + i * 100, 510 + i * 100, { class: 'x' }),
          ),
        ),
      apply: (tr, set) => (tr.docChanged ? set.map(tr.mapping, tr.doc) : set),
    },
    props: { decorations: state => key.getState(state) },
  })
}

function once(work: () => unknown): number {
  const began = performance.now()
  work()
  return Math.round(performance.now() - began)
}

/** Prepares and measures each round; median and 95th percentile. */
function spread(prepare: (i: number) => () => void): string {
  const times: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    const work = prepare(i)
    const began = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(began)
    times.push((user + system) / 1000)
  }
  const sorted = times.slice(WARM_UP).toSorted((a, b) => a - b)
  const at = (part: number): string => (sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(2)
  return `${at(0.5)} / ${at(0.95)}`
}
