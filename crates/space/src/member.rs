//! The payload of a Member entry: who is a member, with what role.

use crate::chain::EntryRef;
use crate::codec::{Broken, Reader, put_text};
use crate::config::SIG_BYTES;
use crate::ids::{DeviceKey, EntryHash, Nonce, SpaceId, TransportKey};
use crate::keys::{self, BadSignature, TransportSigner};
use crate::labels;

/// What a member may do. Out of the space is `None` of `Option<Role>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Role {
    /// Reads.
    Viewer = 1,
    /// Reads and writes.
    Editor = 2,
    /// Reads, writes, admits and lowers.
    Owner = 3,
}

impl Role {
    /// The byte in a payload; 0 for none.
    pub fn code(role: Option<Self>) -> u8 {
        role.map_or(0, |role| role as u8)
    }

    /// From the byte in a payload; the outer `None` for other values.
    pub fn from_code(code: u8) -> Option<Option<Self>> {
        match code {
            0 => Some(None),
            1 => Some(Some(Self::Viewer)),
            2 => Some(Some(Self::Editor)),
            3 => Some(Some(Self::Owner)),
            _ => None,
        }
    }
}

/// Why bytes are no Member payload.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// The bytes do not have the layout of a Member payload.
    #[error("this is no member entry: {0}")]
    Bytes(#[from] Broken),
    /// The operation comes from a newer version, or from nobody.
    #[error("this member entry does something this version does not know ({0})")]
    UnknownOp(u8),
    /// A role that this operation cannot give.
    #[error("this member entry names a role that does not fit what it does")]
    Role,
    /// A flag that is neither 0 nor 1, or cuts that do not rise by chain.
    #[error("this member entry is not written in its one form")]
    Form,
}

/// A device's transport key, person and name, signed by that transport key: nobody can bind another's network
/// identity, and nobody can rename a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The libp2p identity.
    pub transport: TransportKey,
    /// Signature of `transport` over space, device, itself and both names.
    pub signature: [u8; SIG_BYTES],
    /// The person's name, at most 256 bytes.
    pub person: String,
    /// The device's name, at most 256 bytes.
    pub device_name: String,
}

impl Statement {
    /// Makes the statement a device carries into a space. Fails on names over 256 bytes.
    pub fn sign(
        transport: &TransportSigner,
        space: &SpaceId,
        device: &DeviceKey,
        person: &str,
        device_name: &str,
    ) -> Result<Self, Broken> {
        let key = transport.transport_key();
        let names = names(person, device_name)?;
        let signature = transport.sign(labels::TRANSPORT, &[&space.0, &device.0, &key.0, &names]);
        Ok(Self {
            transport: key,
            signature,
            person: person.to_owned(),
            device_name: device_name.to_owned(),
        })
    }

    /// Whether the transport key signed this for that device in that space.
    pub fn verify(&self, space: &SpaceId, device: &DeviceKey) -> Result<(), BadSignature> {
        let names = names(&self.person, &self.device_name).map_err(|_| BadSignature)?;
        let parts: [&[u8]; 4] = [&space.0, &device.0, &self.transport.0, &names];
        keys::verify_transport(&self.transport, labels::TRANSPORT, &parts, &self.signature)
    }

    fn put(&self, out: &mut Vec<u8>) -> Result<(), Broken> {
        out.extend_from_slice(&self.transport.0);
        out.extend_from_slice(&self.signature);
        put_text(out, &self.person)?;
        put_text(out, &self.device_name)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Broken> {
        Ok(Self {
            transport: TransportKey(reader.array()?),
            signature: reader.array()?,
            person: reader.text()?,
            device_name: reader.text()?,
        })
    }
}

/// Both names as they are signed: each with its length.
pub(crate) fn names(person: &str, device_name: &str) -> Result<Vec<u8>, Broken> {
    let mut out = Vec::with_capacity(4 + person.len() + device_name.len());
    put_text(&mut out, person)?;
    put_text(&mut out, device_name)?;
    Ok(out)
}

/// What a Member entry does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    /// Op 0: the first entry of a space.
    Found {
        /// The founder: the entry's own author.
        subject: DeviceKey,
        /// Makes the space id.
        nonce: Nonce,
        /// A key that is an owner and cannot be lowered; its secret is printed once.
        recovery: Option<DeviceKey>,
        /// The founder's transport key and names.
        statement: Statement,
    },
    /// Op 1: an admission, or another role for a member.
    SetRole {
        /// Whom it is about.
        subject: DeviceKey,
        /// The role from here on.
        role: Role,
        /// The subject's transport key and names.
        statement: Statement,
    },
    /// Op 2: a removal, or a lesser role.
    Lower {
        /// Whom it is about.
        subject: DeviceKey,
        /// The role from here on; none removes. Never owner.
        role: Option<Role>,
        /// Of each chain of the subject that the author held, the last entry that stays; strictly rising by chain.
        cuts: Vec<EntryRef>,
    },
    /// Op 3: lets more of a lowered device's notes chain stay.
    MoveCut {
        /// Whom the lowering is about.
        subject: DeviceKey,
        /// Hash of the lowering.
        lowering: EntryHash,
        /// The last entry that stays now.
        cut: EntryRef,
    },
}

impl Member {
    /// The device it is about.
    pub fn subject(&self) -> DeviceKey {
        match self {
            Self::Found { subject, .. }
            | Self::SetRole { subject, .. }
            | Self::Lower { subject, .. }
            | Self::MoveCut { subject, .. } => *subject,
        }
    }

    /// The transport key and names it brings, if any.
    pub fn statement(&self) -> Option<&Statement> {
        match self {
            Self::Found { statement, .. } | Self::SetRole { statement, .. } => Some(statement),
            Self::Lower { .. } | Self::MoveCut { .. } => None,
        }
    }

    /// The payload's bytes. Fails where [`Self::decode`] would refuse them.
    pub fn encode(&self) -> Result<Vec<u8>, MemberError> {
        let (op, role) = match self {
            Self::Found { .. } => (0, Some(Role::Owner)),
            Self::SetRole { role, .. } => (1, Some(*role)),
            Self::Lower { role, .. } => (2, *role),
            Self::MoveCut { .. } => (3, None),
        };
        let mut out = vec![op];
        out.extend_from_slice(&self.subject().0);
        out.push(Role::code(role));
        match self {
            Self::Found {
                nonce,
                recovery,
                statement,
                ..
            } => {
                out.extend_from_slice(&nonce.0);
                out.push(u8::from(recovery.is_some()));
                out.extend(recovery.iter().flat_map(|key| key.0));
                statement.put(&mut out)?;
            }
            Self::SetRole { statement, .. } => statement.put(&mut out)?,
            Self::Lower { role, cuts, .. } => {
                if *role == Some(Role::Owner) {
                    return Err(MemberError::Role);
                }
                put_cuts(&mut out, cuts)?;
            }
            Self::MoveCut { lowering, cut, .. } => {
                if cut.seq == 0 {
                    return Err(MemberError::Form);
                }
                out.extend_from_slice(&lowering.0);
                cut.put(&mut out);
            }
        }
        Ok(out)
    }

    /// Reads exactly one payload.
    pub fn decode(bytes: &[u8]) -> Result<Self, MemberError> {
        let mut reader = Reader::new(bytes);
        let op = reader.u8()?;
        let subject = DeviceKey(reader.array()?);
        let role = Role::from_code(reader.u8()?).ok_or(MemberError::Role)?;
        let member = match (op, role) {
            (0, Some(Role::Owner)) => Self::Found {
                subject,
                nonce: Nonce(reader.array()?),
                recovery: read_recovery(&mut reader)?,
                statement: Statement::read(&mut reader)?,
            },
            (1, Some(role)) => Self::SetRole {
                subject,
                role,
                statement: Statement::read(&mut reader)?,
            },
            (2, None | Some(Role::Viewer | Role::Editor)) => Self::Lower {
                subject,
                role,
                cuts: read_cuts(&mut reader)?,
            },
            (3, None) => Self::MoveCut {
                subject,
                lowering: EntryHash(reader.array()?),
                cut: EntryRef::read(&mut reader)?,
            },
            (0..=3, _) => return Err(MemberError::Role),
            (other, _) => return Err(MemberError::UnknownOp(other)),
        };
        reader.finish()?;
        match &member {
            Self::MoveCut { cut, .. } if cut.seq == 0 => Err(MemberError::Form),
            _ => Ok(member),
        }
    }
}

fn read_recovery(reader: &mut Reader<'_>) -> Result<Option<DeviceKey>, MemberError> {
    match reader.u8()? {
        0 => Ok(None),
        1 => Ok(Some(DeviceKey(reader.array()?))),
        _ => Err(MemberError::Form),
    }
}

fn put_cuts(out: &mut Vec<u8>, cuts: &[EntryRef]) -> Result<(), MemberError> {
    let count = u16::try_from(cuts.len()).map_err(|_| MemberError::Form)?;
    if !rising(cuts) {
        return Err(MemberError::Form);
    }
    out.extend_from_slice(&count.to_le_bytes());
    cuts.iter().for_each(|cut| cut.put(out));
    Ok(())
}

fn read_cuts(reader: &mut Reader<'_>) -> Result<Vec<EntryRef>, MemberError> {
    let count = usize::from(reader.u16()?);
    if count > reader.left() / crate::config::REF_BYTES {
        return Err(Broken::EndsEarly.into());
    }
    let cuts = (0..count)
        .map(|_| EntryRef::read(reader))
        .collect::<Result<Vec<_>, _>>()?;
    if rising(&cuts) {
        Ok(cuts)
    } else {
        Err(MemberError::Form)
    }
}

fn rising(cuts: &[EntryRef]) -> bool {
    cuts.windows(2).all(|pair| pair[0].chain < pair[1].chain) && cuts.iter().all(|cut| cut.seq > 0)
}
