//! The key on paper: an owner of a space that is no device and that nobody can take out.
//!
//! Its public half stands in the founding entry (security.md, Roster). Its secret is made with the space, shown once and
//! kept nowhere. Whoever holds a copy of the space and types it in makes that device an owner, whatever became of the
//! other owners.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use zeroize::Zeroizing;

use crate::config::MAX_RECOVERY_TEXT;
use crate::copied::{self, Uncopied};
use crate::ids::DeviceKey;
use crate::keys::{DeviceSigner, Root};
use crate::labels;

/// What its text begins with, before its version digit.
const PREFIX: &str = "SKEINKEY";
/// Characters between two dashes: as many as people read at once.
const GROUP: usize = 4;

/// Why a text is no recovery key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryTextError {
    /// It does not begin like one.
    #[error("this is no recovery key: a recovery key begins with SKEINKEY1-")]
    NotAKey,
    /// A newer version made it.
    #[error("this recovery key needs a newer Skein")]
    Newer,
    /// Its checksum does not fit, or a character cannot be.
    #[error(
        "a character of this recovery key is missing or wrong: compare it with the paper, group by group"
    )]
    Mistyped,
}

impl From<Uncopied> for RecoveryTextError {
    fn from(error: Uncopied) -> Self {
        match error {
            Uncopied::Other => Self::NotAKey,
            Uncopied::Newer => Self::Newer,
            Uncopied::Mistyped => Self::Mistyped,
        }
    }
}

/// A space's recovery key. Wiped from memory when dropped, shown only as its text.
#[derive(Clone)]
pub struct RecoveryKey(Root);

impl RecoveryKey {
    /// From 32 bytes of the operating system's randomness.
    pub fn new(secret: [u8; 32]) -> Self {
        Self(Root::new(secret))
    }

    /// Signs as the owner that it is.
    pub fn signer(&self) -> DeviceSigner {
        self.0.signer_for(labels::RECOVERY)
    }

    /// The secret bytes, for tests that look for them where they must not be.
    pub fn secret(&self) -> &[u8; 32] {
        self.0.secret()
    }

    /// What the founding entry names.
    pub fn public(&self) -> DeviceKey {
        self.signer().device_key()
    }

    /// `SKEINKEY1-` and fifteen groups of four characters: 32 secret bytes and a checksum of four, after a zero that
    /// fills the last group.
    pub fn text(&self) -> Zeroizing<String> {
        let mut body = vec![0];
        body.extend_from_slice(self.0.secret());
        let bytes = Zeroizing::new(copied::sealed(body));
        let code = Zeroizing::new(BASE32_NOPAD.encode(&bytes));
        let mut text = Zeroizing::new(format!("{PREFIX}1"));
        for (place, c) in code.chars().enumerate() {
            if place % GROUP == 0 {
                text.push('-');
            }
            text.push(c);
        }
        text
    }
}

/// Reads a key as people type it from paper: case, spaces, line ends and dashes of any kind do not matter.
impl FromStr for RecoveryKey {
    type Err = RecoveryTextError;

    fn from_str(text: &str) -> Result<Self, RecoveryTextError> {
        let bytes = Zeroizing::new(copied::bytes_of(text, PREFIX, MAX_RECOVERY_TEXT)?);
        match copied::unsealed(&bytes)?.split_first() {
            Some((0, secret)) => <[u8; 32]>::try_from(secret)
                .map(Self::new)
                .map_err(|_| RecoveryTextError::Mistyped),
            _ => Err(RecoveryTextError::Mistyped),
        }
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecoveryKey({})", self.public())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_back_as_people_type_it() {
        let key = RecoveryKey::new([7; 32]);
        let text = key.text();
        assert!(text.starts_with("SKEINKEY1-"), "{}", *text);
        assert!(text.split('-').skip(1).all(|group| group.len() == GROUP));
        for typed in [
            text.to_string(),
            text.to_lowercase(),
            text.replace('-', " \n"),
            text.replace('-', "\u{2013}"),
        ] {
            let read: RecoveryKey = typed.parse().unwrap();
            assert_eq!(read.public(), key.public(), "{typed}");
        }
    }

    #[test]
    fn one_wrong_character_and_other_texts_are_told_apart() {
        let text = RecoveryKey::new([7; 32]).text().to_string();
        let of = |text: &str| text.parse::<RecoveryKey>().unwrap_err();
        for (place, was) in text.char_indices().skip("SKEINKEY1-".len()) {
            if was != '-' {
                let mut wrong = text.clone();
                let other = if was == 'A' { "B" } else { "A" };
                wrong.replace_range(place..=place, other);
                assert_eq!(of(&wrong), RecoveryTextError::Mistyped, "{wrong}");
            }
        }
        assert_eq!(of(&text[..text.len() - 5]), RecoveryTextError::Mistyped);
        assert_eq!(of("SKEINKEY2-AAAA"), RecoveryTextError::Newer);
        assert_eq!(of("SKEIN1-AAAA"), RecoveryTextError::NotAKey);
        assert_eq!(of(&text.repeat(9)), RecoveryTextError::NotAKey);
        assert!(text.parse::<crate::Ticket>().is_err());
    }

    #[test]
    fn it_is_no_device_of_the_same_bytes() {
        let key = RecoveryKey::new([7; 32]);
        assert_ne!(key.public(), Root::new([7; 32]).device_key());
        let shown = format!("{key:?}");
        assert_eq!(shown, format!("RecoveryKey({})", key.public()));
    }
}
