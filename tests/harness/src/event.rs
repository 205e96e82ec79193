//! What is going to happen, in order of time; at one time, in the order it was decided.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use skein_space::{ChainId, EntryRef, NoteId, SpaceId};
use skein_sync::{CommitToken, EndReason, Input, SessionHandle, StreamId};

/// One process of one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Life {
    /// The device.
    pub device: usize,
    /// Rises with every start of its process.
    pub run: u64,
}

/// What an engine says to a window.
#[derive(Debug)]
pub enum ToWindow {
    /// The note is open.
    Opened {
        /// The client id to write under.
        client: u64,
        /// The note's state.
        state: Vec<u8>,
        /// Whether it may be written.
        can_write: bool,
    },
    /// It is not, and why.
    Failed(String),
    /// Updates of others.
    Deliver(u64, Vec<Vec<u8>>),
    /// A push is saved.
    Ack(u64),
    /// Pushes from here on did not arrive.
    Resend(u64),
    /// Open the note again.
    Ended(EndReason),
}

/// What is going to happen.
#[derive(Debug)]
pub enum Happening {
    /// An operation of the plan.
    Op(usize),
    /// Devices look for each other.
    Dial,
    /// A connection stands.
    Connected(usize, usize),
    /// One side notices that a connection is dead.
    Noticed {
        /// Who notices.
        life: Life,
        /// The other side.
        peer: usize,
        /// Which connection.
        connection: u64,
    },
    /// An engine is told something, if its process still lives.
    Give(Life, Box<Input>),
    /// The next frame of a stream, sent on this side, arrives at the other.
    Frame(StreamId),
    /// A gossip message arrives.
    Gossip {
        /// Whose.
        from: usize,
        /// Where.
        to: usize,
        /// In which space.
        space: SpaceId,
        /// Frame type.
        kind: u8,
        /// Frame body.
        body: Vec<u8>,
    },
    /// The store takes the next group.
    Commit(Life),
    /// The store has told that these are durable.
    Committed(Life, Vec<CommitToken>),
    /// A deadline of the engine may have come.
    Tick(Life),
    /// Something reaches a window.
    ToWindow(Life, SessionHandle, ToWindow),
    /// A push reaches the engine.
    Push(Life, SessionHandle, u64),
    /// A window looks whether its pushes were acknowledged.
    Impatient(Life, SessionHandle),
    /// A window whose session was ended goes, with all it wrote handed over.
    Left(Life, SessionHandle),
    /// A window opens its note again.
    OpenAgain(Life, NoteId, u8),
    /// The store is opened again after a fault.
    Reopen(Life),
    /// A snapshot was found good and goes to the store.
    Snapshot(Life, Box<Snapshot>),
    /// A device is switched on.
    Start(usize),
    /// A full disk has room again.
    Room(usize),
}

/// A snapshot on its way to the store.
#[derive(Debug)]
pub struct Snapshot {
    /// The space.
    pub space: SpaceId,
    /// The note.
    pub note: NoteId,
    /// Its state.
    pub state: Vec<u8>,
    /// What it covers.
    pub covers: Vec<(ChainId, u64, u64)>,
    /// Its frontier.
    pub frontier: Vec<EntryRef>,
}

#[derive(Debug)]
struct Planned {
    at_ms: u64,
    number: u64,
    what: Happening,
}

impl PartialEq for Planned {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Planned {}

impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Planned {
    /// The heap gives the greatest first: the soonest is greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at_ms, other.number).cmp(&(self.at_ms, self.number))
    }
}

/// The future.
#[derive(Debug, Default)]
pub struct Future {
    heap: BinaryHeap<Planned>,
    numbers: u64,
}

impl Future {
    /// Something happens at a time.
    pub fn plan(&mut self, at_ms: u64, what: Happening) {
        self.numbers += 1;
        let number = self.numbers;
        self.heap.push(Planned {
            at_ms,
            number,
            what,
        });
    }

    /// When the next thing happens.
    pub fn next_ms(&self) -> Option<u64> {
        Some(self.heap.peek()?.at_ms)
    }

    /// The next thing.
    pub fn take_next(&mut self) -> Option<(u64, Happening)> {
        let next = self.heap.pop()?;
        Some((next.at_ms, next.what))
    }

    /// Forgets operations of the plan that have not happened.
    pub fn forget_ops(&mut self) {
        let all = std::mem::take(&mut self.heap);
        let keep = all
            .into_iter()
            .filter(|planned| !matches!(planned.what, Happening::Op(_)));
        self.heap = keep.collect();
    }
}
