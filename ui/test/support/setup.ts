import { withoutLayout } from './dom'

if (typeof Range !== 'undefined') withoutLayout(Range.prototype)
