//! Chains and references into them.

use crate::codec::{Broken, Reader};
use crate::ids::{ChainId, DeviceKey, EntryHash, Incarnation, Nonce, NoteId, ShortHash, SpaceId};
use crate::{config, labels};

/// Which of a device's two logs: who may write is known before anything they wrote is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Log {
    /// Member entries.
    Roster = 0,
    /// All else.
    Notes = 1,
}

impl Log {
    /// The byte in a header.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// From the byte in a header; none for other values.
    pub fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Roster),
            1 => Some(Self::Notes),
            _ => None,
        }
    }
}

/// One device's line of entries: each names the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chain {
    /// The space it belongs to.
    pub space: SpaceId,
    /// Whose it is.
    pub device: DeviceKey,
    /// The life of that device in this space.
    pub incarnation: Incarnation,
    /// Roster or notes.
    pub log: Log,
}

impl Chain {
    /// First 16 bytes of BLAKE3(label ‖ space ‖ device ‖ incarnation ‖ log).
    pub fn id(&self) -> ChainId {
        let mut hasher = blake3::Hasher::new();
        hasher.update(labels::CHAIN.bytes());
        hasher
            .update(&self.space.0)
            .update(&self.device.0)
            .update(&self.incarnation.0)
            .update(&[self.log.code()]);
        ChainId(first(hasher.finalize()))
    }
}

/// Names one entry: what deps, cuts and frontiers are made of. Ordered by chain, seq, hash, as on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryRef {
    /// Its chain.
    pub chain: ChainId,
    /// Its number there, from 1.
    pub seq: u64,
    /// The first 16 bytes of its hash: of several branches of a fork, this one.
    pub hash: ShortHash,
}

impl EntryRef {
    /// The reference to the entry with this full hash.
    pub fn new(chain: ChainId, seq: u64, hash: EntryHash) -> Self {
        Self {
            chain,
            seq,
            hash: hash.short(),
        }
    }

    /// Appends chain 16 ‖ seq u64 ‖ hash 16.
    pub fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.chain.0);
        out.extend_from_slice(&self.seq.to_le_bytes());
        out.extend_from_slice(&self.hash.0);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Broken> {
        Ok(Self {
            chain: ChainId(reader.array()?),
            seq: reader.u64()?,
            hash: ShortHash(reader.array()?),
        })
    }
}

/// The id of the space this device founds with this nonce: first 16 bytes of BLAKE3(label ‖ founder ‖ nonce).
pub fn space_id(founder: &DeviceKey, nonce: &Nonce) -> SpaceId {
    let mut hasher = blake3::Hasher::new();
    hasher
        .update(labels::SPACE.bytes())
        .update(&founder.0)
        .update(&nonce.0);
    SpaceId(first(hasher.finalize()))
}

/// The yjs client id of the session with this nonce: 53 bits of BLAKE3(label ‖ device ‖ note ‖ nonce), so that nobody
/// can claim another device's. `None`: the hash gave 0, take the next nonce.
pub fn client_id(device: &DeviceKey, note: &NoteId, nonce: &Nonce) -> Option<u64> {
    let mut hasher = blake3::Hasher::new();
    hasher
        .update(labels::CLIENT.bytes())
        .update(&device.0)
        .update(&note.0)
        .update(&nonce.0);
    let id = u64::from_le_bytes(first(hasher.finalize())) >> config::CLIENT_ID_SHIFT;
    (id != 0).then_some(id)
}

/// The client id a note uses for writing that begins with this entry, where its own is taken by other writing of the
/// same device: 53 bits of BLAKE3(label ‖ hash).
pub fn alias_id(first_entry: &EntryHash) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(labels::ALIAS.bytes()).update(&first_entry.0);
    let id = u64::from_le_bytes(first(hasher.finalize())) >> config::CLIENT_ID_SHIFT;
    id.max(1)
}

/// The first N of a hash's 32 bytes.
pub(crate) fn first<const N: usize>(hash: blake3::Hash) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&hash.as_bytes()[..N]);
    out
}
