//! Opening and closing everything that has a socket.

use std::net::SocketAddr;

use libp2p::Swarm;
use skein_space::TransportKey;
use tokio::time::Instant;

use crate::addr::reachable;
use crate::config::{self, Listen};
use crate::discovery::{Discovery, Leave, Note, Reach};
use crate::event::{NetEvent, StreamEnd, TroubleCode};
use crate::swarm::{self, Skein, Tasks};
use crate::task::Task;
use crate::tcp::{Bound, Lifelines, Tcp, bind};
use crate::watch::Change;

/// Everything that has a socket. Gone while offline.
pub(super) struct Online {
    pub(super) swarm: Swarm<Skein>,
    pub(super) tasks: Tasks,
    lifelines: Lifelines,
    bound: Vec<SocketAddr>,
    instead_of: Option<u16>,
    pub(super) discovery: Option<Discovery>,
    retry_discovery: Instant,
}

impl Online {
    fn port(&self) -> u16 {
        self.bound.first().map_or(0, SocketAddr::port)
    }
}

impl Task {
    /// The offline switch.
    pub(super) async fn set_offline(&mut self, offline: bool) {
        match (offline, self.online.is_some()) {
            (true, true) => {
                self.close().await;
                self.tell(NetEvent::WentOffline);
            }
            (false, false) => match bind(&self.listen) {
                Ok(bound) => self.open(bound),
                Err(error) => {
                    self.tell(NetEvent::Trouble {
                        code: TroubleCode::CannotListen,
                        text: format!("{error}; this device can still connect to others"),
                    });
                    self.open(Bound::none());
                }
            },
            (true, false) | (false, true) => {}
        }
    }

    /// Starts a swarm on these sockets, with everything the application asked for so far.
    pub(super) fn open(&mut self, bound: Bound) {
        let tasks = Tasks::default();
        let lifelines = Lifelines::default();
        let addresses = bound.addresses.clone();
        let tcp = Tcp::new(bound.listeners, lifelines.clone());
        let mut swarm = swarm::build(&self.keypair, tcp, &self.keyring, self.with_gossip, &tasks);
        let behaviour = swarm.behaviour_mut();
        if let Some(gossip) = behaviour.gossip.as_mut() {
            self.wanted
                .topics
                .iter()
                .for_each(|topic| gossip.subscribe(topic));
        }
        if let Some(busy) = bound.instead_of {
            let port = addresses.first().map_or(0, SocketAddr::port);
            self.tell(NetEvent::Trouble {
                code: TroubleCode::PortTaken,
                text: format!("port {busy} is used by another program, so Skein took port {port}"),
            });
        }
        if let Listen::Everywhere { port } = &mut self.listen {
            // The port stays the same while this process runs, so that others find us again.
            *port = addresses.first().map_or(*port, SocketAddr::port);
        }
        let now = Instant::now();
        self.keeper.reset(now);
        self.online = Some(Online {
            swarm,
            tasks,
            lifelines,
            bound: addresses,
            instead_of: bound.instead_of,
            discovery: None,
            retry_discovery: now,
        });
        self.tell_gate();
        self.tell_listening();
        self.start_discovery();
    }

    /// Closes every socket and waits until each is closed.
    pub(super) async fn close(&mut self) {
        let Some(online) = self.online.take() else {
            return;
        };
        let peers: Vec<TransportKey> = self.links.peers().collect();
        for peer in peers {
            self.drop_peer(peer);
        }
        let leaving: Vec<TransportKey> = self.leaving.iter().copied().collect();
        for peer in leaving {
            self.drop_peer(peer);
        }
        for event in self.dials.all_failed_offline() {
            self.tell(event);
        }
        self.keeper.reset(Instant::now());
        self.sightings
            .clear()
            .into_iter()
            .for_each(|event| self.tell(event));
        drop(online.swarm);
        online.lifelines.cut_all();
        online.tasks.shutdown().await;
        if let Some(discovery) = online.discovery {
            discovery.stop(Leave::Goodbye).await;
        }
        while self.stopping.join_next().await.is_some() {}
    }

    /// Ends everything with a peer at once, and says so.
    pub(super) fn drop_peer(&mut self, peer: TransportKey) {
        self.streams_down(peer, StreamEnd::Lost);
        let was_up = self.links.forget(peer);
        if self.leaving.remove(&peer) || was_up {
            self.tell(NetEvent::PeerDown { peer });
        }
        self.dials
            .turned_away(peer)
            .into_iter()
            .for_each(|event| self.tell(event));
        self.keeper
            .disconnected(&peer, config::STABLE_AFTER, Instant::now());
    }

    fn tell_listening(&mut self) {
        let Some(online) = &self.online else { return };
        if online.bound.is_empty() {
            return;
        }
        let event = NetEvent::Listening {
            addresses: reachable(&online.bound, &self.local),
            port: online.port(),
            instead_of: online.instead_of,
        };
        self.tell(event);
    }

    /// Connections that cannot live on are cut, everybody is dialled, discovery begins anew.
    pub(super) fn network_changed(&mut self, change: &Change) {
        let Some(online) = &self.online else { return };
        if change.woke {
            online.lifelines.cut_all();
        }
        for address in &change.lost {
            online.lifelines.cut(*address);
        }
        self.keeper.poke(Instant::now());
        self.tell_listening();
        self.tell(NetEvent::NetworkChanged);
        // Who only gained an address is still where its name is known.
        let leave = match change.woke || !change.lost.is_empty() {
            true => Leave::Silently,
            false => Leave::Goodbye,
        };
        self.restart_discovery(leave);
    }

    fn start_discovery(&mut self) {
        let Some(online) = self.online.as_mut() else {
            return;
        };
        if !self.with_discovery || online.port() == 0 {
            return;
        }
        match Discovery::start(online.port(), &self.wanted.announcement, Reach::Everywhere) {
            Ok(discovery) => {
                self.sightings.rename(discovery.instance().to_owned());
                online.discovery = Some(discovery);
            }
            Err(error) => {
                online.retry_discovery = Instant::now() + config::DISCOVERY_RETRY;
                self.tell(NetEvent::Trouble {
                    code: TroubleCode::Discovery,
                    text: format!("cannot look for devices nearby: {error}"),
                });
            }
        }
    }

    fn restart_discovery(&mut self, leave: Leave) {
        self.stop_discovery(leave);
        self.start_discovery();
    }

    fn stop_discovery(&mut self, leave: Leave) {
        if let Some(old) = self
            .online
            .as_mut()
            .and_then(|online| online.discovery.take())
        {
            self.stopping.spawn(old.stop(leave));
            self.sightings
                .clear()
                .into_iter()
                .for_each(|event| self.tell(event));
        }
    }

    /// The watchdog, and another try after a failure.
    pub(super) fn tend_discovery(&mut self, now: Instant) {
        while self.stopping.try_join_next().is_some() {}
        let Some(online) = &self.online else { return };
        match &online.discovery {
            Some(discovery) if discovery.is_stale(now) => {
                self.restart_discovery(Leave::Goodbye);
            }
            None if now >= online.retry_discovery => self.start_discovery(),
            Some(_) | None => {}
        }
    }

    pub(super) fn on_discovery(&mut self, note: Note) {
        let now = Instant::now();
        match note {
            Note::Heard(heard) => {
                let event = self.sightings.heard(heard, now);
                event.into_iter().for_each(|event| self.tell(event));
            }
            Note::Gone(instance) => {
                let event = self.sightings.gone(&instance);
                event.into_iter().for_each(|event| self.tell(event));
            }
            Note::Ended => {
                // Not at once: whoever floods the network would have us build it all the time.
                self.stop_discovery(Leave::Goodbye);
                if let Some(online) = self.online.as_mut() {
                    online.retry_discovery = now + config::DISCOVERY_RETRY;
                }
            }
        }
    }
}
