//! Who is announced nearby, and when to dial it. Pure: the time comes in as an argument.
//!
//! An announcement does not say whose it is, so an address is dialled without knowing the peer. It is
//! only worth a dial: nothing here ever reaches the list of a peer's last-known addresses.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use skein_space::TransportKey;
use tokio::time::Instant;

use crate::command::Tag;
use crate::config;
use crate::discovery::tags::Txt;
use crate::event::NetEvent;
use crate::links::Links;

/// Pause before the next of one announcement's addresses is tried beside the one before.
const NEXT_ADDRESS: Duration = Duration::from_secs(1);

/// Rounds after which an announcement that leads nowhere is tried rarely: its sender went without
/// saying goodbye, or does not let us in.
const ROUNDS: u32 = 4;

/// How rarely.
const RARELY: Duration = Duration::from_secs(30);

/// One announcement as heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) instance: String,
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) txt: Txt,
}

/// Which connected peer an announcement belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Unknown,
    /// A peer connected from that address.
    Guess(TransportKey),
    /// Dialling it reached this peer.
    Sure(TransportKey),
}

impl Whose {
    fn peer(self) -> Option<TransportKey> {
        match self {
            Self::Unknown => None,
            Self::Guess(peer) | Self::Sure(peer) => Some(peer),
        }
    }
}

#[derive(Debug)]
struct Sighting {
    heard: Heard,
    labels: Vec<u32>,
    dial: bool,
    at: Instant,
    due: Instant,
    next_address: usize,
    under_way: usize,
    rounds: u32,
    whose: Whose,
}

/// All announcements remembered, at most [`config::ANNOUNCEMENTS_MAX`].
#[derive(Debug, Default)]
pub(crate) struct Sightings {
    ours: String,
    tags: Vec<Tag>,
    seen: BTreeMap<String, Sighting>,
}

impl Sightings {
    /// Our own instance name: announcements under it are ours, and a higher one waits for our dial.
    pub(crate) fn rename(&mut self, ours: String) {
        self.ours = ours;
    }

    /// Replaces the tags to recognise; what is remembered is looked at again.
    pub(crate) fn recognise(&mut self, tags: Vec<Tag>, now: Instant) -> Vec<NetEvent> {
        self.tags = tags;
        let again: Vec<Heard> = self
            .seen
            .values()
            .map(|sighting| sighting.heard.clone())
            .collect();
        again
            .into_iter()
            .filter_map(|heard| self.note(heard, now))
            .collect()
    }

    /// Notes an announcement; an event when it shows a tag we know and says something new, or shows none any more.
    pub(crate) fn heard(&mut self, heard: Heard, now: Instant) -> Option<NetEvent> {
        if heard.instance == self.ours {
            return None;
        }
        self.note(heard, now)
    }

    fn note(&mut self, heard: Heard, now: Instant) -> Option<NetEvent> {
        let matching: Vec<&Tag> = heard.txt.matches(&self.tags).collect();
        let labels: Vec<u32> = matching.iter().map(|tag| tag.label).collect();
        let dial = matching.iter().any(|tag| tag.dial);
        let before = self.seen.get_mut(&heard.instance);
        let known = before
            .as_ref()
            .is_some_and(|old| old.labels == labels && old.heard == heard);
        let lost = before.as_ref().is_some_and(|old| old.is_labelled()) && labels.is_empty();
        let event = if lost {
            Some(vanished(&heard.instance))
        } else {
            (!known && !labels.is_empty()).then(|| NetEvent::Discovered {
                instance: heard.instance.clone(),
                addresses: heard.addresses.clone(),
                pairing_port: heard.txt.pairing_port,
                labels: labels.clone(),
            })
        };
        match before {
            Some(old) => {
                if old.heard.addresses != heard.addresses || old.dial != dial {
                    old.next_address = 0;
                    old.rounds = 0;
                    if old.under_way == 0 {
                        old.due = now; // else soon: the dial under way may be enough
                    }
                }
                old.heard = heard;
                old.labels = labels;
                old.dial = dial;
                old.at = now;
            }
            None => self.add(heard, labels, dial, now),
        }
        event
    }

    fn add(&mut self, heard: Heard, labels: Vec<u32>, dial: bool, now: Instant) {
        if self.seen.len() >= config::ANNOUNCEMENTS_MAX {
            // Rubbish goes before what matched, and tags that everybody knows before those of our spaces; the oldest
            // first. Who is forgotten here is told of again when it is heard again.
            let worth = |sighting: &Sighting| (sighting.dial, sighting.is_labelled(), sighting.at);
            let oldest = self.seen.iter().min_by_key(|(_, s)| worth(s));
            if let Some(name) = oldest.map(|(name, _)| name.clone()) {
                self.seen.remove(&name);
            }
        }
        let wait = if self.ours < heard.instance {
            Duration::ZERO
        } else {
            config::OTHER_DIALS_AFTER
        };
        let sighting = Sighting {
            labels,
            dial,
            at: now,
            due: now + wait,
            next_address: 0,
            under_way: 0,
            rounds: 0,
            whose: Whose::Unknown,
            heard,
        };
        self.seen.insert(sighting.heard.instance.clone(), sighting);
    }

    /// An announcement was taken back or ran out.
    pub(crate) fn gone(&mut self, instance: &str) -> Option<NetEvent> {
        let old = self.seen.remove(instance)?;
        old.is_labelled().then(|| vanished(instance))
    }

    /// Discovery stopped: what was heard is no longer true.
    pub(crate) fn clear(&mut self) -> Vec<NetEvent> {
        let all = std::mem::take(&mut self.seen);
        let labelled = all.iter().filter(|(_, old)| old.is_labelled());
        labelled.map(|(instance, _)| vanished(instance)).collect()
    }

    /// Addresses to dial now, one per announcement. Each is under way until [`Self::dial_ended`].
    pub(crate) fn take_due(
        &mut self,
        now: Instant,
        links: &Links,
        room: usize,
    ) -> Vec<(String, SocketAddr)> {
        self.guess(links);
        let mut due = Vec::new();
        for (name, sighting) in &mut self.seen {
            if due.len() >= room || !sighting.wanted(links) || sighting.due > now {
                continue;
            }
            if let Some(address) = sighting.heard.addresses.get(sighting.next_address).copied() {
                sighting.next_address += 1;
                sighting.under_way += 1;
                sighting.due = now + NEXT_ADDRESS;
                due.push((name.clone(), address));
            } else if sighting.under_way == 0 {
                sighting.round_over(now);
            } else {
                sighting.due = now + NEXT_ADDRESS;
            }
        }
        due
    }

    /// A dial is over; `reached` says whom it led to.
    pub(crate) fn dial_ended(
        &mut self,
        instance: &str,
        reached: Option<TransportKey>,
        now: Instant,
    ) {
        if let Some(peer) = reached {
            for (name, other) in &mut self.seen {
                // This one is theirs for sure, so another that was only thought to be is not.
                if name != instance && other.whose == Whose::Guess(peer) {
                    other.whose = Whose::Unknown;
                    other.due = now;
                }
            }
        }
        let Some(sighting) = self.seen.get_mut(instance) else {
            return;
        };
        sighting.under_way = sighting.under_way.saturating_sub(1);
        match reached {
            Some(peer) => {
                sighting.whose = Whose::Sure(peer);
                sighting.rounds = 0;
            }
            None => sighting.due = sighting.due.min(now),
        }
    }

    /// The last connection to a peer is gone: its announcement is worth a dial again, soon.
    pub(crate) fn disconnected(&mut self, peer: TransportKey, soon: Duration, now: Instant) {
        for sighting in self.seen.values_mut() {
            if sighting.whose.peer() == Some(peer) {
                sighting.next_address = 0;
                sighting.due = now + soon;
            }
        }
    }

    /// When [`Self::take_due`] next has something to do.
    pub(crate) fn next_due(&self, links: &Links) -> Option<Instant> {
        let wanted = self.seen.values().filter(|sighting| sighting.wanted(links));
        wanted.map(|sighting| sighting.due).min()
    }

    /// A peer that is connected from an announced address is most likely who announced it. This saves
    /// a second connection each time a device announces itself anew.
    fn guess(&mut self, links: &Links) {
        let mut taken: Vec<TransportKey> = self
            .seen
            .values()
            .filter_map(|sighting| sighting.whose.peer())
            .collect();
        for sighting in self.seen.values_mut() {
            if sighting.whose != Whose::Unknown || sighting.under_way > 0 {
                continue;
            }
            let from_there = |remote: SocketAddr| {
                sighting
                    .heard
                    .addresses
                    .iter()
                    .any(|a| a.ip() == remote.ip())
            };
            let peer = links
                .all()
                .find(|(peer, link)| !taken.contains(peer) && from_there(link.remote));
            if let Some((peer, _)) = peer {
                sighting.whose = Whose::Guess(peer);
                taken.push(peer);
            }
        }
    }
}

fn vanished(instance: &str) -> NetEvent {
    NetEvent::Vanished {
        instance: instance.to_owned(),
    }
}

impl Sighting {
    fn is_labelled(&self) -> bool {
        !self.labels.is_empty()
    }

    fn wanted(&self, links: &Links) -> bool {
        let here = self.whose.peer().is_some_and(|peer| links.connected(&peer));
        self.dial && !here && !self.heard.addresses.is_empty()
    }

    fn round_over(&mut self, now: Instant) {
        self.next_address = 0;
        self.rounds += 1;
        self.due = now
            + match self.rounds {
                0..ROUNDS => config::REDIAL_MIN * (1 << self.rounds),
                _ => RARELY,
            };
    }
}
