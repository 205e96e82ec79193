//! Finding devices of our spaces on the local network: our own DNS-SD service.
//!
//! What is announced says nothing to who shares no space with us: random names, a nonce, tags. The
//! work is done by mdns-sd on a thread of its own; its sockets close when it stops.

mod pace;
mod sightings;
mod tags;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::time::Duration;

use mdns_sd::{
    DaemonEvent, Receiver, ResolvedService, ScopedIp, ServiceDaemon, ServiceEvent, ServiceInfo,
};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use pace::Pace;
pub(crate) use sightings::{Heard, Sightings};
pub(crate) use tags::Txt;

use crate::addr::with_zone;
use crate::command::Announcement;
use crate::config;

/// Our service.
const SERVICE: &str = "_skein._tcp.local.";

/// Notes between the listening task and the network task; announcements that do not fit wait.
const NOTES: usize = 64;

/// How long stopping may take: a goodbye on every interface, then the thread's end.
const STOP: Duration = Duration::from_secs(2);

/// Names heard since the start after which the daemon is built anew: it keeps every record for as
/// long as its sender wishes, and anybody on the network can send records.
const NAMES_BEFORE_REBUILD: u32 = 2_000;

/// What discovery hears.
#[derive(Debug)]
pub(crate) enum Note {
    /// An announcement, new or changed.
    Heard(Heard),
    /// An instance is gone.
    Gone(String),
    /// The daemon ended, or should be built anew.
    Ended,
}

/// Which interfaces take part.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reach {
    /// All that are up.
    Everywhere,
    /// Loopback only: for tests, which must not speak on the network they run in.
    #[cfg(test)]
    Loopback,
}

/// How a name is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// With a goodbye, so that others forget it at once.
    Goodbye,
    /// Without a word: this may be another network already, whose listeners would know us again by the name.
    Silently,
}

/// A running announcement and search under one random name.
pub(crate) struct Discovery {
    daemon: ServiceDaemon,
    monitor: Receiver<DaemonEvent>,
    instance: String,
    host: String,
    port: u16,
    notes: mpsc::Receiver<Note>,
    heard_at: Instant,
}

impl Discovery {
    /// Opens the sockets, announces and searches. Must be called inside the runtime.
    pub(crate) fn start(
        port: u16,
        announcement: &Announcement,
        reach: Reach,
    ) -> Result<Self, mdns_sd::Error> {
        let daemon = ServiceDaemon::new()?;
        // On its own it would say this name on the next network too; the network task looks every
        // second and begins anew under another one.
        daemon.set_ip_check_interval(0)?;
        match reach {
            Reach::Everywhere => {}
            #[cfg(test)]
            Reach::Loopback => {
                let outward = mdns_sd::IfPredicate::new(|interface| !interface.is_loopback());
                daemon.disable_interface(mdns_sd::IfKind::Predicate(outward))?;
            }
        }
        let (sender, notes) = mpsc::channel(NOTES);
        tokio::spawn(listen(daemon.browse(SERVICE)?, sender));
        let discovery = Self {
            monitor: daemon.monitor()?,
            daemon,
            instance: random_name(),
            host: random_name(),
            port,
            notes,
            heard_at: Instant::now(),
        };
        discovery.announce(announcement)?;
        Ok(discovery)
    }

    /// Our instance name in this run.
    pub(crate) fn instance(&self) -> &str {
        &self.instance
    }

    /// Announces with a new nonce, in place of the announcement before.
    pub(crate) fn announce(&self, announcement: &Announcement) -> Result<(), mdns_sd::Error> {
        let txt = Txt::make(announcement, &mut random);
        let properties = txt
            .properties()
            .into_iter()
            .map(Into::into)
            .collect::<Vec<mdns_sd::TxtProperty>>();
        let host = format!("{}.local.", self.host);
        let mut service =
            ServiceInfo::new(SERVICE, &self.instance, &host, (), self.port, properties)?
                .enable_addr_auto();
        // 128 random bits do not collide; asking first would cost most of a second.
        service.set_requires_probe(false);
        self.daemon.register(service)
    }

    /// From here on nothing is said under our name: mdns-sd says nothing of a service that has no address,
    /// not even goodbye.
    fn fall_silent(&self) -> Result<(), mdns_sd::Error> {
        let host = format!("{}.local.", self.host);
        let none: &[(&str, &str)] = &[];
        let mut service = ServiceInfo::new(SERVICE, &self.instance, &host, (), self.port, none)?;
        service.set_requires_probe(false);
        self.daemon.register(service)
    }

    /// The next note.
    pub(crate) async fn next(&mut self) -> Note {
        let note = self.notes.recv().await.unwrap_or(Note::Ended);
        self.heard_at = Instant::now();
        note
    }

    /// Whether nothing was heard for so long that the sockets may be dead.
    pub(crate) fn is_stale(&self, now: Instant) -> bool {
        now.duration_since(self.heard_at) > config::DISCOVERY_WATCHDOG
    }

    /// Stops, and waits until the thread has closed its sockets.
    pub(crate) async fn stop(self, leave: Leave) {
        if leave == Leave::Silently
            && let Err(error) = self.fall_silent()
        {
            tracing::warn!(%error, "discovery may say its old name once more");
        }
        if self.daemon.shutdown().is_err() {
            tracing::debug!("discovery had already ended");
        }
        // The daemon drops its end of the monitor after its sockets.
        let ended = async { while self.monitor.recv_async().await.is_ok() {} };
        if timeout(STOP, ended).await.is_err() {
            tracing::warn!("discovery does not end");
        }
    }
}

/// Translates the daemon's events. Reads without pause, because the daemon ends a subscription that
/// does not keep up; hands on at a pace.
async fn listen(events: Receiver<ServiceEvent>, notes: mpsc::Sender<Note>) {
    let mut pace = Pace::default();
    let mut names = 0;
    while names <= NAMES_BEFORE_REBUILD {
        let next = pace.next(Instant::now());
        let event = tokio::select! {
            event = events.recv_async() => match event {
                Ok(event) => event,
                Err(_) => break,
            },
            place = when(next, &notes) => {
                match (place, pace.take(Instant::now())) {
                    (Ok(place), Some(heard)) => place.send(Note::Heard(heard)),
                    (Ok(_), None) => {}
                    (Err(_), _) => return,
                }
                continue;
            }
        };
        match event {
            ServiceEvent::ServiceResolved(service) => {
                names += 1;
                if let Some(heard) = read(&service) {
                    pace.put(heard);
                }
            }
            ServiceEvent::ServiceRemoved(_, name) => {
                let name = instance_of(&name);
                pace.gone(name);
                // When that does not fit, a dial that leads nowhere is all it costs.
                let _ = notes.try_send(Note::Gone(name.to_owned()));
            }
            _ => {}
        }
    }
    let _ = notes.send(Note::Ended).await;
}

/// A place for a note, at that time; never where there is none.
async fn when(
    time: Option<Instant>,
    notes: &mpsc::Sender<Note>,
) -> Result<mpsc::Permit<'_, Note>, mpsc::error::SendError<()>> {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
    notes.reserve().await
}

fn read(service: &ResolvedService) -> Option<Heard> {
    let txt = Txt::parse(|key| service.txt_properties.get_property_val(key).flatten())?;
    let mut addresses: Vec<SocketAddr> = service
        .addresses
        .iter()
        .map(|ip| match ip {
            ScopedIp::V6(v6) => with_zone((*v6.addr()).into(), v6.scope_id().index, service.port),
            ip => SocketAddr::new(ip.to_ip_addr(), service.port),
        })
        .collect();
    addresses.sort_by_key(|address| (address.is_ipv6(), *address));
    addresses.truncate(config::ADDRESSES_PER_ANNOUNCEMENT);
    Some(Heard {
        instance: instance_of(&service.fullname).to_owned(),
        addresses,
        txt,
    })
}

fn instance_of(full_name: &str) -> &str {
    full_name
        .strip_suffix(SERVICE)
        .unwrap_or(full_name)
        .trim_end_matches('.')
}

fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has random numbers");
}

fn random_name() -> String {
    let mut bytes = [0; 16];
    random(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
