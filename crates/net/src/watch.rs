//! Notices that the network under this machine changed, or that the machine slept.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::{Duration, Instant, SystemTime};

use crate::addr::LocalAddress;
use crate::config;

/// What changed between two looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// Addresses that are gone: connections from them are dead.
    pub(crate) lost: Vec<IpAddr>,
    /// There are new addresses.
    pub(crate) gained: bool,
    /// The machine slept, or its clock was set: every connection may be dead.
    pub(crate) woke: bool,
}

impl Change {
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Remembers the last look.
#[derive(Debug)]
pub(crate) struct Watch {
    addresses: BTreeSet<LocalAddress>,
    wall: SystemTime,
    monotonic: Instant,
}

impl Watch {
    pub(crate) fn new(addresses: &[LocalAddress], wall: SystemTime, monotonic: Instant) -> Self {
        Self {
            addresses: outward(addresses),
            wall,
            monotonic,
        }
    }

    /// Compares with the last look and remembers this one.
    pub(crate) fn look(
        &mut self,
        addresses: &[LocalAddress],
        wall: SystemTime,
        monotonic: Instant,
    ) -> Change {
        let addresses = outward(addresses);
        let change = Change {
            lost: self
                .addresses
                .difference(&addresses)
                .map(|address| address.ip)
                .collect(),
            gained: addresses.difference(&self.addresses).next().is_some(),
            woke: self.jumped(wall, monotonic),
        };
        *self = Self {
            addresses,
            wall,
            monotonic,
        };
        change
    }

    fn jumped(&self, wall: SystemTime, monotonic: Instant) -> bool {
        let passed = monotonic.duration_since(self.monotonic);
        let difference = match wall.duration_since(self.wall) {
            Ok(on_wall) => on_wall.abs_diff(passed),
            Err(backwards) => backwards.duration() + passed,
        };
        // A process that was stopped for long is like a machine that slept.
        difference > config::CLOCK_JUMP || passed > config::WATCH_INTERVAL + config::CLOCK_JUMP
    }
}

fn outward(addresses: &[LocalAddress]) -> BTreeSet<LocalAddress> {
    addresses
        .iter()
        .filter(|address| !address.ip.is_loopback())
        .copied()
        .collect()
}

/// The clocks of this machine, now.
pub(crate) fn clocks() -> (SystemTime, Instant) {
    (SystemTime::now(), Instant::now())
}

/// How long until the next look.
pub(crate) const INTERVAL: Duration = config::WATCH_INTERVAL;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ips: &[&str]) -> Vec<LocalAddress> {
        let parse = |ip: &&str| LocalAddress {
            ip: ip.parse().expect("test address"),
            zone: 2,
        };
        ips.iter().map(parse).collect()
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_lost_address_is_named_and_loopback_does_not_count() {
        let (wall, clock) = clocks();
        let mut watch = Watch::new(&at(&["10.0.0.1", "127.0.0.1"]), wall, clock);
        let change = watch.look(&at(&["10.0.0.2"]), wall + SECOND, clock + SECOND);
        assert_eq!(
            change.lost,
            ["10.0.0.1".parse::<IpAddr>().expect("test address")]
        );
        assert!(change.gained && !change.woke);
        let change = watch.look(
            &at(&["10.0.0.2", "::1"]),
            wall + 2 * SECOND,
            clock + 2 * SECOND,
        );
        assert!(change.is_none());
    }

    #[test]
    fn a_clock_that_jumped_either_way_means_the_machine_slept() {
        let (wall, clock) = clocks();
        let mut watch = Watch::new(&[], wall, clock);
        assert!(watch.look(&[], wall + 3600 * SECOND, clock + SECOND).woke);
        assert!(
            !watch
                .look(&[], wall + 3601 * SECOND, clock + 2 * SECOND)
                .woke
        );
        assert!(watch.look(&[], wall, clock + 3 * SECOND).woke);
    }
}
