//! Streams from opening to end, as the network task sees them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use libp2p::swarm::{ConnectionId, Stream};
use skein_space::TransportKey;
use tokio::time::Instant;

use crate::command::StreamId;
use crate::config;
use crate::event::{NetEvent, StreamEnd};
use crate::key;
use crate::streams::{self, Note, Opened, Outbox};
use crate::task::dials::key_of;
use crate::task::{Running, Task};

impl Task {
    pub(super) fn open_stream(&mut self, peer: TransportKey, stream: StreamId) {
        let opened = match (self.online.as_mut(), key::peer_id(&peer)) {
            (Some(online), Some(id)) if self.links.connected(&peer) => {
                online.swarm.behaviour_mut().streams.open(id, stream)
            }
            _ => false,
        };
        self.opening.insert(stream, peer);
        if !opened {
            self.stream_down(stream, StreamEnd::NotConnected);
        } else if self.streams_with(peer) > config::STREAMS_PER_PEER {
            self.stream_down(stream, StreamEnd::TooMany);
        }
    }

    /// Streams with a peer, open or opening.
    fn streams_with(&self, peer: TransportKey) -> usize {
        let running = self.streams.values().filter(|running| running.peer == peer);
        running.count() + self.opening.values().filter(|of| **of == peer).count()
    }

    pub(super) fn close_stream(&mut self, stream: StreamId) {
        if self.opening.contains_key(&stream) {
            self.stream_down(stream, StreamEnd::ClosedHere);
        } else if let Some(outbox) = self.outboxes.lock().remove(&stream) {
            outbox.close(); // its task hands over what is queued and ends
        }
    }

    pub(super) fn on_opened(&mut self, opened: Opened) {
        match opened {
            Opened::Failed { id } => self.stream_down(id, StreamEnd::NotOpened),
            Opened::Outbound {
                peer,
                connection,
                id,
                stream,
            } => {
                // Not asked for any more: dropping the stream closes it.
                let Some(key) = self.opening.get(&id).copied() else {
                    return;
                };
                if !self.links.has(&key, connection) {
                    return self.stream_down(id, StreamEnd::NotOpened);
                }
                self.opening.remove(&id);
                self.on_answer(&peer);
                self.run_stream(key, connection, id, stream, true);
            }
            Opened::Inbound {
                peer,
                connection,
                stream,
            } => {
                let Some(key) = key_of(&peer).filter(|key| self.links.has(key, connection)) else {
                    return;
                };
                if self.streams_with(key) >= config::STREAMS_PER_PEER {
                    tracing::debug!("too many streams of one peer");
                    return;
                }
                self.on_answer(&peer);
                let id = StreamId(self.next_stream.fetch_add(1, Ordering::Relaxed));
                self.run_stream(key, connection, id, stream, false);
            }
        }
    }

    fn run_stream(
        &mut self,
        peer: TransportKey,
        connection: ConnectionId,
        id: StreamId,
        stream: Stream,
        outbound: bool,
    ) {
        let Some(online) = &self.online else { return };
        let outbox = Arc::new(Outbox::default());
        self.outboxes.lock().insert(id, outbox.clone());
        let task = online
            .tasks
            .spawn(streams::run(id, stream, outbox, self.note_sender.clone()));
        let running = Running {
            peer,
            connection,
            task,
            ends_by: None,
        };
        self.streams.insert(id, running);
        self.tell(NetEvent::StreamUp {
            stream: id,
            peer,
            outbound,
        });
    }

    pub(super) fn on_note(&mut self, stream: StreamId, note: Note) {
        if !self.streams.contains_key(&stream) {
            return; // ended here before its task noticed
        }
        match note {
            Note::Frame { kind, body } => self.tell(NetEvent::Frame { stream, kind, body }),
            Note::Drained => self.tell(NetEvent::Drained { stream }),
            Note::Ended(reason) => self.stream_ended(stream, reason),
        }
    }

    /// A stream came to its end; with the last one of a peer that is leaving, the peer is gone.
    fn stream_ended(&mut self, stream: StreamId, reason: StreamEnd) {
        let peer = self.streams.get(&stream).map(|running| running.peer);
        self.stream_down(stream, reason);
        let Some(peer) = peer else { return };
        let more = self.streams.values().any(|running| running.peer == peer);
        if !more && self.leaving.remove(&peer) {
            self.tell(NetEvent::PeerDown { peer });
        }
    }

    /// The streams of a connection that is gone may still hand over what came, for a moment.
    pub(super) fn streams_outlive(&mut self, connection: ConnectionId) {
        let ends_by = Some(Instant::now() + config::STREAM_OUTLIVES);
        let on = |running: &&mut Running| running.connection == connection;
        for running in self.streams.values_mut().filter(on) {
            running.ends_by = ends_by;
        }
    }

    /// Ends those whose moment is over.
    pub(super) fn end_outlived(&mut self, now: Instant) {
        let over = |running: &Running| running.ends_by.is_some_and(|by| by <= now);
        let streams = self.streams.iter().filter(|(_, running)| over(running));
        let all: Vec<StreamId> = streams.map(|(id, _)| *id).collect();
        for stream in all {
            self.stream_ended(stream, StreamEnd::Lost);
        }
    }

    /// Forgets a stream and says so.
    pub(super) fn stream_down(&mut self, stream: StreamId, reason: StreamEnd) {
        let peer = match self.streams.remove(&stream) {
            Some(running) => {
                running.task.abort();
                running.peer
            }
            None => match self.opening.remove(&stream) {
                Some(peer) => peer,
                None => return,
            },
        };
        if let Some(outbox) = self.outboxes.lock().remove(&stream) {
            outbox.close();
        }
        self.tell(NetEvent::StreamDown {
            stream,
            peer,
            reason,
        });
    }

    /// Ends the streams of a connection that was closed from here. yamux wakes nobody who reads from a
    /// stream then (0.14.1: `Connection::poll_close` forgets its streams), so they would rest for ever.
    pub(super) fn streams_closed_with(&mut self, connection: ConnectionId) {
        let on = |running: &Running| running.connection == connection;
        let streams = self.streams.iter().filter(|(_, running)| on(running));
        let all: Vec<StreamId> = streams.map(|(id, _)| *id).collect();
        for stream in all {
            self.stream_down(stream, StreamEnd::Lost);
        }
    }

    /// Ends all streams of a peer at once.
    pub(super) fn streams_down(&mut self, peer: TransportKey, reason: StreamEnd) {
        let running = self
            .streams
            .iter()
            .filter(|(_, running)| running.peer == peer)
            .map(|(id, _)| *id);
        let opening = self
            .opening
            .iter()
            .filter(|(_, of)| **of == peer)
            .map(|(id, _)| *id);
        let all: Vec<StreamId> = running.chain(opening).collect();
        for stream in all {
            self.stream_down(stream, reason);
        }
    }
}
