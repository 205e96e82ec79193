import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CaretReport } from './CaretReport'

const at = (n: number) => Uint8Array.of(n)
const send = vi.fn<(caret: Uint8Array | null, head: Uint8Array | null) => Promise<void>>()
let report: CaretReport

beforeEach(() => {
  vi.useFakeTimers()
  send.mockReset().mockResolvedValue()
  report = new CaretReport(send)
})
afterEach(() => {
  report.stop()
  vi.useRealTimers()
})

test('the first move is told at once', () => {
  report.moved(at(1), at(1))
  expect(send.mock.calls).toEqual([[at(1), null]])
})

test('of many moves within 50 ms the last is told, after them', () => {
  for (const n of [1, 2, 3, 4]) report.moved(at(n), at(n))
  vi.advanceTimersByTime(49)
  expect(send).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(1)
  expect(send.mock.calls.at(-1)).toEqual([at(4), null])
  vi.advanceTimersByTime(1000)
  expect(send).toHaveBeenCalledTimes(2)
})

test('the same place is told once', () => {
  report.moved(at(1), at(2))
  vi.advanceTimersByTime(100)
  report.moved(at(1), at(2))
  vi.advanceTimersByTime(100)
  expect(send.mock.calls).toEqual([[at(1), at(2)]])
})

test('leaving the text is told', () => {
  report.moved(at(1), at(1))
  vi.advanceTimersByTime(100)
  report.moved(null, null)
  expect(send.mock.calls.at(-1)).toEqual([null, null])
})

test('a refused report stops nothing', async () => {
  send.mockRejectedValueOnce('no such session')
  report.moved(at(1), at(1))
  await vi.advanceTimersByTimeAsync(100)
  report.moved(at(2), at(2))
  expect(send).toHaveBeenCalledTimes(2)
})
