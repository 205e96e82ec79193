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
    /// Start without the window, as at login. It opens by itself where nothing shows the icon in the tray.
    #[arg(long)]
    pub hidden: bool,
    /// Put the window on one half of the screen.
    #[arg(long, value_enum, value_name = "SIDE")]
    pub place: Option<Side>,
}

impl Args {
    /// What a start at login keeps of this one beside the profile: how this device takes part in the network. The
    /// offline switch is in the profile, and the window's place is for one time.
    pub fn kept(&self) -> Vec<String> {
        let listen = self.listen.iter();
        let listen = listen.flat_map(|address| ["--listen".to_owned(), address.clone()]);
        let flags = [
            ("--no-discovery", self.no_discovery),
            ("--no-gossip", self.no_gossip),
        ];
        let flags = flags.into_iter().filter(|(_, on)| *on);
        listen
            .chain(flags.map(|(flag, _)| flag.to_owned()))
            .collect()
    }
}

/// A half of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Side {
    /// The left one.
    Left,
    /// The right one.
    Right,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_at_login_stays_as_quiet_on_the_network_as_this_one() {
        let words =
            "skein-desktop --no-discovery --listen /ip4/127.0.0.1/tcp/0 --offline --place left";
        let args = Args::parse_from(words.split(' '));
        let kept = ["--listen", "/ip4/127.0.0.1/tcp/0", "--no-discovery"];
        assert_eq!(args.kept(), kept);
        assert!(Args::parse_from(["skein-desktop"]).kept().is_empty());
    }
}
