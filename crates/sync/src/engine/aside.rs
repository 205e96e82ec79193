//! What is set aside of people who were lowered: what it says, and how an owner brings it in.
//!
//! Nothing that is held is ever dropped. What a member wrote before it heard of its lowering, and what nobody in
//! standing built upon, is held by all and part of no note (security.md, Roster). An owner who wants it moves the cut:
//! a Member entry for each lowering and chain, up to the last edit held here, and every device shows it.

use std::collections::BTreeMap;
use std::sync::Arc;

use skein_note::gate;
use skein_space::{
    ChainId, DeviceKey, Entry, EntryHash, EntryRef, Kind, Member, NoteId, Role, SpaceId,
};

use super::Engine;
use super::commit::{Answer, Pending};
use super::members::appended;
use super::note::Unapplied;
use crate::api::{Effect, Held, HeldError, RequestId, SetAside, TakeInError};
use crate::config;

/// Where cuts must move to: by the lowering and the chain it cuts, the last edit that is above it.
type Moves = BTreeMap<(EntryHash, ChainId), EntryRef>;

impl Engine {
    /// What is set aside in a space, by note and author. Reads every note that has any.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn set_aside(
        &mut self,
        held: &dyn Held,
        space: SpaceId,
    ) -> Result<Vec<SetAside>, HeldError> {
        let mut all: BTreeMap<(NoteId, DeviceKey), SetAside> = BTreeMap::new();
        self.each_aside(held, space, |cut_by, one| {
            let h = one.entry.header();
            if h.kind != Kind::Edit {
                return;
            }
            let device = h.chain.device;
            let of = all.entry((h.note, device)).or_insert_with(|| SetAside {
                note: h.note,
                device,
                edits: 0,
                can_come_in: false,
                words: String::new(),
            });
            of.edits += 1;
            of.can_come_in |= cut_by.is_some();
            if of.words.len() < config::ASIDE_WORDS_BYTES {
                of.words += &gate::words(one.entry.payload());
            }
        })?;
        Ok(all.into_values().collect())
    }

    pub(super) fn take_in(
        &mut self,
        held: &dyn Held,
        request: RequestId,
        space: SpaceId,
        subject: DeviceKey,
    ) {
        match self.seal_moves(held, space, subject) {
            Ok((entries, edits)) => {
                let ops = entries.iter().map(appended).collect();
                let answer = Answer::TakenIn(request, edits);
                self.commit(ops, Pending::own(space, entries).answer(answer));
            }
            Err(error) => self.out.push(Effect::TakenIn {
                request,
                result: Err(error),
            }),
        }
    }

    /// The moved cuts, all or none, in the roster already, and how many edits they let in.
    fn seal_moves(
        &mut self,
        held: &dyn Held,
        space: SpaceId,
        subject: DeviceKey,
    ) -> Result<(Vec<Arc<Entry>>, u64), TakeInError> {
        let s = self.spaces.get(&space).ok_or(TakeInError::NoSuchSpace)?;
        if s.roster.role(self.device()) != Some(Role::Owner) {
            return Err(TakeInError::NotOwner);
        }
        let (moves, edits) = self
            .moves(held, space, subject)
            .map_err(|error| TakeInError::Unreadable(error.0))?;
        if edits == 0 {
            return Err(TakeInError::Nothing);
        }
        let s = self.spaces.get(&space).ok_or(TakeInError::NoSuchSpace)?;
        let (mut roster, mut sealed) = (s.roster.clone(), Vec::new());
        for ((lowering, _), cut) in moves {
            let member = Member::MoveCut {
                subject,
                lowering,
                cut,
            };
            let entry = roster
                .seal(&self.me.signer, s.incarnation, &member, self.now.wall_ms)
                .map_err(|error| TakeInError::Invalid(error.to_string()))?;
            let entry = Arc::new(entry);
            roster = roster.with(Arc::clone(&entry));
            sealed.push(entry);
        }
        for entry in &sealed {
            self.advance(space, entry.chain_id(), entry);
            self.roster_grew(space, entry);
        }
        Ok((sealed, edits))
    }

    fn moves(
        &mut self,
        held: &dyn Held,
        space: SpaceId,
        subject: DeviceKey,
    ) -> Result<(Moves, u64), HeldError> {
        let (mut moves, mut edits) = (Moves::new(), 0);
        self.each_aside(held, space, |cut_by, one| {
            let h = one.entry.header();
            let Some(lowering) = cut_by.filter(|_| h.chain.device == subject) else {
                return;
            };
            let r = one.entry.reference();
            let last = moves.entry((lowering, r.chain)).or_insert(r);
            if r.seq > last.seq {
                *last = r;
            }
            edits += u64::from(h.kind == Kind::Edit);
        })?;
        Ok((moves, edits))
    }

    /// Everything set aside in a space, in causal order within a chain, with the lowering that keeps it out.
    fn each_aside(
        &mut self,
        held: &dyn Held,
        space: SpaceId,
        mut look: impl FnMut(Option<EntryHash>, &Unapplied),
    ) -> Result<(), HeldError> {
        let rows = self.spaces.get(&space).map(|s| &s.rows);
        let notes = rows.into_iter().flatten();
        let notes: Vec<NoteId> = notes
            .filter(|(_, row)| row.set_aside > 0)
            .map(|(note, _)| *note)
            .collect();
        for note in notes {
            self.load(held, space, note)?;
            let Some(s) = self.spaces.get(&space) else {
                break;
            };
            let aside = s.loaded.get(&note).map(|loaded| &loaded.aside);
            for one in aside.into_iter().flat_map(BTreeMap::values) {
                let h = one.entry.header();
                let chain = one.entry.chain_id();
                let cut_by = s.roster.cut_by(h.chain.device, chain, h.seq, &one.past);
                look(cut_by, one);
            }
            // A space with thousands of such notes must not have all of them in memory at once.
            self.trim_loaded();
        }
        Ok(())
    }
}
