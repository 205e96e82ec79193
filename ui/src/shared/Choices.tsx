import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import { useId } from 'react'
import field from './Field.module.css'

interface Props<T extends string | number> {
  label: string
  value: T
  options: readonly { value: T; label: string }[]
  onChange: (value: T) => void
  disabled?: boolean
}

/** One of a few, all of them visible; arrows move between them. */
export function Choices<T extends string | number>({ label, value, options, onChange, disabled }: Props<T>) {
  const id = useId()
  return (
    <div className={field.field}>
      <span className={field.label} id={id}>
        {label}
      </span>
      <RadioGroup
        aria-labelledby={id}
        className={field.choices}
        value={value}
        onValueChange={next => onChange(next as T)}
        disabled={disabled}
      >
        {options.map(option => (
          <Radio.Root
            key={option.value}
            value={option.value}
            className={field.choice}
            aria-label={option.label}
          >
            {option.label}
          </Radio.Root>
        ))}
      </RadioGroup>
    </div>
  )
}
