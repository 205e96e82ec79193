//! Carrying effects out: the one place where what the engine decided becomes something done.

use std::sync::Arc;

use skein_space::{DeviceKey, Entry, Incarnation, Nonce, SpaceId};
use skein_sync::{Effect, EndReason, Event, Input, Names, OpenError, RequestId, SessionHandle};

use super::aside::not_taken_in;
use super::clock::random;
use super::{Driver, Reply};
use crate::error::{AppError, Code};
use crate::view::{DocMessage, Leaving};

/// Who waits for the answer to a request of the engine.
pub(super) enum Asked {
    Space(Reply<SpaceId>),
    Admitted(Reply<Vec<Arc<Entry>>>),
    RoleChanged(Reply<Vec<skein_sync::Cut>>),
    TakenIn(Reply<u64>),
    Left(Leaving, Reply<Leaving>),
    Recovered(Reply<()>),
}

impl Driver {
    pub(super) fn execute(&mut self, effect: Effect) {
        match effect {
            Effect::Commit { token, ops } => self.commit(token, ops),
            Effect::OpenStream { peer, space } => self.open_stream(peer, space),
            Effect::CloseStream { stream, reason } => self.close_stream(stream, reason),
            Effect::Send { stream, kind, body } => {
                self.outgoing.frame(stream, kind, body);
                self.pump(stream);
            }
            Effect::SendRanges { stream, ranges } => {
                self.outgoing.ranges(stream, ranges);
                self.pump(stream);
            }
            Effect::Gossip { space, kind, body } => self.gossip(space, kind, &body),
            Effect::Opened {
                session,
                client,
                state,
                can_write,
                is_new,
            } => {
                if self.writers.has(session) {
                    self.writer_opened(session, client, &state, can_write);
                } else {
                    self.window_opened(session, client, state, can_write, is_new);
                }
            }
            Effect::OpenFailed { session, reason } => self.open_failed(session, &reason),
            Effect::Deliver {
                session,
                number,
                updates,
            } => self.deliver(session, number, updates),
            Effect::Ack {
                session,
                sequence,
                entry,
            } => {
                if self.writers.has(session) {
                    self.writer_acked(session, sequence, entry.map(|entry| entry.seq));
                } else {
                    self.windows.tell(session, DocMessage::Ack { sequence });
                }
            }
            Effect::ResendFrom { session, sequence } => {
                if self.writers.has(session) {
                    self.writer_resend(session, sequence);
                } else {
                    self.windows
                        .tell(session, DocMessage::Resend { from: sequence });
                }
            }
            Effect::Ended { session, reason } => self.session_ended(session, reason),
            Effect::Snapshot {
                space,
                note,
                state,
                covers,
                frontier,
                hash,
            } => self.snapshots.check(super::snapshots::Due {
                space,
                note,
                state,
                covers,
                frontier,
                hash,
            }),
            Effect::SpaceReady { request, space } => self.space_ready(request, space),
            Effect::SpaceFailed { request } => self.space_failed(request),
            Effect::Admitted { request, result } => {
                if let Some(Asked::Admitted(reply)) = self.requests.remove(&request) {
                    let refused = |error: skein_sync::AdmitError| {
                        AppError::new(Code::NotAllowed, format!("{error}. nothing was changed"))
                    };
                    // A joiner that went away finds its entry when it tries again.
                    let _ = reply.send(result.map_err(refused));
                }
            }
            Effect::RoleChanged { request, result } => {
                if let Some(Asked::RoleChanged(reply)) = self.requests.remove(&request) {
                    let refused = |error: skein_sync::RoleError| {
                        AppError::new(Code::NotAllowed, format!("{error}. nothing was changed"))
                    };
                    let _ = reply.send(result.map_err(refused));
                }
            }
            Effect::TakenIn { request, result } => {
                if let Some(Asked::TakenIn(reply)) = self.requests.remove(&request) {
                    let _ = reply.send(result.map_err(|error| not_taken_in(&error)));
                }
            }
            Effect::Left {
                request,
                space,
                result,
            } => self.has_left(request, space, result),
            Effect::Recovered {
                request,
                space,
                result,
            } => self.is_recovered(request, space, result),
            Effect::NeedSecret { space, label } => self.inbox.push_back(Input::NewSecret {
                space,
                label,
                secret: random(),
            }),
            Effect::NeedIncarnation { space } => self.inbox.push_back(Input::NewIncarnation {
                space,
                incarnation: Incarnation(random()),
            }),
            Effect::Event(event) => self.happened(event),
        }
    }

    fn open_failed(&mut self, session: SessionHandle, reason: &OpenError) {
        if self.writers.has(session) {
            self.writer_failed(session, reason);
        } else {
            self.window_failed(session, reason);
        }
    }

    fn deliver(&mut self, session: SessionHandle, number: u64, updates: Vec<Vec<u8>>) {
        if self.writers.has(session) {
            self.writer_deliver(session, number, &updates);
        } else {
            self.windows
                .tell(session, DocMessage::Deliver { number, updates });
        }
    }

    fn session_ended(&mut self, session: SessionHandle, reason: EndReason) {
        if self.writers.has(session) {
            self.writer_ended(session, &reason);
        } else {
            self.window_ended(session, reason);
        }
    }

    fn space_ready(&mut self, request: RequestId, space: SpaceId) {
        self.members_changed(space);
        if let Some(Asked::Space(reply)) = self.requests.remove(&request) {
            let _ = reply.send(Ok(space));
        }
    }

    fn space_failed(&mut self, request: RequestId) {
        if let Some(Asked::Space(reply)) = self.requests.remove(&request) {
            let _ = reply.send(Err(AppError::new(
                Code::BadArgument,
                "a name is too long for a space. nothing was made. names have at most 256 bytes",
            )));
        }
    }

    /// Founds a space of which this device is the owner; answered when it is durable.
    pub(crate) fn found(&mut self, recovery: Option<DeviceKey>, reply: Reply<SpaceId>) {
        let request = self.next_request();
        self.requests.insert(request, Asked::Space(reply));
        let names = self.own_names();
        self.feed(Input::Found {
            request,
            nonce: Nonce(random()),
            incarnation: Incarnation(random()),
            secret: random(),
            names,
            recovery,
        });
    }

    /// Takes in everything an admission carried; answered when it is durable.
    pub(crate) fn joined(&mut self, admitted: skein_space::Admitted, reply: Reply<SpaceId>) {
        let request = self.next_request();
        self.requests.insert(request, Asked::Space(reply));
        let admission = admitted.admission;
        self.feed(Input::Joined {
            request,
            space: admitted.space,
            incarnation: Incarnation(random()),
            secret: (admission.label, *admission.secret.bytes()),
            roster: admission.entries,
        });
    }

    /// Makes somebody a member who proved that it holds a ticket, or whom a person picked; answered when it is durable.
    pub(super) fn admit(
        &mut self,
        space: SpaceId,
        member: skein_space::Member,
        ticket: Option<(skein_space::TicketId, skein_space::DeviceKey)>,
        reply: Reply<Vec<Arc<Entry>>>,
    ) {
        let request = self.next_request();
        self.requests.insert(request, Asked::Admitted(reply));
        self.feed(Input::Admit {
            request,
            space,
            member,
            secret: random(),
            ticket: ticket.map(|(ticket, device)| (ticket.0, device)),
        });
    }

    /// Changes what a member may do; none: it is out. Answered when it is durable.
    pub(crate) fn change_role(
        &mut self,
        space: SpaceId,
        subject: skein_space::DeviceKey,
        role: Option<skein_space::Role>,
        reply: Reply<Vec<skein_sync::Cut>>,
    ) {
        let request = self.next_request();
        self.requests.insert(request, Asked::RoleChanged(reply));
        self.feed(Input::ChangeRole {
            request,
            space,
            subject,
            role,
            secret: random(),
        });
    }

    pub(crate) fn own_names(&self) -> Names {
        Names {
            person: self.settings.person.clone(),
            device_name: self.settings.device_name.clone(),
        }
    }

    fn happened(&mut self, event: Event) {
        self.tell(event);
    }
}
