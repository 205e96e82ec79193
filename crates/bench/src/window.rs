//! A window without a page: a Rust replica in the place of the one that a page keeps.

use std::path::Path;

use skein_app::profile::{HolderKind, Missing};
use skein_app::view::DocMessage;
use skein_app::{App, GivenNames, Network, NoteId, OpenedNote, Options, SpaceId};
use skein_note::Writer;

use crate::config::PATIENCE;
use crate::error::BenchError;

/// How a measured device is opened: on loopback without discovery or gossip, or without any network.
pub fn options(profile: &Path, person: &str, online: bool) -> Options {
    let network = Network {
        listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
        discovery: false,
        gossip: false,
        offline: false,
    };
    Options {
        profile: profile.to_path_buf(),
        holder: HolderKind::Window,
        missing: Missing::Create,
        network: online.then_some(network),
        control: false,
        names: GivenNames {
            person: Some(person.into()),
            device_name: Some("bench".into()),
        },
    }
}

/// One note, open in a window.
pub struct Window {
    app: App,
    /// What the app gave.
    opened: OpenedNote,
    replica: Writer,
    /// Pushes so far.
    pushed: u64,
    /// The last delivery applied.
    delivered: u64,
    /// Pushes known to be saved.
    acked: u64,
    ids: u64,
}

impl Window {
    /// Opens a note, be it new or not.
    pub async fn open(app: &App, space: SpaceId, note: NoteId) -> Result<Self, BenchError> {
        let opened = app.open_note(space, note, None).await?;
        let replica = Writer::new(opened.client_id, &opened.state)?;
        Ok(Self {
            app: app.clone(),
            opened,
            replica,
            pushed: 0,
            delivered: 0,
            acked: 0,
            ids: 0,
        })
    }

    /// The text as this window shows it.
    pub fn text(&self) -> String {
        self.replica.text()
    }

    /// Pushes so far.
    pub fn pushed(&self) -> u64 {
        self.pushed
    }

    /// Pushes known to be saved.
    pub fn acked(&self) -> u64 {
        self.acked
    }

    /// The update that makes a new note's first, empty paragraph.
    pub fn begin(&mut self) -> Result<Vec<u8>, BenchError> {
        Ok(self.replica.create("bench-first-block")?)
    }

    /// The update of one keystroke, made as a page makes it and not yet handed over. Offsets count UTF-16 units.
    pub fn keystroke(&mut self, at: u64, delete: u64, insert: &str) -> Result<Vec<u8>, BenchError> {
        let ids = &mut self.ids;
        let mut mint = || {
            *ids += 1;
            format!("bench-{ids:016}")
        };
        Ok(self.replica.edit(at, delete, insert, &mut mint)?)
    }

    /// Hands an update over.
    pub async fn push(&mut self, update: Vec<u8>) -> Result<(), BenchError> {
        self.pushed += 1;
        let session = self.opened.session;
        let pushed = self
            .app
            .push(session, self.pushed, self.delivered, update)
            .await;
        Ok(pushed?)
    }

    /// The next message, as it comes. Safe to cancel.
    pub async fn message(&mut self) -> Result<DocMessage, BenchError> {
        let message = tokio::time::timeout(PATIENCE, self.opened.messages.recv()).await;
        let message = message.map_err(|_| silent())?;
        message.ok_or_else(|| BenchError::Device("the window was let go".into()))
    }

    /// Takes a message in; returns how many updates of others it brought.
    pub fn take_in(&mut self, message: &DocMessage) -> Result<usize, BenchError> {
        match message {
            DocMessage::Deliver { number, updates } => {
                if *number != self.delivered + 1 {
                    return Err(BenchError::Wrong("a delivery is missing".into()));
                }
                self.delivered = *number;
                for update in updates {
                    self.replica.apply(update)?;
                }
                Ok(updates.len())
            }
            DocMessage::Ack { sequence } => {
                self.acked = self.acked.max(*sequence);
                Ok(0)
            }
            DocMessage::Presence { .. } => Ok(0),
            DocMessage::Resend { .. } | DocMessage::Reset { .. } | DocMessage::Error { .. } => {
                Err(BenchError::Wrong(format!("the app said {message:?}")))
            }
        }
    }

    /// Takes messages in until every push is saved.
    pub async fn saved(&mut self) -> Result<(), BenchError> {
        while self.acked < self.pushed {
            let message = self.message().await?;
            self.take_in(&message)?;
        }
        Ok(())
    }
}

/// Nothing came for too long.
pub fn silent() -> BenchError {
    BenchError::Device(format!("nothing happened for {} s", PATIENCE.as_secs()))
}
