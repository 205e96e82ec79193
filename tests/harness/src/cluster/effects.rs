//! Carrying the engine's effects out, as the driver does.

use skein_note::Note;
use skein_space::Incarnation;
use skein_sync::{Effect, Event, Input, Notice};

use super::{Cluster, chance};
use crate::device::Batch;
use crate::event::{Happening, Snapshot, ToWindow};
use crate::net::Waiting;

impl Cluster {
    pub(super) fn execute(&mut self, device: usize, effect: Effect) {
        match effect {
            Effect::Commit { token, ops } => {
                let made_ms = self.devices[device].clock.now(self.now_ms).wall_ms;
                let ops = ops.into_iter();
                let ops = ops.map(|op| skein_rows::op(op, made_ms)).collect();
                self.submit(
                    device,
                    Batch {
                        token: Some(token),
                        ops,
                    },
                );
            }
            Effect::OpenStream { peer, space } => self.open_stream(device, peer, space),
            Effect::CloseStream { stream, reason } => {
                self.trace.line(
                    self.now_ms,
                    device,
                    &format!("closes {}: {reason}", stream.0),
                );
                self.end_side(stream);
            }
            Effect::Send { stream, kind, body } => {
                self.send(device, stream, Waiting::Frame(kind, body));
            }
            Effect::SendRanges { stream, ranges } => {
                self.send(device, stream, Waiting::Ranges(ranges.into()));
            }
            Effect::Gossip { space, kind, body } => self.gossip(device, space, kind, &body),
            Effect::Opened {
                session,
                client,
                state,
                can_write,
                ..
            } => self.tell_window(
                device,
                session,
                ToWindow::Opened {
                    client,
                    state,
                    can_write,
                },
            ),
            Effect::OpenFailed { session, reason } => {
                self.tell_window(device, session, ToWindow::Failed(reason.to_string()));
            }
            Effect::Deliver {
                session,
                number,
                updates,
            } => self.tell_window(device, session, ToWindow::Deliver(number, updates)),
            Effect::Ack {
                session,
                sequence,
                entry,
            } => {
                self.saved(device, session, sequence, entry);
                self.tell_window(device, session, ToWindow::Ack(sequence));
            }
            Effect::ResendFrom { session, sequence } => {
                self.tell_window(device, session, ToWindow::Resend(sequence));
            }
            Effect::Ended { session, reason } => {
                self.tell_window(device, session, ToWindow::Ended(reason));
            }
            Effect::Snapshot {
                space,
                note,
                state,
                covers,
                frontier,
                hash,
            } => {
                if Note::from_state(&state).is_ok_and(|note| note.hash() == hash) {
                    let snapshot = Box::new(Snapshot {
                        space,
                        note,
                        state,
                        covers,
                        frontier,
                    });
                    let life = self.life(device);
                    let at_ms = self.now_ms + self.between(1, 200);
                    self.future.plan(at_ms, Happening::Snapshot(life, snapshot));
                } else {
                    self.fail("a snapshot says what the note says", format!("note {note}"));
                }
            }
            Effect::SpaceReady { space, .. } => {
                self.space = space;
                self.devices[device].joined = true;
            }
            Effect::SpaceFailed { .. } => self.fail("a space is founded", "names are short here"),
            Effect::Admitted { request, result } => self.admitted(device, request, result),
            Effect::RoleChanged { result: Ok(_), .. } => self.fire("role changed"),
            Effect::RoleChanged { .. } => {}
            Effect::TakenIn { result, .. } => {
                if result.is_ok() {
                    self.fire("taken in");
                }
            }
            // No schedule leaves a space, or holds its recovery key.
            Effect::Left { .. } | Effect::Recovered { .. } => {}
            Effect::NeedSecret { space, label } => {
                let secret = chance::bytes(&mut self.rng);
                if let Some(process) = &mut self.devices[device].process {
                    process.inbox.push_back(Input::NewSecret {
                        space,
                        label,
                        secret,
                    });
                }
            }
            Effect::NeedIncarnation { space } => {
                let incarnation = Incarnation(chance::bytes(&mut self.rng));
                if let Some(process) = &mut self.devices[device].process {
                    process
                        .inbox
                        .push_back(Input::NewIncarnation { space, incarnation });
                }
                self.devices[device].stale = false;
            }
            Effect::Event(event) => self.happened(device, event),
        }
    }

    fn happened(&mut self, device: usize, event: Event) {
        match &event {
            Event::Notice(Notice::Fork { .. }) => self.fire("fork noticed"),
            Event::Notice(Notice::RolledBack { .. }) => self.fire("rollback noticed"),
            _ => {}
        }
        if matches!(event, Event::Notice(_)) {
            self.trace
                .line(self.now_ms, device, &format!("notice {event:?}"));
            self.told.push((device, event));
        }
    }
}
