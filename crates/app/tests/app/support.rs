//! Devices for tests.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use skein_app::profile::{HolderKind, Missing};
use skein_app::view::{DocMessage, Invitation, Role};
use skein_app::{App, AppError, GivenNames, Network, NoteId, OpenedNote, Options, SpaceId};
use skein_note::Writer;

/// Longest wait for anything: far above what a loaded machine needs.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A profile in a temporary folder.
pub struct Device {
    temp: tempfile::TempDir,
    person: &'static str,
}

impl Device {
    pub fn new(person: &'static str) -> Self {
        let temp = tempfile::tempdir().unwrap();
        Self { temp, person }
    }

    pub fn dir(&self) -> PathBuf {
        self.temp.path().join("profile")
    }

    pub fn options(&self) -> Options {
        Options {
            profile: self.dir(),
            holder: HolderKind::Window,
            missing: Missing::Create,
            network: None,
            control: false,
            names: GivenNames {
                person: Some(self.person.into()),
                device_name: Some("laptop".into()),
            },
        }
    }

    /// Opens it without a network.
    pub async fn alone(&self) -> App {
        App::open(self.options()).await.unwrap()
    }

    /// Opens it on loopback, found by nobody but by address.
    pub async fn online(&self) -> App {
        let app = App::open(Options {
            network: Some(loopback()),
            ..self.options()
        });
        let app = app.await.unwrap();
        app.ready().await.unwrap();
        app
    }
}

pub fn loopback() -> Network {
    Network {
        listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
        discovery: false,
        gossip: false,
        offline: false,
    }
}

pub async fn default_space(app: &App) -> SpaceId {
    app.find_space(None).await.unwrap()
}

/// Waits until something holds, and fails with `what` when it never does.
pub async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub async fn invite(app: &App, role: Role) -> Invitation {
    let space = default_space(app).await;
    app.invite(space, role, 10).await.unwrap()
}

/// Two devices online, the second in the first one's space.
pub async fn joined(ana: &Device, ben: &Device, role: Role) -> (App, App, SpaceId) {
    let a = ana.online().await;
    let b = ben.online().await;
    let ticket = invite(&a, role).await.ticket;
    let joined = b.join(&ticket, PATIENCE).await.unwrap();
    (a, b, joined.space)
}

pub async fn hash(app: &App, space: SpaceId, note: NoteId) -> Result<[u8; 32], AppError> {
    app.hash(space, note).await
}

/// Waits until both show the same, non-empty note.
pub async fn same(a: &App, b: &App, space: SpaceId, note: NoteId) {
    until("both devices show the same note", || async {
        hash(a, space, note).await.unwrap() == hash(b, space, note).await.unwrap()
    })
    .await;
}

pub async fn text(app: &App, space: SpaceId, note: NoteId) -> String {
    app.cat(space, note, skein_app::control::CatFormat::Text)
        .await
        .unwrap()
}

/// A window, with a Rust replica in place of the page.
pub struct Window {
    pub app: App,
    pub opened: OpenedNote,
    replica: Writer,
    sequence: u64,
    delivered: u64,
    pub acked: u64,
    ids: u64,
}

impl Window {
    pub async fn open(app: &App, space: SpaceId, note: NoteId) -> Self {
        let opened = app.open_note(space, note, None).await.unwrap();
        let replica = Writer::new(opened.client_id, &opened.state).unwrap();
        Self {
            app: app.clone(),
            opened,
            replica,
            sequence: 0,
            delivered: 0,
            acked: 0,
            ids: 0,
        }
    }

    pub fn text(&self) -> String {
        self.replica.text()
    }

    /// The first block of a new note.
    pub async fn begin(&mut self) {
        let update = self.replica.create("block-of-window").unwrap();
        self.push(update).await;
    }

    pub async fn type_at(&mut self, at: u64, insert: &str) {
        let client = self.opened.client_id;
        let ids = &mut self.ids;
        let mut mint = || {
            *ids += 1;
            format!("block-{client:x}-{ids}")[..]
                .chars()
                .take(32)
                .collect()
        };
        let update = self.replica.edit(at, 0, insert, &mut mint).unwrap();
        self.push(update).await;
    }

    pub async fn push(&mut self, update: Vec<u8>) {
        self.sequence += 1;
        let session = self.opened.session;
        let pushed = self
            .app
            .push(session, self.sequence, self.delivered, update);
        pushed.await.unwrap();
    }

    /// Takes in one message; what concerns the replica is applied.
    pub async fn next(&mut self) -> DocMessage {
        let message = tokio::time::timeout(PATIENCE, self.opened.messages.recv()).await;
        let message = message
            .expect("a message in time")
            .expect("an open channel");
        match &message {
            DocMessage::Deliver { number, updates } => {
                assert_eq!(*number, self.delivered + 1, "deliveries have no gaps");
                self.delivered = *number;
                for update in updates {
                    self.replica.apply(update).unwrap();
                }
            }
            DocMessage::Ack { sequence } => self.acked = self.acked.max(*sequence),
            _ => {}
        }
        message
    }

    /// Takes in messages until every push is acknowledged.
    pub async fn saved(&mut self) {
        while self.acked < self.sequence {
            self.next().await;
        }
    }

    /// Takes in messages until the note reads like this.
    pub async fn reads(&mut self, text: &str) {
        while self.text() != text {
            self.next().await;
        }
    }
}

pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
