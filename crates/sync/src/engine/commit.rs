//! What follows once something is durable: acknowledge the window, publish to peers, answer the shell.

use std::collections::BTreeSet;
use std::sync::Arc;

use skein_space::{ChainId, Entry, EntryRef, Kind, SpaceId, planted};

use super::Engine;
use super::note::Applied;
use crate::api::{CommitToken, Cut, Effect, Event, RequestId, SessionHandle, StreamId};
use crate::heads::Tip;

/// What waits for a commit.
#[derive(Default)]
pub(super) struct Pending {
    space: Option<SpaceId>,
    /// Entries that become durable, with the branch of each and the stream it came from.
    entries: Vec<(ChainId, Arc<Entry>, Option<StreamId>)>,
    /// Pushes that are saved by it.
    acks: Vec<(SessionHandle, u64, Option<EntryRef>)>,
    /// Own edits, and the other windows on the note, which see them once they are durable.
    deliver: (Vec<Applied>, BTreeSet<SessionHandle>),
    answer: Option<Answer>,
}

/// A shell's request that is answered when the commit is durable.
pub(super) enum Answer {
    SpaceReady(RequestId),
    /// And whether the space's secret was made with it.
    Admitted(RequestId, bool),
    RoleChanged(RequestId, Vec<Cut>),
    TakenIn(RequestId, u64),
    Recovered(RequestId),
    SecretsHeld,
    /// This device leaves, with its own lowering where it is an owner.
    Left(RequestId, Vec<Arc<Entry>>),
}

impl Pending {
    /// Nothing follows.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// One entry of a peer.
    pub fn held(space: SpaceId, id: ChainId, entry: Arc<Entry>, from: Option<StreamId>) -> Self {
        Self {
            space: Some(space),
            entries: vec![(id, entry, from)],
            ..Self::default()
        }
    }

    /// Entries this device made.
    pub fn own(space: SpaceId, entries: Vec<Arc<Entry>>) -> Self {
        let entries = entries.into_iter();
        let entries = entries.map(|e| (e.chain_id(), e, None)).collect();
        Self {
            space: Some(space),
            entries,
            ..Self::default()
        }
    }

    /// A push is saved by it.
    pub fn ack(mut self, session: SessionHandle, sequence: u64, entry: Option<EntryRef>) -> Self {
        self.acks.push((session, sequence, entry));
        self
    }

    /// The other windows on the note see these then.
    pub fn deliver(mut self, applied: Vec<Applied>, readers: BTreeSet<SessionHandle>) -> Self {
        self.deliver = (applied, readers);
        self
    }

    /// A request is answered then.
    pub fn answer(mut self, answer: Answer) -> Self {
        self.answer = Some(answer);
        self
    }
}

impl Engine {
    pub(super) fn committed(&mut self, token: CommitToken) {
        let Some(pending) = self.pending.remove(&token) else {
            return;
        };
        for (session, sequence, entry) in pending.acks {
            if let Some(s) = self.sessions.get_mut(&session) {
                s.acked(sequence, entry);
            }
            self.out.push(Effect::Ack {
                session,
                sequence,
                entry,
            });
        }
        let Some(space) = pending.space else { return };
        for (id, entry, from) in &pending.entries {
            self.durable(space, *id, entry);
            self.tell_durable(space, entry);
            self.sender_holds(space, *id, entry, *from);
        }
        let (applied, readers) = pending.deliver;
        if !planted!(OwnNotDelivered) {
            applied
                .iter()
                .for_each(|one| self.queue_delivery(one, &readers));
        }
        for (id, entry, from) in pending.entries {
            self.publish(space, id, &entry, from);
        }
        match pending.answer {
            Some(Answer::SpaceReady(request)) => {
                self.out.push(Effect::SpaceReady { request, space });
                self.secrets_held(space);
                self.open_streams();
            }
            Some(Answer::RoleChanged(request, cuts)) => {
                let result = Ok(cuts);
                self.out.push(Effect::RoleChanged { request, result });
                self.secrets_held(space);
            }
            Some(Answer::TakenIn(request, edits)) => {
                let result = Ok(edits);
                self.out.push(Effect::TakenIn { request, result });
            }
            Some(Answer::Recovered(request)) => {
                self.out.push(Effect::Recovered {
                    request,
                    space,
                    result: Ok(()),
                });
                self.secrets_held(space);
            }
            Some(Answer::Left(request, lowering)) => self.has_left(request, space, &lowering),
            Some(Answer::SecretsHeld) => self.secrets_held(space),
            Some(Answer::Admitted(request, with_secret)) => {
                if with_secret {
                    self.secrets_held(space);
                }
                let roster = self
                    .spaces
                    .get(&space)
                    .map(|s| s.roster.entries().cloned().collect())
                    .unwrap_or_default();
                self.out.push(Effect::Admitted {
                    request,
                    result: Ok(roster),
                });
            }
            None => {}
        }
    }

    /// Of what this device wrote itself, the acknowledgement says it.
    fn tell_durable(&mut self, space: SpaceId, entry: &Arc<Entry>) {
        let h = entry.header();
        if h.kind != Kind::Edit || h.chain.device == self.device() {
            return;
        }
        let (device, incarnation) = (h.chain.device, h.chain.incarnation);
        self.event(Event::Durable {
            space,
            note: h.note,
            device,
            incarnation,
            seq: h.seq,
        });
    }

    /// Nobody sends what is not durable there (T1): who sent an entry on its own stream holds it, and with it all of
    /// the chain before.
    fn sender_holds(
        &mut self,
        space: SpaceId,
        id: ChainId,
        entry: &Arc<Entry>,
        from: Option<StreamId>,
    ) {
        let Some(device) = from.and_then(|stream| self.links.get(&stream)?.device()) else {
            return;
        };
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let holds = s.with_beginnings([(id, entry.header().seq)]);
        let Some(receipt) = s.receipts.get_mut(&device) else {
            return;
        };
        receipt.holds_too(holds);
        self.event(Event::Receipts { space, device });
    }

    fn durable(&mut self, space: SpaceId, id: ChainId, entry: &Arc<Entry>) {
        let now_ms = self.now.mono_ms;
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let seq = entry.header().seq;
        s.inflight.remove(&(id, seq));
        if let Some(state) = s.chains.get_mut(&id)
            && seq > state.durable.seq
        {
            state.durable = Tip {
                seq,
                hash: entry.hash(),
            };
        }
        s.heads_clock.changed(now_ms);
        let holds = s.with_beginnings([(id, seq)]);
        for receipt in s.receipts.values_mut() {
            receipt.prove(entry, &holds);
        }
    }
}
