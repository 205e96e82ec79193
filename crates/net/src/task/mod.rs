//! The network task: one loop that owns the swarm, discovery, and everything known of peers.
//!
//! It always takes commands, and takes from the network only while the application takes events; so
//! a slow application is felt by the peers, and a burst of peers never stops a command.

mod commands;
mod dials;
mod network;
mod online;
mod streams;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use futures::StreamExt;
use libp2p::identity::Keypair;
use libp2p::swarm::{ConnectionId, SwarmEvent};
use skein_space::{Topic, TransportKey};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

use crate::addr::{LocalAddress, local_addresses};
use crate::command::{Announcement, NetCommand, StreamId};
use crate::config::{self, Listen, NetConfig};
use crate::discovery::{self, Discovery, Sightings};
use crate::event::NetEvent;
use crate::handle::{NetHandle, Outboxes};
use crate::keeper::{Jitter, Keeper};
use crate::key;
use crate::knock::Keyring;
use crate::links::Links;
use crate::streams::Note;
use crate::swarm::SkeinEvent;
use crate::tcp::{BindError, Bound, bind};
use crate::watch::{self, Watch};
use dials::Dials;
use online::Online;

/// What the application asked for last; a swarm that opens again starts from it.
#[derive(Debug, Default)]
struct Wanted {
    members: BTreeSet<TransportKey>,
    topics: BTreeSet<Topic>,
    announcement: Announcement,
}

/// A stream whose task runs.
#[derive(Debug)]
struct Running {
    peer: TransportKey,
    connection: ConnectionId,
    task: AbortHandle,
    /// When it is ended, because its connection is gone.
    ends_by: Option<Instant>,
}

/// The network task's state.
pub(crate) struct Task {
    keypair: Keypair,
    listen: Listen,
    with_discovery: bool,
    with_gossip: bool,

    commands: mpsc::Receiver<NetCommand>,
    events: mpsc::Sender<NetEvent>,
    pending: VecDeque<NetEvent>,
    notes: mpsc::Receiver<(StreamId, Note)>,
    note_sender: mpsc::Sender<(StreamId, Note)>,
    outboxes: Outboxes,
    next_stream: Arc<AtomicU64>,

    wanted: Wanted,
    keyring: Keyring,
    online: Option<Online>,
    links: Links,
    keeper: Keeper,
    sightings: Sightings,
    dials: Dials,
    streams: BTreeMap<StreamId, Running>,
    /// Streams asked for and not open yet.
    opening: BTreeMap<StreamId, TransportKey>,
    /// Peers without connection whose last frames are still being handed over.
    leaving: BTreeSet<TransportKey>,

    watch: Watch,
    local: Vec<LocalAddress>,
    next_look: Instant,
    /// Discoveries that are saying goodbye.
    stopping: JoinSet<()>,
}

/// Something happened.
enum Turn {
    Command(Option<NetCommand>),
    Note((StreamId, Note)),
    Swarm(Box<SwarmEvent<SkeinEvent>>),
    Discovery(discovery::Note),
    Time,
    Room(bool),
}

impl Task {
    /// Opens the sockets (unless offline) and starts the loop.
    pub(crate) fn start(
        config: NetConfig,
    ) -> Result<(NetHandle, mpsc::Receiver<NetEvent>), BindError> {
        let bound = match config.offline {
            true => None,
            false => Some(bind(&config.listen)?),
        };
        let (command_sender, commands) = mpsc::channel(config::COMMAND_QUEUE);
        let (events, event_receiver) = mpsc::channel(config::EVENT_QUEUE);
        let (note_sender, notes) = mpsc::channel(config::FRAME_QUEUE);
        let outboxes = Outboxes::default();
        let next_stream = Arc::new(AtomicU64::new(1));
        let handle = NetHandle::new(command_sender, outboxes.clone(), next_stream.clone());
        let local = local_addresses();
        let (wall, clock) = watch::clocks();
        let task = Self {
            keypair: key::keypair(&config.seed),
            listen: config.listen,
            with_discovery: config.discovery,
            with_gossip: config.gossip,
            commands,
            events,
            pending: VecDeque::new(),
            notes,
            note_sender,
            outboxes,
            next_stream,
            wanted: Wanted::default(),
            keyring: Keyring::default(),
            online: None,
            links: Links::default(),
            keeper: Keeper::new(Jitter::new(config.jitter)),
            sightings: Sightings::default(),
            dials: Dials::default(),
            streams: BTreeMap::new(),
            opening: BTreeMap::new(),
            leaving: BTreeSet::new(),
            watch: Watch::new(&local, wall, clock),
            local,
            next_look: Instant::now() + watch::INTERVAL,
            stopping: JoinSet::new(),
        };
        tokio::spawn(task.run(bound));
        Ok((handle, event_receiver))
    }

    async fn run(mut self, bound: Option<Bound>) {
        match bound {
            Some(bound) => self.open(bound),
            None => self.tell(NetEvent::WentOffline),
        }
        loop {
            self.dial_due();
            match self.turn().await {
                Turn::Command(Some(command)) => self.on_command(command).await,
                Turn::Note((stream, note)) => self.on_note(stream, note),
                Turn::Swarm(event) => self.on_swarm(*event),
                Turn::Discovery(note) => self.on_discovery(note),
                Turn::Time => self.on_time(),
                Turn::Room(true) => {}
                Turn::Command(None) | Turn::Room(false) => break,
            }
        }
        self.close().await;
    }

    /// Waits for the next thing to do, and hands out events while there is room for them.
    async fn turn(&mut self) -> Turn {
        while let Some(event) = self.pending.pop_front() {
            match self.events.try_send(event) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(event)) => {
                    self.pending.push_front(event);
                    break;
                }
                Err(mpsc::error::TrySendError::Closed(_)) => return Turn::Room(false),
            }
        }
        let time = self.next_time();
        let flowing = self.pending.is_empty();
        let listening = self.pending.len() < config::PENDING_EVENTS;
        let (swarm, discovery) = match self.online.as_mut() {
            Some(online) => (Some(&mut online.swarm), online.discovery.as_mut()),
            None => (None, None),
        };
        tokio::select! {
            command = self.commands.recv() => Turn::Command(command),
            room = self.events.reserve(), if !flowing => match room {
                Ok(permit) => {
                    if let Some(event) = self.pending.pop_front() {
                        permit.send(event);
                    }
                    Turn::Room(true)
                }
                Err(_) => Turn::Room(false),
            },
            Some(note) = self.notes.recv(), if flowing => Turn::Note(note),
            event = next_swarm_event(swarm), if listening => Turn::Swarm(Box::new(event)),
            note = next_discovery_note(discovery), if flowing => Turn::Discovery(note),
            () = sleep_until(time) => Turn::Time,
            () = self.events.closed() => Turn::Room(false),
        }
    }

    /// When something is due without anything happening.
    fn next_time(&self) -> Instant {
        let ends_by = self.streams.values().filter_map(|running| running.ends_by);
        let own = ends_by.chain([self.next_look]).min();
        let own = own.unwrap_or(self.next_look);
        if !self.may_dial() {
            return own;
        }
        let sighting = match self.all_connected() {
            true => None,
            false => self.sightings.next_due(&self.links),
        };
        let dials = [self.keeper.next_due(), sighting, Some(own)];
        dials.into_iter().flatten().min().unwrap_or(own)
    }

    /// Queues an event for the application.
    fn tell(&mut self, event: NetEvent) {
        self.pending.push_back(event);
    }

    /// A look at the machine's addresses and clocks.
    fn on_time(&mut self) {
        let now = Instant::now();
        self.end_outlived(now);
        if now < self.next_look {
            return;
        }
        self.next_look = now + watch::INTERVAL;
        let local = local_addresses();
        let (wall, clock) = watch::clocks();
        let change = self.watch.look(&local, wall, clock);
        if !change.is_none() {
            tracing::info!(
                lost = change.lost.len(),
                gained = change.gained,
                woke = change.woke,
                "the network changed"
            );
            self.local = local;
            self.network_changed(&change);
        }
        self.tend_discovery(now);
        if let Some(online) = self.online.as_mut() {
            online.swarm.behaviour_mut().gate.tend(now);
        }
    }
}

async fn next_swarm_event(
    swarm: Option<&mut libp2p::Swarm<crate::swarm::Skein>>,
) -> SwarmEvent<SkeinEvent> {
    match swarm {
        Some(swarm) => swarm.select_next_some().await,
        None => std::future::pending().await,
    }
}

async fn next_discovery_note(discovery: Option<&mut Discovery>) -> discovery::Note {
    match discovery {
        Some(discovery) => discovery.next().await,
        None => std::future::pending().await,
    }
}
