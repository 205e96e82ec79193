//! A real key store: GNOME Keyring on a session bus of the device's own, which starts nothing by itself.

use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use crate::peer::{Home, Peer};
use crate::process::{self, Running};
use crate::wait::until;

/// A program of the desktop has started.
const START: Duration = Duration::from_secs(20);
/// Asks a collection whether it is locked.
const UNLOCKED: [&str; 3] = [
    "org.freedesktop.DBus.Properties.Get",
    "string:org.freedesktop.Secret.Collection",
    "string:Locked",
];
/// Unlocks it; what a person's login would give it.
const PASSWORD: &str = "the person's own password";
/// As the session bus of a desktop, without programs that it may start: there is a key store while a test wants one.
const BUS: &str = r#"<busconfig><type>session</type><listen>unix:path=SOCKET</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>"#;

/// Whether this machine has what it takes.
pub(crate) fn is_here() -> bool {
    ["dbus-daemon", "gnome-keyring-daemon"].iter().all(|name| {
        let said = Command::new(name)
            .arg("--version")
            .stdin(Stdio::null())
            .output();
        said.is_ok_and(|output| output.status.success())
    })
}

/// A device's session bus, and the key store on it while there is one.
pub struct KeyStore {
    daemon: Option<Running>,
    _bus: Running,
}

impl KeyStore {
    /// Gives a device a session bus with a key store that is unlocked.
    ///
    /// # Panics
    /// When either does not start.
    pub fn of(peer: &mut Peer) -> KeyStore {
        let (file, socket) = (peer.home.path("bus.conf"), peer.home.path("run/bus"));
        let text = BUS.replace("SOCKET", &socket.to_string_lossy());
        std::fs::write(&file, text).expect("a file beside the profile");
        let mut command = peer.host.command("dbus-daemon");
        peer.home.dress(&mut command);
        command
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .arg(format!("--config-file={}", file.display()));
        let bus = Running::start(&mut command);
        let address = bus.out.find(0, START, |line| Some(line.trim().to_owned()));
        let address = address.unwrap_or_else(|| panic!("no session bus: {}", bus.err.tail(10)));
        peer.variables = vec![("DBUS_SESSION_BUS_ADDRESS", address.into())];
        let mut store = KeyStore {
            daemon: None,
            _bus: bus,
        };
        store.begin(peer, true);
        store
    }

    /// Starts the key store, unlocked or as it is before anybody typed the password.
    ///
    /// # Panics
    /// When it does not start.
    pub fn begin(&mut self, peer: &Peer, is_unlocked: bool) {
        let mut command = peer.host.command("gnome-keyring-daemon");
        dress(&peer.home, &mut command, peer);
        command.args(["--foreground", "--components=secrets"]);
        if is_unlocked {
            command.arg("--unlock").stdin(Stdio::piped());
        }
        let mut daemon = Running::start(&mut command);
        if is_unlocked {
            daemon.feed(PASSWORD);
        }
        until("a key store on the bus", START, || {
            let said = match is_unlocked {
                true => self.says(peer, "/org/freedesktop/secrets/aliases/default", &UNLOCKED),
                false => self.says(
                    peer,
                    "/org/freedesktop/secrets",
                    &["org.freedesktop.DBus.Peer.Ping"],
                ),
            };
            said.filter(|said| !is_unlocked || said.contains("boolean false"))
        });
        self.daemon = Some(daemon);
    }

    /// What it answers to a call; nothing where there is none.
    fn says(&self, peer: &Peer, path: &str, call: &[&str]) -> Option<String> {
        let mut command = peer.host.command("dbus-send");
        dress(&peer.home, &mut command, peer);
        command
            .args([
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.secrets",
                path,
            ])
            .args(call);
        let answer = process::run(&mut command, "", START);
        (answer.code == Some(0)).then_some(answer.out)
    }

    /// Ends it: nothing on the bus keeps keys any more.
    pub fn end(&mut self) {
        drop(self.daemon.take());
    }

    /// It is there, and says nothing.
    ///
    /// # Panics
    /// When it is not there.
    pub fn freeze(&self) {
        self.running().signal(Signal::STOP);
    }

    /// It goes on.
    ///
    /// # Panics
    /// When it is not there.
    pub fn thaw(&self) {
        self.running().signal(Signal::CONT);
    }

    fn running(&self) -> &Running {
        self.daemon.as_ref().expect("a key store that runs")
    }
}

fn dress(home: &Home, command: &mut Command, peer: &Peer) {
    home.dress(command);
    command.envs(peer.variables.iter().map(|(name, value)| (name, value)));
}

/// Waits until a running device says where its key lies, and whether it is being moved.
///
/// # Panics
/// When it never does.
pub fn until_key(peer: &Peer, what: &str, holds: impl Fn(&serde_json::Value) -> bool) {
    until(what, START, || {
        holds(&peer.json(&["key", "show"])).then_some(())
    });
}
