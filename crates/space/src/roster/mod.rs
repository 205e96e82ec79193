//! Who is a member, with what role, and what of a lowered device's writing stands.
//!
//! A pure function of the Member entries held: no clock, no arrival order. Two verdicts, as for notes. *Valid* depends
//! on an entry's own past alone and never changes; what is not valid is not held. *Counting* depends on what else is
//! held: a lowering always counts, an admission of somebody who was lowered at the same time may not.

mod bits;
mod fold;
mod members;
mod past;
mod refused;
mod scope;
mod standing;
mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::chain::{Chain, EntryRef, Log};
use crate::entry::{Draft, Entry};
use crate::header::Kind;
use crate::ids::{ChainId, DeviceKey, EntryHash, Incarnation, NoteId, SecretLabel, SpaceId};
use crate::keys::DeviceSigner;
use crate::member::{Member, Role};
use crate::planted;

pub use members::Membership;
pub use past::RosterPast;
pub use refused::{MissingRoster, NotAdmitted, Refused, SealError};
pub use standing::Standing;

use bits::Bits;
use fold::Fold;
use scope::Scope;

/// The Member entries held of one space, folded. Immutable and cheap to clone.
#[derive(Clone, Debug)]
pub struct Roster(Arc<Fold>);

impl Roster {
    /// Of a space of which nothing is held.
    pub fn empty(space: SpaceId) -> Self {
        Self(Arc::new(Fold::empty(space)))
    }

    /// Folds entries given in any order. What is not valid, or hangs on something that is not among them, is left out.
    /// Signatures must have been verified.
    pub fn fold(space: SpaceId, entries: &[Arc<Entry>]) -> Self {
        let mut fold = Fold::empty(space);
        let mut waiting: BTreeMap<EntryRef, Vec<&Arc<Entry>>> = BTreeMap::new();
        let mut ready: Vec<&Arc<Entry>> = entries.iter().rev().collect();
        while let Some(entry) = ready.pop() {
            if fold.table.find(&entry.reference()).is_some() {
                continue;
            }
            match fold.judge(entry) {
                Ok(node) => {
                    fold.take(node);
                    ready.extend(waiting.remove(&entry.reference()).unwrap_or_default());
                }
                Err(NotAdmitted::Missing(refs)) => waiting.entry(refs[0]).or_default().push(entry),
                Err(NotAdmitted::Refused(_)) => {}
            }
        }
        fold.settle();
        Self(Arc::new(fold))
    }

    /// With one entry more; the same roster when [`Self::admits`] would not let it in or it is held already.
    pub fn with(&self, entry: Arc<Entry>) -> Self {
        if self.holds(&entry.reference()) {
            return self.clone();
        }
        let Ok(node) = self.0.judge(&entry) else {
            return self.clone();
        };
        let mut fold = Fold::clone(&self.0);
        fold.take(node);
        fold.settle();
        Self(Arc::new(fold))
    }

    /// Whether a Member entry is valid and can be held: everything it names and its previous entry are here, its
    /// author was an owner in its own past (or it founds this space), its transport key signed its statement. The
    /// entry's own signature is [`Entry::verify`]'s.
    pub fn admits(&self, entry: &Entry) -> Result<(), NotAdmitted> {
        if self.holds(&entry.reference()) {
            return Ok(());
        }
        self.0.judge(&Arc::new(entry.clone())).map(|_| ())
    }

    /// The space it is of.
    pub fn space(&self) -> SpaceId {
        self.0.space
    }

    /// How many Member entries are held.
    pub fn len(&self) -> usize {
        self.0.table.len() as usize
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a device may do now.
    pub fn role(&self, device: DeviceKey) -> Option<Role> {
        self.0.now.get(&device).and_then(|now| now.role)
    }

    /// Whether this is the space's recovery key: an owner that is no device, named when the space was founded.
    pub fn is_recovery_key(&self, key: DeviceKey) -> bool {
        self.role(key) == Some(Role::Owner) && self.recovery_keys().any(|named| named == key)
    }

    /// Whether somebody may hold a recovery key of the space.
    pub fn has_recovery_key(&self) -> bool {
        self.recovery_keys()
            .any(|key| self.role(key) == Some(Role::Owner))
    }

    fn recovery_keys(&self) -> impl Iterator<Item = DeviceKey> {
        self.0
            .table
            .nodes()
            .filter_map(|(_, node)| match node.member {
                Member::Found { recovery, .. } => recovery,
                _ => None,
            })
    }

    /// What a device might do, as far as that past knows.
    pub fn role_in(&self, past: &RosterPast, device: DeviceKey) -> Option<Role> {
        Scope::new(&self.0, &past.bits_in(&self.0.table)).role(&device)
    }

    /// The entries held that no other of them has in its past, rising: what the next Member entry names.
    pub fn frontier(&self) -> Vec<EntryRef> {
        let mut refs: Vec<_> = self
            .0
            .heads
            .iter()
            .map(|index| self.0.table.node(index).reference)
            .collect();
        refs.sort_unstable();
        refs
    }

    /// The last entry held of each roster chain of a device, rising by chain: what a lowering of it leaves standing of
    /// them. Of a fork the longest branch, of several that with the lowest hash.
    pub fn tips(&self, device: DeviceKey) -> Vec<EntryRef> {
        let mut tips: BTreeMap<ChainId, EntryRef> = BTreeMap::new();
        let own = self
            .0
            .table
            .nodes()
            .filter(|(_, node)| node.author() == device);
        for (_, node) in own {
            let tip = tips.entry(node.reference.chain).or_insert(node.reference);
            if (node.reference.seq, tip.hash) > (tip.seq, node.reference.hash) {
                *tip = node.reference;
            }
        }
        tips.into_values().collect()
    }

    /// Whether a Member entry counts; none for one that is not held.
    pub fn counts(&self, reference: &EntryRef) -> Option<bool> {
        let index = self.0.table.find(reference)?;
        Some(self.0.counting.has(index))
    }

    /// Whether this Member entry is held.
    pub fn holds(&self, reference: &EntryRef) -> bool {
        self.0.table.find(reference).is_some()
    }

    /// The Member entries held, each after everything it is built on.
    pub fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.0.table.nodes().map(|(_, node)| &node.entry)
    }

    /// These entries and everything they were built on.
    pub fn past(&self, refs: &[EntryRef]) -> Result<RosterPast, MissingRoster> {
        let mut bits = Bits::default();
        let mut missing = Vec::new();
        for reference in refs {
            match self.0.table.find(reference) {
                Some(index) => {
                    bits.add(&self.0.table.node(index).past);
                    bits.set(index);
                }
                None => missing.push(*reference),
            }
        }
        if !missing.is_empty() {
            return Err(MissingRoster(missing));
        }
        Ok(RosterPast {
            table: Arc::clone(&self.0.table),
            bits: Arc::new(bits),
        })
    }

    /// Both pasts together, as far as held here.
    pub fn join(&self, one: &RosterPast, other: &RosterPast) -> RosterPast {
        let (one, other) = (one.bits_in(&self.0.table), other.bits_in(&self.0.table));
        let bits = if one.contains(&other) {
            one
        } else if other.contains(&one) {
            other
        } else {
            let mut both = Bits::clone(&one);
            both.add(&other);
            Arc::new(both)
        };
        RosterPast {
            table: Arc::clone(&self.0.table),
            bits,
        }
    }

    /// Maximal entries held that are not in that past: what an edit names beside its notes.
    pub fn unseen(&self, past: &RosterPast) -> Vec<EntryRef> {
        let bits = past.bits_in(&self.0.table);
        let heads = self.0.heads.iter().filter(|&index| !bits.has(index));
        let mut refs: Vec<_> = heads
            .map(|index| self.0.table.node(index).reference)
            .collect();
        refs.sort_unstable();
        refs
    }

    /// Whether anybody was ever lowered or removed: until then nothing is set aside.
    pub fn has_lowered(&self) -> bool {
        self.0.lowerings.highest().is_some()
    }

    /// The label of the secret that is current for this roster: BLAKE3 of the sorted hashes of all lowerings. Of lesser
    /// roles too: whom a lowered owner let in meanwhile is out with it, and has the secret of before.
    pub fn secret_label(&self) -> SecretLabel {
        let table = &self.0.table;
        let lowerings = self.0.lowerings.iter().filter(|_| !planted!(SecretKept));
        let mut hashes: Vec<EntryHash> = lowerings.map(|index| table.node(index).hash()).collect();
        hashes.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        hashes.iter().for_each(|hash| {
            hasher.update(&hash.0);
        });
        SecretLabel(*hasher.finalize().as_bytes())
    }

    /// Seals this device's next Member entry on everything held.
    pub fn seal(
        &self,
        signer: &DeviceSigner,
        incarnation: Incarnation,
        member: &Member,
        wall_ms: i64,
    ) -> Result<Entry, SealError> {
        let chain = Chain {
            space: self.0.space,
            device: signer.device_key(),
            incarnation,
            log: Log::Roster,
        };
        let id = chain.id();
        let own = self
            .0
            .table
            .nodes()
            .filter(|(_, node)| node.reference.chain == id);
        let last = own
            .max_by_key(|(_, node)| (node.reference.seq, std::cmp::Reverse(node.reference.hash)));
        let draft = Draft {
            chain,
            seq: last.map_or(1, |(_, node)| node.reference.seq + 1),
            prev: last.map_or(EntryHash::ZERO, |(_, node)| node.hash()),
            kind: Kind::Member,
            note: NoteId::ZERO,
            session: 0,
            deps: self.frontier(),
            wall_ms,
        };
        let entry = Entry::seal(signer, draft, member.encode()?)?;
        self.admits(&entry)?;
        Ok(entry)
    }
}
