//! From a folder to a running loop.
//!
//! Everything that may take a moment (lock, key, database) happens on the loop's own thread;
//! whoever opens waits without blocking. The profile's lock lives and dies with that thread.

use std::sync::Arc;
use std::time::Instant;

use skein_net::{Listen, Net, NetConfig, NetEvent, NetHandle, TransportSeed};
use skein_space::{DeviceKey, Incarnation, Root};
use skein_store::{OpenError, ReadError, State, Store, StoreThread};
use skein_sync::{Engine, Identity, Input};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::clock::{Clock, random};
use super::held::StoreHeld;
use super::settings::Settings;
use super::snapshots::Snapshots;
use super::storage::Storage;
use super::tell::Telling;
use super::{Driver, Ears, Job, ShellEvent};
use crate::address;
use crate::config::{CLOSE_WAIT, LOOP_STACK_BYTES};
use crate::control;
use crate::error::{AppError, Code, Fault, ProfileError};
use crate::profile::{HolderKind, KeyStore, Profile};
use crate::view::{DurableEdit, WatchEvent};
use crate::{Network, Options};

/// What the loop's thread is given.
pub(crate) struct Start {
    pub options: Options,
    pub key_store: Arc<dyn KeyStore>,
    pub jobs: mpsc::Receiver<Job>,
    pub to_jobs: mpsc::WeakSender<Job>,
    pub watch: broadcast::Sender<WatchEvent>,
    pub shells: broadcast::Sender<ShellEvent>,
    pub durable: broadcast::Sender<DurableEdit>,
    /// The network's tasks run there.
    pub io: tokio::runtime::Handle,
    /// Set once, when the loop has ended: why, if not because it was asked to.
    pub ended: watch::Sender<Option<Option<Fault>>>,
}

/// What is known once the loop runs.
#[derive(Clone)]
pub(crate) struct Started {
    pub device: DeviceKey,
    pub root: Root,
    /// Where the control socket is to be, if there is to be one.
    pub socket: Option<std::path::PathBuf>,
}

/// Starts the loop's thread; the answer comes when it runs or could not.
pub(crate) fn launch(
    start: Start,
) -> Result<oneshot::Receiver<Result<Started, AppError>>, AppError> {
    let (reply, answer) = oneshot::channel();
    let no_thread = |error: std::io::Error| {
        AppError::new(
            Code::Stopping,
            format!("the system gave no thread: {error}. nothing was opened"),
        )
    };
    std::thread::Builder::new()
        .name("skein-loop".into())
        .stack_size(LOOP_STACK_BYTES)
        .spawn(move || {
            let ended = start.ended.clone();
            let failure = run(start, reply);
            // Nobody may be left to hear it.
            let _ = ended.send(Some(failure));
        })
        .map_err(no_thread)?;
    Ok(answer)
}

/// The whole life of the loop's thread.
fn run(start: Start, reply: oneshot::Sender<Result<Started, AppError>>) -> Option<Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let opened = runtime
        .map_err(|error| AppError::new(Code::Stopping, format!("no event loop: {error}")))
        .and_then(|runtime| Ok((open(start)?, runtime)));
    match opened {
        Ok(((driver, ears, started), runtime)) => {
            if reply.send(Ok(started)).is_err() {
                return None;
            }
            runtime.block_on(driver.run(ears))
        }
        Err(error) => {
            let _ = reply.send(Err(error));
            None
        }
    }
}

fn open(start: Start) -> Result<(Driver, Ears, Started), AppError> {
    let options = start.options;
    let mut profile = Profile::open_with(
        &options.profile,
        options.holder,
        options.missing,
        start.key_store,
    )?;
    let store = open_store(&mut profile)?;
    let socket = options
        .control
        .then(|| control::socket_path(profile.dir()))
        .transpose()?;
    let damaged = |error: ReadError| damaged(&profile, &error.to_string());
    let loaded = store.load().map_err(damaged)?;
    let settings = Settings::read(&store.reader()).map_err(damaged)?;
    let (moved, note_machine) = settings.moved();
    let held = StoreHeld::new(store.reader(), profile.dir());
    let clock = Clock::start();
    let root = profile.root().clone();
    let identity = Identity {
        signer: root.signer(),
        transport: root.transport_signer(),
        run: random(),
        version: env!("CARGO_PKG_VERSION").into(),
        names: skein_sync::Names {
            person: settings.person.clone(),
            device_name: settings.device_name.clone(),
        },
    };
    for (_, note) in &loaded.damaged {
        tracing::error!(
            "the list's row of note {note} is damaged; the note itself is opened from its entries"
        );
    }
    let engine = Engine::new(identity, clock.now(), skein_rows::start_spaces(loaded));
    let (net, net_events, exact_listen, offline) =
        start_network(options.network.as_ref(), &root, &settings, &start.io)?;
    let (done, done_ears) = mpsc::unbounded_channel();
    let states = start.to_jobs.clone();
    let on_state = move |state: &State| {
        let state = state.clone();
        let job: Job = Box::new(move |driver| driver.storage_state(state));
        // The store's thread must not wait for the loop; states are few and the queue is long.
        if let Some(jobs) = states.upgrade()
            && jobs.try_send(job).is_err()
        {
            tracing::warn!("the loop was too busy to hear how the store is");
        }
    };
    let storage = Storage::new(StoreThread::start(store, on_state), done);
    let snapshots = Snapshots::start(start.to_jobs.clone()).map_err(|error| {
        AppError::new(
            Code::Stopping,
            format!("the system gave no thread: {error}. nothing was changed"),
        )
    })?;
    let started = Started {
        device: profile.device(),
        root: root.clone(),
        socket: socket.clone(),
    };
    let mut driver = Driver {
        engine,
        clock,
        held,
        storage,
        floor: super::floor::Floor::new(),
        net: super::network::Network::new(net, offline),
        exact_listen,
        addresses: Default::default(),
        ward: Default::default(),
        searching: options.network.as_ref().is_some_and(|net| net.discovery),
        outgoing: Default::default(),
        windows: Default::default(),
        writers: Default::default(),
        names: Default::default(),
        settings,
        key_moving: super::key::KeyMoving::new(start.to_jobs.clone()),
        pairing: super::pairing::Pairing::new(start.to_jobs, start.io, root),
        waits: Default::default(),
        telling: Telling::new(start.watch, start.shells, start.durable),
        snapshots,
        requests: Default::default(),
        inbox: Default::default(),
        draining: false,
        last_session: 0,
        last_request: 0,
        stopping: false,
        failure: None,
        socket,
        profile,
    };
    driver.begin(moved, note_machine);
    if options.holder != HolderKind::Command {
        // A command ends before a key store that is slow would answer.
        driver.erase_key_copy();
    }
    let ears = Ears {
        jobs: start.jobs,
        done: done_ears,
        net: net_events,
    };
    Ok((driver, ears, started))
}

/// Opens the database, or makes it where none was ever made.
fn open_store(profile: &mut Profile) -> Result<Store, AppError> {
    let path = profile.database();
    let opened = match Store::open(&path) {
        Err(OpenError::Missing(_)) if !profile.had_database() => Store::create(&path),
        opened => opened,
    };
    let store = opened.map_err(|error| open_error(profile, error))?;
    profile.has_database()?;
    Ok(store)
}

fn open_error(profile: &Profile, error: OpenError) -> AppError {
    match error {
        OpenError::ReadOnly(why) => ProfileError::ReadOnly {
            path: profile.database(),
            why,
        }
        .into(),
        OpenError::DiskFull => AppError::new(
            Code::Storage,
            "the disk is full, so the profile cannot be opened. the notes are safe. make room and try again",
        ),
        other => damaged(profile, &other.to_string()),
    }
}

fn damaged(profile: &Profile, what: &str) -> AppError {
    ProfileError::Damaged {
        dir: profile.dir().to_path_buf(),
        what: what.into(),
        advice: "keep a copy of the folder, then put the database back from a backup, or join your \
                 spaces again with a new profile",
    }
    .into()
}

type NetParts = (
    Option<NetHandle>,
    Option<mpsc::Receiver<NetEvent>>,
    bool,
    bool,
);

/// Starts the network's tasks: handle, events, whether a person said where to listen, whether it is offline.
fn start_network(
    network: Option<&Network>,
    root: &Root,
    settings: &Settings,
    io: &tokio::runtime::Handle,
) -> Result<NetParts, AppError> {
    let Some(network) = network else {
        return Ok((None, None, false, settings.offline));
    };
    let exact: Vec<_> = network
        .listen
        .iter()
        .map(|text| address::parse(text))
        .collect::<Result<_, _>>()?;
    let exact_listen = !exact.is_empty();
    let offline = network.offline || settings.offline;
    let config = NetConfig {
        seed: TransportSeed::new(root.transport_seed()),
        listen: if exact_listen {
            Listen::Exactly(exact)
        } else {
            Listen::Everywhere {
                port: settings.port,
            }
        },
        offline,
        discovery: network.discovery,
        gossip: network.gossip,
        jitter: u64::from_le_bytes(random()),
    };
    let (handle, events) = io.block_on(Net::start(config)).map_err(|error| {
        AppError::new(
            Code::PortBusy,
            format!("{error}. nothing was changed. choose another address, or leave --listen out"),
        )
    })?;
    Ok((Some(handle), Some(events), exact_listen, offline))
}

impl Driver {
    /// What comes before the first input from outside.
    fn begin(&mut self, moved: bool, note_machine: Option<skein_store::Op>) {
        self.submit(note_machine.into_iter().collect());
        if moved {
            // A copy of a profile must never continue the chains of its original (protocol.md, forks).
            for space in self.engine.spaces() {
                let incarnation = Incarnation(random());
                self.feed(Input::NewIncarnation { space, incarnation });
            }
        }
        // Before anybody is met: nothing of theirs is taken in on a disk that is nearly full.
        self.look_at_floor(Instant::now());
        self.network_changed_members();
        self.begin_dialling();
        self.open_tickets();
    }

    /// Ends sessions, saves what was sealed, hands over what was sent, closes the store.
    pub(super) async fn finish(mut self, mut ears: Ears) -> Option<Fault> {
        self.close_pairing();
        // What moves the key tells the loop at its end, and must not wait for room there.
        ears.jobs.close();
        self.end_moving();
        for session in self.windows.sessions() {
            self.close_note(session.0);
        }
        for session in self.writers.end_all() {
            self.feed(Input::Close { session });
        }
        let deadline = Instant::now() + CLOSE_WAIT;
        self.close_storage();
        while let Ok(done) = ears.done.try_recv() {
            self.store_done(done);
        }
        if self.close_streams() > 0 {
            self.let_streams_end(&mut ears, deadline).await;
        }
        // While the lock is held: afterwards the path may be another process's.
        if let Some(socket) = &self.socket
            && let Err(error) = control::remove_socket(socket)
        {
            tracing::warn!("the control socket could not be removed: {error}");
        }
        self.failure.take()
    }

    async fn let_streams_end(&mut self, ears: &mut Ears, deadline: Instant) {
        while self.streams_up() > 0 {
            let Some(net) = &mut ears.net else { return };
            match tokio::time::timeout_at(deadline.into(), net.recv()).await {
                Ok(Some(NetEvent::StreamDown { stream, .. })) => {
                    self.stream_ended(skein_sync::StreamId(stream.0))
                }
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Ends the loop because something failed that it cannot go on after.
    pub(super) fn fail(&mut self, error: AppError) {
        if self.failure.is_none() {
            self.telling.notice(&error.code().name(), error.to_string());
            self.failure = Some(error.into());
        }
        self.stopping = true;
    }

    pub(crate) fn device(&self) -> DeviceKey {
        self.profile.device()
    }
}
