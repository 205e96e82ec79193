//! Frames on their way: paced, late, slow, and never out of order. Gossip: any order, or not at all.

use rand::Rng;
use skein_space::SpaceId;
use skein_sync::frame::Frame as Message;
use skein_sync::{Input, Range, StreamId};

use super::Cluster;
use crate::config::{BYTES_PER_MS, RANGE_READ_BYTES, STREAM_QUEUE_BYTES, WINDOW_BYTES};
use crate::event::Happening;
use crate::net::{Frame, Waiting};

/// A packet that was lost is sent again after about so long, ms.
const RESEND_MS: u64 = 200;

/// How often a stalled stream is looked at, ms.
const STALL_MS: u64 = 100;

impl Cluster {
    /// How long one packet of a stream takes: lost ones are sent again.
    pub(super) fn packet_delay(&mut self) -> u64 {
        let (least, most) = self.plan.world.delay_ms;
        let mut ms = self.between(least, most);
        if self.healing {
            return ms;
        }
        let loss = self.plan.world.loss;
        while loss > 0.0 && self.chance(loss) {
            self.fire("packet lost");
            ms += RESEND_MS;
        }
        ms
    }

    /// Queues something on a stream and sends what fits.
    pub(super) fn send(&mut self, device: usize, stream: StreamId, what: Waiting) {
        let Some(side) = self.net.sides.get_mut(&stream) else {
            return;
        };
        if side.ended || side.life.device != device {
            return;
        }
        if let Waiting::Frame(_, body) = &what {
            side.waiting_bytes += body.len();
        }
        side.waiting.push_back(what);
        self.pump(stream);
    }

    fn pump(&mut self, stream: StreamId) {
        loop {
            let Some(side) = self.net.sides.get_mut(&stream) else {
                return;
            };
            if side.frame_bytes >= WINDOW_BYTES || side.ended {
                break;
            }
            match side.waiting.pop_front() {
                None => return,
                Some(Waiting::Frame(kind, body)) => {
                    side.waiting_bytes -= body.len();
                    self.put_on_way(stream, kind, body);
                }
                Some(Waiting::Ranges(mut ranges)) => {
                    let device = side.life.device;
                    let Some(range) = ranges.pop_front() else {
                        self.sent(device, stream);
                        continue;
                    };
                    if !self.send_range(stream, range, &mut ranges) {
                        return;
                    }
                    if let Some(side) = self.net.sides.get_mut(&stream) {
                        side.waiting.push_front(Waiting::Ranges(ranges));
                    }
                }
            }
        }
        let Some(side) = self.net.sides.get(&stream) else {
            return;
        };
        if side.waiting_bytes > STREAM_QUEUE_BYTES {
            let device = side.life.device;
            self.fire("slow peer cut off");
            self.end_side(stream);
            self.hear_network(device, Input::StreamDown { stream });
        }
    }

    /// Reads one piece of a range and sends it; false when the stream had to be closed.
    fn send_range(
        &mut self,
        stream: StreamId,
        range: Range,
        rest: &mut std::collections::VecDeque<Range>,
    ) -> bool {
        let Some(device) = self.net.sides.get(&stream).map(|side| side.life.device) else {
            return false;
        };
        let Some(process) = &self.devices[device].process else {
            return false;
        };
        let reader = process.held.reader();
        let seqs = range.from..=range.to;
        let entries = reader.branch_entries(range.chain, range.branch, seqs, RANGE_READ_BYTES);
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                self.trace
                    .line(self.now_ms, device, &format!("unread for sending: {error}"));
                self.end_side(stream);
                self.storage_failed(device);
                self.hear_network(device, Input::StreamDown { stream });
                return false;
            }
        };
        let next = entries.last().map_or(range.to, |last| last.header().seq) + 1;
        for entry in entries {
            let (kind, body) = Message::Entry(entry).encode();
            self.put_on_way(stream, kind, body);
        }
        if next <= range.to {
            rest.push_front(Range {
                from: next,
                ..range
            });
        }
        true
    }

    /// Everything of a range is handed over.
    fn sent(&mut self, device: usize, stream: StreamId) {
        let life = self.life(device);
        // Not at once: the engine may be in the middle of an input.
        let input = Input::RangesSent { stream };
        self.future
            .plan(self.now_ms, Happening::Give(life, Box::new(input)));
    }

    /// A frame of a lying member, put on a stream as its own.
    pub(super) fn put_on_way(&mut self, stream: StreamId, kind: u8, body: Vec<u8>) {
        let delay_ms = self.packet_delay() + body.len() as u64 / BYTES_PER_MS;
        let now_ms = self.now_ms;
        let Some(side) = self.net.sides.get_mut(&stream) else {
            return;
        };
        *self.sent_bytes.entry(side.life.device).or_insert(0) += body.len() as u64 + 5;
        let before_ms = side.frames.back().map_or(0, |frame| frame.at_ms);
        let at_ms = before_ms.max(now_ms + delay_ms);
        side.frame_bytes += body.len();
        side.frames.push_back(Frame { at_ms, kind, body });
        let plan = !side.planned;
        side.planned = true;
        if plan {
            self.future.plan(at_ms, Happening::Frame(stream));
        }
    }

    /// The next frame of a stream arrives, or its end.
    pub(super) fn frame_due(&mut self, stream: StreamId) {
        let now_ms = self.now_ms;
        let Some(side) = self.net.sides.get_mut(&stream) else {
            return;
        };
        let (from, to, other) = (side.life.device, side.peer, side.other);
        if self.net.blocked_since(from, to, now_ms).is_some() {
            self.fire("stream stalled");
            return self
                .future
                .plan(now_ms + STALL_MS, Happening::Frame(stream));
        }
        let Some(side) = self.net.sides.get_mut(&stream) else {
            return;
        };
        side.planned = false;
        let Some(frame) = side.frames.pop_front() else {
            if side.ended {
                self.net.sides.remove(&stream);
                self.other_side_ended(other);
            }
            return;
        };
        side.frame_bytes -= frame.body.len();
        let next_ms = side.frames.front().map(|frame| frame.at_ms);
        let plan = next_ms.or(side.ended.then_some(now_ms));
        if let Some(at_ms) = plan {
            side.planned = true;
            let slow = self.devices[to].slow_until_ms > now_ms && !self.healing;
            let pause_ms = if slow { self.between(50, 400) } else { 0 };
            if slow {
                self.fire("slow peer");
            }
            self.future
                .plan(at_ms.max(now_ms + pause_ms), Happening::Frame(stream));
        }
        self.pump(stream);
        self.frame_arrives(other, frame);
    }

    fn frame_arrives(&mut self, stream: StreamId, frame: Frame) {
        let Some(side) = self.net.sides.get(&stream) else {
            return;
        };
        let life = side.life;
        // An ended side reads no more, and a new process has none of its old one's streams.
        if side.ended || !side.up || self.living(life).is_none() {
            return;
        }
        let Frame { kind, body, .. } = frame;
        self.hear_network(life.device, Input::Frame { stream, kind, body });
        self.heard_on_stream(stream, kind);
    }

    fn other_side_ended(&mut self, stream: StreamId) {
        let Some(side) = self.net.sides.get_mut(&stream) else {
            return;
        };
        let (life, told) = (side.life, side.ended);
        side.frames.clear();
        side.waiting.clear();
        side.waiting_bytes = 0;
        side.frame_bytes = 0;
        side.ended = true;
        if side.planned {
            // Its own end is on its way and removes it.
        } else {
            self.net.sides.remove(&stream);
        }
        if !told && self.living(life).is_some() {
            self.hear_network(life.device, Input::StreamDown { stream });
        }
    }

    /// Publishes to everybody connected; each message on its own way.
    pub(super) fn gossip(&mut self, from: usize, space: SpaceId, kind: u8, body: &[u8]) {
        let part = self.plan.world.gossip;
        if part == 0.0 {
            return;
        }
        *self.sent_bytes.entry(from).or_insert(0) += body.len() as u64;
        let arrives = part * (1.0 - self.plan.world.loss);
        for to in 0..self.devices.len() {
            if to == from || !self.net.connections.contains_key(&(from, to)) {
                continue;
            }
            if !self.chance(if self.healing { part } else { arrives }) {
                self.fire("gossip dropped");
                continue;
            }
            let twice = self.plan.world.twice;
            let copies = 1 + u64::from(!self.healing && self.chance(twice));
            if copies == 2 {
                self.fire("gossip doubled");
            }
            for _ in 0..copies {
                let mut delay_ms = self.packet_delay();
                // Single messages came seconds late when it was measured.
                if self.rng.random_bool(0.05) {
                    self.fire("gossip late");
                    delay_ms += self.between(100, 4_000);
                }
                let body = body.to_vec();
                let at_ms = self.now_ms + delay_ms;
                self.future.plan(
                    at_ms,
                    Happening::Gossip {
                        from,
                        to,
                        space,
                        kind,
                        body,
                    },
                );
            }
        }
    }
}
