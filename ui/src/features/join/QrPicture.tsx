import css from './Ticket.module.css'

/** Light squares around a code, by its standard; scanners look for them. */
const EDGE = 4

/** How wide and high a code is at most, in CSS pixels: a phone reads it from an arm's length. */
const ROOM_PX = 280

interface Props {
  /** `#` is dark. */
  rows: string[]
  label: string
}

/** A QR code: dark on white in both themes, because that is what scanners read, and whole pixels for each square. */
export function QrPicture({ rows, label }: Props) {
  const squares = rows.length + 2 * EDGE
  const side = squares * Math.max(2, Math.floor(ROOM_PX / squares))
  return (
    <svg
      className={css.code}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn here; an img needs an address
      role="img"
      aria-label={label}
      data-testid="ticket-code"
      width={side}
      height={side}
      viewBox={`${-EDGE} ${-EDGE} ${squares} ${squares}`}
      shapeRendering="crispEdges"
    >
      <rect x={-EDGE} y={-EDGE} width={squares} height={squares} fill="#fff" />
      <path d={outline(rows)} fill="#000" />
    </svg>
  )
}

/** One rectangle for each run of dark squares. */
function outline(rows: string[]): string {
  return rows
    .flatMap((row, y) =>
      Array.from(
        row.matchAll(/#+/g),
        ({ 0: run, index }) => `M${index} ${y}h${run.length}v1h-${run.length}z`,
      ),
    )
    .join('')
}
