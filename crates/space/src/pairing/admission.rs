//! The last frame of a pairing: all a new member needs.

use std::sync::Arc;

use crate::codec::{Broken, Reader, put_text};
use crate::config::{MAX_ADMISSION, MAX_ADMISSION_ADDRESSES, SIG_BYTES};
use crate::entry::{Entry, EntryError};
use crate::ids::{DeviceKey, SecretLabel, SpaceId, TransportKey};
use crate::member::{Member, Role, Statement};
use crate::roster::{NotAdmitted, Roster};
use crate::secret::SpaceSecret;

/// Bytes of an admission: the message's limit less its type, MAC and two signatures.
const MAX_BYTES: usize = MAX_ADMISSION - 1 - 32 - 2 * SIG_BYTES;

/// Why an admission does not make this device a member.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdmissionError {
    /// The bytes do not have the layout of an admission.
    #[error("the admission cannot be read: {0}")]
    Bytes(#[from] Broken),
    /// A role or count that cannot be.
    #[error("the admission cannot be read")]
    Form,
    /// More than fits: the roster is too large for one frame.
    #[error("the roster of this space is too large to be handed over")]
    TooLarge,
    /// One of the roster's entries is none.
    #[error("the admission holds a bad entry: {0}")]
    Entry(#[from] EntryError),
    /// Its first entry does not found the space of the ticket.
    #[error("the roster is not that of the space the ticket names")]
    OtherSpace,
    /// One of the entries is not valid, or hangs on something that did not come along.
    #[error("the roster does not hold together: {0}")]
    Roster(#[from] NotAdmitted),
    /// An entry is there twice.
    #[error("the roster holds an entry twice")]
    Twice,
    /// The roster does not make the inviter an owner with this transport key.
    #[error("the inviting device is no owner of this space")]
    InviterNoOwner,
    /// The roster does not make this device a member with its own transport key and the role named.
    #[error("the roster does not make this device a member")]
    NotMember,
}

/// What an inviter hands to a joiner whose Member entry is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// All Member entries, the founding one first.
    pub entries: Vec<Arc<Entry>>,
    /// The label of the space's current secret.
    pub label: SecretLabel,
    /// The space's current secret.
    pub secret: SpaceSecret,
    /// The space's name.
    pub space_name: String,
    /// What the joiner may do.
    pub role: Role,
    /// The inviter's ordinary libp2p identity.
    pub transport: TransportKey,
    /// Where it listens, as multiaddresses; at most 16.
    pub addresses: Vec<String>,
}

/// A checked admission: commit all of it in one transaction, then dial the ordinary address.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// The space.
    pub space: SpaceId,
    /// What came.
    pub admission: Admission,
    /// The fold of its entries.
    pub roster: Roster,
}

impl Admission {
    /// entries (count u32, then length u32 ‖ entry) ‖ label ‖ secret ‖ name ‖ role u8 ‖ transport key ‖ addresses
    /// (count u8, then strings).
    pub fn encode(&self) -> Result<Vec<u8>, AdmissionError> {
        if self.addresses.len() > MAX_ADMISSION_ADDRESSES {
            return Err(AdmissionError::Form);
        }
        let mut out = (self.entries.len() as u32).to_le_bytes().to_vec();
        for entry in &self.entries {
            let bytes = entry.encode();
            out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
            out.extend_from_slice(&bytes);
        }
        out.extend_from_slice(&self.label.0);
        out.extend_from_slice(self.secret.bytes());
        put_text(&mut out, &self.space_name)?;
        out.push(Role::code(Some(self.role)));
        out.extend_from_slice(&self.transport.0);
        out.push(self.addresses.len() as u8);
        for address in &self.addresses {
            put_text(&mut out, address)?;
        }
        if out.len() > MAX_BYTES {
            Err(AdmissionError::TooLarge)
        } else {
            Ok(out)
        }
    }

    /// Reads exactly one admission; says nothing about signatures or roster.
    pub fn decode(bytes: &[u8]) -> Result<Self, AdmissionError> {
        if bytes.len() > MAX_BYTES {
            return Err(AdmissionError::TooLarge);
        }
        let mut reader = Reader::new(bytes);
        let mut entries = Vec::new();
        for _ in 0..reader.u32()? {
            let length = reader.u32()? as usize;
            entries.push(Arc::new(Entry::decode(reader.take(length)?)?));
        }
        let (label, secret) = (
            SecretLabel(reader.array()?),
            SpaceSecret::new(reader.array()?),
        );
        let space_name = reader.text()?;
        let role = Role::from_code(reader.u8()?)
            .flatten()
            .ok_or(AdmissionError::Form)?;
        let transport = TransportKey(reader.array()?);
        let count = usize::from(reader.u8()?);
        if count > MAX_ADMISSION_ADDRESSES {
            return Err(AdmissionError::Form);
        }
        let addresses = (0..count)
            .map(|_| reader.text())
            .collect::<Result<Vec<_>, _>>()?;
        reader.finish()?;
        Ok(Self {
            entries,
            label,
            secret,
            space_name,
            role,
            transport,
            addresses,
        })
    }

    /// Whether the roster founds this space, makes the inviter an owner, and makes this device a member as it said.
    pub fn check(
        &self,
        space: &SpaceId,
        inviter: &DeviceKey,
        me: &DeviceKey,
        statement: &Statement,
    ) -> Result<Roster, AdmissionError> {
        let first = self.entries.first().ok_or(AdmissionError::OtherSpace)?;
        let founds = matches!(Member::decode(first.payload()), Ok(Member::Found { .. }));
        if !founds || Roster::empty(*space).admits(first).is_err() {
            return Err(AdmissionError::OtherSpace);
        }
        self.entries.iter().try_for_each(|entry| entry.verify())?;
        let roster = Roster::fold(*space, &self.entries);
        self.entries
            .iter()
            .try_for_each(|entry| roster.admits(entry))?;
        if roster.len() != self.entries.len() {
            return Err(AdmissionError::Twice);
        }
        let inviting = roster
            .member(*inviter)
            .filter(|member| member.role == Some(Role::Owner));
        if inviting.is_none_or(|member| member.transport != self.transport) {
            return Err(AdmissionError::InviterNoOwner);
        }
        let joined = roster
            .member(*me)
            .filter(|member| member.role == Some(self.role));
        if joined.is_none_or(|member| member.transport != statement.transport) {
            return Err(AdmissionError::NotMember);
        }
        Ok(roster)
    }
}
