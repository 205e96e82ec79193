import { JSDOM } from 'jsdom'

const NAMES = [
  'window',
  'document',
  'Node',
  'Element',
  'HTMLElement',
  'MutationObserver',
  'getSelection',
  'Range',
  'DOMParser',
  'KeyboardEvent',
  'Event',
  'requestAnimationFrame',
  'cancelAnimationFrame',
  'innerHeight',
] as const

/** Gives a plain Node process the browser's globals an editor view needs. There is no layout. */
export function installDom(): void {
  const { window } = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true })
  for (const name of NAMES) define(name, name === 'window' ? window : window[name])
  define('navigator', window.navigator)
  withoutLayout(window.Range.prototype)
}

/** jsdom has no boxes; asking for them would throw. */
export function withoutLayout(range: Range): void {
  const box = { top: 0, bottom: 0, left: 0, right: 0, x: 0, y: 0, width: 0, height: 0 } as DOMRect
  range.getClientRects = () => [] as unknown as DOMRectList
  range.getBoundingClientRect = () => box
}

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
}
