//! Rows of spaces and chains: what local indexes stand for.

use skein_space::{Chain, DeviceKey, EntryHash, Incarnation, Log, SpaceId};

use super::{In, Indexed, Named, Out, Row, RowError};

/// A space this device is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpaceRow {
    /// The space.
    pub space: SpaceId,
    /// The incarnation this device writes under.
    pub incarnation: Incarnation,
    /// It left: it keeps what it has and takes no more part.
    pub left: bool,
}

/// A chain and its tip. A chain that forked has several rows, one per branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainRow {
    /// The chain.
    pub chain: Chain,
    /// 0 for the branch held first; later ones in the order they were seen here.
    pub branch: u8,
    /// The branch that holds everything below `fork_seq`; its own number for branch 0.
    pub parent: u8,
    /// The first seq of this branch's own; everything below it is shared with an earlier branch. 1 for
    /// branch 0.
    pub fork_seq: u64,
    /// The last seq held.
    pub tip_seq: u64,
    /// The hash of the entry there.
    pub tip_hash: EntryHash,
}

/// `spaces`: local index → this. Written whole when a device takes a new incarnation.
pub(crate) type SpaceBody = SpaceRow;

impl Row for SpaceRow {
    /// 1: takes part. 2: left. A program that knows no leaving must not take part again, so it refuses the second; of what
    /// was never left nothing changed.
    const VERSION: u8 = 2;

    fn write(&self, out: &mut Out, _: Indexed<'_>) {
        out.raw(&self.space.0);
        out.raw(&self.incarnation.0);
    }

    fn read(version: u8, input: &mut In<'_>, _: Named<'_>) -> Result<Self, RowError> {
        Ok(Self {
            space: SpaceId(input.array()?),
            incarnation: Incarnation(input.array()?),
            left: version == 2,
        })
    }

    fn encode(&self, indexed: Indexed<'_>) -> Vec<u8> {
        let mut out = Out::new(if self.left { 2 } else { 1 });
        self.write(&mut out, indexed);
        out.0
    }
}

/// `chains`: local index → this. The space is there as its own local index, so that a row that names a
/// space which is not held cannot exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChainBody {
    pub space: u32,
    pub device: DeviceKey,
    pub incarnation: Incarnation,
    pub log: Log,
    pub branch: u8,
    /// The local index of the branch that holds everything below `fork_seq`; its own for branch 0.
    pub parent: u32,
    pub fork_seq: u64,
    pub tip_seq: u64,
    pub tip_hash: EntryHash,
}

impl ChainBody {
    pub fn chain(&self, space: SpaceId) -> Chain {
        Chain {
            space,
            device: self.device,
            incarnation: self.incarnation,
            log: self.log,
        }
    }

    pub fn row(&self, space: SpaceId, parent: u8) -> ChainRow {
        ChainRow {
            chain: self.chain(space),
            branch: self.branch,
            parent,
            fork_seq: self.fork_seq,
            tip_seq: self.tip_seq,
            tip_hash: self.tip_hash,
        }
    }
}

impl Row for ChainBody {
    const VERSION: u8 = 1;

    fn write(&self, out: &mut Out, _: Indexed<'_>) {
        out.num(u64::from(self.space));
        out.raw(&self.device.0);
        out.raw(&self.incarnation.0);
        out.u8(self.log as u8);
        out.u8(self.branch);
        out.num(u64::from(self.parent));
        out.num(self.fork_seq);
        out.num(self.tip_seq);
        out.raw(&self.tip_hash.0);
    }

    fn read(_: u8, input: &mut In<'_>, _: Named<'_>) -> Result<Self, RowError> {
        Ok(Self {
            space: input.small()?,
            device: DeviceKey(input.array()?),
            incarnation: Incarnation(input.array()?),
            log: match input.u8()? {
                0 => Log::Roster,
                1 => Log::Notes,
                _ => return Err(RowError("the chain's log is not known")),
            },
            branch: input.u8()?,
            parent: input.small()?,
            fork_seq: input.num()?,
            tip_seq: input.num()?,
            tip_hash: EntryHash(input.array()?),
        })
    }
}
