//! Handles on a running app.

mod answer;
mod doctor;
mod join;
mod key;
mod moving;
mod nearby;
mod notes;
mod spaces;
mod verify;

use std::path::PathBuf;
use std::sync::Arc;

use skein_space::DeviceKey;
use tokio::sync::{broadcast, mpsc, watch};

use crate::config::{EVENT_QUEUE, FIRST_SPACE, LISTEN_WAIT, LOCAL_QUEUE};
use crate::control;
use crate::driver::clock::wall_ms;
use crate::driver::{Asking, Driver, Job, Reply, ShellEvent, Start, Started, launch};
use crate::error::{AppError, Code, Fault};
use crate::profile::{self, HolderKind, KeyStore, Missing};
use crate::view::{DurableEdit, Happening, WatchEvent};

/// How a profile is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// The profile's folder.
    pub profile: PathBuf,
    /// What this process is, for whoever finds the profile held.
    pub holder: HolderKind,
    /// Whether a profile that is not there is made.
    pub missing: Missing,
    /// The network; none for work that needs no other device.
    pub network: Option<Network>,
    /// Whether to serve the control socket.
    pub control: bool,
    /// What the person and this device are called from now on; as before, or the system's names, when absent.
    pub names: GivenNames,
}

/// Names a person gave, where they did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GivenNames {
    /// The person's name.
    pub person: Option<String>,
    /// The device's name.
    pub device_name: Option<String>,
}

/// How this device takes part in the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Where to listen, as `/ip4/…/tcp/…`; everywhere at the profile's own port when empty. One that is
    /// busy is an error.
    pub listen: Vec<String>,
    /// Announce this device and look for others on the local network.
    pub discovery: bool,
    /// Use gossip beside streams.
    pub gossip: bool,
    /// Start with every socket closed.
    pub offline: bool,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            discovery: true,
            gossip: true,
            offline: false,
        }
    }
}

impl Network {
    /// For one command: no gossip, which takes longer to begin than the command lasts.
    pub fn for_one_command() -> Self {
        Self {
            gossip: false,
            ..Self::default()
        }
    }
}

/// A running app. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    /// Keeps the loop alive.
    jobs: mpsc::Sender<Job>,
    asking: Asking,
    watch: broadcast::Sender<WatchEvent>,
    shells: broadcast::Sender<ShellEvent>,
    durable: broadcast::Sender<DurableEdit>,
    ended: watch::Receiver<Option<Option<Fault>>>,
    started: Started,
    io: Io,
}

/// The runtime of the network and the control socket. Ends without waiting, from wherever it is dropped.
struct Io(Option<tokio::runtime::Runtime>);

impl Io {
    fn start() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("skein-io")
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    fn handle(&self) -> tokio::runtime::Handle {
        let runtime = self.0.as_ref().expect("it is taken only when dropped");
        runtime.handle().clone()
    }
}

impl Drop for Io {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl App {
    /// Opens a profile and starts its loop. A profile without any space gets one named "Personal".
    ///
    /// Fails without having changed anything; the sentence says why and what to do.
    pub async fn open(options: Options) -> Result<Self, AppError> {
        Self::open_with_key_store(options, profile::system_key_store()).await
    }

    /// The same with a key store of the caller's. It is asked only where the profile says that its key lies there.
    pub async fn open_with_key_store(
        options: Options,
        key_store: Arc<dyn KeyStore>,
    ) -> Result<Self, AppError> {
        let io = Io::start().map_err(|error| {
            AppError::new(
                Code::Stopping,
                format!("the system gave no threads: {error}. nothing was opened"),
            )
        })?;
        let (jobs, job_ears) = mpsc::channel(LOCAL_QUEUE);
        let (watch, _) = broadcast::channel(EVENT_QUEUE);
        let (shells, _) = broadcast::channel(EVENT_QUEUE);
        let (durable, _) = broadcast::channel(EVENT_QUEUE);
        let (end, ended) = watch::channel(None);
        let names = options.names.clone();
        let opened = launch(Start {
            options,
            key_store,
            jobs: job_ears,
            to_jobs: jobs.downgrade(),
            watch: watch.clone(),
            shells: shells.clone(),
            durable: durable.clone(),
            io: io.handle(),
            ended: end,
        })?;
        let started = opened.await.map_err(|_| AppError::stopping())??;
        let app = Self {
            inner: Arc::new(Inner {
                asking: Asking::new(jobs.downgrade()),
                jobs,
                watch,
                shells,
                durable,
                ended,
                started,
                io,
            }),
        };
        match app.begin(names).await {
            Ok(()) => Ok(app),
            Err(error) => {
                app.close().await;
                Err(error)
            }
        }
    }

    /// What a start does once the loop runs.
    async fn begin(&self, names: GivenNames) -> Result<(), AppError> {
        // Before the first space is founded: its founding entry carries them.
        self.set_names(names).await?;
        if self.spaces().await?.is_empty() {
            let space = self.new_space(FIRST_SPACE, false).await?.space;
            self.with(move |driver, reply| driver.set_default_space(space, reply))
                .await?;
        }
        if let Some(socket) = &self.inner.started.socket {
            let _in_io = self.inner.io.handle().enter();
            control::serve(self.clone(), socket)?;
        }
        Ok(())
    }

    /// This device.
    pub fn device(&self) -> DeviceKey {
        self.inner.started.device
    }

    /// The first event of a running peer: who it is and where it listens. Waits until it listens.
    pub async fn ready(&self) -> Result<WatchEvent, AppError> {
        let listen = self.with(|driver, reply| driver.when_listening(reply));
        let listen = match tokio::time::timeout(LISTEN_WAIT, listen).await {
            Ok(listen) => listen?,
            Err(_) => Vec::new(),
        };
        Ok(event(Happening::Ready {
            device: self.device(),
            listen,
        }))
    }

    /// Events for `watch` and `run --json`, from now on. One that lags loses the oldest; see [`App::lagged`].
    pub fn watch(&self) -> broadcast::Receiver<WatchEvent> {
        self.inner.watch.subscribe()
    }

    /// What a window is told, from now on. One that lags asks for the lists again.
    pub fn subscribe(&self) -> broadcast::Receiver<ShellEvent> {
        self.inner.shells.subscribe()
    }

    /// Edits of other devices as they become durable here, from now on. For measuring.
    pub fn durable_edits(&self) -> broadcast::Receiver<DurableEdit> {
        self.inner.durable.subscribe()
    }

    /// The event that stands for events lost by reading too slowly.
    pub fn lagged(lost: u64) -> WatchEvent {
        event(Happening::Error {
            code: "lagged".into(),
            message: format!(
                "{lost} events were lost: they were read too slowly. ask for the status"
            ),
        })
    }

    /// Ends the app: sessions, then everything sealed is saved, then everything sent is handed over.
    /// Returns when the profile is free again.
    pub async fn close(&self) {
        self.stop();
        self.stopped().await;
    }

    /// Begins to end the app, without waiting.
    pub fn stop(&self) {
        let job: Job = Box::new(Driver::stop);
        if let Err(mpsc::error::TrySendError::Full(job)) = self.inner.jobs.try_send(job) {
            let jobs = self.inner.jobs.clone();
            self.inner.io.handle().spawn(async move {
                // It fails only when the loop has ended already.
                let _ = jobs.send(job).await;
            });
        }
    }

    /// Returns when the app has ended, for whatever reason.
    pub async fn stopped(&self) {
        let mut ended = self.inner.ended.clone();
        // An error means that the loop's thread is gone.
        let _ = ended.wait_for(Option::is_some).await;
    }

    /// Why the app ended, if not because it was asked to.
    pub fn failure(&self) -> Option<Fault> {
        self.inner.ended.borrow().clone().flatten()
    }

    pub(crate) async fn with<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Driver, Reply<T>) + Send + 'static,
    ) -> Result<T, AppError> {
        self.inner.asking.with(job).await
    }

    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Driver) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.inner.asking.ask(question).await
    }

    pub(crate) async fn tell(
        &self,
        job: impl FnOnce(&mut Driver) + Send + 'static,
    ) -> Result<(), AppError> {
        self.inner.asking.tell(job).await
    }
}

fn event(what: Happening) -> WatchEvent {
    WatchEvent {
        what,
        at_ms: wall_ms(),
    }
}
