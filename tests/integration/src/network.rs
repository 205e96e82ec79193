//! A switch and the hosts plugged into it.
//!
//! ```text
//!   namespace …-switch            namespace …-ana
//!   br0 ── port-ana ═══ veth ═══ eth0 10.77.0.1/24
//!      └── port-ben ═══ veth ═══ eth0 10.77.0.2/24   (namespace …-ben)
//! ```
//!
//! A cut takes the switch's end of a link down: the host sees a cable without carrier, keeps its
//! address and hears nothing. On [`Ground::Loopback`] every host is this machine's loopback.

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::process::Command;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::ground::Ground;

/// Prefix of every namespace these tests make.
const PREFIX: &str = "skein-t";

static NETWORKS: AtomicU32 = AtomicU32::new(0);

/// One switch; hosts plugged into it hear each other. It goes when its last host goes.
pub struct Network {
    switch: Option<Arc<Switch>>,
    hosts: AtomicU8,
}

/// Which half of a switch a host is plugged into; all begin in the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// Where everybody is.
    First,
    /// The other one.
    Second,
}

/// One device's place on the network.
pub struct Host {
    name: String,
    address: Mutex<Ipv4Addr>,
    space: Option<Namespace>,
    switch: Option<Arc<Switch>>,
}

struct Switch {
    space: Namespace,
    prefix: String,
}

/// A network namespace by name; deleted when dropped.
struct Namespace(String);

impl Network {
    /// A new switch with nothing plugged in.
    ///
    /// # Panics
    /// When the ground has namespaces and making one fails.
    pub fn new(ground: &Ground) -> Network {
        if !ground.has_namespaces() {
            return Network {
                switch: None,
                hosts: AtomicU8::new(0),
            };
        }
        sweep();
        let number = NETWORKS.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("{PREFIX}{}-{number}", std::process::id());
        let space = Namespace::new(format!("{prefix}-switch"));
        // Snooping off: every port hears every multicast, like the cheap switch at home.
        for bridge in ["br0", "br1"] {
            space.ip(&format!(
                "link add {bridge} type bridge mcast_snooping 0 forward_delay 0"
            ));
            space.ip(&format!("link set {bridge} up"));
        }
        Network {
            switch: Some(Arc::new(Switch { space, prefix })),
            hosts: AtomicU8::new(0),
        }
    }

    /// Makes a hub of it: every host hears what is sent to any other, as on an open wireless network.
    ///
    /// # Panics
    /// On loopback.
    pub fn is_heard_by_all(&self) {
        let switch = self
            .switch
            .as_ref()
            .expect("loopback has nobody else to hear it");
        for bridge in ["br0", "br1"] {
            // What it learns where somebody stands is forgotten at once, so everything goes everywhere.
            let set = format!("link set {bridge} type bridge ageing_time 0");
            switch.space.ip(&set);
        }
    }

    /// Plugs in a new host with the next address of 10.77.0.0/24.
    pub fn host(&self, name: &str) -> Host {
        let number = self.hosts.fetch_add(1, Ordering::Relaxed) + 1;
        let Some(switch) = &self.switch else {
            let address = Mutex::new(Ipv4Addr::LOCALHOST);
            return Host {
                name: name.into(),
                address,
                space: None,
                switch: None,
            };
        };
        let space = Namespace::new(format!("{}-{name}", switch.prefix));
        let port = format!("port-{name}");
        switch.space.ip(&format!(
            "link add {port} type veth peer name eth0 netns {}",
            space.0
        ));
        switch.space.ip(&format!("link set {port} master br0 up"));
        space.ip("link set lo up");
        space.ip("link set eth0 up");
        let address = Ipv4Addr::new(10, 77, 0, number);
        space.ip(&format!("addr add {address}/24 brd + dev eth0"));
        Host {
            name: name.into(),
            address: Mutex::new(address),
            space: Some(space),
            switch: Some(Arc::clone(switch)),
        }
    }
}

impl Host {
    /// The host's name, part of its namespace's.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address others reach it at.
    pub fn address(&self) -> Ipv4Addr {
        *self.address.lock().expect("no holder panics")
    }

    /// A command that runs `program` on this host and dies with the thread that started it.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = match &self.space {
            Some(space) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", &space.0, "setpriv"]);
                command
            }
            None => Command::new("setpriv"),
        };
        command.args(["--pdeathsig", "KILL", "--"]).arg(program);
        command
    }

    /// Pulls the cable: the link has no carrier, the address stays.
    ///
    /// # Panics
    /// On loopback, which has no cable: such a test says that it needs namespaces.
    pub fn cut(&self) {
        self.port("down");
    }

    /// Puts the cable back.
    pub fn heal(&self) {
        self.port("up");
    }

    /// Plugs the host into the switch's other half, or back: hosts in one half hear each other and
    /// nobody else.
    ///
    /// # Panics
    /// On loopback.
    pub fn plug_into(&self, half: Half) {
        let switch = self
            .switch
            .as_ref()
            .expect("a switch has halves only in a namespace");
        let bridge = match half {
            Half::First => "br0",
            Half::Second => "br1",
        };
        let port = format!("link set port-{} master {bridge}", self.name);
        switch.space.ip(&port);
    }

    /// What a program said that was run on this host, its arguments separated by blanks.
    ///
    /// # Panics
    /// On loopback, and when it fails.
    pub(crate) fn inside(&self, program: &str, arguments: &str) -> String {
        let space = self
            .space
            .as_ref()
            .expect("a host of its own has a namespace");
        let mut all = vec!["netns", "exec", &space.0, program];
        all.extend(arguments.split(' '));
        ip(&all)
    }

    /// Keeps the host apart from all others that are kept apart, as the access point of a guest network does.
    ///
    /// # Panics
    /// On loopback.
    pub fn is_kept_apart(&self) {
        let switch = self
            .switch
            .as_ref()
            .expect("a switch keeps hosts apart only in a namespace");
        let port = format!("link set port-{} type bridge_slave isolated on", self.name);
        switch.space.ip(&port);
    }

    /// Pulls the cable, and with it goes the address, as where a program looks after the network.
    ///
    /// # Panics
    /// On loopback.
    pub fn is_unplugged(&self) {
        self.cut();
        self.inside("ip", "addr flush dev eth0 scope global");
    }

    /// Gives the host another address, as another network would.
    ///
    /// # Panics
    /// On loopback.
    pub fn change_address(&self, address: Ipv4Addr) {
        let space = self
            .space
            .as_ref()
            .expect("an address changes only in a namespace");
        space.ip("addr flush dev eth0 scope global");
        space.ip(&format!("addr add {address}/24 brd + dev eth0"));
        *self.address.lock().expect("no holder panics") = address;
    }

    /// The address of its network card, as it stands in every frame it sends.
    ///
    /// # Panics
    /// On loopback.
    pub fn card(&self) -> [u8; 6] {
        let said = self.inside("cat", "/sys/class/net/eth0/address");
        let parts = said.trim().split(':');
        let bytes = parts.map(|part| u8::from_str_radix(part, 16).expect("hex"));
        bytes
            .collect::<Vec<u8>>()
            .try_into()
            .expect("six bytes of a network card")
    }

    /// Gives it more addresses, each with the length of its network.
    ///
    /// # Panics
    /// On loopback.
    pub fn has_also(&self, addresses: &[String]) {
        for address in addresses {
            // Nobody else has them, so nobody is asked first.
            let nodad = if address.contains(':') { " nodad" } else { "" };
            self.inside("ip", &format!("addr add {address} dev eth0{nodad}"));
        }
    }

    /// Connects from this host to `address`, waiting at most 10 s.
    ///
    /// # Errors
    /// Those of the connection, and of entering the namespace.
    pub fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        self.connect_within(address, Duration::from_secs(10))
    }

    /// Connects from this host to `address`, waiting at most `limit`.
    ///
    /// # Errors
    /// Those of the connection, and of entering the namespace.
    pub fn connect_within(&self, address: SocketAddr, limit: Duration) -> io::Result<TcpStream> {
        self.stand(move || TcpStream::connect_timeout(&address, limit))
    }

    /// A UDP socket of this host on a free port of all its addresses.
    ///
    /// # Errors
    /// Those of binding, and of entering the namespace.
    pub fn udp(&self) -> io::Result<UdpSocket> {
        self.stand(|| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)))
    }

    /// A UDP socket bound to the host's own address, so that multicast leaves by that interface.
    ///
    /// # Errors
    /// Those of binding, and of entering the namespace.
    pub fn udp_at_address(&self) -> io::Result<UdpSocket> {
        let address = self.address();
        self.stand(move || UdpSocket::bind((address, 0)))
    }

    /// A TCP listener on a free port of the host's loopback.
    ///
    /// # Errors
    /// Those of binding, and of entering the namespace.
    pub fn listener(&self) -> io::Result<TcpListener> {
        self.stand(|| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
    }

    /// A TCP listener on a free port of all the host's addresses.
    ///
    /// # Errors
    /// Those of binding, and of entering the namespace.
    pub fn listener_on_all(&self) -> io::Result<TcpListener> {
        self.stand(|| TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)))
    }

    /// Runs `action` on a thread that stands in this host's namespace. A socket made there stays
    /// there, whichever thread uses it later.
    pub(crate) fn stand<T: Send + 'static>(
        &self,
        action: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let enter = self.entrance();
        let thread = std::thread::spawn(move || {
            enter()?;
            action()
        });
        thread
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the thread panicked")))
    }

    /// Moves the thread that calls it into this host's namespace, for good.
    pub(crate) fn entrance(&self) -> impl FnOnce() -> io::Result<()> + Send + 'static {
        let space = self
            .space
            .as_ref()
            .map(|space| format!("/run/netns/{}", space.0));
        move || {
            if let Some(space) = space {
                let space = File::open(space)?;
                move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))?;
            }
            Ok(())
        }
    }

    fn port(&self, state: &str) {
        let switch = self
            .switch
            .as_ref()
            .expect("a cable is pulled only in a namespace");
        switch
            .space
            .ip(&format!("link set port-{} {state}", self.name));
    }
}

impl Namespace {
    fn new(name: String) -> Namespace {
        ip(&["netns", "add", &name]);
        Namespace(name)
    }

    /// `ip` inside this namespace, its arguments separated by blanks.
    fn ip(&self, arguments: &str) {
        let mut all = vec!["-n", &self.0];
        all.extend(arguments.split(' '));
        ip(&all);
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "del", &self.0]).status();
    }
}

fn ip(arguments: &[&str]) -> String {
    let output = Command::new("ip")
        .args(arguments)
        .output()
        .expect("ip can be started");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "ip {}: {words}",
        arguments.join(" ")
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Removes namespaces of test runs that were killed before they could tidy up.
fn sweep() {
    let Ok(names) = std::fs::read_dir("/run/netns") else {
        return;
    };
    for name in names
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
    {
        let Some(rest) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let maker = rest.split('-').next().unwrap_or_default();
        if !maker.is_empty() && !std::path::Path::new("/proc").join(maker).exists() {
            let _ = Command::new("ip").args(["netns", "del", &name]).status();
        }
    }
}
