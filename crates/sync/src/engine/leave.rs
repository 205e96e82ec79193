//! Leaving a space: this device stops taking part, and keeps what it has to be read.
//!
//! Only an owner may change a role, so who is no owner stays in the roster and is away to the others. An owner writes its
//! own lowering in the same commit. It counts here from that commit on: until then streams stand, so that it can be told.

use std::sync::Arc;

use skein_space::{ChainId, DeviceKey, Entry, Incarnation, Kind, Log, Role, SpaceId};

use super::Engine;
use super::chains::ChainState;
use super::commit::{Answer, Pending};
use super::members::appended;
use super::space::Space;
use crate::api::{Effect, Event, Held, LeaveError, OnlyHere, RequestId, SessionHandle, StoreOp};
use crate::frame::{Frame, entries_in_frames};

/// Whether this device takes part in a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// As far as the roster lets it.
    Takes,
    /// It leaves; that is on its way to disk. Nothing of its own is sealed any more.
    Leaving,
    /// It left.
    Left,
}

impl Space {
    /// What this device may do here now.
    pub fn role_here(&self) -> Option<Role> {
        match self.part {
            Part::Takes => self.roster.role(self.me),
            Part::Leaving | Part::Left => None,
        }
    }

    /// The row of the space itself.
    pub fn row(&self) -> StoreOp {
        StoreOp::Space {
            space: self.id,
            incarnation: self.incarnation,
            left: self.part != Part::Takes,
        }
    }
}

impl Engine {
    pub(super) fn leave(&mut self, request: RequestId, space: SpaceId) {
        match self.begin_leaving(space) {
            Ok(lowering) => {
                let sessions = self.sessions.iter().filter(|(_, x)| x.space == space);
                let sessions: Vec<SessionHandle> = sessions.map(|(handle, _)| *handle).collect();
                for handle in sessions {
                    self.say_goodbye(handle);
                }
                let entries: Vec<Arc<Entry>> = lowering.into_iter().collect();
                for entry in &entries {
                    self.advance(space, entry.chain_id(), entry);
                }
                let row = self.spaces.get(&space).map(Space::row);
                let ops = row.into_iter().chain(entries.iter().map(appended));
                let ops = ops.collect();
                let pending = Pending::own(space, entries.clone());
                self.commit(ops, pending.answer(Answer::Left(request, entries)));
            }
            Err(error) => self.out.push(Effect::Left {
                request,
                space,
                result: Err(error),
            }),
        }
    }

    /// From here on nothing of this device is sealed in the space. An owner's last entry.
    fn begin_leaving(&mut self, space: SpaceId) -> Result<Option<Arc<Entry>>, LeaveError> {
        let (me, wall_ms) = (self.device(), self.now.wall_ms);
        let s = self.spaces.get_mut(&space).ok_or(LeaveError::NoSuchSpace)?;
        let role = s.role_here().ok_or(LeaveError::Out)?;
        let lowering = if role == Role::Owner {
            // All that it wrote stays: it holds all of it.
            let (member, _) = s.lowering(me, None);
            let sealed = s
                .roster
                .seal(&self.me.signer, s.incarnation, &member, wall_ms);
            Some(Arc::new(
                sealed.map_err(|error| LeaveError::Invalid(error.to_string()))?,
            ))
        } else {
            None
        };
        s.part = Part::Leaving;
        Ok(lowering)
    }

    /// It is durable: who is connected is told, then nothing of the space goes on.
    pub(super) fn has_left(&mut self, request: RequestId, space: SpaceId, lowering: &[Arc<Entry>]) {
        self.tell_own_lowering(space, lowering);
        if let Some(s) = self.spaces.get_mut(&space) {
            s.part = Part::Left;
            s.pulls.clear();
            // Let in again, everybody has to say anew what it has.
            s.receipts.clear();
        }
        for entry in lowering {
            self.roster_grew(space, entry);
        }
        if lowering.is_empty() {
            self.event(Event::Members { space });
            self.authorise_links(space);
        }
        self.forget_people(space);
        let greeting = self.links.iter();
        let greeting = greeting.filter(|(_, link)| link.space() == Some(space));
        for stream in greeting.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.drop_link(stream, "this device left that space");
        }
        self.asked.retain(|(_, of), _| *of != space);
        self.out.push(Effect::Left {
            request,
            space,
            result: Ok(()),
        });
    }

    /// Beside what is sent on, which may wait behind a long catch-up.
    fn tell_own_lowering(&mut self, space: SpaceId, lowering: &[Arc<Entry>]) {
        let (Some(s), Some(entry)) = (self.spaces.get(&space), lowering.first()) else {
            return;
        };
        let why = s.roster.with(Arc::clone(entry)).lowerings_of(s.me);
        let parts = entries_in_frames(why);
        let up = self.links.iter().filter(|(_, link)| link.is_up_in(space));
        for stream in up.map(|(id, _)| *id) {
            for part in &parts {
                let (kind, body) = Frame::Removed(part.clone()).encode();
                self.out.push(Effect::Send { stream, kind, body });
            }
        }
    }

    /// Let in again after it left: a new incarnation, since nobody vouches for what became of its old log meanwhile.
    /// Its row goes into the commit of the admission: until that is durable this device has left.
    pub(super) fn take_part_again(
        &mut self,
        space: SpaceId,
        incarnation: Incarnation,
    ) -> Option<StoreOp> {
        self.spaces.get(&space).filter(|s| s.part == Part::Left)?;
        self.new_incarnation(space, incarnation);
        let s = self.spaces.get_mut(&space)?;
        s.part = Part::Takes;
        Some(s.row())
    }

    /// Edits of a space held here, on their way to disk included, that no other member is known to hold. Reads each.
    #[must_use]
    pub fn only_here(&self, held: &dyn Held, space: SpaceId) -> OnlyHere {
        let mut count = OnlyHere::default();
        let Some(s) = self.spaces.get(&space) else {
            return count;
        };
        let of_notes = s.chains.iter().filter(|(_, c)| c.chain.log == Log::Notes);
        for (id, c) in of_notes {
            let from = (s.known_elsewhere(*id) + 1).max(c.first_own());
            let edits = (from..=c.tip.seq).filter(|seq| s.is_edit(held, *id, c, *seq));
            let edits = edits.count() as u64;
            if c.chain.device == s.me {
                count.own += edits;
            } else {
                count.others += edits;
            }
        }
        count
    }

    /// Whether anything of a space goes in or out here.
    pub(super) fn takes_part(&self, space: SpaceId) -> bool {
        let s = self.spaces.get(&space);
        s.is_some_and(|s| s.part != Part::Left)
    }

    /// Whether this device left a space by itself.
    #[must_use]
    pub fn has_left_space(&self, space: SpaceId) -> bool {
        let s = self.spaces.get(&space);
        s.is_some_and(|s| s.part != Part::Takes)
    }
}

impl Space {
    /// The highest place of a branch that somebody else in the space is known to hold.
    fn known_elsewhere(&self, id: ChainId) -> u64 {
        let is_other =
            |device: &DeviceKey| *device != self.me && self.roster.role(*device).is_some();
        let others = self.receipts.iter().filter(|(device, _)| is_other(device));
        others
            .map(|(_, receipt)| receipt.top(id))
            .max()
            .unwrap_or(0)
    }

    fn is_edit(&self, held: &dyn Held, id: ChainId, c: &ChainState, seq: u64) -> bool {
        if let Some(entry) = self.inflight.get(&(id, seq)) {
            return entry.header().kind == Kind::Edit;
        }
        // What cannot be read is counted: nobody is known to have it.
        let entry = held.entry(c.chain.id(), c.branch, seq);
        entry
            .ok()
            .flatten()
            .is_none_or(|e| e.header().kind == Kind::Edit)
    }
}
