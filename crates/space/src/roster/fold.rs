//! The indexes over a table of Member entries, and how an entry comes in.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bits::Bits;
use super::scope::Scope;
use super::table::{Node, Table};
use super::{NotAdmitted, Refused};
use crate::chain::{EntryRef, space_id};
use crate::entry::Entry;
use crate::header::Kind;
use crate::ids::{DeviceKey, EntryHash, SpaceId};
use crate::member::{Member, Role};

#[derive(Clone, Debug)]
pub(super) struct Fold {
    pub(super) space: SpaceId,
    pub(super) table: Arc<Table>,
    /// Foundings, admissions, raises and lowerings by the device they are about, ascending.
    about: BTreeMap<DeviceKey, Vec<u32>>,
    /// Moved cuts by the hash of the lowering they name.
    moves: BTreeMap<EntryHash, Vec<u32>>,
    pub(super) lowerings: Bits,
    /// Everything held.
    pub(super) all: Bits,
    /// What no held entry has in its past.
    pub(super) heads: Bits,
    /// What counts within everything held.
    pub(super) counting: Bits,
    /// What that means for each device an entry is about.
    pub(super) now: BTreeMap<DeviceKey, Now>,
}

/// What everything held says about one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Now {
    pub(super) role: Option<Role>,
    /// Some counting entry gives it the right to write, if only for a time.
    pub(super) writes: bool,
}

impl Fold {
    pub(super) fn empty(space: SpaceId) -> Self {
        Self {
            space,
            table: Arc::default(),
            about: BTreeMap::new(),
            moves: BTreeMap::new(),
            lowerings: Bits::default(),
            all: Bits::default(),
            heads: Bits::default(),
            counting: Bits::default(),
            now: BTreeMap::new(),
        }
    }

    pub(super) fn about(&self, device: &DeviceKey) -> &[u32] {
        self.about.get(device).map_or(&[], Vec::as_slice)
    }

    pub(super) fn subjects(&self) -> impl Iterator<Item = &DeviceKey> {
        self.about.keys()
    }

    /// The role an entry about a device gives it.
    pub(super) fn gives(&self, index: u32) -> Option<Role> {
        match &self.table.node(index).member {
            Member::Found { .. } => Some(Role::Owner),
            Member::SetRole { role, .. } => Some(*role),
            Member::Lower { role, .. } => *role,
            Member::MoveCut { .. } => None,
        }
    }

    /// Of a device's lowerings within `set` and outside `past`, those that have none of the others in their past.
    pub(super) fn earliest_lowerings(
        &self,
        device: &DeviceKey,
        set: &Bits,
        past: &Bits,
    ) -> Vec<u32> {
        let mut earliest: Vec<u32> = Vec::new();
        for &index in self.about(device) {
            let applies = self.lowerings.has(index) && set.has(index) && !past.has(index);
            // One that has any other in its past also has one of the earliest there, and that came before it.
            if applies
                && !earliest
                    .iter()
                    .any(|&earlier| self.table.node(index).past.has(earlier))
            {
                earliest.push(index);
            }
        }
        earliest
    }

    /// Where a lowering cuts a notes chain: its own cut and the moved ones that count.
    pub(super) fn cuts_of(&self, lowering: u32, chain: &crate::ids::ChainId) -> Vec<EntryRef> {
        let node = self.table.node(lowering);
        let own = super::scope::cut_for(node.cuts().unwrap_or_default(), chain).copied();
        let moved = self
            .moves
            .get(&node.hash())
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .filter_map(|&index| match &self.table.node(index).member {
                Member::MoveCut { cut, .. } if cut.chain == *chain && self.counting.has(index) => {
                    Some(*cut)
                }
                _ => None,
            });
        own.into_iter().chain(moved).collect()
    }

    /// Checks an entry against its own past and, if it is valid, makes its node.
    pub(super) fn judge(&self, entry: &Arc<Entry>) -> Result<Node, NotAdmitted> {
        let header = entry.header();
        if header.chain.space != self.space {
            return Err(Refused::OtherSpace.into());
        }
        if header.kind != Kind::Member {
            return Err(Refused::NotMember.into());
        }
        let member = Member::decode(entry.payload()).map_err(Refused::Payload)?;
        let (past, line) = self.past_of(entry)?;
        let rests_on = match &member {
            Member::Found { .. } => {
                self.check_founding(entry, &member)?;
                Vec::new()
            }
            _ => self.check_authority(entry, &member, &past)?,
        };
        // Last, because it costs most.
        if let Some(statement) = member.statement() {
            statement
                .verify(&self.space, &member.subject())
                .map_err(|_| Refused::Statement)?;
        }
        Ok(Node {
            entry: Arc::clone(entry),
            member,
            reference: entry.reference(),
            past,
            line,
            rests_on,
        })
    }

    /// Takes a judged node in. Afterwards [`Self::settle`] must run.
    pub(super) fn take(&mut self, node: Node) {
        let about = node.member.subject();
        let recovery = match &node.member {
            Member::Found { recovery, .. } => *recovery,
            _ => None,
        };
        let moved = match &node.member {
            Member::MoveCut { lowering, .. } => Some(*lowering),
            _ => None,
        };
        let lowers = node.cuts().is_some();
        self.heads.remove(&node.past);
        let index = Arc::make_mut(&mut self.table).push(node);
        self.all.set(index);
        self.heads.set(index);
        if lowers {
            self.lowerings.set(index);
        }
        match moved {
            Some(lowering) => self.moves.entry(lowering).or_default().push(index),
            None => self.about.entry(about).or_default().push(index),
        }
        if let Some(recovery) = recovery {
            self.about.entry(recovery).or_default().push(index);
        }
    }

    /// Finds anew what counts within everything held.
    pub(super) fn settle(&mut self) {
        let mut counting = Bits::default();
        let mut scope = Scope::new(self, &self.all);
        for index in 0..self.table.len() {
            if scope.counts(index) {
                counting.set(index);
            }
        }
        let mut now = BTreeMap::new();
        for (device, about) in &self.about {
            let role = scope.role(device);
            let writes = about.iter().any(|&index| {
                self.gives(index) >= Some(Role::Editor) && scope.speaks_for(index, device)
            });
            now.insert(*device, Now { role, writes });
        }
        self.counting = counting;
        self.now = now;
    }

    /// Past and line of an entry, or what is missing of them.
    fn past_of(&self, entry: &Entry) -> Result<(Bits, Bits), NotAdmitted> {
        let mut missing = Vec::new();
        let mut gather = |reference: &EntryRef| {
            let found = self.table.find(reference);
            missing.extend(found.is_none().then_some(*reference));
            found
        };
        let mut line = Bits::default();
        if let Some(index) = entry.previous().as_ref().and_then(&mut gather) {
            line.add(&self.table.node(index).line);
            line.set(index);
        }
        let mut past = Bits::default();
        for index in entry.header().deps.iter().filter_map(&mut gather) {
            past.add(&self.table.node(index).past);
            past.set(index);
        }
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            Ok((past, line))
        } else {
            Err(NotAdmitted::Missing(missing))
        }
    }

    /// The founding entry: first of its chain, built on nothing, and the space id is made of it.
    fn check_founding(&self, entry: &Entry, member: &Member) -> Result<(), Refused> {
        let header = entry.header();
        let Member::Found {
            subject,
            nonce,
            recovery,
            ..
        } = member
        else {
            return Err(Refused::Founding);
        };
        let device = header.chain.device;
        let founds = header.seq == 1
            && header.deps.is_empty()
            && *subject == device
            && *recovery != Some(device)
            && space_id(&device, nonce) == self.space;
        if founds {
            Ok(())
        } else {
            Err(Refused::Founding)
        }
    }

    /// All other entries: the author was an owner in the entry's own past, and a lowering lowers. Gives what that
    /// ownership rests on.
    fn check_authority(
        &self,
        entry: &Entry,
        member: &Member,
        past: &Bits,
    ) -> Result<Vec<u32>, Refused> {
        let author = entry.header().chain.device;
        let mut scope = Scope::new(self, past);
        let rests_on = scope.basis(&author);
        if rests_on
            .iter()
            .map(|&index| self.gives(index))
            .min()
            .flatten()
            != Some(Role::Owner)
        {
            return Err(Refused::NotOwner);
        }
        let subject = member.subject();
        let names_recovery = self.about(&subject).iter().any(|&index| {
            let founding = &self.table.node(index).member;
            past.has(index)
                && matches!(founding, Member::Found { recovery, .. } if *recovery == Some(subject))
        });
        if names_recovery {
            return Err(Refused::RecoveryKey);
        }
        match member {
            Member::Lower {
                role: Some(role), ..
            } if scope.role(&subject) <= Some(*role) => Err(Refused::LowersNothing),
            _ => Ok(rests_on),
        }
    }
}
