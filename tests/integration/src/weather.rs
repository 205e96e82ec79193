//! What a network does to those on it: loses packets, keeps multicast away, takes only small ones.

use std::time::Duration;

use crate::ground::Ground;
use crate::network::{Host, Network};
use crate::wait::until;

/// The table of ours in a host's packet filter.
const TABLE: &str = "inet weather";

/// Whether this machine's packet filter can lose packets at random.
pub(crate) fn can_filter(ground: &Ground) -> bool {
    let host = Network::new(ground).host("probe");
    let rule = host
        .command("nft")
        .arg("add table inet probe; add chain inet probe input { type filter hook input priority 0; }; \
              add rule inet probe input numgen random mod 100 < 1 counter drop")
        .stderr(std::process::Stdio::null())
        .status();
    rule.is_ok_and(|status| status.success())
}

impl Host {
    /// Loses that many of a hundred packets that come in, whatever they carry.
    ///
    /// # Panics
    /// Without namespaces or `nft`.
    pub fn loses(&self, percent: u8) {
        let rule = format!("iifname eth0 numgen random mod 100 < {percent} drop");
        self.filters(&[&rule], &[]);
    }

    /// Lets no multicast of discovery in or out, as guest networks do.
    ///
    /// # Panics
    /// Without namespaces or `nft`.
    pub fn blocks_multicast(&self) {
        let rules = ["ip daddr 224.0.0.0/4 drop", "ip6 daddr ff02::fb drop"];
        self.filters(&rules, &rules);
    }

    /// Ends both.
    ///
    /// # Panics
    /// When none of them had begun.
    pub fn clears_up(&self) {
        self.inside("nft", &format!("delete table {TABLE}"));
    }

    /// Packets that were dropped so far.
    ///
    /// # Panics
    /// When nothing is dropped here.
    pub fn dropped(&self) -> u64 {
        let said = self.inside("nft", &format!("list table {TABLE}"));
        let counts = said.split("packets ").skip(1);
        counts
            .filter_map(|rest| rest.split(' ').next()?.parse::<u64>().ok())
            .sum()
    }

    /// Sends packets of at most that many bytes. Below 1,280 there is no IPv6 on the link.
    ///
    /// # Panics
    /// Without namespaces.
    pub fn sends_at_most(&self, bytes: u16) {
        self.inside("ip", &format!("link set eth0 mtu {bytes}"));
    }

    /// Takes the IPv4 address away; what is left is IPv6 of the link.
    ///
    /// # Panics
    /// Without namespaces.
    pub fn has_ipv6_only(&self) {
        self.inside("ip", "addr flush dev eth0 scope global");
        // A host of its own has no IPv4 routes then, and the kernel checks the new address first.
        until("an IPv6 address", Duration::from_secs(10), || {
            let said = self.inside("ip", "-6 addr show dev eth0");
            (said.contains("fe80:") && !said.contains("tentative")).then_some(())
        });
    }

    fn filters(&self, inward: &[&str], outward: &[&str]) {
        self.inside("nft", &format!("add table {TABLE}"));
        for (hook, rules) in [("input", inward), ("output", outward)] {
            let chain =
                format!("add chain {TABLE} {hook} {{ type filter hook {hook} priority 0 ; }}");
            self.inside("nft", &chain);
            for rule in rules {
                let counted = rule.replace(" drop", " counter drop");
                self.inside("nft", &format!("add rule {TABLE} {hook} {counted}"));
            }
        }
    }
}
