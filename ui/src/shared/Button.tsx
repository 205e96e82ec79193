import type { ButtonHTMLAttributes, Ref } from 'react'
import css from './Button.module.css'

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary` at most once on a screen; `line` has an outline; `plain` is text; `icon` is square. */
  look?: 'primary' | 'line' | 'plain' | 'icon'
  ref?: Ref<HTMLButtonElement>
}

export function Button({ look = 'plain', className = '', type = 'button', ...rest }: Props) {
  return <button type={type} className={`${css.button} ${css[look]} ${className}`} {...rest} />
}
