//! Moving the root secret from one place to the other, so that a crash at any moment leaves it where `key.toml` says.
//!
//! | Step | After it |
//! |---|---|
//! | ask the new place | nothing has changed; a key store that does not answer ends it here |
//! | `key.toml`: a copy may lie there | nothing else has |
//! | write the secret there | two copies, the old one counts |
//! | read it back and compare | the same |
//! | `key.toml`: it lies there, a copy may lie here | two copies, the new one counts |
//! | erase the old one | one copy |
//! | `key.toml`: there is no copy | done |
//!
//! A copy that is left over is erased only after the secret was read back from where `key.toml` says it lies.

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use skein_space::Root;

use super::files;
use super::key::{self, KeyPlace, KeyToml, ROOT};
use super::key_store::{KeyStore, KeyStoreError, Patience};
use super::lock::Lock;
use crate::error::ProfileError;

/// Why the key was not moved. It is where it was, and nothing that was written is touched.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The key store did not do its part.
    #[error("{why}. the key stays in {stays}, and nothing else changed. {advice}", advice = why.advice_to_move())]
    Store {
        /// What it said.
        why: KeyStoreError,
        /// Where the key is.
        stays: KeyPlace,
    },
    /// The new place gave back something else than was put there.
    #[error(
        "what was read back from {to} is not the key that was put there. the key stays in {stays}. \
         try again, or leave it there"
    )]
    NotTheSame {
        /// The new place.
        to: KeyPlace,
        /// Where the key is.
        stays: KeyPlace,
    },
    /// The profile's files could not be written or read.
    #[error("{why}. the key stays in {stays}")]
    Files {
        /// What the file system said.
        why: ProfileError,
        /// Where the key is.
        stays: KeyPlace,
    },
}

/// What a move has just done: where a test stops it as a crash would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Asked,
    Announced,
    Written,
    Compared,
    Named,
    Erased,
    Settled,
}

/// Moves the key of an open profile. Holds the profile's lock, so that nobody else opens it meanwhile.
pub(crate) struct Mover {
    pub(super) dir: PathBuf,
    pub(super) root: Root,
    pub(super) toml: KeyToml,
    pub(super) store: Arc<dyn KeyStore>,
    pub(super) _lock: Arc<Lock>,
}

impl Mover {
    /// Brings the key to a place and leaves no other copy. Where it is there already, only a copy that is left over is
    /// erased.
    ///
    /// That the old copy could not be erased is no error: [`Mover::toml`] says so, and the next start tries again.
    pub(crate) fn bring(&mut self, to: KeyPlace, patience: &Patience) -> Result<(), MoveError> {
        self.bring_watched(to, patience, &mut |_| true)
    }

    /// What to say where a move ended in the middle of a call. `key.toml` says what stands, as after a crash.
    pub(crate) fn broke_off(&self) -> MoveError {
        MoveError::Store {
            why: KeyStoreError::Refused("the talk with it broke off".into()),
            stays: self.toml.place,
        }
    }

    /// What `key.toml` says now.
    pub(super) fn toml(&self) -> KeyToml {
        self.toml
    }

    /// As [`Mover::bring`]; ends at once, as in a crash, where `goes_on` says no.
    fn bring_watched(
        &mut self,
        to: KeyPlace,
        patience: &Patience,
        goes_on: &mut dyn FnMut(Step) -> bool,
    ) -> Result<(), MoveError> {
        if self.toml.place != to && !self.put(to, patience, goes_on)? {
            return Ok(());
        }
        if !self.toml.has_copy {
            return Ok(());
        }
        match self.settle(patience, goes_on) {
            Ok(()) => {}
            Err(error) => tracing::warn!("a copy of the key is left over: {error}"),
        }
        Ok(())
    }

    /// Writes the secret to the new place and has `key.toml` name it; false where it was stopped.
    fn put(
        &mut self,
        to: KeyPlace,
        patience: &Patience,
        goes_on: &mut dyn FnMut(Step) -> bool,
    ) -> Result<bool, MoveError> {
        let stays = self.toml.place;
        let failed = |why| MoveError::Store { why, stays };
        let device = self.toml.device;
        if to == KeyPlace::Keystore {
            self.store.read(device, patience).map_err(failed)?;
        }
        if !goes_on(Step::Asked) {
            return Ok(false);
        }
        self.note(KeyToml {
            has_copy: true,
            ..self.toml
        })?;
        if !goes_on(Step::Announced) {
            return Ok(false);
        }
        match to {
            KeyPlace::File => key::write_root(&self.dir, &self.root).map_err(|why| self.files(why)),
            KeyPlace::Keystore => self.write_to_store(patience).map_err(failed),
        }?;
        if !goes_on(Step::Written) {
            return Ok(false);
        }
        if !self.lies(to, patience)? {
            return Err(MoveError::NotTheSame { to, stays });
        }
        if patience.is_called_off() {
            return Err(failed(KeyStoreError::CalledOff));
        }
        if !goes_on(Step::Compared) {
            return Ok(false);
        }
        self.note(KeyToml {
            place: to,
            ..self.toml
        })?;
        Ok(goes_on(Step::Named))
    }

    /// A store that said no has written nothing, as far as it can be asked: then no copy stays announced.
    fn write_to_store(&mut self, patience: &Patience) -> Result<(), KeyStoreError> {
        let device = self.toml.device;
        let written = self.store.write(device, self.root.secret(), patience);
        let said_no = matches!(
            written,
            Err(KeyStoreError::Locked | KeyStoreError::Refused(_))
        );
        if said_no && matches!(self.store.read(device, patience), Ok(None)) {
            let toml = KeyToml {
                has_copy: false,
                ..self.toml
            };
            if let Err(error) = self.note(toml) {
                tracing::warn!("key.toml still names a copy that is not there: {error}");
            }
        }
        written
    }

    /// Erases the copy at the other place, once the secret was read back from where it lies.
    fn settle(
        &mut self,
        patience: &Patience,
        goes_on: &mut dyn FnMut(Step) -> bool,
    ) -> Result<(), MoveError> {
        let (place, stays) = (self.toml.place, self.toml.place);
        if !self.lies(place, patience)? {
            return Err(MoveError::NotTheSame { to: place, stays });
        }
        match place.other() {
            KeyPlace::File => {
                files::erase(&self.dir.join(ROOT)).map_err(|why| self.files(why))?;
            }
            KeyPlace::Keystore => self
                .store
                .erase(self.toml.device, patience)
                .map_err(|why| MoveError::Store { why, stays })?,
        }
        if !goes_on(Step::Erased) {
            return Ok(());
        }
        self.note(KeyToml {
            has_copy: false,
            ..self.toml
        })?;
        goes_on(Step::Settled);
        Ok(())
    }

    /// Whether a place gives the very secret back.
    fn lies(&self, place: KeyPlace, patience: &Patience) -> Result<bool, MoveError> {
        let stays = self.toml.place;
        let found = match place {
            KeyPlace::File => key::read_root(&self.dir).map_err(|why| self.files(why))?,
            KeyPlace::Keystore => match key::from_store(self.toml.device, &*self.store, patience) {
                Ok(root) => root,
                Err(KeyStoreError::Nothing | KeyStoreError::Another) => return Ok(false),
                Err(why) => return Err(MoveError::Store { why, stays }),
            },
        };
        Ok(found.secret() == self.root.secret())
    }

    fn note(&mut self, toml: KeyToml) -> Result<(), MoveError> {
        key::write(&self.dir, toml).map_err(|why| self.files(why))?;
        self.toml = toml;
        Ok(())
    }

    fn files(&self, why: ProfileError) -> MoveError {
        MoveError::Files {
            why,
            stays: self.toml.place,
        }
    }
}
