/** What the doctor of a pretended device says, in the words of the real one. */
import type { Diagnosis } from '../backend'

export const GUESTS: Diagnosis = {
  connected: 0,
  findings: [
    {
      sentence:
        'Your device calls out on this network and hears nobody, and 192.168.1.20:48213 does not answer. The others are off or elsewhere, or this network keeps its devices apart, as guest networks usually do.',
      fix: 'Use another network for both, for example a phone’s hotspot. If it is not a guest network, see that Skein runs on the other device.',
      certain: false,
      works: false,
    },
    {
      sentence:
        'Ben’s laptop was last at 192.168.1.20:48213. No answer comes from there: it is off, asleep or elsewhere, or a firewall is in the way.',
      fix: 'See that the other device is awake and on this network. If its address has changed, add the new one by hand.',
      certain: true,
      works: false,
    },
  ],
  tried: [
    {
      address: '/ip4/192.168.1.20/tcp/48213',
      deviceName: 'Ben’s laptop',
      announced: false,
      ended: 'no_answer',
    },
    { address: '/ip4/10.0.0.7/tcp/48213', deviceName: 'Ben’s laptop', announced: false, ended: 'no_way' },
  ],
}

export const FOUND: Diagnosis = {
  connected: 1,
  findings: [
    {
      sentence: 'Ben’s laptop is connected, at 192.168.1.20:48213. It was found by its call on this network.',
      fix: null,
      certain: true,
      works: true,
    },
  ],
  tried: [],
}

export const NOBODY: Diagnosis = {
  connected: 0,
  findings: [
    {
      sentence: 'There is no other device in any of your spaces yet.',
      fix: 'Invite somebody, or join a space from here.',
      certain: true,
      works: false,
    },
  ],
  tried: [],
}

export const OFFLINE_FOUND: Diagnosis = {
  connected: 0,
  findings: [
    {
      sentence: 'This device is set to offline, so it neither looks for others nor answers them.',
      fix: 'Switch off “Work offline”.',
      certain: true,
      works: false,
    },
  ],
  tried: [],
}
