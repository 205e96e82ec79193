import type { Notice } from '../../ipc/backend'
import { Store } from '../../shared/store'
import type { ShownNotice } from './Notices'

/** More notices than this and the oldest go: they are for reading, not for keeping. */
const MAX_NOTICES = 4

/** The notices that are shown, oldest first. The same sentence twice is one notice, the newer. */
export class NoticeList extends Store<ShownNotice[]> {
  #key = 0

  constructor() {
    super([])
  }

  /** What the window itself has to say; `copy` is text that a button puts on the clipboard. */
  say(message: string, copy?: string): void {
    this.add({ code: 'window', message, ...(copy === undefined ? {} : { copy }) })
  }

  add(notice: Notice): void {
    const shown = { ...notice, key: ++this.#key }
    this.update(all =>
      [...all.filter(({ message }) => message !== notice.message), shown].slice(-MAX_NOTICES),
    )
  }

  dismiss(key: number): void {
    this.update(all => all.filter(notice => notice.key !== key))
  }
}
