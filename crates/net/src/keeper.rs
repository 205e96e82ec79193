//! When to dial which known peer again. Pure: the time comes in as an argument.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use skein_space::TransportKey;
use tokio::time::Instant;

use crate::config;

/// Shortest time from the end of an attempt to the next.
const BREATH: Duration = Duration::from_millis(250);

/// A pause that grows from [`config::REDIAL_MIN`] to [`config::REDIAL_MAX`], counted from the start of
/// an attempt, so that a lost first packet does not add to it.
#[derive(Clone, Copy, Debug)]
struct Pause(Duration);

impl Pause {
    fn next(&mut self, jitter: &mut Jitter) -> Duration {
        let pause = self.0;
        self.0 = (self.0 * 2).min(config::REDIAL_MAX);
        jitter.spread(pause)
    }
}

/// Random numbers that need not be good, only different between devices (splitmix64).
#[derive(Clone, Debug)]
pub(crate) struct Jitter(u64);

impl Jitter {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between 80 % and all of it: two devices that lost each other do not stay in step.
    pub(crate) fn spread(&mut self, whole: Duration) -> Duration {
        whole.mul_f64(0.8 + 0.2 * (self.number() % 1024) as f64 / 1024.0)
    }
}

#[derive(Debug)]
struct Peer {
    addresses: Vec<SocketAddr>,
    connected: bool,
    dialling: bool,
    due: Instant,
    pause: Pause,
}

impl Peer {
    fn is_wanted(&self) -> bool {
        !self.connected && !self.dialling
    }

    fn at_once(&mut self, now: Instant) {
        self.due = now;
        self.pause = Pause(config::REDIAL_MIN);
    }
}

/// Knows where peers were last reached and dials them while they are allowed and not connected.
#[derive(Debug)]
pub(crate) struct Keeper {
    allowed: BTreeSet<TransportKey>,
    peers: BTreeMap<TransportKey, Peer>,
    jitter: Jitter,
}

impl Keeper {
    pub(crate) fn new(jitter: Jitter) -> Self {
        Self {
            allowed: BTreeSet::new(),
            peers: BTreeMap::new(),
            jitter,
        }
    }

    /// Replaces the allowed set; who is new in it is dialled at once.
    pub(crate) fn allow(&mut self, allowed: &BTreeSet<TransportKey>, now: Instant) {
        for (key, peer) in &mut self.peers {
            if allowed.contains(key) && !self.allowed.contains(key) {
                peer.at_once(now);
            }
        }
        self.allowed.clone_from(allowed);
    }

    /// Replaces a peer's addresses; a changed list is tried at once.
    pub(crate) fn known(
        &mut self,
        key: TransportKey,
        mut addresses: Vec<SocketAddr>,
        connected: bool,
        now: Instant,
    ) {
        addresses.truncate(config::ADDRESSES_PER_PEER);
        if addresses.is_empty() {
            self.peers.remove(&key);
            return;
        }
        if let Some(peer) = self.peers.get_mut(&key) {
            if peer.addresses != addresses {
                peer.addresses = addresses;
                peer.at_once(now);
            }
        } else if self.peers.len() < config::KNOWN_PEERS {
            let peer = Peer {
                addresses,
                connected,
                dialling: false,
                due: now,
                pause: Pause(config::REDIAL_MIN),
            };
            self.peers.insert(key, peer);
        }
    }

    /// The peer was reached at this address; it comes first from now on.
    pub(crate) fn reached(&mut self, key: TransportKey, address: SocketAddr, now: Instant) {
        if self.peers.len() >= config::KNOWN_PEERS && !self.peers.contains_key(&key) {
            // Guests came for a moment: they make room.
            let guest = self.peers.keys().find(|key| !self.allowed.contains(key));
            let Some(guest) = guest.copied() else {
                return;
            };
            self.peers.remove(&guest);
        }
        let peer = self.peers.entry(key).or_insert_with(|| Peer {
            addresses: Vec::new(),
            connected: true,
            dialling: false,
            due: now,
            pause: Pause(config::REDIAL_MIN),
        });
        peer.addresses.retain(|known| *known != address);
        peer.addresses.insert(0, address);
        peer.addresses.truncate(config::ADDRESSES_PER_PEER);
    }

    /// A connection to the peer stands.
    pub(crate) fn connected(&mut self, key: &TransportKey) {
        if let Some(peer) = self.peers.get_mut(key) {
            peer.connected = true;
        }
    }

    /// The last connection to the peer is gone, after it had stood for `lived`.
    pub(crate) fn disconnected(&mut self, key: &TransportKey, lived: Duration, now: Instant) {
        if let Some(peer) = self.peers.get_mut(key) {
            peer.connected = false;
            if lived >= config::STABLE_AFTER {
                peer.pause = Pause(config::REDIAL_MIN);
            }
            peer.due = now + peer.pause.next(&mut self.jitter);
        }
    }

    /// Peers to dial now; each is dialled until [`Self::dial_ended`].
    pub(crate) fn take_due(
        &mut self,
        now: Instant,
        room: usize,
    ) -> Vec<(TransportKey, Vec<SocketAddr>)> {
        // Who waited longest goes first: with many peers away, none is forgotten.
        let mut due: Vec<_> = self
            .peers
            .iter_mut()
            .filter(|(key, peer)| self.allowed.contains(key) && peer.is_wanted() && peer.due <= now)
            .collect();
        due.sort_by_key(|(_, peer)| peer.due);
        due.truncate(room);
        let jitter = &mut self.jitter;
        let begin = |(key, peer): (&TransportKey, &mut Peer)| {
            peer.dialling = true;
            peer.due = now + peer.pause.next(jitter);
            (*key, peer.addresses.clone())
        };
        due.into_iter().map(begin).collect()
    }

    /// An attempt is over, well or not.
    pub(crate) fn dial_ended(&mut self, key: &TransportKey, now: Instant) {
        if let Some(peer) = self.peers.get_mut(key) {
            peer.dialling = false;
            peer.due = peer.due.max(now + BREATH);
        }
    }

    /// Something changed for the better: try everybody at once.
    pub(crate) fn poke(&mut self, now: Instant) {
        for peer in self.peers.values_mut() {
            peer.at_once(now);
        }
    }

    /// Nothing is connected and nothing is being dialled: the net went offline.
    pub(crate) fn reset(&mut self, now: Instant) {
        for peer in self.peers.values_mut() {
            peer.connected = false;
            peer.dialling = false;
            peer.at_once(now);
        }
    }

    /// When [`Self::take_due`] next has something to give.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let wanted = self
            .peers
            .iter()
            .filter(|(key, peer)| self.allowed.contains(key) && peer.is_wanted());
        wanted.map(|(_, peer)| peer.due).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: TransportKey = TransportKey([7; 32]);

    fn keeper(now: Instant) -> Keeper {
        let mut keeper = Keeper::new(Jitter::new(1));
        keeper.allow(&BTreeSet::from([PEER]), now);
        keeper.known(
            PEER,
            vec!["10.0.0.1:1".parse().expect("test address")],
            false,
            now,
        );
        keeper
    }

    #[test]
    fn a_known_peer_is_dialled_at_once_and_then_at_most_every_five_seconds() {
        let mut now = Instant::now();
        let mut keeper = keeper(now);
        let mut gaps = Vec::new();
        for _ in 0..8 {
            assert_eq!(keeper.take_due(now, 9).len(), 1);
            assert!(keeper.take_due(now, 9).is_empty(), "one attempt at a time");
            keeper.dial_ended(&PEER, now + Duration::from_millis(1));
            let next = keeper.next_due().expect("still wanted");
            gaps.push(next - now);
            now = next;
        }
        assert!(gaps[0] >= Duration::from_millis(800) && gaps[0] <= config::REDIAL_MIN);
        assert!(gaps.iter().all(|gap| *gap <= config::REDIAL_MAX));
        assert!(gaps[7] >= Duration::from_secs(4));
    }

    #[test]
    fn an_attempt_that_ran_into_its_deadline_is_followed_by_the_next_without_a_pause() {
        let now = Instant::now();
        let mut keeper = keeper(now);
        keeper.take_due(now, 9);
        let ended = now + config::HANDSHAKE_DEADLINE;
        keeper.dial_ended(&PEER, ended);
        assert!(keeper.next_due().expect("wanted") <= ended + BREATH);
    }

    #[test]
    fn strangers_and_connected_peers_are_not_dialled() {
        let now = Instant::now();
        let mut keeper = keeper(now);
        keeper.connected(&PEER);
        assert!(keeper.next_due().is_none());
        keeper.disconnected(&PEER, config::STABLE_AFTER, now);
        assert!(keeper.next_due().expect("lost") <= now + config::REDIAL_MIN);
        keeper.allow(&BTreeSet::new(), now);
        assert!(keeper.take_due(now + config::REDIAL_MAX, 9).is_empty());
    }

    #[test]
    fn a_peer_that_drops_us_at_once_is_not_hammered() {
        let mut now = Instant::now();
        let mut keeper = keeper(now);
        let mut attempts = 0;
        let end = now + Duration::from_secs(60);
        while now < end {
            attempts += keeper.take_due(now, 9).len();
            keeper.connected(&PEER);
            keeper.dial_ended(&PEER, now);
            keeper.disconnected(&PEER, Duration::from_millis(3), now);
            now = keeper.next_due().expect("wanted");
        }
        assert!(attempts <= 20, "{attempts} attempts in a minute");
    }

    #[test]
    fn where_a_peer_was_reached_is_tried_again_without_being_told() {
        let now = Instant::now();
        let mut keeper = Keeper::new(Jitter::new(1));
        keeper.allow(&BTreeSet::from([PEER]), now);
        let address = "10.0.0.9:1".parse().expect("test address");
        keeper.reached(PEER, address, now);
        assert!(keeper.next_due().is_none(), "it is connected");
        keeper.disconnected(&PEER, config::STABLE_AFTER, now);
        let later = now + config::REDIAL_MIN;
        assert_eq!(keeper.take_due(later, 9), [(PEER, vec![address])]);
    }

    #[test]
    fn with_more_peers_away_than_places_everybody_has_a_turn() {
        let mut now = Instant::now();
        let mut keeper = Keeper::new(Jitter::new(1));
        let keys: Vec<TransportKey> = (0..40).map(|number| TransportKey([number; 32])).collect();
        keeper.allow(&keys.iter().copied().collect(), now);
        for key in &keys {
            keeper.known(
                *key,
                vec!["10.0.0.1:1".parse().expect("test address")],
                false,
                now,
            );
        }
        let mut dialled = BTreeSet::new();
        for _ in 0..4 {
            for (key, _) in keeper.take_due(now, config::DIALS_AT_ONCE) {
                dialled.insert(key);
                keeper.dial_ended(&key, now + config::HANDSHAKE_DEADLINE);
            }
            now += config::HANDSHAKE_DEADLINE + BREATH;
        }
        assert_eq!(dialled.len(), keys.len());
    }

    #[test]
    fn a_changed_network_is_tried_at_once() {
        let now = Instant::now();
        let mut keeper = keeper(now);
        keeper.take_due(now, 9);
        keeper.dial_ended(&PEER, now);
        keeper.poke(now);
        assert_eq!(keeper.take_due(now, 9).len(), 1);
    }
}
