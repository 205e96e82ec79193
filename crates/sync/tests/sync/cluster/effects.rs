//! What engines want done: disk, wire, windows. A commit is durable at once unless the disk is stuck.

use skein_note::{Note, Writer};
use skein_space::{SpaceId, TransportKey};
use skein_sync::frame::{Frame, kind};
use skein_sync::{Effect, Held, HeldSnapshot, Input, StreamId};

use super::{Cluster, Packet, Seen};

impl Cluster {
    pub fn input(&mut self, i: usize, input: Input) {
        let now = self.now;
        let device = &mut self.devices[i];
        let effects = device.engine.handle(now, &device.disk, input);
        for effect in effects {
            self.effect(i, effect);
        }
        while !self.devices[i].disk_stuck {
            let Some((token, ops)) = self.devices[i].commits.pop_front() else {
                break;
            };
            let device = &mut self.devices[i];
            ops.into_iter().for_each(|op| device.disk.take(op));
            self.input(i, Input::Committed { token });
        }
    }

    fn effect(&mut self, i: usize, effect: Effect) {
        let device = &mut self.devices[i];
        match effect {
            Effect::Commit { token, ops } => device.commits.push_back((token, ops)),
            Effect::OpenStream { peer, space } => self.open_stream(i, peer, space),
            Effect::CloseStream { stream, .. } => {
                device.seen.push(Seen::Closed);
                if let Some((other, theirs)) = self.streams.remove(&(i, stream)) {
                    // What was sent before arrives before.
                    self.wire.push_back(Packet::Down {
                        to: other,
                        stream: theirs,
                    });
                }
            }
            Effect::Send { stream, kind, body } => self.send(i, stream, kind, body),
            Effect::SendRanges { stream, ranges } => {
                for range in ranges {
                    for seq in range.from..=range.to {
                        let disk = &self.devices[i].disk;
                        let entry = disk.entry(range.chain, range.branch, seq).unwrap();
                        let entry = entry.expect("only durable entries are sent");
                        self.send(i, stream, 4, entry.encode());
                    }
                }
                self.input(i, Input::RangesSent { stream });
            }
            Effect::Gossip { space, kind, body } => {
                if self.gossip {
                    for to in 0..self.devices.len() {
                        if to != i {
                            self.wire.push_back(Packet::Gossip {
                                to,
                                from: i,
                                space,
                                kind,
                                body: body.clone(),
                            });
                        }
                    }
                }
            }
            Effect::Opened {
                session,
                client,
                state,
                can_write,
                ..
            } => {
                let s = device.sessions.get_mut(&session).expect("asked for");
                s.writer = Some(Writer::new(client, &state).expect("our own state"));
                s.can_write = can_write;
            }
            Effect::OpenFailed { reason, .. } => panic!("open failed: {reason}"),
            Effect::Deliver {
                session,
                number,
                updates,
            } => {
                if let Some(s) = device.sessions.get_mut(&session) {
                    assert_eq!(
                        number,
                        s.delivered + 1,
                        "deliveries are numbered without gaps"
                    );
                    s.delivered = number;
                    for u in updates {
                        s.writer.as_mut().unwrap().apply(&u).expect("deliverable");
                    }
                }
            }
            Effect::Ack {
                session, sequence, ..
            } => {
                if let Some(s) = device.sessions.get_mut(&session) {
                    s.acked = s.acked.max(sequence);
                }
            }
            Effect::ResendFrom { session, sequence } => {
                device.sessions.get_mut(&session).unwrap().resend = Some(sequence);
            }
            Effect::Ended { session, reason } => {
                device.sessions.get_mut(&session).unwrap().ended = Some(reason);
            }
            Effect::Snapshot {
                space,
                note,
                state,
                covers,
                hash,
                ..
            } => {
                assert_eq!(
                    Note::from_state(&state).unwrap().hash(),
                    hash,
                    "a snapshot decodes to the same note"
                );
                device
                    .disk
                    .snapshots
                    .insert((space, note), HeldSnapshot { state, covers });
            }
            Effect::SpaceReady { space, .. } => device.seen.push(Seen::Ready(space)),
            Effect::SpaceFailed { .. } => panic!("names are short here"),
            Effect::Admitted { result, .. } => device.seen.push(Seen::Admitted(result)),
            Effect::RoleChanged { result, .. } => device.seen.push(Seen::RoleChanged(result)),
            Effect::TakenIn { result, .. } => device.seen.push(Seen::TakenIn(result)),
            Effect::Recovered { result, .. } => device.seen.push(Seen::Recovered(result)),
            Effect::Left { result, .. } => device.seen.push(Seen::Left(result)),
            Effect::NeedSecret { space, label } => device.seen.push(Seen::NeedSecret(space, label)),
            Effect::NeedIncarnation { .. } => device.seen.push(Seen::NeedIncarnation),
            Effect::Event(event) => device.seen.push(Seen::Event(event)),
        }
    }

    fn open_stream(&mut self, i: usize, peer: TransportKey, space: SpaceId) {
        let Some(other) = self
            .devices
            .iter()
            .position(|d| d.root.transport_key() == peer)
        else {
            return;
        };
        if self.is_cut(i, other) {
            return;
        }
        let (mine, theirs) = (StreamId(self.next_stream), StreamId(self.next_stream + 1));
        self.next_stream += 2;
        self.streams.insert((i, mine), (other, theirs));
        self.streams.insert((other, theirs), (i, mine));
        let from = self.devices[i].root.transport_key();
        self.input(
            other,
            Input::StreamUp {
                stream: theirs,
                peer: from,
                space: None,
            },
        );
        self.input(
            i,
            Input::StreamUp {
                stream: mine,
                peer,
                space: Some(space),
            },
        );
    }

    fn send(&mut self, i: usize, stream: StreamId, kind: u8, body: Vec<u8>) {
        self.sent.push((i, kind, body.len()));
        if let Ok(Frame::Want { from, to, .. }) = Frame::decode(kind, &body) {
            self.asked.push((i, from, to));
        }
        if let Some((to, theirs)) = self.streams.get(&(i, stream)).copied()
            && !(kind == kind::ENTRY && self.withholds == Some((i, to)))
        {
            self.wire.push_back(Packet::Frame {
                to,
                stream: theirs,
                kind,
                body,
            });
        }
    }
}
