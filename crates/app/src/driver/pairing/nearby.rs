//! Invitations of others on this network.
//!
//! An announcement only says that somebody invites. Who it is they are asked over a pairing connection, which then
//! ends: a call is all it costs, and nothing of what they say is proven until their pictures are picked.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use skein_net::config::PAIR_FRAME_MAX_BYTES;
use skein_net::pair::{PairConversation, PairError, pair_dial};
use skein_space::ceremony::{CeremonyMessage, Grant, Guest, Offer};
use skein_space::{PairingError, Root};
use tokio::sync::{Semaphore, watch};

use crate::config::{NEARBY, NEARBY_CALLS, NEARBY_RETRY, NEARBY_TRIES};
use crate::driver::network::INVITATION_LABEL;
use crate::driver::{Driver, ShellEvent, checked_name};
use crate::view;

/// Who invites nearby, by the name of their announcement.
pub(super) struct Nearby {
    seen: BTreeMap<String, Sighting>,
    /// Somebody looks at them: only then is anybody called.
    looked_at: bool,
    calls: Arc<Semaphore>,
    shown: watch::Sender<Vec<view::Nearby>>,
}

impl Default for Nearby {
    fn default() -> Self {
        Self {
            seen: BTreeMap::new(),
            looked_at: false,
            calls: Arc::new(Semaphore::new(NEARBY_CALLS)),
            shown: watch::Sender::default(),
        }
    }
}

struct Sighting {
    places: Vec<SocketAddr>,
    offer: Option<Offer>,
    /// Which announcement a call was made for: what answers to an older one is not news.
    version: u64,
}

/// Why it is not known who invites.
pub(super) enum NoOffer {
    /// Nobody answered, or not as a Skein does.
    Silent(PairError),
    /// It is no invitation for this device.
    NotForUs(PairingError),
}

impl Driver {
    /// Who invites nearby, from now on. Makes this device ask them.
    pub(crate) fn look_nearby(&mut self) -> watch::Receiver<Vec<view::Nearby>> {
        if !self.pairing.nearby.looked_at {
            self.pairing.nearby.looked_at = true;
            let all: Vec<String> = self.pairing.nearby.seen.keys().cloned().collect();
            for id in all {
                self.call_sighting(&id);
            }
        }
        self.pairing.nearby.shown.subscribe()
    }

    /// Where somebody who invites is, and what they offered.
    pub(super) fn sighted(&self, id: &str) -> Option<(Vec<SocketAddr>, Offer)> {
        let sighting = self.pairing.nearby.seen.get(id)?;
        Some((sighting.places.clone(), sighting.offer.clone()?))
    }

    /// An announcement shows tags we know: an open invitation, perhaps.
    pub(in crate::driver) fn invitation_seen(
        &mut self,
        instance: String,
        places: Vec<SocketAddr>,
        labels: &[u32],
    ) {
        if places.is_empty() || !labels.contains(&INVITATION_LABEL) {
            return self.invitation_gone(&instance);
        }
        let seen = &mut self.pairing.nearby.seen;
        if !seen.contains_key(&instance) && seen.len() >= NEARBY {
            // Somebody who says who they are is not pushed out by somebody who does not.
            let silent = seen.iter().find(|(_, old)| old.offer.is_none());
            let Some(silent) = silent.map(|(name, _)| name.clone()) else {
                return;
            };
            seen.remove(&silent);
        }
        let sighting = seen.entry(instance.clone()).or_insert_with(|| Sighting {
            places: Vec::new(),
            offer: None,
            version: 0,
        });
        sighting.places = places;
        sighting.version += 1;
        if self.pairing.nearby.looked_at {
            self.call_sighting(&instance);
        }
    }

    pub(in crate::driver) fn invitation_gone(&mut self, instance: &str) {
        if self.pairing.nearby.seen.remove(instance).is_some() {
            self.show_nearby();
        }
    }

    /// Asks who invites there, in a task of its own.
    pub(crate) fn call_sighting(&mut self, id: &str) {
        let Some(sighting) = self.pairing.nearby.seen.get(id) else {
            return;
        };
        let (id, places, version) = (id.to_owned(), sighting.places.clone(), sighting.version);
        let (asking, root) = (self.pairing.asking.clone(), self.pairing.root.clone());
        let calls = Arc::clone(&self.pairing.nearby.calls);
        self.pairing.io.spawn(async move {
            for _ in 0..NEARBY_TRIES {
                let Ok(turn) = calls.acquire().await else {
                    return;
                };
                let called = call(&places, &root).await;
                // Who does not answer keeps nobody else waiting.
                drop(turn);
                let offer = match called {
                    Ok((_, _, offer)) => Some(offer),
                    Err(NoOffer::NotForUs(_)) => None,
                    Err(NoOffer::Silent(error)) => {
                        tracing::debug!("somebody who invites does not answer: {error}");
                        tokio::time::sleep(NEARBY_RETRY).await;
                        continue;
                    }
                };
                // It fails only when skein ends.
                let told = asking.tell(move |driver| driver.sighting_said(&id, version, offer));
                let _ = told.await;
                return;
            }
        });
    }

    fn sighting_said(&mut self, id: &str, version: u64, offer: Option<Offer>) {
        let sighting = self.pairing.nearby.seen.get_mut(id);
        if let Some(sighting) = sighting.filter(|sighting| sighting.version == version) {
            sighting.offer = offer.filter(is_readable);
            self.show_nearby();
        }
    }

    /// Tells who invites, as far as this device is not in their space.
    pub(crate) fn show_nearby(&mut self) {
        let seen = self.pairing.nearby.seen.iter();
        let rows: Vec<view::Nearby> = seen
            .filter_map(|(id, sighting)| Some((id, sighting.offer.as_ref()?)))
            // Who has it already has nothing to ask.
            .filter(|(_, offer)| self.gains_by(&offer.grant))
            .map(|(id, offer)| row(id, offer))
            .collect();
        let changed = self.pairing.nearby.shown.send_if_modified(|shown| {
            let changed = *shown != rows;
            shown.clone_from(&rows);
            changed
        });
        if changed {
            self.telling.shell(ShellEvent::Nearby(rows));
        }
    }
}

impl Driver {
    /// Whether this device has less than that gives. Of its own person's spaces it may have joined some and died.
    fn gains_by(&self, grant: &Grant) -> bool {
        let mut has = grant.spaces().iter().map(|space| self.engine.role(*space));
        match grant {
            Grant::Space { .. } => has.any(|role| role.is_none()),
            Grant::Own(_) => has.any(|role| role < Some(grant.role())),
        }
    }
}

/// An invitation, for people.
pub(super) fn row(id: &str, offer: &Offer) -> view::Nearby {
    view::Nearby {
        id: id.to_owned(),
        person: offer.person.clone(),
        device_name: offer.device_name.clone(),
        offering: match &offer.grant {
            Grant::Space { name, role, .. } => view::Offering::Space {
                space_name: name.clone(),
                role: (*role).into(),
            },
            Grant::Own(_) => view::Offering::Own {
                spaces: offer.grant.spaces().len(),
            },
        },
    }
}

/// Names from the network stand on the screen only where a person could have typed them.
fn is_readable(offer: &Offer) -> bool {
    let named = match &offer.grant {
        Grant::Space { name, .. } => are_readable([name]),
        Grant::Own(_) => true,
    };
    named && are_readable([&offer.person, &offer.device_name])
}

pub(super) fn are_readable<const N: usize>(names: [&str; N]) -> bool {
    let readable = |name: &str| checked_name(name, "a name").is_ok_and(|typed| typed == name);
    names.into_iter().all(readable)
}

/// Calls somebody who invites, up to what they offer.
pub(super) async fn call(
    places: &[SocketAddr],
    root: &Root,
) -> Result<(PairConversation, Guest, Offer), NoOffer> {
    let mut peer = pair_dial(places).await.map_err(NoOffer::Silent)?;
    let (mine, theirs) = (peer.local_peer_id_bytes(), peer.remote_peer_id_bytes());
    let (mut guest, call) = Guest::start(root, &mine, &theirs);
    let bytes = call.encode().map_err(NoOffer::NotForUs)?;
    peer.send(&bytes).await.map_err(NoOffer::Silent)?;
    let answer = peer.recv(PAIR_FRAME_MAX_BYTES).await;
    let offer = CeremonyMessage::decode(&answer.map_err(NoOffer::Silent)?)
        .and_then(|answer| guest.on_offer(&answer))
        .map_err(NoOffer::NotForUs)?;
    Ok((peer, guest, offer))
}
