//! The synchronous core: one database, one writer.

mod append;
mod group;
mod write;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, PoisonError};

use redb::{Database, Durability, ReadableDatabase, StorageBackend, WriteTransaction};
use skein_space::planted;

use crate::config::FORMAT;
use crate::error::{Fault, OpenError, ReadError, StoreError, panic_text};
use crate::index::Index;
use crate::op::Op;
use crate::place::{self, FileId, Place, SharedBackend};
use crate::read::view::View;
use crate::read::{Loaded, OnFault, Reader, Shared, Slot};
use crate::reserve::{NoReserve, Reserve, ReserveFile};
use crate::tables::{FORMAT_NAME, META, Tables};
use group::Group;

/// An open database with its writer. Not for use from several threads: that is what
/// [`crate::StoreThread`] and [`Reader`] are for.
#[derive(Debug)]
pub struct Store {
    place: Place,
    /// The file that was opened: no other one is ever written.
    file: Option<FileId>,
    shared: Arc<Shared>,
    index: Index,
    /// Set by a failed commit: whether it reached the disk is unknown until the file is opened again.
    fault: Option<Fault>,
}

impl Store {
    /// Makes a database where no file is, and opens it. The caller holds the profile's lock.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        place::create_file(path.as_ref(), prepare)?;
        Self::open(path)
    }

    /// Opens a database. Never makes one.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_at(Place::File(path.as_ref().to_owned()))
    }

    /// Opens the database on a medium of the caller's, or makes one on an empty medium. The medium is
    /// opened and closed again and again: `close` must not end it.
    pub fn create_with_backend(backend: impl StorageBackend) -> Result<Self, OpenError> {
        Self::open_at(Place::Backend(SharedBackend(Arc::new(backend))))
    }

    /// Reads committed rows, from any thread.
    pub fn reader(&self) -> Reader {
        Reader {
            shared: self.shared.clone(),
        }
    }

    /// Reads chains, rosters, notes and spaces; see [`Reader::load`].
    pub fn load(&self) -> Result<Loaded, ReadError> {
        self.reader().load()
    }

    /// Writes batches in one durable commit. Each is written whole, or refused whole for a reason of its
    /// own while the others are written. After a [`Fault`] it is unknown whether any was; nothing else is
    /// written until [`Self::reopen`], after which the same batches may be committed again.
    pub fn commit<B: AsRef<[Op]>>(
        &mut self,
        batches: &[B],
    ) -> Result<Vec<Result<(), StoreError>>, Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let slot = self
            .shared
            .slot
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let result = match &*slot {
            Slot::Open(database) => {
                let index = &mut self.index;
                catch_unwind(AssertUnwindSafe(|| commit(database, index, batches)))
                    .unwrap_or_else(|payload| Err(Fault::Panicked(panic_text(&*payload))))
            }
            Slot::Down(fault) => Err(fault.clone()),
            Slot::Closed => Err(Fault::Io("closed".into())),
        };
        drop(slot);
        // A file that was deleted or moved takes every write: only its name tells.
        let result =
            result.and_then(|results| self.place.still_holds(&self.file).map(|()| results));
        self.fault = result.as_ref().err().cloned();
        result
    }

    /// Closes the file and opens it again, after a [`Fault`]; never another file that lies there now. Waits for
    /// reads that are running.
    pub fn reopen(&mut self) -> Result<(), OpenError> {
        let down = self
            .fault
            .clone()
            .unwrap_or(Fault::Io("being opened again".into()));
        self.shared.set(Slot::Down(down));
        let found = self.place.still_holds(&self.file);
        match found
            .map_err(OpenError::from)
            .and_then(|()| connect(&self.place))
        {
            Ok((database, index)) => {
                self.shared.set(Slot::Open(database));
                self.index = index;
                self.fault = None;
                Ok(())
            }
            Err(error) => {
                let fault = Fault::Reopen(error.clone());
                self.shared.set(Slot::Down(fault.clone()));
                self.fault = Some(fault);
                Err(error)
            }
        }
    }

    /// Who hears of reads that failed on the disk.
    pub(crate) fn on_read_fault(&self, on_fault: OnFault) {
        *self
            .shared
            .on_fault
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(on_fault);
    }

    /// The reserve that belongs to where the database lies.
    pub(crate) fn reserve(&self) -> Box<dyn Reserve> {
        match self.place.reserve() {
            Some(path) => Box::new(ReserveFile(path)),
            None => Box::new(NoReserve),
        }
    }

    /// Has redb check every page of the file. Waits for reads that are running. What it finds is repaired if
    /// it can be; the answer says what was wrong.
    pub(crate) fn check_pages(&mut self) -> Result<Option<String>, Fault> {
        let mut slot = self
            .shared
            .slot
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let Slot::Open(database) = &mut *slot else {
            return Ok(Some("the database is not open".into()));
        };
        let checked = catch_unwind(AssertUnwindSafe(|| database.check_integrity()));
        drop(slot);
        match checked {
            Ok(Ok(true)) => Ok(None),
            Ok(Ok(false)) => Ok(Some(
                "pages of the file were damaged and are repaired".into(),
            )),
            // After these the handle refuses to write: open the file again.
            Ok(Err(error)) => self.distrust(error.to_string()),
            Err(payload) => self.distrust(panic_text(&*payload)),
        }
    }

    fn distrust(&mut self, what: String) -> Result<Option<String>, Fault> {
        self.reopen().map_err(Fault::Reopen)?;
        Ok(Some(format!("pages of the file are damaged: {what}")))
    }

    fn open_at(place: Place) -> Result<Self, OpenError> {
        let (database, index) = connect(&place)?;
        let file = place.file()?;
        Ok(Self {
            place,
            file,
            shared: Arc::new(Shared::new(Slot::Open(database))),
            index,
            fault: None,
        })
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.shared.set(Slot::Closed);
    }
}

/// Opens the file and reads what the writer keeps in memory.
fn connect(place: &Place) -> Result<(Database, Index), OpenError> {
    let database = place.open()?;
    let index = catch_unwind(AssertUnwindSafe(|| read_index(&database, place)))
        .unwrap_or_else(|payload| Err(place::gave_up(&*payload)));
    match index {
        Ok(index) => Ok((database, index)),
        Err(error) => {
            place::let_go(database);
            Err(error)
        }
    }
}

fn read_index(database: &Database, place: &Place) -> Result<Index, OpenError> {
    let txn = database.begin_read().map_err(Fault::from)?;
    let tables = txn.list_tables().map_err(Fault::from)?.count();
    if tables == 0 && matches!(place, Place::Backend(_)) {
        prepare(database)?;
        return Ok(Index::default());
    }
    check_format(&txn)?;
    let index = View::new(&txn).and_then(|view| view.index());
    index.map_err(|error| OpenError::from(Fault::from(error)))
}

fn check_format(txn: &redb::ReadTransaction) -> Result<(), OpenError> {
    use redb::ReadableTable;
    let table = match txn.open_table(META) {
        Ok(table) => table,
        Err(redb::TableError::Storage(error)) => return Err(Fault::from(error).into()),
        Err(_) => return Err(OpenError::NotADatabase),
    };
    let value = ReadableTable::get(&table, FORMAT_NAME).map_err(Fault::from)?;
    let said = value.ok_or(OpenError::NotADatabase)?;
    let said: [u8; 4] = said
        .value()
        .try_into()
        .map_err(|_| OpenError::Corrupt("the row that says the format is not four bytes".into()))?;
    match u32::from_le_bytes(said) {
        FORMAT => Ok(()),
        found if found < FORMAT => Err(OpenError::OlderFormat {
            found,
            ours: FORMAT,
        }),
        found => Err(OpenError::NewerFormat {
            found,
            ours: FORMAT,
        }),
    }
}

/// Makes the tables and says the format, in one commit.
fn prepare(database: &Database) -> Result<(), Fault> {
    let txn = begin(database)?;
    {
        let mut tables = Tables::open(&txn)?;
        tables
            .meta
            .insert(FORMAT_NAME, FORMAT.to_le_bytes().as_slice())?;
    }
    txn.commit()?;
    Ok(())
}

/// A write transaction that is on disk when its commit returns, and after which a crash needs no repair.
fn begin(database: &Database) -> Result<WriteTransaction, Fault> {
    let mut txn = database.begin_write()?;
    let durability = if planted!(NotSynced) {
        Durability::None
    } else {
        Durability::Immediate
    };
    txn.set_durability(durability)?;
    txn.set_quick_repair(true);
    Ok(txn)
}

/// Commits even when every batch was refused or held already: an earlier commit whose end is unknown is then
/// on disk for certain before anybody is told.
fn commit<B: AsRef<[Op]>>(
    database: &Database,
    index: &mut Index,
    batches: &[B],
) -> Result<Vec<Result<(), StoreError>>, Fault> {
    let txn = begin(database)?;
    let mut results = Vec::with_capacity(batches.len());
    {
        let mut group = Group::new(Tables::open(&txn)?, index);
        for at in 0..batches.len() {
            let at = if planted!(CommitReordered) {
                batches.len() - 1 - at
            } else {
                at
            };
            results.push(group.batch(batches[at].as_ref())?);
        }
        group.finish()?;
    }
    txn.commit()?;
    index.settle();
    Ok(results)
}
