//! The packages of Debian that building, running and testing need, each with its check.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the machine is made ready for; each includes the ones before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Building and opening the application.
    Run,
    /// The story under a virtual display.
    Demo,
    /// All tests.
    Test,
}

/// One package.
#[derive(Debug)]
pub struct Need {
    /// Its name in Debian.
    pub package: &'static str,
    /// What it is for.
    pub why: &'static str,
    /// From which purpose on.
    pub from: Purpose,
    /// How one sees that it is there.
    pub sign: Sign,
    /// The test steps that cannot run without it; empty: nothing can.
    pub leaves_out: &'static [&'static str],
}

/// How one sees that a package is there, on Debian or elsewhere.
#[derive(Debug)]
pub enum Sign {
    /// A program of this name.
    Program(&'static str),
    /// A library of this name that pkg-config knows.
    Library(&'static str),
}

/// Steps that put windows on a screen.
const WINDOWS: &[&str] = &["windows"];
/// Not a step of its own: tests of windows want it, and the program goes without.
const TRAY: &[&str] = &["the tray"];
/// Steps that join network namespaces.
const NETWORK: &[&str] = &["processes", "windows"];

/// Everything, in the order it is listed.
const NEEDS: [Need; 10] = [
    Need {
        package: "pkg-config",
        why: "finds the libraries that the window is built on",
        from: Purpose::Run,
        sign: Sign::Program("pkg-config"),
        leaves_out: &[],
    },
    Need {
        package: "libwebkit2gtk-4.1-dev",
        why: "the web view that shows the page, with GTK",
        from: Purpose::Run,
        sign: Sign::Library("webkit2gtk-4.1"),
        leaves_out: &[],
    },
    Need {
        package: "libayatana-appindicator3-dev",
        why: "the icon in the tray; without it Skein ends when its window is closed",
        from: Purpose::Run,
        sign: Sign::Library("ayatana-appindicator3-0.1"),
        leaves_out: TRAY,
    },
    Need {
        package: "xvfb",
        why: "a virtual screen for each device",
        from: Purpose::Demo,
        sign: Sign::Program("Xvfb"),
        leaves_out: WINDOWS,
    },
    Need {
        package: "webkit2gtk-driver",
        why: "drives the windows with keys and clicks",
        from: Purpose::Demo,
        sign: Sign::Program("WebKitWebDriver"),
        leaves_out: WINDOWS,
    },
    Need {
        package: "dbus-daemon",
        why: "a session bus for each device",
        from: Purpose::Demo,
        sign: Sign::Program("dbus-daemon"),
        leaves_out: WINDOWS,
    },
    Need {
        package: "iproute2",
        why: "a network for each device, with a cable that can be pulled",
        from: Purpose::Demo,
        sign: Sign::Program("ip"),
        leaves_out: NETWORK,
    },
    Need {
        package: "nftables",
        why: "a network that loses packets and keeps multicast away",
        from: Purpose::Test,
        sign: Sign::Program("nft"),
        leaves_out: &["some of the networks"],
    },
    Need {
        package: "gnome-keyring",
        why: "a key store, for the tests that move the secret key there",
        from: Purpose::Test,
        sign: Sign::Program("gnome-keyring-daemon"),
        leaves_out: &["the key store"],
    },
    Need {
        package: "chromium",
        why: "component tests of the page in a second engine",
        from: Purpose::Test,
        sign: Sign::Program("chromium"),
        leaves_out: &["page in Chromium"],
    },
];

/// What is missing for a purpose.
pub fn missing(purpose: Purpose) -> Vec<&'static Need> {
    NEEDS
        .iter()
        .filter(|need| need.from <= purpose && !need.sign.is_seen())
        .collect()
}

impl Sign {
    fn is_seen(&self) -> bool {
        match self {
            Sign::Program(name) => program(name).is_some(),
            Sign::Library(name) => Command::new("pkg-config")
                .args(["--exists", name])
                .stdin(Stdio::null())
                .status()
                .is_ok_and(|status| status.success()),
        }
    }
}

/// Where a program lies: in the search path, or where only root has its path.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let admin = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let mut folders = std::env::split_paths(&path).chain(admin);
    folders.find_map(|folder| Some(folder.join(name)).filter(|file: &PathBuf| Path::is_file(file)))
}
