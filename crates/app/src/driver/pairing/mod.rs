//! Letting somebody in and being let in, as far as the loop knows of it.
//!
//! | Module | What |
//! |---|---|
//! | `door` | the one pairing port, open while a ticket or an invitation is |
//! | `tickets` | tickets made here, and those this device joins by |
//! | `by_ticket` | an exchange with a joiner that holds a ticket |
//! | `inviting` | the invitation a person opened, and what it asks them |
//! | `granting` | what it gives: one space, or all to another device of the same person |
//! | `by_sight` | an exchange of four pictures with a joiner |
//! | `nearby` | invitations of others on this network |
//! | `joining` | this device asks one of them |
//!
//! What is said in an exchange is the business of skein-space, how it travels that of skein-net. The exchanges are
//! tasks beside the loop; they ask it for every decision.

mod by_sight;
mod by_ticket;
mod door;
mod granting;
mod inviting;
mod joining;
mod nearby;
mod tickets;

#[cfg(test)]
mod tests;

use skein_space::Root;
use tokio::sync::mpsc;

use super::asking::Asking;
use super::{Driver, Job};
use crate::error::{AppError, Code};

pub(crate) use granting::Invite;
pub(crate) use joining::Taken;
use tickets::Tickets;

/// Everything of pairing that the loop holds.
pub(super) struct Pairing {
    asking: Asking,
    io: tokio::runtime::Handle,
    root: Root,
    door: Option<door::Door>,
    tickets: Tickets,
    inviting: inviting::Inviting,
    nearby: nearby::Nearby,
    joining: joining::Joining,
}

impl Pairing {
    pub(super) fn new(jobs: mpsc::WeakSender<Job>, io: tokio::runtime::Handle, root: Root) -> Self {
        Self {
            asking: Asking::new(jobs),
            io,
            root,
            door: None,
            tickets: Tickets::default(),
            inviting: inviting::Inviting::default(),
            nearby: nearby::Nearby::default(),
            joining: joining::Joining::default(),
        }
    }

    /// When the first ticket is forgotten.
    pub(super) fn tickets_deadline(&self) -> Option<std::time::Instant> {
        self.tickets.next_deadline()
    }
}

impl Driver {
    /// Only an owner's device lets somebody in.
    fn must_own(&self, space: skein_space::SpaceId) -> Result<(), AppError> {
        if self.engine.role(space) == Some(skein_space::Role::Owner) {
            return Ok(());
        }
        Err(AppError::new(
            Code::NotAllowed,
            "only an owner's device lets somebody in. nothing was changed. ask an owner",
        ))
    }
}

/// What went wrong in an exchange, for the log of this device: the other side is told nothing.
fn failed(error: &dyn std::fmt::Display) -> AppError {
    AppError::new(Code::TicketRefused, error.to_string())
}
