import type { Picture } from '../../ipc/backend'
import css from './Pictures.module.css'

/** Four pictures, each with its word: who cannot see or tell them apart compares the words. */
export function Pictures({ pictures }: { pictures: Picture[] }) {
  return (
    <span className={css.row}>
      {pictures.map(({ picture, name }, place) => (
        <span key={name + before(pictures, name, place)} className={css.picture}>
          <span className={css.glyph} aria-hidden>
            {picture}
          </span>
          <span className={css.name}>{name}</span>
        </span>
      ))}
    </span>
  )
}

/** A picture may stand twice in a row: how often it did before this place. */
function before(pictures: Picture[], name: string, place: number): number {
  return pictures.slice(0, place).filter(other => other.name === name).length
}
