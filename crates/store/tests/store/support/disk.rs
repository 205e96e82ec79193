//! A disk in memory that knows what a power cut would leave, and fails when told to.
//!
//! What a program reads back is `live`. What survives is `durable`: only a sync moves writes there. After a
//! failed sync the writes before it stay readable but never reach the disk unless they are written again, as
//! on Linux: the kernel marks such pages clean.

use std::collections::BTreeSet;
use std::io::{Error, ErrorKind, Result};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

use skein_store::{Reserve, StorageBackend};

/// What a disk writes at once, bytes.
pub const SECTOR: usize = 512;

/// What a file system allocates at once, bytes.
const BLOCK: u64 = 4_096;

/// Something that changed the disk.
#[derive(Clone, Debug)]
pub enum Step {
    Write {
        at: usize,
        data: Vec<u8>,
    },
    Len(usize),
    Sync,
    /// The test acknowledged this many batches.
    Acked(usize),
}

#[derive(Clone, Debug, Default)]
pub struct Disk(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    live: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Step>,
    trace: Vec<Step>,
    tracing: bool,
    calls: u64,
    fail: Option<(Range<u64>, ErrorKind)>,
    failed: u64,
    blocks: BTreeSet<u64>,
    /// Blocks that may be allocated.
    room: Option<u64>,
}

impl Disk {
    /// A disk with these bytes on it, all of them durable.
    pub fn holding(bytes: Vec<u8>) -> Self {
        let disk = Self::default();
        let mut inner = disk.inner();
        inner.blocks = (0..bytes.len() as u64 / BLOCK).collect();
        inner.live = bytes.clone();
        inner.durable = bytes;
        drop(inner);
        disk
    }

    /// Notes every step from now on.
    pub fn traced(self) -> Self {
        self.inner().tracing = true;
        self
    }

    /// Calls of the numbers in `calls` (from 0) fail.
    pub fn fail(&self, calls: Range<u64>, kind: ErrorKind) {
        self.inner().fail = Some((calls, kind));
    }

    pub fn calls(&self) -> u64 {
        self.inner().calls
    }

    /// How many calls failed.
    pub fn failed(&self) -> u64 {
        self.inner().failed
    }

    /// No more than this many blocks from now on beyond those that are allocated.
    pub fn fill_up(&self, left: u64) {
        let mut inner = self.inner();
        inner.room = Some(inner.blocks.len() as u64 + left);
    }

    pub fn make_room(&self) {
        self.inner().room = None;
    }

    pub fn note_acked(&self, batches: usize) {
        let mut inner = self.inner();
        if inner.tracing {
            inner.trace.push(Step::Acked(batches));
        }
    }

    pub fn take_trace(&self) -> Vec<Step> {
        std::mem::take(&mut self.inner().trace)
    }

    /// What the program reads.
    pub fn live(&self) -> Vec<u8> {
        self.inner().live.clone()
    }

    /// What a power cut leaves if nothing that was not synced got through.
    pub fn durable(&self) -> Vec<u8> {
        self.inner().durable.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }
}

impl Inner {
    /// Counts a call; fails it if it is one that fails.
    fn call(&mut self) -> Result<()> {
        let call = self.calls;
        self.calls += 1;
        match &self.fail {
            Some((calls, kind)) if calls.contains(&call) => {
                self.failed += 1;
                Err(Error::from(*kind))
            }
            _ => Ok(()),
        }
    }

    fn step(&mut self, step: Step) {
        apply(&mut self.live, &step);
        if self.tracing {
            self.trace.push(step.clone());
        }
        self.pending.push(step);
    }

    /// Takes room for the blocks of a write that have none yet.
    fn allocate(&mut self, at: usize, len: usize) -> Result<()> {
        let blocks = at as u64 / BLOCK..(at as u64 + len as u64).div_ceil(BLOCK);
        for block in blocks {
            if !self.blocks.contains(&block) {
                if self
                    .room
                    .is_some_and(|room| self.blocks.len() as u64 >= room)
                {
                    self.failed += 1;
                    return Err(Error::from(ErrorKind::StorageFull));
                }
                self.blocks.insert(block);
            }
        }
        Ok(())
    }
}

/// Does a step to an image.
pub fn apply(image: &mut Vec<u8>, step: &Step) {
    match step {
        Step::Write { at, data } => {
            let end = at + data.len();
            if image.len() < end {
                image.resize(end, 0);
            }
            image[*at..end].copy_from_slice(data);
        }
        Step::Len(len) => image.resize(*len, 0),
        Step::Sync | Step::Acked(_) => {}
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64> {
        let mut inner = self.inner();
        inner.call()?;
        Ok(inner.live.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let mut inner = self.inner();
        inner.call()?;
        let at = offset as usize;
        let bytes = inner.live.get(at..at + out.len());
        out.copy_from_slice(bytes.ok_or(Error::from(ErrorKind::UnexpectedEof))?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<()> {
        let mut inner = self.inner();
        inner.call()?;
        inner.step(Step::Len(len as usize));
        Ok(())
    }

    fn sync_data(&self) -> Result<()> {
        let mut inner = self.inner();
        let called = inner.call();
        let pending = std::mem::take(&mut inner.pending);
        if let Err(error) = called {
            // The length is the file system's own matter, journalled; the writes are lost.
            inner.pending = pending
                .into_iter()
                .filter(|step| matches!(step, Step::Len(_)))
                .collect();
            return Err(error);
        }
        for step in &pending {
            apply(&mut inner.durable, step);
        }
        if inner.tracing {
            inner.trace.push(Step::Sync);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        let mut inner = self.inner();
        let at = offset as usize;
        if let Err(error) = inner.call() {
            // Half of it got through.
            let data = data[..data.len() / 2 / SECTOR * SECTOR].to_vec();
            inner.step(Step::Write { at, data });
            return Err(error);
        }
        inner.allocate(at, data.len())?;
        let data = data.to_vec();
        inner.step(Step::Write { at, data });
        Ok(())
    }
}

/// Blocks on a disk that can be given back.
pub struct Blocks {
    pub disk: Disk,
    pub blocks: u64,
    pub held: bool,
}

impl Reserve for Blocks {
    fn release(&mut self) {
        if std::mem::take(&mut self.held) {
            let mut inner = self.disk.inner();
            inner.room = inner.room.map(|room| room + self.blocks);
        }
    }

    fn restore(&mut self) -> Result<()> {
        let mut inner = self.disk.inner();
        if self.held {
            return Ok(());
        }
        if let Some(room) = inner.room {
            if room.saturating_sub(inner.blocks.len() as u64) < self.blocks {
                return Err(Error::from(ErrorKind::StorageFull));
            }
            inner.room = Some(room - self.blocks);
        }
        self.held = true;
        Ok(())
    }
}
