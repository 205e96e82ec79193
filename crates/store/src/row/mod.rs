//! Rows as bytes.
//!
//! A row is: version u8 ‖ body ‖ check (4 bytes). The check covers the table's name and the key as well, so
//! a flipped bit, a row under a wrong key and a row in a wrong table are all found when the row is read:
//! redb checks its pages only when it repairs. Integers in bodies are LEB128, ids are raw.

mod chain;
mod entry;
mod held;
mod note;
mod reread;
mod snapshot;

use skein_space::{ChainId, EntryRef, ShortHash};

pub(crate) use chain::{ChainBody, SpaceBody};
pub use chain::{ChainRow, SpaceRow};
pub use entry::GraphRow;
pub(crate) use entry::{GraphBody, LogBody, decode_entry, encode_entry};
pub(crate) use held::{BytesBody, SecretBody};
pub use held::{DraftRow, PeerRow, SecretRow, TicketRow};
pub use note::{NoteRow, NoteState};
pub use reread::reread;
pub use snapshot::Snapshot;
pub(crate) use snapshot::{SnapshotBody, cut, join};

#[cfg(test)]
mod tests;

/// Length of a row's check, bytes: one damaged row in four thousand million passes for a sound one.
pub(crate) const CHECK_BYTES: usize = 4;

/// A row that does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct RowError(pub &'static str);

/// The local index of a chain, if it has one. Rows name chains by it, which saves 12 bytes each.
pub(crate) type Indexed<'a> = &'a dyn Fn(ChainId) -> Option<u32>;

/// The chain behind a local index.
pub(crate) type Named<'a> = &'a dyn Fn(u32) -> Result<ChainId, RowError>;

/// A value of one table.
pub(crate) trait Row: Sized {
    /// What newly written rows say.
    const VERSION: u8;
    /// Writes the body.
    fn write(&self, out: &mut Out, indexed: Indexed<'_>);
    /// Reads the body; `version` is at most [`Row::VERSION`].
    fn read(version: u8, input: &mut In<'_>, named: Named<'_>) -> Result<Self, RowError>;

    /// Version and body.
    fn encode(&self, indexed: Indexed<'_>) -> Vec<u8> {
        let mut out = Out::new(Self::VERSION);
        self.write(&mut out, indexed);
        out.0
    }

    /// From version and body; nothing may be left over.
    fn decode(body: &[u8], named: Named<'_>) -> Result<Self, RowError> {
        let mut input = In::new(body);
        let version = input.u8()?;
        if version == 0 || version > Self::VERSION {
            return Err(RowError("the row's version is not known"));
        }
        let row = Self::read(version, &mut input, named)?;
        input.end()?;
        Ok(row)
    }
}

/// Appends the check of a row to its version and body.
pub(crate) fn seal(table: &str, key: &[u8], mut body: Vec<u8>) -> Vec<u8> {
    let check = check(table, key, &body);
    body.extend_from_slice(&check);
    body
}

/// Version and body of a stored row, if its check holds.
pub(crate) fn unseal<'v>(table: &str, key: &[u8], value: &'v [u8]) -> Result<&'v [u8], RowError> {
    let Some((body, said)) = value.split_last_chunk::<CHECK_BYTES>() else {
        return Err(RowError("the row is cut short"));
    };
    if check(table, key, body) != *said {
        return Err(RowError("the row's check does not hold"));
    }
    Ok(body)
}

fn check(table: &str, key: &[u8], body: &[u8]) -> [u8; CHECK_BYTES] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(table.as_bytes()).update(&[0]);
    hasher.update(&(key.len() as u32).to_le_bytes()).update(key);
    hasher.update(body);
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&hasher.finalize().as_bytes()[..CHECK_BYTES]);
    check
}

/// Builds a row.
pub(crate) struct Out(pub Vec<u8>);

impl Out {
    pub fn new(version: u8) -> Self {
        Self(vec![version])
    }

    pub fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub fn num(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    pub fn signed(&mut self, value: i64) {
        self.num(((value << 1) ^ (value >> 63)) as u64);
    }

    pub fn blob(&mut self, bytes: &[u8]) {
        self.num(bytes.len() as u64);
        self.raw(bytes);
    }

    pub fn chain(&mut self, chain: ChainId, indexed: Indexed<'_>) {
        match indexed(chain) {
            Some(index) => self.num(u64::from(index) + 1),
            None => {
                self.num(0);
                self.raw(&chain.0);
            }
        }
    }

    pub fn references(&mut self, references: &[EntryRef], indexed: Indexed<'_>) {
        self.num(references.len() as u64);
        for reference in references {
            self.chain(reference.chain, indexed);
            self.num(reference.seq);
            self.raw(&reference.hash.0);
        }
    }
}

/// Reads a row from front to back.
pub(crate) struct In<'a> {
    rest: &'a [u8],
}

impl<'a> In<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn u8(&mut self) -> Result<u8, RowError> {
        Ok(self.array::<1>()?[0])
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], RowError> {
        let (bytes, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or(RowError("the row is cut short"))?;
        self.rest = rest;
        Ok(*bytes)
    }

    pub fn take(&mut self, len: usize) -> Result<&'a [u8], RowError> {
        let (bytes, rest) = self
            .rest
            .split_at_checked(len)
            .ok_or(RowError("the row is cut short"))?;
        self.rest = rest;
        Ok(bytes)
    }

    pub fn num(&mut self) -> Result<u64, RowError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(RowError("a number in the row is too long"))
    }

    pub fn small<T: TryFrom<u64>>(&mut self) -> Result<T, RowError> {
        T::try_from(self.num()?).map_err(|_| RowError("a number in the row is too large"))
    }

    pub fn signed(&mut self) -> Result<i64, RowError> {
        let value = self.num()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// A count of things of at least `least` bytes each: never more than the bytes that remain allow.
    pub fn count(&mut self, least: usize) -> Result<usize, RowError> {
        let count: usize = self.small()?;
        if count > self.rest.len() / least {
            return Err(RowError("a count in the row is too large"));
        }
        Ok(count)
    }

    pub fn blob(&mut self) -> Result<&'a [u8], RowError> {
        let len = self.count(1)?;
        self.take(len)
    }

    pub fn text(&mut self) -> Result<String, RowError> {
        let bytes = self.blob()?.to_vec();
        String::from_utf8(bytes).map_err(|_| RowError("a text in the row is not UTF-8"))
    }

    pub fn flag(&mut self) -> Result<bool, RowError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(RowError("a flag in the row is neither 0 nor 1")),
        }
    }

    pub fn chain(&mut self, named: Named<'_>) -> Result<ChainId, RowError> {
        match self.small::<u32>()? {
            0 => Ok(ChainId(self.array()?)),
            index => named(index - 1),
        }
    }

    pub fn references(&mut self, named: Named<'_>) -> Result<Vec<EntryRef>, RowError> {
        let count = self.count(18)?;
        let mut references = Vec::with_capacity(count);
        for _ in 0..count {
            references.push(EntryRef {
                chain: self.chain(named)?,
                seq: self.num()?,
                hash: ShortHash(self.array()?),
            });
        }
        Ok(references)
    }

    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    pub fn end(&self) -> Result<(), RowError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(RowError("the row is too long"))
        }
    }
}
