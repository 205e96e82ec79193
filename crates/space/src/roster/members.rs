//! The people and devices of a space, for lists and for who may connect.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Roster;
use super::bits::Bits;
use crate::entry::Entry;
use crate::ids::{DeviceKey, TransportKey};
use crate::member::{Member, Role};

/// A device that is or was in the space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Its name in every log.
    pub device: DeviceKey,
    /// Its libp2p identity.
    pub transport: TransportKey,
    /// The person's name.
    pub person: String,
    /// The device's name.
    pub device_name: String,
    /// What it may do; none: it is out.
    pub role: Option<Role>,
    /// Who let it in; a founder itself.
    pub added_by: DeviceKey,
}

impl Roster {
    /// Every device that ever had a valid admission, by device key. A recovery key is no device.
    pub fn members(&self) -> Vec<Membership> {
        self.0
            .subjects()
            .filter_map(|device| self.member(*device))
            .collect()
    }

    /// What shows a device that it may do less than it believes: the lowerings of it, of those who let it in, of those
    /// who let these in, and so on, with everything they are built on, each entry after what it is built on.
    pub fn lowerings_of(&self, device: DeviceKey) -> Vec<Arc<Entry>> {
        let table = &self.0.table;
        let mut why = Bits::default();
        let mut rests_on = BTreeSet::from([device]);
        let mut next = vec![device];
        while let Some(device) = next.pop() {
            for &index in self.0.about(&device) {
                let node = table.node(index);
                if matches!(node.member, Member::Lower { .. }) {
                    why.add(&node.past);
                    why.set(index);
                } else if rests_on.insert(node.author()) {
                    next.push(node.author());
                }
            }
        }
        let named = table.nodes().filter(|(index, _)| why.has(*index));
        named.map(|(_, node)| Arc::clone(&node.entry)).collect()
    }

    /// What shows that a device was let in: every admission and raise of it that counts, with everything they are built
    /// on, each entry after what it is built on. Empty for one that was never let in.
    pub fn admissions_of(&self, device: DeviceKey) -> Vec<Arc<Entry>> {
        let table = &self.0.table;
        let mut why = Bits::default();
        for &index in self.0.about(&device) {
            if self.0.counting.has(index) {
                why.add(&table.node(index).past);
                why.set(index);
            }
        }
        let named = table.nodes().filter(|(index, _)| why.has(*index));
        named.map(|(_, node)| Arc::clone(&node.entry)).collect()
    }

    /// One device's membership; none for one that was never let in.
    pub fn member(&self, device: DeviceKey) -> Option<Membership> {
        let named = |index: &u32| {
            let member = &self.0.table.node(*index).member;
            member.subject() == device && member.statement().is_some()
        };
        let ever: Vec<u32> = self
            .0
            .about(&device)
            .iter()
            .copied()
            .filter(named)
            .collect();
        let counting: Vec<u32> = ever
            .iter()
            .copied()
            .filter(|&index| self.0.counting.has(index))
            .collect();
        let pick = if counting.is_empty() { ever } else { counting };
        let table = &self.0.table;
        let past_has = |of: u32, other: u32| table.node(of).past.has(other);
        let latest = pick
            .iter()
            .filter(|&&a| !pick.iter().any(|&b| past_has(b, a)));
        let latest = latest.min_by_key(|&&index| table.node(index).hash())?;
        let first = pick
            .iter()
            .filter(|&&a| !pick.iter().any(|&b| past_has(a, b)));
        let first = first.min_by_key(|&&index| table.node(index).hash())?;
        let statement = table.node(*latest).member.statement()?;
        Some(Membership {
            device,
            transport: statement.transport,
            person: statement.person.clone(),
            device_name: statement.device_name.clone(),
            role: self.role(device),
            added_by: table.node(*first).author(),
        })
    }
}
