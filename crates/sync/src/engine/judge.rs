//! What the roster leaves standing in notes on this device, and its person's own words that it does not.

use skein_note::gate;
use skein_space::{ChainId, DeviceKey, Kind, NoteId, Role, Roster, RosterPast, SpaceId};

use super::Engine;
use super::commit::Pending;
use super::space::Space;
use crate::api::{Event, Notice, StoreOp};

/// The roster, as it is asked about what notes are made of.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    pub roster: &'a Roster,
    me: DeviceKey,
}

impl<'a> Judge<'a> {
    pub fn new(roster: &'a Roster, me: DeviceKey) -> Self {
        Self { roster, me }
    }

    /// Whether an edit is set aside. What this device wrote stays here to be read once it is out of the space: nobody
    /// it could disagree with shows this note to it any more (A10).
    pub fn sets_aside(
        &self,
        author: DeviceKey,
        chain: ChainId,
        seq: u64,
        past: &RosterPast,
    ) -> bool {
        let own_and_out = author == self.me && self.roster.role(self.me).is_none();
        !own_and_out && self.roster.sets_aside(author, chain, seq, past)
    }
}

impl Space {
    /// Asked about what notes are made of here.
    pub fn judge(&self) -> Judge<'_> {
        Judge::new(&self.roster, self.me)
    }

    /// The roster changed. Lowered, or in again, this device shows what all show, and not all that it wrote meanwhile.
    pub fn own_role_was(&mut self, before: Option<Role>) {
        let now = self.roster.role(self.me);
        if now.is_some() && (now < before || before.is_none()) {
            self.own_lowered.extend(self.rows.keys().copied());
        }
    }
}

impl Engine {
    /// This device's own words that are set aside since then are for its person to keep.
    pub(super) fn keep_own_words(&mut self, space: SpaceId, note: NoteId) {
        let me = self.device();
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        if !s.own_lowered.remove(&note) {
            return;
        }
        let aside = s.loaded.get(&note).map(|loaded| loaded.aside.values());
        let own = aside.into_iter().flatten().map(|one| &one.entry);
        let own = own.filter(|e| e.header().chain.device == me && e.header().kind == Kind::Edit);
        let text: String = own.map(|entry| gate::words(entry.payload())).collect();
        if text.is_empty() {
            return;
        }
        let reason = "an owner changed what this device may do before the others had it".to_owned();
        let draft = StoreOp::Draft {
            space,
            note,
            update: Vec::new(),
            text: text.clone(),
            reason: reason.clone(),
        };
        self.commit(vec![draft], Pending::nothing());
        self.event(Event::Notice(Notice::Drafted {
            space,
            note,
            reason,
            text,
        }));
    }
}
