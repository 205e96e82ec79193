import { Tooltip } from '@base-ui/react/tooltip'
import type { ReactElement } from 'react'
import popup from './Popup.module.css'

/** A short name beside what the pointer or the focus is on. The trigger has its own accessible name. */
export function Tip({ text, children }: { text: string; children: ReactElement }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className={popup.layer}>
          <Tooltip.Popup className={popup.tip}>{text}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}
