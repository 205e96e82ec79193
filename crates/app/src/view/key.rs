//! Where the device's key lies.

use serde::{Deserialize, Serialize};

use crate::profile::KeyPlace;

/// Where the secret key of this device lies, and what is happening to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    /// Where it lies.
    pub place: KeyPlace,
    /// Where it is being moved to.
    pub moving: Option<KeyPlace>,
    /// A copy may lie at the other place too: a move was cut short. The next start erases it.
    pub copy_left: bool,
}
