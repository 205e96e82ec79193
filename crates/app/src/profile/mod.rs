//! The profile: the folder in which everything of one device lives.
//!
//! | Path | Holds |
//! |---|---|
//! | `key.toml` | where the root secret lies, and the device key it must give |
//! | `root` | the root secret, 32 bytes, unless it lies in the system's key store |
//! | `skein.redb` | the database |
//! | `lock` | the advisory lock, and who holds it |
//! | `control.sock` | the control socket of the process that holds the lock |
//!
//! The folder is 0700 and every file 0600, made so. A profile that others can read is
//! refused with the fix named. A root secret is made only where neither `key.toml`
//! nor a database lies, so that a half-copied profile never becomes a second identity.
//!
//! Where the root secret lies is what `key.toml` says: a file at first, another place only by an explicit move
//! ([`moving`]). It is never looked for anywhere else.

mod files;
mod key;
mod key_store;
mod lock;
mod moving;
mod names;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use skein_space::{DeviceKey, Root};

use crate::error::ProfileError;

use files::{file_error, sync_folder};
pub use key::KeyPlace;
use key::KeyToml;
#[cfg(test)]
pub(crate) use key_store::memory as key_store_memory;
pub(crate) use key_store::system as system_key_store;
pub use key_store::{CallOff, KeyStore, KeyStoreError, Patience};
pub use lock::{Holder, HolderKind};
pub use moving::MoveError;
pub(crate) use moving::Mover;
pub(crate) use names::own_user_id;
pub use names::{default_device_name, default_person, machine_id};

/// Name of the database in the profile's folder.
pub const DATABASE: &str = "skein.redb";

/// Whether opening may make a profile that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Make it, with a new root secret (`init`, `run` and the window).
    Create,
    /// Refuse with [`ProfileError::Missing`].
    Refuse,
}

/// An open profile. The advisory lock is held until it, and whatever moves its key, is dropped.
#[derive(Debug)]
pub struct Profile {
    dir: PathBuf,
    root: Root,
    toml: KeyToml,
    store: Arc<dyn KeyStore>,
    lock: Arc<lock::Lock>,
}

impl Profile {
    /// Takes the lock of the profile in `dir` and reads its key, making both where
    /// `missing` says so. The lock is taken before anything is read or made.
    pub fn open(dir: &Path, holder: HolderKind, missing: Missing) -> Result<Self, ProfileError> {
        Self::open_with(dir, holder, missing, system_key_store())
    }

    /// The same with a key store of the caller's. It is asked only where `key.toml` names it, and may then take as long
    /// as a person does.
    pub fn open_with(
        dir: &Path,
        holder: HolderKind,
        missing: Missing,
        store: Arc<dyn KeyStore>,
    ) -> Result<Self, ProfileError> {
        prepare_folder(dir, missing)?;
        let lock = Arc::new(lock::Lock::take(dir, holder)?);
        check_files(dir)?;
        let (root, toml) = match key::read(dir)? {
            Some(toml) => {
                let root = key::root(dir, toml, &*store, &Patience::endless())?;
                (root, toml)
            }
            None if exists(&dir.join(DATABASE))? => {
                return Err(ProfileError::Damaged {
                    dir: dir.to_path_buf(),
                    what: format!("{DATABASE} is there and key.toml is not"),
                    advice: "put key.toml and root back from where the profile was copied",
                });
            }
            None if missing == Missing::Refuse => return Err(ProfileError::Missing(dir.into())),
            None => key::create(dir)?,
        };
        Ok(Self {
            dir: dir.to_path_buf(),
            root,
            toml,
            store,
            lock,
        })
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where the database lies.
    pub fn database(&self) -> PathBuf {
        self.dir.join(DATABASE)
    }

    /// The root secret, from which every key of the device is derived.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The device's name in every log.
    pub fn device(&self) -> DeviceKey {
        self.toml.device
    }

    /// Where the root secret lies.
    pub fn key_place(&self) -> KeyPlace {
        self.toml.place
    }

    /// Whether a copy of it may lie at the other place too, because a move was cut short.
    pub fn has_key_copy(&self) -> bool {
        self.toml.has_copy
    }

    /// What moves the key, on a thread that may wait. One at a time; [`Profile::key_moved`] takes in what it did.
    pub(crate) fn mover(&self) -> Mover {
        Mover {
            dir: self.dir.clone(),
            root: self.root.clone(),
            toml: self.toml,
            store: Arc::clone(&self.store),
            _lock: Arc::clone(&self.lock),
        }
    }

    /// Takes in what a mover did, whether it came to its end or not.
    pub(crate) fn key_moved(&mut self, mover: &Mover) {
        self.toml = mover.toml();
    }

    /// Whether a database was ever made here. Where one was and is not, it must never be made anew: that
    /// would hide a loss.
    pub fn had_database(&self) -> bool {
        self.toml.has_database
    }

    /// Notes that the database has been made. Before any move begins: both write `key.toml`.
    pub fn has_database(&mut self) -> Result<(), ProfileError> {
        if !self.toml.has_database {
            let toml = KeyToml {
                has_database: true,
                ..self.toml
            };
            key::write(&self.dir, toml)?;
            self.toml = toml;
        }
        Ok(())
    }
}

/// Who holds the profile in `dir` now, if anybody does.
pub fn holder(dir: &Path) -> Option<Holder> {
    lock::Lock::holder(dir)
}

/// Where the profile lies when nobody says: the platform's data directory.
pub fn default_dir() -> Result<PathBuf, ProfileError> {
    directories::ProjectDirs::from("", "", "skein")
        .map(|dirs| dirs.data_dir().to_path_buf())
        .ok_or_else(|| ProfileError::File {
            path: PathBuf::from("~"),
            why: "this system names no home folder; name one with --profile".into(),
        })
}

fn prepare_folder(dir: &Path, missing: Missing) -> Result<(), ProfileError> {
    let meta = match fs::metadata(dir) {
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return match missing {
                Missing::Refuse => Err(ProfileError::Missing(dir.into())),
                Missing::Create => make_folder(dir),
            };
        }
        Err(error) => return Err(file_error(dir, &error)),
    };
    if !meta.is_dir() {
        return Err(ProfileError::File {
            path: dir.into(),
            why: "it is not a folder".into(),
        });
    }
    let mode = meta.mode() & 0o777;
    if mode & 0o077 != 0 {
        if !is_empty(dir)? {
            return Err(ProfileError::OpenToOthers {
                path: dir.into(),
                mode,
                fix: 0o700,
            });
        }
        // An empty folder is not a profile yet: nobody can have read anything in it.
        if missing == Missing::Refuse {
            return Err(ProfileError::Missing(dir.into()));
        }
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
            .map_err(|error| file_error(dir, &error))?;
    }
    // The superuser may write anywhere; the owner's bit says what the owner wants.
    if mode & 0o200 == 0 {
        return Err(ProfileError::ReadOnly {
            path: dir.into(),
            why: format!("its mode is {mode:o}"),
        });
    }
    Ok(())
}

fn make_folder(dir: &Path) -> Result<(), ProfileError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|error| file_error(dir, &error))?;
    if let Some(parent) = dir.parent() {
        sync_folder(parent)?;
    }
    Ok(())
}

fn is_empty(dir: &Path) -> Result<bool, ProfileError> {
    let mut entries = fs::read_dir(dir).map_err(|error| file_error(dir, &error))?;
    Ok(entries.next().is_none())
}

fn exists(path: &Path) -> Result<bool, ProfileError> {
    path.try_exists().map_err(|error| file_error(path, &error))
}

/// Every file of the profile must be the owner's alone, and writable where it is written.
fn check_files(dir: &Path) -> Result<(), ProfileError> {
    for (name, written) in [(key::KEY_TOML, false), (key::ROOT, false), (DATABASE, true)] {
        let path = dir.join(name);
        let mode = match fs::metadata(&path) {
            Ok(meta) => meta.mode() & 0o777,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(file_error(&path, &error)),
        };
        if mode & 0o077 != 0 {
            return Err(ProfileError::OpenToOthers {
                path,
                mode,
                fix: 0o600,
            });
        }
        if written && mode & 0o200 == 0 {
            return Err(ProfileError::ReadOnly {
                path,
                why: format!("its mode is {mode:o}"),
            });
        }
    }
    Ok(())
}
