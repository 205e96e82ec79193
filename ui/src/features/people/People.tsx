import { Popover } from '@base-ui/react/popover'
import type { CSSProperties } from 'react'
import type { PersonHere } from '../../ipc/backend'
import { m } from '../../shared/messages'
import { deviceLabel, initials } from '../../shared/names'
import popup from '../../shared/Popup.module.css'
import { Tip } from '../../shared/Tip'
import { stacked } from './faces'
import css from './People.module.css'

interface Props {
  people: PersonHere[]
  /** Scrolls to where somebody is; only ever because the reader asked. */
  onGoTo: (person: PersonHere) => void
}

/** Who else has this note open: faces, at most four and a number. */
export function People({ people, onGoTo }: Props) {
  const { faces, more } = stacked(people)
  if (faces.length === 0) return null
  return (
    <ul className={css.stack} aria-label={m.people.label} data-testid="people">
      {faces.map(person => (
        <li key={person.clientId}>
          <Tip text={m.people.face(deviceLabel(person), m.people[person.state])}>
            <button
              type="button"
              className={css.face}
              style={colour(person)}
              data-state={person.state}
              aria-label={label(person)}
              aria-disabled={person.caret === null || undefined}
              onClick={() => onGoTo(person)}
            >
              {initials(person.person)}
            </button>
          </Tip>
        </li>
      ))}
      {more.length > 0 && (
        <li>
          <More people={more} onGoTo={onGoTo} />
        </li>
      )}
    </ul>
  )
}

function More({ people, onGoTo }: Props) {
  return (
    <Popover.Root>
      <Popover.Trigger className={`${css.face} ${css.more}`} aria-label={m.people.more(people.length)}>
        +{people.length}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={8} align="end" className={popup.layer}>
          <Popover.Popup className={popup.menu} aria-label={m.people.label}>
            <ul>
              {people.map(person => (
                <li key={person.clientId}>
                  <button type="button" className={css.row} onClick={() => onGoTo(person)}>
                    <i
                      className={css.face}
                      style={colour(person)}
                      data-state={person.state}
                      aria-hidden="true"
                    >
                      {initials(person.person)}
                    </i>
                    {deviceLabel(person)}
                    <span>{m.people[person.state]}</span>
                  </button>
                </li>
              ))}
            </ul>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

function label(person: PersonHere): string {
  const state = m.people[person.state]
  return person.caret === null
    ? m.people.face(deviceLabel(person), state)
    : m.people.goTo(deviceLabel(person), state)
}

function colour(person: PersonHere): CSSProperties {
  return { '--c': `var(--person-${person.colour})` } as CSSProperties
}
