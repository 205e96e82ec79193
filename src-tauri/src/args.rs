//! What the desktop program understands on its command line; the same words as `skein run`.

use std::path::PathBuf;

use clap::Parser;

/// Skein, in a window.
#[derive(Clone, Debug, Parser)]
#[command(name = "skein-desktop", version)]
pub struct Args {
    /// Where everything of this device lives (default: the platform's data directory).
    #[arg(long, value_name = "DIR")]
    pub profile: Option<PathBuf>,
    /// Listen on this address only; fails when it is busy. May be given more than once.
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Vec<String>,
    /// Do not announce this device and do not look for others on the network.
    #[arg(long)]
    pub no_discovery: bool,
    /// Use streams only.
    #[arg(long)]
    pub no_gossip: bool,
    /// Start with the offline switch on: no socket is open.
    #[arg(long)]
    pub offline: bool,
    /// Put the window on one half of the screen.
    #[arg(long, value_enum, value_name = "SIDE")]
    pub place: Option<Side>,
}

/// A half of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Side {
    /// The left one.
    Left,
    /// The right one.
    Right,
}
