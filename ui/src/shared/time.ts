const DAY = 86_400_000

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short' })
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const dated = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/** When something was, as short as a list allows: "now", "14:02", "Tue", "12 Nov", "12 Nov 2024". Milliseconds. */
export function shortWhen(then: number, now: number, justNow: string): string {
  // A device whose clock runs ahead says times of the future; they are shown as now, never as tomorrow.
  if (now - then < 60_000) return justNow
  const days = Math.round((midnight(now) - midnight(then)) / DAY)
  if (days === 0) return clock.format(then)
  if (days < 7) return weekday.format(then)
  return new Date(then).getFullYear() === new Date(now).getFullYear() ? date.format(then) : dated.format(then)
}

/** "9 minutes", "1 hour": what is left of a span, rounded up so that nothing ends early. Milliseconds. */
export function span(left: number): string {
  const minutes = Math.max(1, Math.ceil(left / 60_000))
  const [value, unit] =
    minutes < 90
      ? [minutes, 'minute']
      : minutes < 48 * 60
        ? [Math.round(minutes / 60), 'hour']
        : [Math.round(minutes / 1440), 'day']
  return new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}

/** Until when something is good: "14:20", "Tue 14:20", "12 Nov, 14:20". Milliseconds. */
export function untilWhen(then: number, now: number): string {
  const days = Math.round((midnight(then) - midnight(now)) / DAY)
  if (days === 0) return clock.format(then)
  return days > 0 && days < 7
    ? `${weekday.format(then)} ${clock.format(then)}`
    : `${date.format(then)}, ${clock.format(then)}`
}

function midnight(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0)
}
