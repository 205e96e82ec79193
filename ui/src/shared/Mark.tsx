/** The mark of Skein in the colour of the text around it; the paths are those of icons/mark.svg. */
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="2 2 20 20" fill="none" stroke="currentColor" aria-hidden="true">
      <g strokeWidth="2.1" strokeLinecap="round" strokeLinejoin="round">
        <path d="M15.20 5.80C16.09 4.00 18.06 3.61 19.68 5.55 22.15 8.49 19.21 11.28 14.88 9.58 12.51 8.80 10.45 9.63 9.55 11.39" />
        <path d="M8.80 18.20C7.91 20.00 5.94 20.39 4.32 18.45 1.85 15.51 4.79 12.72 9.12 14.42 11.49 15.20 13.55 14.37 14.45 12.61" />
      </g>
    </svg>
  )
}
