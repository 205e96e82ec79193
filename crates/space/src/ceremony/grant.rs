//! What a pick gives. It is part of what both sides must see alike, so nobody between makes one space of all, or all of
//! one.

use std::collections::BTreeSet;

use crate::codec::{Broken, Reader, put_text};
use crate::config::MAX_OWN_SPACES;
use crate::ids::SpaceId;
use crate::member::Role;
use crate::pairing::PairingError;

const SPACE: u8 = 1;
const OWN: u8 = 2;

/// What an invitation gives to the one guest that is picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// One space.
    Space {
        /// Which.
        space: SpaceId,
        /// Its name, at most 256 bytes.
        name: String,
        /// As what.
        role: Role,
    },
    /// The guest is another device of the inviting person: it becomes an owner, as the host is, of each of these, and
    /// carries the same person's name.
    Own(OwnSpaces),
}

/// The spaces of an inviting person's device: from 1 to [`MAX_OWN_SPACES`], none twice, the one it writes in first.
///
/// Without their names: whoever calls reads an offer, and the names come with the admissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSpaces(Vec<SpaceId>);

impl OwnSpaces {
    /// In this order.
    ///
    /// # Errors
    /// None, too many, or one twice.
    pub fn new(spaces: Vec<SpaceId>) -> Result<Self, PairingError> {
        let distinct: BTreeSet<&SpaceId> = spaces.iter().collect();
        if spaces.is_empty() || spaces.len() > MAX_OWN_SPACES || distinct.len() < spaces.len() {
            return Err(PairingError::NoMessage);
        }
        Ok(Self(spaces))
    }
}

impl Grant {
    /// Into which spaces, in the order of statements and admissions.
    pub fn spaces(&self) -> &[SpaceId] {
        match self {
            Self::Space { space, .. } => std::slice::from_ref(space),
            Self::Own(OwnSpaces(spaces)) => spaces,
        }
    }

    /// As what, in each of them.
    pub fn role(&self) -> Role {
        match self {
            Self::Space { role, .. } => *role,
            Self::Own(_) => Role::Owner,
        }
    }

    /// 1 ‖ space ‖ name ‖ role, or 2 ‖ count u8 ‖ spaces.
    pub(super) fn put(&self, out: &mut Vec<u8>) -> Result<(), Broken> {
        match self {
            Self::Space { space, name, role } => {
                out.push(SPACE);
                out.extend_from_slice(&space.0);
                put_text(out, name)?;
                out.push(Role::code(Some(*role)));
            }
            Self::Own(OwnSpaces(spaces)) => {
                out.extend_from_slice(&[OWN, spaces.len() as u8]);
                spaces
                    .iter()
                    .for_each(|space| out.extend_from_slice(&space.0));
            }
        }
        Ok(())
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, PairingError> {
        match reader.u8()? {
            SPACE => Ok(Self::Space {
                space: SpaceId(reader.array()?),
                name: reader.text()?,
                role: Role::from_code(reader.u8()?)
                    .flatten()
                    .ok_or(PairingError::NoMessage)?,
            }),
            OWN => {
                let count = reader.u8()?;
                let spaces = (0..count).map(|_| reader.array().map(SpaceId));
                OwnSpaces::new(spaces.collect::<Result<_, _>>()?).map(Self::Own)
            }
            _ => Err(PairingError::NoMessage),
        }
    }
}
