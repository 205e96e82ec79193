//! What goes into the engine and what comes out.
//!
//! An [`Input`] is something that happened; an [`Effect`] is something the driver must now do. Both are
//! closed enums: a new thing that can happen is a new variant here, and the compiler finds every place.

mod answer;
mod effect;
mod error;
mod event;
mod held;
mod input;
mod rows;

pub use answer::{NoteStatus, OnlyHere, PeerReceipt, PersonHere, SetAside};
pub use effect::{Cut, Effect, Range};
pub use error::{AdmitError, LeaveError, OpenError, RecoverError, RoleError, TakeInError};
pub use event::{EndReason, Event, Notice};
pub use held::{GraphRow, Held, HeldError, HeldSnapshot, StartChain, StartSpace};
pub use input::{CommitToken, Input, Names, Now, RequestId, SessionHandle, StreamId};
pub use rows::{NoteRow, NoteState, StoreOp};
