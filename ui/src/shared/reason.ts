/** What went wrong, as the sentence a rejected command carries: lower-case, without a full stop. */
export function reason(error: unknown): string {
  const text =
    typeof error === 'string'
      ? error
      : hasMessage(error)
        ? error.message
        : 'something went wrong that has no name yet'
  return text.trim().replace(/\.$/, '')
}

function hasMessage(error: unknown): error is { message: string } {
  return (
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
  )
}
