//! Reading what is committed, from any thread, in short transactions.

mod load;
mod small;
pub(crate) mod snapshots;
pub(crate) mod view;

use std::fmt;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use redb::{Database, ReadableDatabase, ReadableTable, TableHandle};
use skein_space::{ChainId, Entry, EntryRef, NoteId, SpaceId};

pub use load::Loaded;
use view::View;

use crate::error::{Fault, ReadError, panic_text};
use crate::place;
use crate::row::{GraphBody, GraphRow};
use crate::tables::{BY_NOTE, GraphKey, read};

/// The one open database, shared by the writer and all readers.
pub(crate) struct Shared {
    /// The lock is not about data (redb has its own): whoever opens the file again after an error must know
    /// that nobody still reads through the old handle, or the file's own lock would refuse it.
    pub slot: RwLock<Slot>,
    /// Hears of a read that failed on the disk. redb refuses everything after one, so the file must be
    /// opened again even when nothing is to be written.
    pub on_fault: RwLock<Option<OnFault>>,
}

/// Called on the reader's thread; must not wait.
pub(crate) type OnFault = Box<dyn Fn(Fault) + Send + Sync>;

#[derive(Debug)]
pub(crate) enum Slot {
    Open(Database),
    Down(Fault),
    Closed,
}

impl Shared {
    pub fn new(slot: Slot) -> Self {
        Self {
            slot: RwLock::new(slot),
            on_fault: RwLock::new(None),
        }
    }

    /// Says that a read failed on the disk.
    fn report(&self, fault: &Fault) {
        let on_fault = self.on_fault.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(on_fault) = &*on_fault {
            on_fault(fault.clone());
        }
    }

    /// Puts another slot here and closes the database that was. Waits for reads that are running.
    pub fn set(&self, slot: Slot) {
        let mut held = self.slot.write().unwrap_or_else(PoisonError::into_inner);
        let distrusted = matches!(slot, Slot::Down(_));
        let old = std::mem::replace(&mut *held, slot);
        drop(held);
        let old = match old {
            Slot::Open(database) if distrusted => return place::let_go(database),
            old => old,
        };
        // Closing a damaged database may panic inside redb; everything acknowledged is on disk already.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(old))) {
            tracing::warn!(
                what = panic_text(&*payload),
                "the database did not close well"
            );
        }
    }
}

/// Reads committed rows. Cheap to clone; every call is one short transaction of its own.
#[derive(Clone)]
pub struct Reader {
    pub(crate) shared: Arc<Shared>,
}

impl Reader {
    /// One entry of a chain's first branch.
    pub fn entry(&self, chain: ChainId, seq: u64) -> Result<Option<Arc<Entry>>, ReadError> {
        self.branch_entry(chain, 0, seq)
    }

    /// One entry of a branch; what it shares with an earlier one is found as well.
    pub fn branch_entry(
        &self,
        chain: ChainId,
        branch: u8,
        seq: u64,
    ) -> Result<Option<Arc<Entry>>, ReadError> {
        self.view(|view| match view.branch(chain, branch)? {
            Some(index) => Ok(view.entry(index, seq)?.map(Arc::new)),
            None => Ok(None),
        })
    }

    /// The entry that a reference means, on whichever branch of its chain it is.
    pub fn entry_by_ref(&self, reference: &EntryRef) -> Result<Option<Arc<Entry>>, ReadError> {
        self.view(|view| Ok(view.entry_by_ref(reference)?.map(Arc::new)))
    }

    /// Entries of a chain's first branch in order, from the range's start until its end, the chain's tip, or
    /// `max_bytes` of payload; the first one comes in any case.
    pub fn entries(
        &self,
        chain: ChainId,
        seqs: RangeInclusive<u64>,
        max_bytes: usize,
    ) -> Result<Vec<Arc<Entry>>, ReadError> {
        self.branch_entries(chain, 0, seqs, max_bytes)
    }

    /// As [`Self::entries`], of a branch: what it shares with an earlier one comes first.
    pub fn branch_entries(
        &self,
        chain: ChainId,
        branch: u8,
        seqs: RangeInclusive<u64>,
        max_bytes: usize,
    ) -> Result<Vec<Arc<Entry>>, ReadError> {
        self.view(|view| {
            let Some(index) = view.branch(chain, branch)? else {
                return Ok(Vec::new());
            };
            let mut entries = Vec::new();
            let mut bytes = 0usize;
            for seq in seqs {
                let Some(entry) = view.entry(index, seq)? else {
                    break;
                };
                bytes = bytes.saturating_add(entry.payload().len());
                if bytes > max_bytes && !entries.is_empty() {
                    break;
                }
                entries.push(Arc::new(entry));
            }
            Ok(entries)
        })
    }

    /// A note's entries in arrival order, without payloads.
    pub fn graph(&self, space: SpaceId, note: NoteId) -> Result<Vec<GraphRow>, ReadError> {
        self.graph_from(space, note, 1)
    }

    /// As [`Self::graph`], from an arrival on.
    pub fn graph_from(
        &self,
        space: SpaceId,
        note: NoteId,
        arrival: u64,
    ) -> Result<Vec<GraphRow>, ReadError> {
        self.view(|view| {
            let Some(space) = view.space(space)? else {
                return Ok(Vec::new());
            };
            let mut rows = Vec::new();
            graph_bodies(view, space, note, arrival, |arrival, body| {
                rows.push(body?.row_named(view, arrival)?);
                Ok(())
            })?;
            Ok(rows)
        })
    }

    /// All notes of a space that hold an entry, whether or not they have a row in the list.
    pub fn notes_with_entries(&self, space: SpaceId) -> Result<Vec<NoteId>, ReadError> {
        self.view(|view| match view.space(space)? {
            Some(space) => notes_with_entries(view, space),
            None => Ok(Vec::new()),
        })
    }

    /// Runs one read. A panic over a damaged page is an error of this read, not the end of the process.
    pub(crate) fn view<T>(
        &self,
        f: impl FnOnce(&View<'_>) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let slot = self
            .shared
            .slot
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let read = match &*slot {
            Slot::Open(database) => catch_unwind(AssertUnwindSafe(|| {
                let txn = database.begin_read()?;
                f(&View::new(&txn)?)
            }))
            .unwrap_or_else(|payload| Err(ReadError::Damaged(panic_text(&*payload)))),
            Slot::Down(fault) => return Err(ReadError::Fault(fault.clone())),
            Slot::Closed => return Err(ReadError::Closed),
        };
        drop(slot);
        if let Err(ReadError::Fault(fault)) = &read {
            self.shared.report(fault);
        }
        read
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.slot.try_read().as_deref() {
            Ok(slot) => write!(f, "Shared({slot:?})"),
            Err(_) => f.write_str("Shared"),
        }
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

impl GraphBody {
    fn row_named(self, view: &View<'_>, arrival: u64) -> Result<GraphRow, ReadError> {
        let chain = view.chain(self.chain)?.id;
        Ok(self.row(arrival, chain))
    }
}

/// Calls `each` for a note's graph rows in arrival order.
pub(crate) fn graph_bodies(
    view: &View<'_>,
    space: u32,
    note: NoteId,
    arrival: u64,
    mut each: impl FnMut(u64, Result<GraphBody, ReadError>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let table = view.table(BY_NOTE)?;
    let range = (space, &note.0, arrival)..=(space, &note.0, u64::MAX);
    for item in ReadableTable::range(&table, range)? {
        let (key, value) = item?;
        let key = key.value();
        let body = read::<GraphKey, GraphBody>(table.name(), &key, value.value(), &|index| {
            view.named(index)
        });
        each(key.2, body)?;
    }
    Ok(())
}

/// Skips from note to note over the graph's keys.
pub(crate) fn notes_with_entries(view: &View<'_>, space: u32) -> Result<Vec<NoteId>, ReadError> {
    let table = view.table(BY_NOTE)?;
    let mut notes: Vec<NoteId> = Vec::new();
    let last = [0xff; 16];
    loop {
        let from = notes.last().map_or([0; 16], |note| note.0);
        let after = if notes.is_empty() { 0 } else { u64::MAX };
        let range = (space, &from, after)..=(space, &last, u64::MAX);
        match ReadableTable::range(&table, range)?.next() {
            Some(item) => notes.push(NoteId(*item?.0.value().1)),
            None => return Ok(notes),
        }
    }
}
