//! What Skein keeps on disk, and how it stays there. The only crate that knows redb.
//!
//! [`Store`] is the synchronous core: one database, batches of [`Op`] in durable commits, the same for a file
//! and for a simulator's medium. [`StoreThread`] puts it on a thread of its own with group commit, and
//! carries on after the storage failed: nothing is acknowledged before it is on disk, and nothing that was
//! submitted is forgotten while the process lives. [`Reader`] reads what is committed, from any thread.
//! [`Reader::verify`] checks everything held against everything else.
//!
//! The store knows entries and chains, so that it can refuse what does not follow and find what is damaged.
//! It does not know what a note says, who may write, or what a payload means. Signatures are checked before
//! an entry comes here, and again by verification.
//!
//! Reading order: `tables` (what is stored), `row` (as which bytes), [`Op`] (what can be written), `store`
//! (how), `thread` (when).

pub mod config;
mod error;
mod index;
mod op;
mod place;
mod read;
mod reserve;
mod row;
mod store;
mod tables;
mod thread;
mod verify;

pub use error::{Fault, OpenError, ReadError, StoreError};
pub use op::{Batch, Op};
pub use read::{Loaded, Reader};
pub use redb::{BackendError, StorageBackend};
pub use reserve::Reserve;
pub use row::{
    ChainRow, DraftRow, GraphRow, NoteRow, NoteState, PeerRow, SecretRow, Snapshot, SpaceRow,
    TicketRow, reread,
};
pub use store::Store;
pub use thread::{Done, State, StoreThread};
pub use verify::{Hooks, VerifyReport};
