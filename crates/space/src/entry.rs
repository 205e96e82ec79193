//! Entries: a signed header and its payload.

use crate::chain::{Chain, EntryRef};
use crate::codec::{Broken, Reader};
use crate::config::{MAX_ENTRY, MAX_HEADER, MAX_PAYLOAD, SIG_BYTES};
use crate::header::{Header, Kind};
use crate::ids::{ChainId, EntryHash, NoteId};
use crate::keys::{self, BadSignature, DeviceSigner};
use crate::labels;

/// Why bytes are no entry, or an entry cannot be sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// The bytes do not have the layout of an entry.
    #[error("this is no entry: {0}")]
    Bytes(#[from] Broken),
    /// A newer version wrote it; its layout is unknown here.
    #[error("this entry has format {0}, which needs a newer Skein")]
    UnknownFormat(u8),
    /// A rule that every entry keeps is broken.
    #[error("this is no entry: {0}")]
    Form(&'static str),
    /// More than 512 dependencies: the author seals empty edits first that take up to 512 each.
    #[error("this entry names more than 512 others")]
    TooManyDeps,
    /// More than 1 MiB: the author splits the edit.
    #[error("this entry's payload is larger than 1 MiB")]
    PayloadTooLarge,
    /// Payload and header do not belong together.
    #[error("this entry's payload is not the one its header names")]
    WrongPayload,
    /// The chain's device did not sign this header.
    #[error("this entry's signature is not its author's")]
    Signature(#[from] BadSignature),
    /// Sealed with the key of a device whose chain it is not.
    #[error("this chain belongs to another device")]
    WrongSigner,
}

/// A header as its author fills it in, before the payload is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The author's own chain.
    pub chain: Chain,
    /// The next number in it.
    pub seq: u64,
    /// Hash of the entry before, zero for the first.
    pub prev: EntryHash,
    /// What it is.
    pub kind: Kind,
    /// The note it is about; zero for Member.
    pub note: NoteId,
    /// The seq of its Session entry; zero for Member and Session.
    pub session: u64,
    /// The frontier it is written on, in any order.
    pub deps: Vec<EntryRef>,
    /// The clock's claim, milliseconds since 1970.
    pub wall_ms: i64,
}

/// A header, its payload and its author's signature. The payload always is the one the header names; whether the
/// signature is good is known only after [`Entry::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    header: Header,
    payload: Vec<u8>,
    sig: [u8; SIG_BYTES],
    hash: EntryHash,
    chain_id: ChainId,
}

impl Entry {
    /// Signs a draft and its payload. Sorts the deps; everything else must already keep the rules of its kind.
    pub fn seal(signer: &DeviceSigner, draft: Draft, payload: Vec<u8>) -> Result<Self, EntryError> {
        if signer.device_key() != draft.chain.device {
            return Err(EntryError::WrongSigner);
        }
        if payload.len() > MAX_PAYLOAD {
            return Err(EntryError::PayloadTooLarge);
        }
        let mut deps = draft.deps;
        deps.sort_unstable();
        deps.dedup();
        let header = Header {
            chain: draft.chain,
            seq: draft.seq,
            prev: draft.prev,
            kind: Kind::from_code(draft.kind.code()),
            note: draft.note,
            session: draft.session,
            deps,
            wall_ms: draft.wall_ms,
            payload_len: payload.len() as u32,
            payload_hash: *blake3::hash(&payload).as_bytes(),
        };
        header.check()?;
        let sig = signer.sign(labels::ENTRY, &[&header.hash().0]);
        Ok(Self::whole(header, payload, sig))
    }

    /// Puts an entry together from its parts, as a database keeps them. Checks form and payload, not the signature.
    pub fn from_parts(
        header: Header,
        payload: Vec<u8>,
        sig: [u8; SIG_BYTES],
    ) -> Result<Self, EntryError> {
        header.check()?;
        if payload.len() != header.payload_len as usize
            || *blake3::hash(&payload).as_bytes() != header.payload_hash
        {
            return Err(EntryError::WrongPayload);
        }
        Ok(Self::whole(header, payload, sig))
    }

    /// Reads exactly one entry: header length u32 ‖ header ‖ payload ‖ signature. Checks form and payload, not the
    /// signature.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        if bytes.len() > MAX_ENTRY {
            return Err(EntryError::PayloadTooLarge);
        }
        let mut reader = Reader::new(bytes);
        let header_len = reader.u32()? as usize;
        if header_len > MAX_HEADER {
            return Err(EntryError::TooManyDeps);
        }
        let header = Header::decode(reader.take(header_len)?)?;
        let payload = reader.take(header.payload_len as usize)?.to_vec();
        let sig = reader.array()?;
        reader.finish()?;
        Self::from_parts(header, payload, sig)
    }

    /// The bytes [`Self::decode`] reads.
    pub fn encode(&self) -> Vec<u8> {
        let header = self.header.encode();
        let mut out = Vec::with_capacity(4 + header.len() + self.payload.len() + SIG_BYTES);
        // A checked header is at most MAX_HEADER bytes.
        out.extend_from_slice(&(header.len() as u32).to_le_bytes());
        out.extend_from_slice(&header);
        out.extend_from_slice(&self.payload);
        out.extend_from_slice(&self.sig);
        out
    }

    /// Whether the chain's device signed this header, strictly.
    pub fn verify(&self) -> Result<(), EntryError> {
        keys::verify(
            &self.header.chain.device,
            labels::ENTRY,
            &[&self.hash.0],
            &self.sig,
        )?;
        Ok(())
    }

    /// The signed part.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Kind-specific bytes.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The author's signature.
    pub fn sig(&self) -> &[u8; SIG_BYTES] {
        &self.sig
    }

    /// BLAKE3 of the header: the entry's name.
    pub fn hash(&self) -> EntryHash {
        self.hash
    }

    /// The id of its chain.
    pub fn chain_id(&self) -> ChainId {
        self.chain_id
    }

    /// How other entries name it.
    pub fn reference(&self) -> EntryRef {
        EntryRef::new(self.chain_id, self.header.seq, self.hash)
    }

    /// How the chain's previous entry is named; none for the first.
    pub fn previous(&self) -> Option<EntryRef> {
        (self.header.seq > 1)
            .then(|| EntryRef::new(self.chain_id, self.header.seq - 1, self.header.prev))
    }

    fn whole(header: Header, payload: Vec<u8>, sig: [u8; SIG_BYTES]) -> Self {
        let (hash, chain_id) = (header.hash(), header.chain.id());
        Self {
            header,
            payload,
            sig,
            hash,
            chain_id,
        }
    }
}
