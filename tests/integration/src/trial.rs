//! Tests with a main function of their own: the ground is chosen before the first thread starts,
//! and what it cannot show is counted as skipped.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use crate::ground::Ground;
use crate::{clock, disk, key_store, weather};

/// What a test needs of the ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Loopback is enough.
    Loopback,
    /// Each device in its own network namespace.
    Namespaces,
    /// That, and a packet filter with random numbers (`nft`).
    Filter,
    /// A file system of our own mounted.
    Mounts,
    /// A file that nobody may write, even who has it open (`chattr +i`, as root).
    Immutable,
    /// A session bus of its own with GNOME Keyring on it.
    KeyStore,
    /// Namespaces and a C compiler: a clock of our own between a program and the system's.
    Clock,
}

impl Needs {
    /// What this machine lacks of it, if anything.
    fn lacking(self, ground: &Ground) -> Option<&'static str> {
        let (held, lacking) = match self {
            Needs::Loopback => (true, ""),
            Needs::Namespaces => (ground.has_namespaces(), "network namespaces"),
            Needs::Filter if !ground.has_namespaces() => (false, "network namespaces"),
            Needs::Filter => (weather::can_filter(ground), "nft with numgen"),
            Needs::Mounts => (disk::can_mount(), "the right to mount a tmpfs"),
            Needs::Immutable => (disk::can_protect(), "chattr +i on the temporary directory"),
            Needs::KeyStore => (key_store::is_here(), "dbus-daemon and gnome-keyring"),
            Needs::Clock if !ground.has_namespaces() => (false, "network namespaces"),
            Needs::Clock => (clock::can_move(), "a C compiler and a dynamic linker"),
        };
        (!held).then_some(lacking)
    }
}

/// One test: its name says the rule, its action panics when the rule does not hold.
pub struct Case {
    /// What must be so, in words joined by underscores.
    pub name: &'static str,
    /// What it needs; where that is missing the test is skipped and counted.
    pub needs: Needs,
    /// The test.
    pub action: fn(&Ground),
}

/// The main function of a test binary: takes the ground, runs the cases, one after the other unless
/// `--test-threads` says otherwise.
pub fn main(cases: Vec<Case>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    if arguments.list {
        let trials = cases
            .into_iter()
            .map(|case| Trial::test(case.name, || Ok(())))
            .collect();
        return libtest_mimic::run(&arguments, trials).exit_code();
    }
    let ground = Ground::take();
    arguments.test_threads = arguments.test_threads.or(Some(1));
    let trials = cases.iter().map(|case| {
        let (action, ground) = (case.action, ground.clone());
        let lacking = case.needs.lacking(&ground);
        if let Some(lacking) = lacking {
            println!("skipped: {} (needs {lacking})", case.name);
        }
        let test = move || {
            action(&ground);
            Ok(())
        };
        Trial::test(case.name, test).with_ignored_flag(lacking.is_some())
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}
