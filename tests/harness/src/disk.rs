//! A disk in memory that knows what a power cut would leave, and fails when told to.
//!
//! What a program reads back is live. What survives the end of a process is live too (the system's cache
//! outlives it); what survives a power cut is what was synced, and of later writes any sectors. After a sync
//! that failed the writes before it stay readable and never reach the disk unless they are written again, as
//! on Linux: the kernel marks such pages clean.

use std::collections::BTreeSet;
use std::io::{Error, ErrorKind, Result};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use skein_store::StorageBackend;

use crate::config::{BLOCK_BYTES, SECTOR_BYTES};

/// How much of what was not synced a power cut leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// Nothing.
    Nothing,
    /// Each sector of each write with an even chance.
    Torn,
    /// Everything: it had just not been acknowledged.
    Everything,
}

/// The disk of one device. A clone is another handle on the same disk.
#[derive(Clone, Debug, Default)]
pub struct SimDisk(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    live: Vec<u8>,
    /// Changes since the last sync, oldest first.
    pending: Vec<Change>,
    /// What is durable, kept apart since a sync failed: until then it is `live` without what is pending.
    durable: Option<Vec<u8>>,
    /// Nothing works any more: the machine is off.
    off: bool,
    /// Changes and syncs left before the power goes.
    power_left: Option<u64>,
    /// Calls left before errors begin, and how many fail then.
    failing: Option<(u64, u64)>,
    /// How the next call inside the failing range fails.
    reads_fail: bool,
    blocks: BTreeSet<u64>,
    room: Option<u64>,
    /// Syncs that say yes and do nothing.
    lies: u64,
    /// Whether a lie has not been made good by a true sync.
    lied: bool,
    /// How many of the pending changes such a sync took: they are in the drive's cache, so that a sync that fails
    /// later does not lose them, and a true one makes them durable.
    taken: usize,
    fired: Fired,
}

/// What went wrong on a disk, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fired {
    /// The power went in the middle of a call.
    pub power: u64,
    /// Calls that failed.
    pub errors: u64,
    /// Writes refused because there was no room.
    pub full: u64,
    /// Syncs that did nothing and said yes.
    pub lies: u64,
}

/// How to undo and redo one change.
#[derive(Clone, Debug)]
enum Change {
    Write {
        at: usize,
        old: Vec<u8>,
        new: Vec<u8>,
        old_len: usize,
    },
    Len {
        old: usize,
        cut: Vec<u8>,
        new: usize,
    },
}

impl SimDisk {
    /// A disk with these bytes on it, all of them durable.
    pub fn holding(bytes: Vec<u8>) -> Self {
        let disk = Self::default();
        let mut inner = disk.inner();
        inner.blocks = (0..(bytes.len() as u64).div_ceil(BLOCK_BYTES)).collect();
        inner.live = bytes;
        drop(inner);
        disk
    }

    /// What the program reads, and what the end of its process leaves.
    pub fn live(&self) -> Vec<u8> {
        self.inner().live.clone()
    }

    /// What a power cut now leaves.
    pub fn after_power_cut(&self, left: Left, rng: &mut ChaCha8Rng) -> Vec<u8> {
        let inner = self.inner();
        if left == Left::Everything {
            return inner.live.clone();
        }
        let mut image = inner.synced();
        if left == Left::Torn {
            for change in &inner.pending {
                redo(&mut image, change, |_| rng.random_bool(0.5));
            }
        }
        image
    }

    /// Exactly what was last synced and truly so.
    pub fn synced(&self) -> Vec<u8> {
        self.inner().synced()
    }

    /// Whether a sync said yes and what it covered is still not durable.
    pub fn has_lied(&self) -> bool {
        self.inner().lied
    }

    /// From here on nothing works: the process that holds the disk is gone.
    pub fn switch_off(&self) {
        self.inner().off = true;
    }

    /// Whether the power went.
    pub fn is_off(&self) -> bool {
        self.inner().off
    }

    /// The power goes at the change or sync after so many more.
    pub fn cut_power_after(&self, changes: u64) {
        self.inner().power_left = Some(changes);
    }

    /// After so many more calls, so many calls fail; reads too, if said so.
    pub fn fail_after(&self, calls: u64, many: u64, reads: bool) {
        let mut inner = self.inner();
        inner.failing = Some((calls, many));
        inner.reads_fail = reads;
    }

    /// No more than this many blocks from now on beyond those that are allocated; `None` makes room.
    pub fn fill_up(&self, left: Option<u64>) {
        let mut inner = self.inner();
        inner.room = left.map(|left| inner.blocks.len() as u64 + left);
    }

    /// The next syncs say yes and do nothing.
    pub fn lie(&self, syncs: u64) {
        self.inner().lies = syncs;
    }

    /// Everything works from now on.
    pub fn mend(&self) {
        let mut inner = self.inner();
        (inner.power_left, inner.failing, inner.room, inner.lies) = (None, None, None, 0);
    }

    /// What went wrong so far.
    pub fn fired(&self) -> Fired {
        self.inner().fired
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn synced(&self) -> Vec<u8> {
        if let Some(durable) = &self.durable {
            return durable.clone();
        }
        let mut image = self.live.clone();
        for change in self.pending.iter().rev() {
            match change {
                Change::Write {
                    at, old, old_len, ..
                } => {
                    image[*at..*at + old.len()].copy_from_slice(old);
                    image.truncate(*old_len);
                }
                Change::Len { old, cut, .. } => {
                    image.truncate(*old);
                    image.extend_from_slice(cut);
                    image.resize(*old, 0);
                }
            }
        }
        image
    }

    /// A sync failed: what was written stays readable, and never reaches the disk by itself. The length is the
    /// file system's own matter, journalled.
    fn forget_writes(&mut self) {
        let mut durable = self.synced();
        if !self.lied {
            // On the word of a lie a file is shortened before what made that right is durable.
            durable.resize(self.live.len(), 0);
        }
        self.durable = Some(durable);
        self.pending.truncate(self.taken);
    }

    fn settle(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        self.taken = 0;
        if let Some(durable) = &mut self.durable {
            for change in &pending {
                redo(durable, change, |_| true);
            }
        }
    }

    /// Counts a call; fails it if it is one that fails.
    fn call(&mut self, read: bool) -> Result<()> {
        if self.off {
            return Err(Error::other("the machine is off"));
        }
        if read && !self.reads_fail {
            return Ok(());
        }
        match &mut self.failing {
            Some((0, 0)) => self.failing = None,
            Some((0, many)) => {
                *many -= 1;
                self.fired.errors += 1;
                return Err(Error::from(ErrorKind::Other));
            }
            Some((wait, _)) => *wait -= 1,
            None => {}
        }
        Ok(())
    }

    /// Counts a change or sync; the power may go at it.
    fn powered(&mut self) -> Result<()> {
        match &mut self.power_left {
            Some(0) => {
                (self.off, self.power_left) = (true, None);
                self.fired.power += 1;
                Err(Error::other("the power is gone"))
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn write(&mut self, at: usize, data: &[u8]) {
        let old_len = self.live.len();
        let end = at + data.len();
        if old_len < end {
            self.live.resize(end, 0);
        }
        let old = self.live[at..end].to_vec();
        self.live[at..end].copy_from_slice(data);
        self.pending.push(Change::Write {
            at,
            old,
            new: data.to_vec(),
            old_len,
        });
    }

    fn set_len(&mut self, len: usize) {
        let old = self.live.len();
        let cut = self.live.get(len..).unwrap_or_default().to_vec();
        self.live.resize(len, 0);
        self.pending.push(Change::Len { old, cut, new: len });
    }

    /// Takes room for the blocks of a write that have none yet.
    fn allocate(&mut self, at: u64, len: u64) -> Result<()> {
        for block in at / BLOCK_BYTES..(at + len).div_ceil(BLOCK_BYTES) {
            if self.blocks.contains(&block) {
                continue;
            }
            if self
                .room
                .is_some_and(|room| self.blocks.len() as u64 >= room)
            {
                self.fired.full += 1;
                return Err(Error::from(ErrorKind::StorageFull));
            }
            self.blocks.insert(block);
        }
        Ok(())
    }
}

/// Does a change again, each sector of it or not.
fn redo(image: &mut Vec<u8>, change: &Change, mut sector: impl FnMut(usize) -> bool) {
    match change {
        Change::Len { new, .. } => image.resize(*new, 0),
        Change::Write { at, new, .. } => {
            let end = at + new.len();
            if image.len() < end {
                image.resize(end, 0);
            }
            let mut from = *at;
            while from < end {
                let to = ((from / SECTOR_BYTES + 1) * SECTOR_BYTES).min(end);
                if sector(from) {
                    image[from..to].copy_from_slice(&new[from - at..to - at]);
                }
                from = to;
            }
        }
    }
}

impl StorageBackend for SimDisk {
    fn len(&self) -> Result<u64> {
        let mut inner = self.inner();
        inner.call(true)?;
        Ok(inner.live.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let mut inner = self.inner();
        inner.call(true)?;
        let at = offset as usize;
        let bytes = inner.live.get(at..at + out.len());
        out.copy_from_slice(bytes.ok_or(Error::from(ErrorKind::UnexpectedEof))?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<()> {
        let mut inner = self.inner();
        inner.powered()?;
        inner.call(false)?;
        inner.set_len(len as usize);
        Ok(())
    }

    fn sync_data(&self) -> Result<()> {
        let mut inner = self.inner();
        inner.powered()?;
        if let Err(error) = inner.call(false) {
            inner.forget_writes();
            return Err(error);
        }
        if inner.lies > 0 {
            inner.lies -= 1;
            inner.lied = true;
            inner.taken = inner.pending.len();
            inner.fired.lies += 1;
            return Ok(());
        }
        inner.lied = false;
        inner.settle();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        let mut inner = self.inner();
        let at = offset as usize;
        if let Err(error) = inner.powered().and_then(|()| inner.call(false)) {
            // Half of it got through.
            let half = data.len() / 2 / SECTOR_BYTES * SECTOR_BYTES;
            if half > 0 {
                inner.write(at, &data[..half]);
            }
            return Err(error);
        }
        inner.allocate(offset, data.len() as u64)?;
        inner.write(at, data);
        Ok(())
    }
}
