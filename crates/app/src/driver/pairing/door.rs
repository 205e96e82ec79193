//! The pairing port: open while a ticket or an invitation of this device is.

use std::net::SocketAddr;

use skein_net::config::PAIR_FRAME_MAX_BYTES;
use skein_net::pair::{PairConversation, PairListener};
use skein_space::Root;
use skein_space::ceremony::FIRST_CODE;

use super::{by_sight, by_ticket, failed};
use crate::driver::Driver;
use crate::driver::asking::Asking;
use crate::error::{AppError, Code};

/// An open pairing port. Dropping it closes the port; an exchange that began goes on.
pub(super) struct Door {
    pub(super) port: u16,
    pub(super) addresses: Vec<SocketAddr>,
    /// `None` without a network: then only the port is known, and the next start serves it.
    pub(super) task: Option<tokio::task::JoinSet<()>>,
}

impl Driver {
    /// Opens the port where it is not open: the given one, which must be free, or any.
    pub(super) fn open_door(&mut self, port: Option<u16>) -> Result<&mut Door, AppError> {
        if self.pairing.door.is_none() {
            let _in_io = self.pairing.io.enter();
            let port = port.filter(|port| *port != 0);
            let listener = PairListener::open(port).map_err(|error| {
                AppError::new(
                    Code::PortBusy,
                    format!("the pairing port cannot be opened: {error}"),
                )
            })?;
            let (port, addresses) = (listener.port(), listener.addresses());
            let mut task = tokio::task::JoinSet::new();
            let (asking, root) = (self.pairing.asking.clone(), self.pairing.root.clone());
            task.spawn(serve(listener, asking, root));
            self.pairing.door = Some(Door {
                port,
                addresses,
                task: Some(task),
            });
        }
        self.pairing.door.as_mut().ok_or_else(AppError::stopping)
    }

    /// Closes the port when neither a ticket nor an invitation needs it any more.
    pub(in crate::driver) fn close_unneeded_door(&mut self) {
        if self.pairing.tickets.rows.is_empty() && !self.pairing.inviting.is_open() {
            self.pairing.door = None;
        }
        self.announce();
    }

    /// Closes the pairing port: offline, or quit.
    pub(in crate::driver) fn close_pairing(&mut self) {
        self.end_invitation(skein_space::ceremony::Ended::Closed);
        self.stop_joining();
        if self.pairing.door.take().is_some() {
            self.announce();
        }
    }

    /// The pairing port that announcements show.
    pub(in crate::driver) fn announced_port(&self) -> Option<u16> {
        let open = self.pairing.door.as_ref();
        open.filter(|door| door.task.is_some())
            .map(|door| door.port)
    }
}

/// Serves whoever knocks, each in a task of its own.
async fn serve(mut listener: PairListener, asking: Asking, root: Root) {
    while let Some(conversation) = listener.next().await {
        let (asking, root) = (asking.clone(), root.clone());
        tokio::spawn(async move {
            if let Err(error) = exchange(conversation, &asking, &root).await {
                // Never told to the other side; a stranger may have knocked.
                tracing::info!("a pairing ended: {error}");
            }
        });
    }
}

/// The first frame says which exchange its sender wants.
async fn exchange(
    mut peer: PairConversation,
    asking: &Asking,
    root: &Root,
) -> Result<(), AppError> {
    let first = peer.recv(PAIR_FRAME_MAX_BYTES).await;
    let first = first.map_err(|error| failed(&error))?;
    match first.first() {
        Some(code) if *code >= FIRST_CODE => by_sight::serve(peer, &first, asking, root).await,
        _ => by_ticket::serve(peer, &first, asking, root).await,
    }
}
