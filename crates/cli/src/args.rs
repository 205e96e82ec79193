//! What can be typed: the commands, their arguments and their help.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Notes that live on your laptops and nowhere else.
#[derive(Debug, Parser)]
#[command(name = "skein", version, propagate_version = true)]
pub struct Cli {
    /// The folder of one device's key and notes [default: the platform's data folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub profile: Option<PathBuf>,
    /// Answer with JSON on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the profile and a first space; safe to repeat
    Init(Init),
    /// Notes: make, list, read, write
    #[command(subcommand)]
    Note(Note),
    /// Spaces and who is in them
    #[command(subcommand)]
    Space(Space),
    /// Other devices and their addresses
    #[command(subcommand)]
    Peer(Peer),
    /// Where the secret key of this device lies: in the profile's file, or in the system's key store
    #[command(subcommand)]
    Key(Key),
    /// Be a peer without a window, until SIGINT or SIGTERM
    Run(Run),
    /// Print the events of the running peer as JSON lines
    Watch,
    /// What is saved here, and what the others are known to hold
    Status {
        /// Of this note only
        note: Option<String>,
    },
    /// Wait for something of the running peer
    Wait(Wait),
    /// Check every entry, chain, snapshot and index of the profile
    Verify,
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

/// `skein init`
#[derive(Debug, Args)]
pub struct Init {
    /// The person's name [default: the system user's]
    #[arg(long, value_name = "NAME")]
    pub person: Option<String>,
    /// The device's name [default: the host's]
    #[arg(long, value_name = "NAME")]
    pub device: Option<String>,
}

/// `skein note …`
#[derive(Debug, Subcommand)]
pub enum Note {
    /// Make a note, optionally from Markdown, and print its id
    New {
        /// Its title
        #[arg(long, value_name = "T", allow_hyphen_values = true)]
        title: Option<String>,
        /// Markdown to begin with; - is standard input
        #[arg(long, value_name = "FILE|-")]
        from: Option<PathBuf>,
        /// The space [default: the default space]
        #[arg(long, value_name = "S")]
        space: Option<String>,
    },
    /// List notes
    List {
        /// Of this space only
        #[arg(long, value_name = "S")]
        space: Option<String>,
        /// Those in the trash instead of the others
        #[arg(long)]
        trashed: bool,
    },
    /// Print a note
    Cat {
        /// The note's id, or the beginning of it
        note: String,
        /// In what form
        #[arg(long, value_enum, default_value_t = Format::Markdown)]
        format: Format,
    },
    /// Add a paragraph at the end
    Append {
        /// The note's id, or the beginning of it
        note: String,
        /// The text; newlines make paragraphs
        #[arg(allow_hyphen_values = true)]
        text: String,
    },
    /// Carry out edits, one JSON line each: {"at":N,"delete":L,"insert":"…"}
    Edit {
        /// The note's id, or the beginning of it
        note: String,
        /// Where the lines come from; - is standard input
        #[arg(long, value_name = "FILE|-")]
        edits: PathBuf,
        /// Milliseconds to wait between lines
        #[arg(long, value_name = "MS", default_value_t = 0)]
        pace: u64,
    },
    /// Change a note's title
    Rename {
        /// The note's id, or the beginning of it
        note: String,
        /// The new title
        #[arg(allow_hyphen_values = true)]
        title: String,
    },
    /// Move a note to another space: a new note there, and this one into the trash
    Move {
        /// The note's id, or the beginning of it
        note: String,
        /// The other space
        #[arg(long, value_name = "S")]
        space: String,
        /// Leave this note where it is: enough where you may only read
        #[arg(long)]
        copy: bool,
    },
    /// Put a note into the trash
    Trash {
        /// The note's id, or the beginning of it
        note: String,
    },
    /// Take a note out of the trash
    Untrash {
        /// The note's id, or the beginning of it
        note: String,
    },
    /// Print the hash of a note's content: equal on two devices exactly when they show the same note
    Hash {
        /// The note's id, or the beginning of it
        note: String,
    },
}

/// How `note cat` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Plain text
    Text,
    /// Markdown
    Markdown,
    /// HTML
    Html,
    /// The canonical document
    Json,
}

/// `skein space …`
#[derive(Debug, Subcommand)]
pub enum Space {
    /// List the spaces this device is in
    List,
    /// Make a space and print its id
    New {
        /// Its name
        name: String,
        /// Also print a recovery key, to keep on paper: whoever has it can become an owner again. It is shown this once
        #[arg(long)]
        recovery_key: bool,
    },
    /// Become an owner by a space's recovery key, which is read from standard input
    Recover {
        /// A file with the key in it
        #[arg(long, value_name = "FILE|-", default_value = "-")]
        file: PathBuf,
    },
    /// Give a space another name, for everybody in it (owners and editors)
    Rename {
        /// The new name
        name: String,
        /// The space [default: the default space]
        space: Option<String>,
    },
    /// Print a ticket that lets one device in, or let in somebody nearby by four pictures (owners only)
    Invite {
        /// The space [default: the default space]
        space: Option<String>,
        /// What the joiner may do
        #[arg(long, value_enum, default_value_t = RoleName::Editor)]
        role: RoleName,
        /// How long the ticket is good for
        #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_080))]
        minutes: u32,
        /// Make no ticket: invite somebody on this network, for ten minutes, and ask which pictures they see
        #[arg(long, conflicts_with_all = ["minutes", "file", "qr"])]
        nearby: bool,
        /// It is my own other device: let it into every space this device is an owner of, as an owner
        #[arg(long, requires = "nearby", conflicts_with_all = ["role", "space"])]
        own: bool,
        /// Write the ticket into a new file that only you can read, and print the file's name instead
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Draw the ticket as a QR code too, on standard error
        #[arg(long)]
        qr: bool,
    },
    /// Join a space by a ticket, or ask somebody nearby who invites
    Join {
        /// The ticket's text; case, spaces and dashes do not matter
        #[arg(required_unless_present_any = ["nearby", "file"], num_args = 1.., value_name = "TICKET")]
        ticket: Vec<String>,
        /// Use no ticket: ask somebody on this network who invites, and show four pictures
        #[arg(long, conflicts_with = "ticket")]
        nearby: bool,
        /// Read the ticket from its file, or from a PNG picture of its QR code; - is standard input
        #[arg(long, value_name = "FILE|-", conflicts_with_all = ["ticket", "nearby"])]
        file: Option<PathBuf>,
        /// Whom to ask, by a part of the person's, device's or space's name
        #[arg(long, value_name = "NAME", requires = "nearby")]
        from: Option<String>,
        /// How long to try
        #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
        wait: Duration,
    },
    /// Change what a member may do (owners only)
    Role {
        /// The device: its key, the beginning of it, or its name
        device: String,
        /// What it may do from now on
        #[arg(value_enum)]
        role: RoleName,
        /// The space [default: the default space]
        space: Option<String>,
    },
    /// Take a device out of a space: it gets nothing new, and keeps what it has copied (owners only)
    Remove {
        /// The device: its key, the beginning of it, or its name
        device: String,
        /// The space [default: the default space]
        space: Option<String>,
    },
    /// Show what is set aside: held by all and part of no note, since its author was lowered or removed
    Aside {
        /// The space [default: the default space]
        space: Option<String>,
    },
    /// Bring in what is set aside of a device (owners only)
    TakeIn {
        /// The device: its key, the beginning of it, or its name
        device: String,
        /// The space [default: the default space]
        space: Option<String>,
    },
    /// Leave a space: this device takes no more part in it, and its notes stay here to be read
    Leave {
        /// The space [default: the default space]
        space: Option<String>,
        /// Also where nobody else is known to have some of the edits, or no owner is left
        #[arg(long)]
        yes: bool,
    },
    /// List who is in a space
    Members {
        /// The space [default: the default space]
        space: Option<String>,
    },
}

/// A member's right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// Reads, writes and lets others in
    Owner,
    /// Reads and writes
    Editor,
    /// Reads
    Viewer,
}

/// `skein peer …`
#[derive(Debug, Subcommand)]
pub enum Peer {
    /// List known devices and addresses
    List,
    /// Remember an address and dial it
    Add {
        /// For example /ip4/192.168.1.7/tcp/41234
        address: String,
    },
    /// Say why no other device is found, or which are connected; takes about six seconds
    Doctor,
}

/// `skein key …`
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Say where it lies
    Show,
    /// Move it; the key store may ask for its password
    Move {
        /// Where to
        #[arg(long, value_enum)]
        to: KeyPlaceName,
    },
}

/// Where a key may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyPlaceName {
    /// In the key store of the operating system
    Keystore,
    /// In a file of the profile
    File,
}

/// `skein run`
#[derive(Debug, Args)]
pub struct Run {
    /// Listen here; may be given several times [default: all interfaces, the profile's own port]
    #[arg(long, value_name = "ADDR")]
    pub listen: Vec<String>,
    /// Neither announce nor look for devices on this network
    #[arg(long)]
    pub no_discovery: bool,
    /// Use streams only
    #[arg(long)]
    pub no_gossip: bool,
    /// Open no socket
    #[arg(long)]
    pub offline: bool,
}

/// `skein wait`
#[derive(Debug, Args)]
pub struct Wait {
    /// Until this device and the others hold the same
    #[arg(long, required = true)]
    pub heads_equal: bool,
    /// With that many others [default: all members online, at least one]
    #[arg(long, value_name = "N")]
    pub peers: Option<usize>,
    /// How long to wait
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub timeout: Duration,
}

/// Reads `30s`, `500ms`, `2m` or a bare number of seconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit_ms = match unit {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(format!("\"{unit}\" is not one of ms, s, m, h")),
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(unit_ms))
        .map(Duration::from_millis)
        .ok_or_else(|| "a time is a number with ms, s, m or h after it".into())
}
