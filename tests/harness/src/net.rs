//! Streams and connections between devices.
//!
//! A stream is an ordered stream of bytes, as TCP gives it: loss makes it late, a partition makes it stall
//! until it is given up, and an end cuts what was on its way. Only gossip loses and reorders.

use std::collections::{BTreeMap, VecDeque};

use skein_sync::{Range, StreamId};

use crate::event::Life;

/// A frame on its way.
#[derive(Debug)]
pub struct Frame {
    /// When it arrives, shared ms.
    pub at_ms: u64,
    /// Its type.
    pub kind: u8,
    /// Its body.
    pub body: Vec<u8>,
}

/// What waits to be put on its way.
#[derive(Debug)]
pub enum Waiting {
    /// One frame.
    Frame(u8, Vec<u8>),
    /// Held entries: (chain, first, last).
    Ranges(VecDeque<Range>),
}

/// One side of a stream: what this side sends.
#[derive(Debug)]
pub struct Side {
    /// Whose side.
    pub life: Life,
    /// Who is on the other.
    pub peer: usize,
    /// The other side's id.
    pub other: StreamId,
    /// The connection it runs on.
    pub connection: u64,
    /// Not put on its way.
    pub waiting: VecDeque<Waiting>,
    /// Bytes of frames in it.
    pub waiting_bytes: usize,
    /// On its way to the other side.
    pub frames: VecDeque<Frame>,
    /// Bytes in it.
    pub frame_bytes: usize,
    /// The next arrival is planned.
    pub planned: bool,
    /// This side has ended: after what is on its way the other hears of the end.
    pub ended: bool,
    /// The engine was told that it is up.
    pub up: bool,
}

impl Side {
    /// A side of a new stream.
    pub fn new(life: Life, peer: usize, other: StreamId, connection: u64) -> Self {
        Self {
            life,
            peer,
            other,
            connection,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            frames: VecDeque::new(),
            frame_bytes: 0,
            planned: false,
            ended: false,
            up: false,
        }
    }
}

/// A direction in which nothing passes.
#[derive(Clone, Copy, Debug)]
pub struct Blocked {
    /// Since when, shared ms.
    pub since_ms: u64,
    /// Until when.
    pub until_ms: u64,
}

/// Everything between the devices.
#[derive(Debug, Default)]
pub struct SimNet {
    /// Sides of streams.
    pub sides: BTreeMap<StreamId, Side>,
    /// (device, peer) → the connection that device believes in.
    pub connections: BTreeMap<(usize, usize), u64>,
    /// (from, to).
    pub blocked: BTreeMap<(usize, usize), Blocked>,
    next_stream: u64,
    next_connection: u64,
}

impl SimNet {
    /// Nothing passes from one device to another until then.
    pub fn block(&mut self, from: usize, to: usize, now_ms: u64, until_ms: u64) {
        let blocked = self.blocked.entry((from, to)).or_insert(Blocked {
            since_ms: now_ms,
            until_ms,
        });
        if blocked.until_ms <= now_ms {
            blocked.since_ms = now_ms;
        }
        blocked.until_ms = blocked.until_ms.max(until_ms);
    }

    /// Since when nothing passes, if so.
    pub fn blocked_since(&self, from: usize, to: usize, now_ms: u64) -> Option<u64> {
        let blocked = self.blocked.get(&(from, to))?;
        (blocked.until_ms > now_ms).then_some(blocked.since_ms)
    }

    /// Whether something passes both ways.
    pub fn passes(&self, a: usize, b: usize, now_ms: u64) -> bool {
        self.blocked_since(a, b, now_ms).is_none() && self.blocked_since(b, a, now_ms).is_none()
    }

    /// A new connection, known to both.
    pub fn connect(&mut self, a: usize, b: usize) -> u64 {
        self.next_connection += 1;
        self.connections.insert((a, b), self.next_connection);
        self.connections.insert((b, a), self.next_connection);
        self.next_connection
    }

    /// Two ids for the sides of a new stream.
    pub fn stream_ids(&mut self) -> (StreamId, StreamId) {
        self.next_stream += 2;
        (StreamId(self.next_stream - 1), StreamId(self.next_stream))
    }

    /// Streams of a device on a connection.
    pub fn streams_on(&self, device: usize, connection: u64) -> Vec<StreamId> {
        let of = |side: &&Side| side.life.device == device && side.connection == connection;
        let on = self.sides.iter().filter(|(_, side)| of(side));
        on.map(|(id, _)| *id).collect()
    }
}
