import { Switch } from '@base-ui/react/switch'
import { useId } from 'react'
import css from './Toggle.module.css'

interface Props {
  label: string
  /** What it means now, in a sentence. */
  detail: string
  checked: boolean
  onChange: (checked: boolean) => void
  disabled?: boolean
  'data-testid'?: string
}

/** A switch with its words. Pressing on the words turns it as well. */
export function Toggle({ label, detail, checked, onChange, disabled, ...rest }: Props) {
  const id = useId()
  return (
    <div className={css.row}>
      <label className={css.words} id={`${id}-label`} htmlFor={id} data-off={disabled || undefined}>
        {label}
      </label>
      <Switch.Root
        {...rest}
        id={id}
        className={css.track}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        aria-labelledby={`${id}-label`}
        aria-describedby={`${id}-detail`}
      >
        <Switch.Thumb className={css.thumb} />
      </Switch.Root>
      <p className={css.detail} id={`${id}-detail`}>
        {detail}
      </p>
    </div>
  )
}
