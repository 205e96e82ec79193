//! What an entry says about itself: the signed part.

use crate::chain::{Chain, EntryRef, Log};
use crate::codec::Reader;
use crate::config::{ENTRY_FORMAT, HEADER_FIXED, MAX_DEPS, MAX_PAYLOAD, REF_BYTES};
use crate::entry::EntryError;
use crate::ids::{DeviceKey, EntryHash, Incarnation, NoteId, SpaceId};

/// What an entry is. Kinds below 128 touch what a note or the roster says; kinds from 128 never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// 1: who is a member, with what role.
    Member,
    /// 2: opens one replica's writing to one note.
    Session,
    /// 3: a canonical yrs update.
    Edit,
    /// 4, reserved: replaces the payloads of consecutive entries.
    Squash,
    /// 5, reserved: removes payloads for good.
    Purge,
    /// Any other code: written by a newer version. Held; below 128 it waits, with all that is built on it.
    Other(u8),
}

impl Kind {
    /// The byte in a header.
    pub fn code(self) -> u8 {
        match self {
            Self::Member => 1,
            Self::Session => 2,
            Self::Edit => 3,
            Self::Squash => 4,
            Self::Purge => 5,
            Self::Other(code) => code,
        }
    }

    /// From the byte in a header.
    pub fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Member,
            2 => Self::Session,
            3 => Self::Edit,
            4 => Self::Squash,
            5 => Self::Purge,
            other => Self::Other(other),
        }
    }

    /// Whether a note or the roster may say something else because of such an entry.
    pub fn touches_content(self) -> bool {
        self.code() < 128
    }

    /// The log such entries belong to.
    pub fn log(self) -> Log {
        if self == Self::Member {
            Log::Roster
        } else {
            Log::Notes
        }
    }
}

/// The signed part of an entry. Its BLAKE3 is the entry's hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Where the entry stands.
    pub chain: Chain,
    /// Its number there, from 1.
    pub seq: u64,
    /// Hash of the entry before it, zero for the first.
    pub prev: EntryHash,
    /// What it is.
    pub kind: Kind,
    /// The note it is about; zero for Member.
    pub note: NoteId,
    /// The seq of its Session entry in this chain; zero for Member and Session.
    pub session: u64,
    /// The frontier it was written on, strictly rising, at most [`MAX_DEPS`].
    pub deps: Vec<EntryRef>,
    /// The author's clock, milliseconds since 1970: a claim, for display only.
    pub wall_ms: i64,
    /// Bytes of payload.
    pub payload_len: u32,
    /// BLAKE3 of the payload, so that a payload can later be replaced while the chain stays verifiable.
    pub payload_hash: [u8; 32],
}

impl Header {
    /// The bytes that are hashed and signed.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_FIXED + self.deps.len() * REF_BYTES);
        out.push(ENTRY_FORMAT);
        out.extend_from_slice(&self.chain.space.0);
        out.extend_from_slice(&self.chain.device.0);
        out.extend_from_slice(&self.chain.incarnation.0);
        out.push(self.chain.log.code());
        out.extend_from_slice(&self.seq.to_le_bytes());
        out.extend_from_slice(&self.prev.0);
        out.push(self.kind.code());
        out.extend_from_slice(&self.note.0);
        out.extend_from_slice(&self.session.to_le_bytes());
        // check() holds deps to MAX_DEPS, which fits u16.
        out.extend_from_slice(&(self.deps.len() as u16).to_le_bytes());
        for dep in &self.deps {
            dep.put(&mut out);
        }
        out.extend_from_slice(&self.wall_ms.to_le_bytes());
        out.extend_from_slice(&self.payload_len.to_le_bytes());
        out.extend_from_slice(&self.payload_hash);
        out
    }

    /// Reads exactly one header and checks its form; says nothing about signature, role or chain.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        let mut reader = Reader::new(bytes);
        let format = reader.u8()?;
        if format != ENTRY_FORMAT {
            return Err(EntryError::UnknownFormat(format));
        }
        let space = SpaceId(reader.array()?);
        let device = DeviceKey(reader.array()?);
        let incarnation = Incarnation(reader.array()?);
        let log = Log::from_code(reader.u8()?).ok_or(EntryError::Form("there is no such log"))?;
        let header = Self {
            chain: Chain {
                space,
                device,
                incarnation,
                log,
            },
            seq: reader.u64()?,
            prev: EntryHash(reader.array()?),
            kind: Kind::from_code(reader.u8()?),
            note: NoteId(reader.array()?),
            session: reader.u64()?,
            deps: read_deps(&mut reader)?,
            wall_ms: reader.i64()?,
            payload_len: reader.u32()?,
            payload_hash: reader.array()?,
        };
        reader.finish()?;
        header.check()?;
        Ok(header)
    }

    /// BLAKE3 of [`Self::encode`].
    pub fn hash(&self) -> EntryHash {
        EntryHash(*blake3::hash(&self.encode()).as_bytes())
    }

    /// The form every entry has, whoever wrote it.
    pub(crate) fn check(&self) -> Result<(), EntryError> {
        if self.seq == 0 || (self.seq == 1) != self.prev.is_zero() {
            return Err(EntryError::Form(
                "the first entry of a chain is number 1 and has no previous one",
            ));
        }
        if self.payload_len as usize > MAX_PAYLOAD {
            return Err(EntryError::PayloadTooLarge);
        }
        if self.deps.len() > MAX_DEPS {
            return Err(EntryError::TooManyDeps);
        }
        if self.deps.windows(2).any(|pair| pair[0] >= pair[1])
            || self.deps.iter().any(|dep| dep.seq == 0)
        {
            return Err(EntryError::Form("its dependencies are not strictly rising"));
        }
        if self.kind.log() != self.chain.log {
            return Err(EntryError::Form("its kind does not belong to this log"));
        }
        let fits = match self.kind {
            Kind::Member => self.note.is_zero() && self.session == 0,
            Kind::Session => !self.note.is_zero() && self.session == 0,
            Kind::Edit => !self.note.is_zero() && self.session != 0 && self.session < self.seq,
            Kind::Squash | Kind::Purge | Kind::Other(_) => true,
        };
        if fits {
            Ok(())
        } else {
            Err(EntryError::Form(
                "its note or session does not fit its kind",
            ))
        }
    }
}

fn read_deps(reader: &mut Reader<'_>) -> Result<Vec<EntryRef>, EntryError> {
    let count = usize::from(reader.u16()?);
    if count > MAX_DEPS {
        return Err(EntryError::TooManyDeps);
    }
    (0..count)
        .map(|_| EntryRef::read(reader).map_err(EntryError::from))
        .collect()
}
