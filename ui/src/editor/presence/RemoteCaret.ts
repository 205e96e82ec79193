import type { PersonHere } from '../../ipc/backend'

/** How long a name stays after its caret has moved; BlockNote's figure. Milliseconds. */
export const FLAG_MS = 2000

/** Room a flag needs above or below its caret, and to the right of it; pixels. */
const FLAG_HEIGHT = 20
const FLAG_WIDTH = 96

interface Line {
  left: number
  top: number
  bottom: number
}

/** One caret and its name flag in the layer over the text. */
export class RemoteCaret {
  readonly #bar: HTMLElement
  readonly #flag: HTMLElement
  /** Where it was drawn, in viewport pixels at that moment, less the layer's own place. */
  #drawn: Line | null = null
  #layer: HTMLElement
  #timer: ReturnType<typeof setTimeout> | undefined
  #moving = false
  #hovered = false

  constructor(layer: HTMLElement) {
    this.#layer = layer
    this.#bar = document.createElement('div')
    this.#bar.className = 'presence-caret'
    this.#bar.dataset.testid = 'remote-caret'
    this.#bar.hidden = true
    this.#flag = document.createElement('span')
    this.#flag.className = 'presence-flag'
    this.#bar.append(this.#flag)
    layer.append(this.#bar)
  }

  describe(person: PersonHere, flag: string): void {
    this.#bar.style.setProperty('--c', `var(--person-${person.colour})`)
    this.#bar.dataset.state = person.state
    this.#bar.dataset.name = flag
    if (this.#flag.textContent !== flag) this.#flag.textContent = flag
  }

  /** Shows the name, for two seconds from now. */
  moved(): void {
    this.#moving = true
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#moving = false
      this.#show()
    }, FLAG_MS)
    this.#show()
  }

  hovered(now: boolean): void {
    if (now === this.#hovered) return
    this.#hovered = now
    this.#show()
  }

  /** Draws at a line's edge, or nowhere. Both are in viewport pixels; `own` is the line one writes on oneself. */
  draw(at: Line | null, origin: DOMRect, own: { top: number; bottom: number } | null): void {
    this.#bar.hidden = at === null
    this.#drawn = at && {
      left: at.left - origin.left,
      top: at.top - origin.top,
      bottom: at.bottom - origin.top,
    }
    if (at === null || this.#drawn === null) return
    const { left, top, bottom } = this.#drawn
    this.#bar.style.transform = `translate(${left}px, ${top}px)`
    this.#bar.style.height = `${bottom - top}px`
    const coversOwn = own !== null && own.top < at.top - 1 && own.bottom > at.top - FLAG_HEIGHT + 2
    this.#bar.toggleAttribute('data-below', coversOwn)
    this.#bar.toggleAttribute('data-leftwards', left > origin.width - FLAG_WIDTH)
  }

  /** Whether a point (viewport pixels) is on the caret. */
  near(x: number, y: number, slack: number): boolean {
    if (this.#drawn === null) return false
    const origin = this.#layer.getBoundingClientRect()
    const dx = Math.abs(x - origin.left - this.#drawn.left)
    const dy = y - origin.top
    return dx <= slack && dy >= this.#drawn.top && dy <= this.#drawn.bottom
  }

  bringIntoView(): boolean {
    if (this.#drawn === null) return false
    this.#bar.scrollIntoView({ block: 'center', inline: 'nearest' })
    this.moved()
    return true
  }

  remove(): void {
    clearTimeout(this.#timer)
    this.#bar.remove()
  }

  #show(): void {
    this.#bar.toggleAttribute('data-flag', this.#moving || this.#hovered)
  }
}
