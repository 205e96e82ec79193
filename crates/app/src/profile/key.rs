//! `key.toml` and the root secret: made once, and read from where `key.toml` says it lies, nowhere else.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use skein_space::{DeviceKey, Root};
use zeroize::Zeroizing;

use super::DATABASE;
use super::files::{file_error, write_private};
use super::key_store::{KeyStore, KeyStoreError, Patience};
use crate::error::ProfileError;

/// Names where the root secret lies, and the device key.
pub(super) const KEY_TOML: &str = "key.toml";
/// Holds the root secret, 32 bytes.
pub(super) const ROOT: &str = "root";

/// Where a root secret may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyPlace {
    /// In a file of the profile.
    File,
    /// In the key store of the operating system.
    Keystore,
}

impl KeyPlace {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::File => Self::Keystore,
            Self::Keystore => Self::File,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Keystore => "keystore",
        }
    }
}

impl fmt::Display for KeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "the profile's file",
            Self::Keystore => "the system's key store",
        })
    }
}

/// What `key.toml` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyToml {
    /// Where the root secret lies.
    pub place: KeyPlace,
    /// The device that the secret must give.
    pub device: DeviceKey,
    /// A copy may lie at the other place too: a move has begun or has not erased it yet.
    pub has_copy: bool,
    /// A database was made with this key.
    pub has_database: bool,
}

/// Reads `key.toml`; `None` when there is none.
pub(super) fn read(dir: &Path) -> Result<Option<KeyToml>, ProfileError> {
    let path = dir.join(KEY_TOML);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file_error(&path, &error)),
    };
    parse(&text).map(Some).map_err(|what| match what {
        Unreadable::Elsewhere(place) => key_error(
            dir,
            format!("key.toml says the key lies in \"{place}\", which this skein cannot read"),
        ),
        Unreadable::Malformed(what) => ProfileError::Damaged {
            dir: dir.into(),
            what: format!("key.toml {what}"),
            advice: "put key.toml back from where the profile was copied",
        },
    })
}

/// Makes a new root secret in a file and then the `key.toml` that names it.
///
/// In this order: a crash between the two leaves a root that nothing names, and the next
/// start makes another one.
pub(super) fn create(dir: &Path) -> Result<(Root, KeyToml), ProfileError> {
    let mut secret = [0u8; 32];
    getrandom::fill(&mut secret).map_err(|error| ProfileError::File {
        path: dir.into(),
        why: format!("the system gave no random bytes: {error}"),
    })?;
    let root = Root::new(secret);
    write_root(dir, &root)?;
    let toml = KeyToml {
        place: KeyPlace::File,
        device: root.device_key(),
        has_copy: false,
        has_database: false,
    };
    write(dir, toml)?;
    Ok((root, toml))
}

/// Writes `key.toml`.
pub(super) fn write(dir: &Path, toml: KeyToml) -> Result<(), ProfileError> {
    let mut text = format!(
        "# Where the secret key of this device lies, and its public half. Do not copy a profile:\n\
         # two copies of one device are a fork.\n\
         where = \"{}\"\n\
         device = \"{}\"\n",
        toml.place.word(),
        toml.device
    );
    if toml.has_copy {
        text.push_str(&format!("copy = \"{}\"\n", toml.place.other().word()));
    }
    if toml.has_database {
        text.push_str(&format!("database = \"{DATABASE}\"\n"));
    }
    write_private(&dir.join(KEY_TOML), text.as_bytes())
}

/// The root secret from the place that `key.toml` names, and from no other.
pub(super) fn root(
    dir: &Path,
    toml: KeyToml,
    store: &dyn KeyStore,
    patience: &Patience,
) -> Result<Root, ProfileError> {
    match toml.place {
        KeyPlace::File => {
            let root = read_root(dir)?;
            let found = root.device_key();
            if found == toml.device {
                return Ok(root);
            }
            let device = toml.device;
            let what = format!("the file {ROOT} holds the key of device {found}, not of {device}");
            Err(key_error(dir, what))
        }
        KeyPlace::Keystore => {
            from_store(toml.device, store, patience).map_err(|why| ProfileError::KeyStore { why })
        }
    }
}

/// The root secret of a device from the key store.
pub(super) fn from_store(
    device: DeviceKey,
    store: &dyn KeyStore,
    patience: &Patience,
) -> Result<Root, KeyStoreError> {
    let bytes = store
        .read(device, patience)?
        .ok_or(KeyStoreError::Nothing)?;
    secret(&bytes)
        .map(Root::new)
        .filter(|root| root.device_key() == device)
        .ok_or(KeyStoreError::Another)
}

/// Writes the root secret into its file.
pub(super) fn write_root(dir: &Path, root: &Root) -> Result<(), ProfileError> {
    write_private(&dir.join(ROOT), root.secret())
}

/// The root secret from its file, whichever device it is.
pub(super) fn read_root(dir: &Path) -> Result<Root, ProfileError> {
    let path = dir.join(ROOT);
    let bytes = match fs::read(&path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(key_error(dir, format!("the file {ROOT} is missing")));
        }
        Err(error) => return Err(file_error(&path, &error)),
    };
    secret(&bytes).map(Root::new).ok_or_else(|| {
        let length = bytes.len();
        let what = format!("the file {ROOT} has {length} bytes instead of 32");
        key_error(dir, what)
    })
}

fn secret(bytes: &[u8]) -> Option<[u8; 32]> {
    bytes.try_into().ok()
}

fn key_error(dir: &Path, what: String) -> ProfileError {
    ProfileError::Key {
        dir: dir.into(),
        what,
    }
}

enum Unreadable {
    Elsewhere(String),
    Malformed(String),
}

/// Reads the lines we write: `name = "value"`, comments and empty lines between them.
fn parse(text: &str) -> Result<KeyToml, Unreadable> {
    let mut place = None;
    let mut device = None;
    let mut has_copy = false;
    let mut has_database = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let value = line
            .split_once('=')
            .map(|(name, value)| (name.trim(), value.trim()))
            .and_then(|(name, value)| Some((name, value.strip_prefix('"')?.strip_suffix('"')?)));
        match value {
            Some(("where", value)) => place = Some(value.to_owned()),
            Some(("device", value)) => device = Some(value.to_owned()),
            Some(("copy", _)) => has_copy = true,
            Some(("database", _)) => has_database = true,
            // A newer skein may say more; what we need is checked below.
            Some(_) => {}
            None => return Err(Unreadable::Malformed(format!("has the line \"{line}\""))),
        }
    }
    let malformed = |what: &str| Unreadable::Malformed(what.into());
    let place = match place.as_deref() {
        Some("file") => KeyPlace::File,
        Some("keystore") => KeyPlace::Keystore,
        Some(other) => return Err(Unreadable::Elsewhere(other.into())),
        None => return Err(malformed("does not say where the key lies")),
    };
    let device = device
        .and_then(|hex| hex.parse().ok())
        .ok_or_else(|| malformed("does not name the device"))?;
    Ok(KeyToml {
        place,
        device,
        has_copy,
        has_database,
    })
}
