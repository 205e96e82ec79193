//! Questions shells ask. None of them changes anything a peer or a disk would notice.

use skein_note::Note;
use skein_space::{
    ChainId, DeviceKey, EntryHash, Kind, Log, Membership, NoteId, Role, Roster, SpaceId,
};

use super::chains::ChainState;
use super::{Engine, Space};
use crate::api::{Held, HeldError, NoteRow, NoteStatus, PeerReceipt};
use crate::heads::Tip;

impl Engine {
    /// Spaces this device is in.
    #[must_use]
    pub fn spaces(&self) -> Vec<SpaceId> {
        self.spaces.keys().copied().collect()
    }

    /// This device's role in a space; none: it is out, or it left.
    #[must_use]
    pub fn role(&self, space: SpaceId) -> Option<Role> {
        self.spaces.get(&space)?.role_here()
    }

    /// A space's roster.
    #[must_use]
    pub fn roster(&self, space: SpaceId) -> Option<&Roster> {
        self.spaces.get(&space).map(|s| &s.roster)
    }

    /// The notes of a space with their rows; the space's own note is not among them.
    #[must_use]
    pub fn rows(&self, space: SpaceId) -> Vec<(NoteId, &NoteRow)> {
        let Some(s) = self.spaces.get(&space) else {
            return Vec::new();
        };
        s.rows
            .iter()
            .filter(|(note, _)| note.0 != space.0)
            .map(|(note, row)| (*note, row))
            .collect()
    }

    /// The row of one note, the space's own note included.
    #[must_use]
    pub fn row(&self, space: SpaceId, note: NoteId) -> Option<&NoteRow> {
        self.spaces.get(&space)?.rows.get(&note)
    }

    /// The document of a note, brought into memory if need be.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn note(
        &mut self,
        held: &dyn Held,
        space: SpaceId,
        note: NoteId,
    ) -> Result<Option<&Note>, HeldError> {
        self.load(held, space, note)?;
        Ok(self.loaded(space, note).map(|l| &l.doc))
    }

    /// Durable tips of all chains of a space: device, incarnation, log and tip.
    #[must_use]
    pub fn tips(&self, space: SpaceId) -> Vec<(skein_space::Chain, Tip)> {
        let Some(s) = self.spaces.get(&space) else {
            return Vec::new();
        };
        s.chains
            .values()
            .filter(|c| c.is_durable())
            .map(|c| (c.chain, c.durable))
            .collect()
    }

    /// The tip of one chain, what is on its way to disk included.
    #[must_use]
    pub fn tip(&self, space: SpaceId, chain: ChainId) -> Option<(u64, EntryHash)> {
        let tip = self.spaces.get(&space)?.chains.get(&chain)?.tip;
        Some((tip.seq, tip.hash))
    }

    /// The truth about one note.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn status(
        &mut self,
        held: &dyn Held,
        space: SpaceId,
        note: NoteId,
    ) -> Result<Option<NoteStatus>, HeldError> {
        if !self.load(held, space, note)? {
            return Ok(None);
        }
        let (Some(s), Some(loaded)) = (self.spaces.get(&space), self.loaded(space, note)) else {
            return Ok(None);
        };
        let saved = self
            .sessions
            .values()
            .filter(|x| x.space == space && x.note == note)
            .all(|x| x.all_acked());
        let waiting_for = loaded
            .first_missing(&s.roster)
            .and_then(|r| s.chains.get(&r.chain))
            .map(|c| c.chain.device);
        let behind = |device: DeviceKey| {
            let receipt = s.receipts.get(&device).filter(|r| r.heard())?;
            let lacks_roster = !receipt.holds_roster(s);
            let mut lacks = 0;
            for (id, places) in &loaded.edits {
                let of_branch = receipt.lacks(*id, places).len();
                let chain = s.chains.get(id).map_or(*id, |c| c.chain.id());
                if of_branch > 0 && receipt.claims(chain) {
                    return None;
                }
                lacks += of_branch;
            }
            (!lacks_roster || lacks > 0).then_some(lacks as u64)
        };
        Ok(Some(NoteStatus {
            note,
            saved: saved && !s.inflight.values().any(|e| e.header().note == note),
            state: loaded.state(),
            set_aside: loaded.edits_aside(),
            waiting_for,
            peers: self.receipts(s, behind),
        }))
    }

    /// Per member of a space: Edit entries of the space it is not known to hold. Reads each of them.
    #[must_use]
    pub fn peers(&self, held: &dyn Held, space: SpaceId) -> Vec<PeerReceipt> {
        let Some(s) = self.spaces.get(&space) else {
            return Vec::new();
        };
        self.receipts(s, |device| {
            let receipt = s.receipts.get(&device).filter(|r| r.heard())?;
            let is_edit = |c: &ChainState, seq: u64| {
                held.entry(c.chain.id(), c.branch, seq)
                    .ok()
                    .flatten()
                    .is_some_and(|e| e.header().kind == Kind::Edit)
            };
            let lacks = |(id, c): (&ChainId, &ChainState)| {
                let from = (receipt.top(*id) + 1).max(c.first_own());
                (from..=c.durable.seq)
                    .filter(|seq| is_edit(c, *seq))
                    .count() as u64
            };
            Some(
                s.chains
                    .iter()
                    .filter(|(_, c)| c.chain.log == Log::Notes)
                    .map(lacks)
                    .sum(),
            )
        })
    }

    /// Whether some other member is known to hold everything of a note.
    #[must_use]
    pub fn held_by_others(&self, space: SpaceId, note: NoteId) -> bool {
        let Some(s) = self.spaces.get(&space) else {
            return false;
        };
        let Some(row) = s.rows.get(&note) else {
            return false;
        };
        // Of a forked chain a place does not say which branch the note needs: all of them.
        let needed = row.tips.iter().flat_map(|(chain, seq)| {
            let forked = s.is_forked(*chain);
            s.branches(*chain)
                .map(move |(id, c)| (id, if forked { c.durable.seq } else { *seq }))
        });
        let needed: Vec<(ChainId, u64)> = needed.collect();
        // What somebody holds who is out of the space, nobody can count on.
        let members = s.receipts.iter();
        let mut members = members.filter(|(device, _)| s.roster.role(**device).is_some());
        members.any(|(_, r)| needed.iter().all(|(id, seq)| r.holds(*id, *seq)))
    }

    /// Whether a member is known to hold every entry of the roster that is durable here: it knows who is in the space.
    #[must_use]
    pub fn knows_roster(&self, space: SpaceId, device: DeviceKey) -> bool {
        self.spaces.get(&space).is_some_and(|s| {
            let receipt = s.receipts.get(&device).filter(|r| r.heard());
            receipt.is_some_and(|receipt| receipt.holds_roster(s))
        })
    }

    /// Members online whose last Heads equal ours, and members online at all.
    #[must_use]
    pub fn equal_heads(&self, space: SpaceId) -> (usize, usize) {
        let Some(s) = self.spaces.get(&space) else {
            return (0, 0);
        };
        let online = self.online_in(space);
        let equal = online
            .iter()
            .filter(|device| s.receipts.get(device).is_some_and(|r| r.equals(s)))
            .count();
        (equal, online.len())
    }

    /// The member a transport key belongs to, in any space.
    #[must_use]
    pub fn member_by_transport(&self, transport: skein_space::TransportKey) -> Option<Membership> {
        self.spaces
            .values()
            .flat_map(|s| s.roster.members())
            .find(|m| m.transport == transport && m.role.is_some())
    }

    fn receipts(&self, s: &Space, behind: impl Fn(DeviceKey) -> Option<u64>) -> Vec<PeerReceipt> {
        let online = self.online_in(s.id);
        let me = self.device();
        s.roster
            .members()
            .into_iter()
            .filter(|m| m.device != me)
            .filter_map(|m| {
                Some(PeerReceipt {
                    device: m.device,
                    person: m.person,
                    device_name: m.device_name,
                    role: m.role?,
                    online: online.contains(&m.device),
                    behind: behind(m.device),
                    needs_newer: s
                        .receipts
                        .get(&m.device)
                        .is_some_and(|r| r.heard() && r.reads_our_format == Some(false)),
                })
            })
            .collect()
    }
}
