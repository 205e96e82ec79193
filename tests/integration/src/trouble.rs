//! What keeps devices from finding each other, one cause at a time; the doctor has to name each.

use std::net::IpAddr;

use crate::network::Host;

/// The table of ours in a host's packet filter, apart from that of the weather.
const TABLE: &str = "inet trouble";

impl Host {
    /// Lets nothing in to that TCP port: silently, or with a word back.
    ///
    /// # Panics
    /// Without namespaces or `nft`.
    pub fn closes_port(&self, port: u16, with: &str) {
        self.inside("nft", &format!("add table {TABLE}"));
        let chain = "{ type filter hook input priority 0 ; }";
        self.inside("nft", &format!("add chain {TABLE} input {chain}"));
        // What comes from this machine itself passes, as in most firewalls.
        let rule = format!("iifname eth0 tcp dport {port} {with}");
        self.inside("nft", &format!("add rule {TABLE} input {rule}"));
    }

    /// Lets nothing in to that TCP port, not even from this machine.
    ///
    /// # Panics
    /// Without namespaces or `nft`.
    pub fn closes_port_to_all(&self, port: u16) {
        self.inside("nft", &format!("add table {TABLE}"));
        let chain = "{ type filter hook input priority 0 ; }";
        self.inside("nft", &format!("add chain {TABLE} input {chain}"));
        let rule = format!("tcp dport {port} drop");
        self.inside("nft", &format!("add rule {TABLE} input {rule}"));
    }

    /// Takes the interface down: no cable, no address.
    ///
    /// # Panics
    /// Without namespaces.
    pub fn loses_its_interface(&self) {
        self.inside("ip", "link set eth0 down");
    }

    /// A tunnel that takes what goes to that address, or everything, and brings nothing back.
    ///
    /// # Panics
    /// Without namespaces.
    pub fn has_a_vpn(&self, takes: Option<IpAddr>) {
        // A cable to nowhere: named like a tunnel, and what goes in comes out at no one's.
        self.inside("ip", "link add wg0 type veth peer name nowhere");
        self.inside("ip", "link set nowhere up");
        self.inside("ip", "addr add 10.99.0.2/24 dev wg0");
        self.inside("ip", "link set wg0 up");
        let takes = takes.map_or_else(|| "default".into(), |one| format!("{one}/32"));
        self.inside("ip", &format!("route add {takes} dev wg0"));
    }

    /// Takes IPv6 away, so that IPv4 is the only way.
    ///
    /// # Panics
    /// Without namespaces.
    pub fn has_ipv4_only(&self) {
        self.inside("sysctl", "-q -w net.ipv6.conf.eth0.disable_ipv6=1");
    }
}
