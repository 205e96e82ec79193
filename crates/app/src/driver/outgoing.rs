//! What is on its way to each stream, in order, paced by the peer's reading.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use skein_net::{NetHandle, SendRefused};
use skein_space::Entry;
use skein_sync::frame::{Frame, kind};
use skein_sync::{Range, StreamId};

use crate::config::{RANGE_READ_BYTES, STREAM_QUEUE_BYTES};

/// One thing to send.
enum Item {
    Frame { kind: u8, body: Vec<u8> },
    Ranges(VecDeque<Range>),
}

/// The queue of one stream.
#[derive(Default)]
struct Queue {
    items: VecDeque<Item>,
    bytes: usize,
    /// The network took no more; it says when it does.
    full: bool,
}

/// What came of pumping a stream.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pumped {
    /// Ranges that are out completely: the engine is told once for each.
    pub ranges_sent: usize,
    /// The stream must be closed, and why.
    pub close: Option<&'static str>,
}

/// All queues.
#[derive(Default)]
pub(super) struct Outgoing {
    queues: BTreeMap<StreamId, Queue>,
}

/// Reads entries of a range, at most so many bytes of them, at least one.
pub(super) type ReadRange<'a> = &'a dyn Fn(Range, usize) -> Result<Vec<Arc<Entry>>, String>;

impl Outgoing {
    pub(super) fn open(&mut self, stream: StreamId) {
        self.queues.insert(stream, Queue::default());
    }

    pub(super) fn close(&mut self, stream: StreamId) {
        self.queues.remove(&stream);
    }

    /// Queues a frame. Presence goes before everything else that still waits: it is worth nothing later.
    pub(super) fn frame(&mut self, stream: StreamId, frame_kind: u8, body: Vec<u8>) {
        let Some(queue) = self.queues.get_mut(&stream) else {
            return;
        };
        queue.bytes += body.len();
        let item = Item::Frame {
            kind: frame_kind,
            body,
        };
        if frame_kind == kind::PRESENCE {
            queue.items.push_front(item);
        } else {
            queue.items.push_back(item);
        }
    }

    /// Queues held entries.
    pub(super) fn ranges(&mut self, stream: StreamId, ranges: Vec<Range>) {
        if let Some(queue) = self.queues.get_mut(&stream) {
            queue.items.push_back(Item::Ranges(ranges.into()));
        }
    }

    /// The network takes frames of this stream again.
    pub(super) fn drained(&mut self, stream: StreamId) {
        if let Some(queue) = self.queues.get_mut(&stream) {
            queue.full = false;
        }
    }

    /// Hands the network as much as it takes.
    pub(super) fn pump(
        &mut self,
        stream: StreamId,
        net: &NetHandle,
        read: ReadRange<'_>,
    ) -> Pumped {
        let mut done = Pumped::default();
        let Some(queue) = self.queues.get_mut(&stream) else {
            return done;
        };
        while !queue.full && done.close.is_none() {
            match queue.items.pop_front() {
                None => break,
                Some(Item::Frame { kind, body }) => queue.send(stream, net, kind, body, &mut done),
                Some(Item::Ranges(ranges)) => {
                    queue.send_ranges(stream, net, read, ranges, &mut done)
                }
            }
        }
        if queue.bytes > STREAM_QUEUE_BYTES {
            done.close = Some("it reads too slowly");
        }
        done
    }
}

impl Queue {
    fn send(
        &mut self,
        stream: StreamId,
        net: &NetHandle,
        kind: u8,
        body: Vec<u8>,
        done: &mut Pumped,
    ) {
        match net.send(skein_net::StreamId(stream.0), kind, body.clone()) {
            Ok(()) => self.bytes -= body.len(),
            Err(SendRefused::Full) => {
                self.full = true;
                self.items.push_front(Item::Frame { kind, body });
            }
            // Its end is on its way to us as an event.
            Err(SendRefused::Closed) => self.bytes -= body.len(),
            Err(SendRefused::TooLarge) => {
                done.close = Some("a frame was larger than frames may be")
            }
        }
    }

    fn send_ranges(
        &mut self,
        stream: StreamId,
        net: &NetHandle,
        read: ReadRange<'_>,
        mut ranges: VecDeque<Range>,
        done: &mut Pumped,
    ) {
        while let Some(range) = ranges.pop_front() {
            let entries = match read(range, RANGE_READ_BYTES) {
                Ok(entries) if !entries.is_empty() => entries,
                Ok(_) => continue,
                Err(error) => {
                    tracing::error!("entries could not be read to be sent: {error}");
                    done.close = Some("held entries could not be read from disk");
                    return;
                }
            };
            let mut next = range.from;
            for entry in entries {
                let (kind, body) = Frame::Entry(Arc::clone(&entry)).encode();
                match net.send(skein_net::StreamId(stream.0), kind, body) {
                    Ok(()) => next = entry.header().seq + 1,
                    Err(SendRefused::Full) => {
                        self.full = true;
                        break;
                    }
                    Err(SendRefused::Closed) => return,
                    Err(SendRefused::TooLarge) => {
                        done.close = Some("a held entry was larger than frames may be");
                        return;
                    }
                }
            }
            if next <= range.to {
                ranges.push_front(Range {
                    from: next,
                    ..range
                });
            }
            if self.full {
                self.items.push_front(Item::Ranges(ranges));
                return;
            }
        }
        done.ranges_sent += 1;
    }
}
