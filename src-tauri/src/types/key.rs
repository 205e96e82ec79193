//! Where the device's key lies, for the sheet of settings.

use serde::{Deserialize, Serialize};
use skein_app::{profile, view};
use specta::Type;

/// Where a key may lie.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum KeyPlace {
    /// In a file of the profile.
    File,
    /// In the system's key store.
    Keystore,
}

impl From<profile::KeyPlace> for KeyPlace {
    fn from(place: profile::KeyPlace) -> Self {
        match place {
            profile::KeyPlace::File => Self::File,
            profile::KeyPlace::Keystore => Self::Keystore,
        }
    }
}

impl From<KeyPlace> for profile::KeyPlace {
    fn from(place: KeyPlace) -> Self {
        match place {
            KeyPlace::File => Self::File,
            KeyPlace::Keystore => Self::Keystore,
        }
    }
}

/// Where the key lies, and what is happening to it.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyState {
    place: KeyPlace,
    moving: Option<KeyPlace>,
    copy_left: bool,
}

impl From<view::KeyView> for KeyState {
    fn from(key: view::KeyView) -> Self {
        Self {
            place: key.place.into(),
            moving: key.moving.map(KeyPlace::from),
            copy_left: key.copy_left,
        }
    }
}
