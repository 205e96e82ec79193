//! Heads: what a device durably holds, one line per chain, signed.
//!
//! Its size follows the number of devices, not of notes or edits, so two devices that share 10,000 notes
//! learn in one exchange which entries the other lacks.

use std::collections::BTreeMap;

use skein_space::{
    ChainId, DeviceKey, DeviceSigner, EntryHash, Incarnation, Log, SpaceId, keys::verify, labels,
};

use crate::config;
use crate::wire::{Reader, WireError};

/// The end of one branch of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tip {
    /// Place in the chain.
    pub seq: u64,
    /// Hash of the entry there.
    pub hash: EntryHash,
}

/// One chain of a Heads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which of the two logs the chain is of.
    pub log: Log,
    /// Its tips, highest first is not promised; more than one only after a fork.
    pub tips: Vec<Tip>,
}

/// What a device durably holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heads {
    /// The space.
    pub space: SpaceId,
    /// The holder.
    pub device: DeviceKey,
    /// Its incarnation.
    pub incarnation: Incarnation,
    /// Rises with every change within one incarnation. It is the sum of all tips' places, so it is durable
    /// exactly when the entries are (Decision in ARCHITECTURE.md).
    pub counter: u64,
    /// Per chain.
    pub lines: BTreeMap<ChainId, Line>,
    /// The holder's signature over all of the above.
    pub sig: [u8; 64],
}

impl Heads {
    /// Heads of this device over these lines.
    #[must_use]
    pub fn sign(
        signer: &DeviceSigner,
        space: SpaceId,
        incarnation: Incarnation,
        lines: BTreeMap<ChainId, Line>,
    ) -> Self {
        let counter = lines
            .values()
            .flat_map(|line| &line.tips)
            .map(|tip| tip.seq)
            .sum();
        let mut heads = Self {
            space,
            device: signer.device_key(),
            incarnation,
            counter,
            lines,
            sig: [0; 64],
        };
        heads.sig = signer.sign(labels::HEADS, &[&heads.body()]);
        heads
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// [`WireError::Signature`].
    pub fn verify(&self) -> Result<(), WireError> {
        verify(&self.device, labels::HEADS, &[&self.body()], &self.sig)
            .map_err(|_| WireError::Signature)
    }

    fn body(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(80 + self.lines.len() * 58);
        out.extend_from_slice(&self.space.0);
        out.extend_from_slice(&self.device.0);
        out.extend_from_slice(&self.incarnation.0);
        out.extend_from_slice(&self.counter.to_le_bytes());
        out.extend_from_slice(&lines_bytes(&self.lines));
        out
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = self.body();
        out.extend_from_slice(&self.sig);
        out
    }

    pub(crate) fn decode(body: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(body);
        let space = SpaceId(r.array()?);
        let device = DeviceKey(r.array()?);
        let incarnation = Incarnation(r.array()?);
        let counter = r.u64()?;
        let mut lines = BTreeMap::new();
        while r.remaining() > 64 {
            let (chain, line) = decode_line(&mut r)?;
            if lines
                .last_key_value()
                .is_some_and(|(last, _)| *last >= chain)
            {
                return Err(WireError::Order);
            }
            lines.insert(chain, line);
            if lines.len() > config::HEADS_CHAINS_MAX {
                return Err(WireError::Bounds);
            }
        }
        let sig = r.array()?;
        r.end()?;
        Ok(Self {
            space,
            device,
            incarnation,
            counter,
            lines,
            sig,
        })
    }

    /// The short form of these Heads.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest {
            counter: self.counter,
            lines: lines_hash(&self.lines),
        }
    }
}

fn decode_line(r: &mut Reader<'_>) -> Result<(ChainId, Line), WireError> {
    let chain = ChainId(r.array()?);
    let log = match r.u8()? {
        0 => Log::Roster,
        1 => Log::Notes,
        _ => return Err(WireError::Bounds),
    };
    let count = usize::from(r.u8()?);
    if count == 0 || count > config::HEADS_TIPS_MAX {
        return Err(WireError::Bounds);
    }
    let mut tips = Vec::with_capacity(count);
    for _ in 0..count {
        tips.push(Tip {
            seq: r.u64()?,
            hash: EntryHash(r.array()?),
        });
    }
    Ok((chain, Line { log, tips }))
}

fn lines_bytes(lines: &BTreeMap<ChainId, Line>) -> Vec<u8> {
    let mut out = Vec::with_capacity(lines.len() * 58);
    for (chain, line) in lines {
        out.extend_from_slice(&chain.0);
        out.push(line.log.code());
        out.push(line.tips.len() as u8);
        for tip in &line.tips {
            out.extend_from_slice(&tip.seq.to_le_bytes());
            out.extend_from_slice(&tip.hash.0);
        }
    }
    out
}

/// Hash of the lines alone: equal holdings have equal hashes on all devices.
#[must_use]
pub fn lines_hash(lines: &BTreeMap<ChainId, Line>) -> [u8; 32] {
    *blake3::hash(&lines_bytes(lines)).as_bytes()
}

/// Counter and hash of a Heads, 40 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// As in [`Heads::counter`].
    pub counter: u64,
    /// As of [`lines_hash`].
    pub lines: [u8; 32],
}

impl Digest {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = self.counter.to_le_bytes().to_vec();
        out.extend_from_slice(&self.lines);
        out
    }

    pub(crate) fn decode(body: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(body);
        let digest = Self {
            counter: r.u64()?,
            lines: r.array()?,
        };
        r.end()?;
        Ok(digest)
    }
}
