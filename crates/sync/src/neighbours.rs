//! Whom a device keeps streams to when more members are online than it can serve (protocol.md, Reconciliation).
//!
//! All members stand on a ring, by a hash that nobody chooses. A device wants streams to the two next to it on each
//! side, and to a few drawn at random, so that what is written reaches everybody in a few steps and a break in the
//! ring separates nobody. Who is wanted by nobody is still wanted by its own choice: a stream serves both sides.

use std::collections::BTreeSet;

use skein_space::{DeviceKey, SpaceId};

use crate::config;

/// The streams a device wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Everybody is, since no more are online than can be served.
    pub everybody: bool,
    /// Next to this device on the ring.
    pub near: BTreeSet<DeviceKey>,
    /// Drawn at random.
    pub drawn: BTreeSet<DeviceKey>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            everybody: true,
            near: BTreeSet::new(),
            drawn: BTreeSet::new(),
        }
    }
}

impl Wanted {
    /// Whether a stream to this device is wanted.
    #[must_use]
    pub fn has(&self, device: &DeviceKey) -> bool {
        self.everybody || self.near.contains(device) || self.drawn.contains(device)
    }
}

/// Chooses among the other members online. The same arguments choose the same; while `dice` stays, somebody who comes
/// or goes changes as little as can be. Who is in `refused` took no stream and is not drawn.
#[must_use]
pub fn choose(
    space: SpaceId,
    me: DeviceKey,
    others: &BTreeSet<DeviceKey>,
    refused: &BTreeSet<DeviceKey>,
    dice: &[u8; 32],
) -> Wanted {
    if others.len() <= config::STREAMS_WANTED {
        return Wanted::default();
    }
    let near = neighbours(space, me, others);
    let mut rest: Vec<([u8; 32], DeviceKey)> = others
        .iter()
        .filter(|device| !near.contains(device) && !refused.contains(device))
        .map(|device| (lot(dice, device), *device))
        .collect();
    rest.sort_unstable();
    let drawn = rest.into_iter().take(config::DRAWN).map(|(_, d)| d);
    Wanted {
        everybody: false,
        drawn: drawn.collect(),
        near,
    }
}

fn neighbours(space: SpaceId, me: DeviceKey, others: &BTreeSet<DeviceKey>) -> BTreeSet<DeviceKey> {
    let mut ring: Vec<([u8; 32], DeviceKey)> = others
        .iter()
        .chain([&me])
        .map(|device| (place(space, device), *device))
        .collect();
    ring.sort_unstable();
    let many = ring.len();
    let own = ring.iter().position(|(_, device)| *device == me);
    let own = own.unwrap_or(0);
    (1..=config::NEAR_EACH_SIDE)
        .flat_map(|step| [(own + step) % many, (own + many - step) % many])
        .map(|at| ring[at].1)
        .filter(|device| *device != me)
        .collect()
}

/// Where a device stands on the ring of a space.
fn place(space: SpaceId, device: &DeviceKey) -> [u8; 32] {
    let mut hash = blake3::Hasher::new();
    hash.update(&space.0).update(&device.0);
    *hash.finalize().as_bytes()
}

fn lot(dice: &[u8; 32], device: &DeviceKey) -> [u8; 32] {
    *blake3::keyed_hash(dice, &device.0).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn devices(many: u8) -> BTreeSet<DeviceKey> {
        (0..many).map(|n| DeviceKey([n; 32])).collect()
    }

    fn without(all: &BTreeSet<DeviceKey>, me: DeviceKey) -> BTreeSet<DeviceKey> {
        all.iter().copied().filter(|d| *d != me).collect()
    }

    fn wanted(all: &BTreeSet<DeviceKey>, me: DeviceKey, dice: u8) -> Wanted {
        let others = without(all, me);
        choose(SpaceId([9; 16]), me, &others, &BTreeSet::new(), &[dice; 32])
    }

    #[test]
    fn with_eight_others_everybody_is_wanted_and_with_nine_eight_are() {
        let all = devices(9);
        assert!(wanted(&all, DeviceKey([0; 32]), 1).everybody);
        let all = devices(10);
        for me in &all {
            let wanted = wanted(&all, *me, me.0[0]);
            assert!(!wanted.everybody && !wanted.has(me));
            assert_eq!((wanted.near.len(), wanted.drawn.len()), (4, 4));
        }
    }

    #[test]
    fn neighbours_are_neighbours_of_each_other() {
        let all = devices(100);
        for me in &all {
            for near in wanted(&all, *me, 3).near {
                assert!(wanted(&all, near, 4).near.contains(me));
            }
        }
    }

    #[test]
    fn one_that_goes_changes_one_choice_and_a_new_draw_changes_the_drawn_only() {
        let (all, me) = (devices(100), DeviceKey([0; 32]));
        let before = wanted(&all, me, 5);
        let gone = *before.drawn.first().unwrap();
        let after = wanted(&without(&all, gone), me, 5);
        assert_eq!(before.near, after.near);
        assert_eq!(before.drawn.intersection(&after.drawn).count(), 3);
        let again = wanted(&all, me, 6);
        assert_eq!(before.near, again.near);
        assert_ne!(before.drawn, again.drawn);
    }

    #[test]
    fn who_takes_no_stream_is_not_drawn_again() {
        let (all, me) = (devices(100), DeviceKey([0; 32]));
        let refused = wanted(&all, me, 5).drawn;
        let again = choose(SpaceId([9; 16]), me, &without(&all, me), &refused, &[5; 32]);
        assert!(again.drawn.is_disjoint(&refused));
        assert_eq!(again.drawn.len(), 4);
    }
}
