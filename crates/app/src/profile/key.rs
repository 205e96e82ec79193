//! `key.toml` and the root secret: made once, written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use skein_space::{DeviceKey, Root};

use super::{DATABASE, file_error};
use crate::error::ProfileError;

/// Names where the root secret lies, and the device key.
pub(super) const KEY_TOML: &str = "key.toml";
/// Holds the root secret, 32 bytes.
pub(super) const ROOT: &str = "root";

/// What `key.toml` and the file it names say.
pub(super) struct Key {
    pub root: Root,
    /// Whether a database was made with this key.
    pub has_database: bool,
}

/// Reads `key.toml` and the root secret it names; `None` when there is no `key.toml`.
pub(super) fn read(dir: &Path) -> Result<Option<Key>, ProfileError> {
    let path = dir.join(KEY_TOML);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file_error(&path, &error)),
    };
    let (device, has_database) = parse(&text).map_err(|what| match what {
        Unreadable::Elsewhere(place) => key_error(
            dir,
            format!("key.toml says the key lies in \"{place}\", which this skein cannot read"),
        ),
        Unreadable::Malformed(what) => ProfileError::Damaged {
            dir: dir.into(),
            what: format!("key.toml {what}"),
            advice: "put key.toml back from where the profile was copied",
        },
    })?;
    let root = read_root(dir)?;
    let found = root.signer().device_key();
    if found != device {
        return Err(key_error(
            dir,
            format!("the file {ROOT} holds the key of device {found}, not of {device}"),
        ));
    }
    Ok(Some(Key { root, has_database }))
}

/// Makes a new root secret and then the `key.toml` that names it.
///
/// In this order: a crash between the two leaves a root that nothing names, and the next
/// start makes another one.
pub(super) fn create(dir: &Path) -> Result<Root, ProfileError> {
    let mut secret = [0u8; 32];
    getrandom::fill(&mut secret).map_err(|error| ProfileError::File {
        path: dir.into(),
        why: format!("the system gave no random bytes: {error}"),
    })?;
    write_private(&dir.join(ROOT), &secret)?;
    let root = Root::new(secret);
    write(dir, root.signer().device_key(), false)?;
    Ok(root)
}

/// Writes `key.toml`.
pub(super) fn write(dir: &Path, device: DeviceKey, has_database: bool) -> Result<(), ProfileError> {
    let mut text = format!(
        "# Where the secret key of this device lies, and its public half. Do not copy a profile:\n\
         # two copies of one device are a fork.\n\
         where = \"file\"\n\
         device = \"{device}\"\n"
    );
    if has_database {
        text.push_str(&format!("database = \"{DATABASE}\"\n"));
    }
    write_private(&dir.join(KEY_TOML), text.as_bytes())
}

/// Writes a file of mode 0600 so that after a crash it is there whole or not at all.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), ProfileError> {
    let fail = |error: &io::Error| file_error(path, error);
    let unfinished = path.with_extension("new");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)
        .map_err(|error| fail(&error))?;
    file.write_all(bytes).map_err(|error| fail(&error))?;
    file.sync_all().map_err(|error| fail(&error))?;
    fs::rename(&unfinished, path).map_err(|error| fail(&error))?;
    match path.parent() {
        Some(parent) => sync_folder(parent),
        None => Ok(()),
    }
}

/// Makes a rename or a new folder in `dir` durable.
pub(super) fn sync_folder(dir: &Path) -> Result<(), ProfileError> {
    // A relative path of one part has the empty path as its parent.
    let dir = if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    };
    fs::File::open(dir)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| file_error(dir, &error))
}

fn read_root(dir: &Path) -> Result<Root, ProfileError> {
    let path = dir.join(ROOT);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(key_error(dir, format!("the file {ROOT} is missing")));
        }
        Err(error) => return Err(file_error(&path, &error)),
    };
    let length = bytes.len();
    let secret: [u8; 32] = bytes.try_into().map_err(|_| {
        key_error(
            dir,
            format!("the file {ROOT} has {length} bytes instead of 32"),
        )
    })?;
    Ok(Root::new(secret))
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

/// Reads the two lines we write: `name = "value"`, comments and empty lines between them.
fn parse(text: &str) -> Result<(DeviceKey, bool), Unreadable> {
    let mut place = None;
    let mut device = None;
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
            Some(("database", _)) => has_database = true,
            // A newer skein may say more; what we need is checked below.
            Some(_) => {}
            None => return Err(Unreadable::Malformed(format!("has the line \"{line}\""))),
        }
    }
    match place.as_deref() {
        Some("file") => {}
        Some(other) => return Err(Unreadable::Elsewhere(other.into())),
        None => {
            return Err(Unreadable::Malformed(
                "does not say where the key lies".into(),
            ));
        }
    }
    device
        .and_then(|hex| hex.parse().ok())
        .map(|device| (device, has_database))
        .ok_or_else(|| Unreadable::Malformed("does not name the device".into()))
}
