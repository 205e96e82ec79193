//! Settings of this device: small values in the store's `local` table, cached here.

use skein_space::SpaceId;
use skein_store::{Op, ReadError, Reader};

use super::{Driver, Reply};
use crate::config::NAME_BYTES;
use crate::error::{AppError, Code};
use crate::profile::{default_device_name, default_person, machine_id};

const PERSON: &str = "person";
const DEVICE_NAME: &str = "device_name";
const DEFAULT_SPACE: &str = "default_space";
const OFFLINE: &str = "offline";
const KEEP_SYNCING: &str = "keep_syncing";
const PORT: &str = "port";
const PAIRING_PORT: &str = "pairing_port";
const MACHINE: &str = "machine";

/// Settings as they stand on disk.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub person: String,
    pub device_name: String,
    pub default_space: Option<SpaceId>,
    /// The offline switch, as the person left it.
    pub offline: bool,
    /// Whether a window that is closed leaves its process running; `None` when nobody has said.
    pub keep_syncing: Option<bool>,
    /// The ordinary TCP port, picked once; 0 before that.
    pub port: u16,
    /// The pairing port of the tickets that are open; 0 for none.
    pub pairing_port: u16,
    /// Which machine this profile was last opened on, hashed.
    machine: Option<Vec<u8>>,
}

impl Settings {
    pub(super) fn read(reader: &Reader) -> Result<Self, ReadError> {
        let text = |key| -> Result<Option<String>, ReadError> {
            let bytes = reader.local(key)?;
            Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
        };
        let number = |key| -> Result<u16, ReadError> {
            Ok(text(key)?.and_then(|text| text.parse().ok()).unwrap_or(0))
        };
        Ok(Self {
            person: text(PERSON)?.unwrap_or_else(default_person),
            device_name: text(DEVICE_NAME)?.unwrap_or_else(default_device_name),
            default_space: text(DEFAULT_SPACE)?.and_then(|id| id.parse().ok()),
            offline: text(OFFLINE)?.is_some_and(|value| value == "true"),
            keep_syncing: text(KEEP_SYNCING)?.map(|value| value == "true"),
            port: number(PORT)?,
            pairing_port: number(PAIRING_PORT)?,
            machine: reader.meta(MACHINE)?,
        })
    }

    /// Whether the profile was last opened on another machine: a copy, which must write under a new
    /// incarnation. And what to note, where nothing or another machine is noted.
    pub(super) fn moved(&self) -> (bool, Option<Op>) {
        // Hashed: the machine's id names it to every program and has no business in our file.
        let now = machine_id().map(|id| blake3::hash(id.as_bytes()).as_bytes().to_vec());
        match (&self.machine, now) {
            (_, None) => (false, None),
            (Some(noted), Some(now)) if *noted == now => (false, None),
            (noted, Some(now)) => (noted.is_some(), Some(Op::Meta(MACHINE.into(), now))),
        }
    }
}

fn local(key: &str, value: impl ToString) -> Op {
    Op::Local(key.into(), Some(value.to_string().into_bytes()))
}

/// Characters that turn the direction of what stands around them: a name with one of them can make a sentence say
/// something else.
const TURNING: [char; 9] = [
    '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}',
    '\u{2069}',
];

/// Refuses names that would not fit an entry, or a line.
pub(crate) fn checked_name(name: &str, what: &str) -> Result<String, AppError> {
    let name = name.trim();
    let unreadable = |c: char| c.is_control() || TURNING.contains(&c);
    if name.is_empty() || name.len() > NAME_BYTES || name.contains(unreadable) {
        return Err(AppError::new(
            Code::BadArgument,
            format!("{what} has 1 to {NAME_BYTES} bytes on one line. nothing was changed"),
        ));
    }
    Ok(name.to_owned())
}

impl Driver {
    /// Names this device for the spaces it makes and joins from now on; answered when durable.
    pub(crate) fn set_names(
        &mut self,
        person: Option<String>,
        device_name: Option<String>,
        reply: Reply<()>,
    ) {
        self.settings.person = person.unwrap_or_else(|| self.settings.person.clone());
        self.settings.device_name =
            device_name.unwrap_or_else(|| self.settings.device_name.clone());
        let ops = vec![
            local(PERSON, &self.settings.person),
            local(DEVICE_NAME, &self.settings.device_name),
        ];
        self.submit_then(ops, reply, |_| ());
    }

    pub(crate) fn set_default_space(&mut self, space: SpaceId, reply: Reply<()>) {
        self.settings.default_space = Some(space);
        self.submit_then(vec![local(DEFAULT_SPACE, space)], reply, |_| ());
    }

    pub(super) fn keep_offline(&mut self, offline: bool) {
        self.settings.offline = offline;
        self.submit(vec![local(OFFLINE, offline)]);
    }

    pub(crate) fn keep_syncing(&self) -> Option<bool> {
        self.settings.keep_syncing
    }

    /// Answered when durable: what a person is told is kept must be.
    pub(crate) fn set_keep_syncing(&mut self, keep: bool, reply: Reply<()>) {
        self.settings.keep_syncing = Some(keep);
        self.submit_then(vec![local(KEEP_SYNCING, keep)], reply, |_| ());
    }

    pub(super) fn keep_port(&mut self, port: u16) {
        if self.settings.port != port {
            self.settings.port = port;
            self.submit(vec![local(PORT, port)]);
        }
    }

    /// The operation that keeps the pairing port; it goes into the commit of the ticket that names it.
    pub(super) fn keep_pairing_port(&mut self, port: u16) -> Op {
        self.settings.pairing_port = port;
        local(PAIRING_PORT, port)
    }
}
