//! Who is in a note and where: told at most ten times a second, repeated every ten, forgotten after ten minutes.
//! Every state is judged by this device's clock.

use std::collections::{BTreeMap, BTreeSet};

use skein_space::{DeviceKey, Nonce, NoteId, SpaceId, client_id};

use super::Engine;
use crate::api::{Effect, Event, PersonHere, SessionHandle};
use crate::config;
use crate::frame::Frame;
use crate::presence::{Activity, Presence};

/// Presence of others in one space.
#[derive(Default)]
pub(super) struct People {
    seen: BTreeMap<(NoteId, DeviceKey, Nonce), Seen>,
}

struct Seen {
    presence: Presence,
    heard_ms: u64,
    /// What was last shown, so that fading to offline is an event once.
    shown: Activity,
}

impl Seen {
    fn activity(&self, now_ms: u64) -> Activity {
        if now_ms >= self.heard_ms + config::OFFLINE_MS {
            Activity::Offline
        } else {
            self.presence.state
        }
    }
}

impl People {
    pub fn next_deadline_ms(&self) -> Option<u64> {
        self.seen
            .values()
            .map(|s| {
                let fade = s.shown != Activity::Offline;
                s.heard_ms
                    + if fade {
                        config::OFFLINE_MS
                    } else {
                        config::FORGET_MS
                    }
            })
            .min()
    }

    /// Fades and forgets; returns the notes in which something changed.
    fn age(&mut self, now_ms: u64) -> Vec<NoteId> {
        let mut changed = Vec::new();
        self.seen.retain(|(note, ..), s| {
            let keep = now_ms < s.heard_ms + config::FORGET_MS;
            let activity = s.activity(now_ms);
            if !keep || activity != s.shown {
                s.shown = activity;
                changed.push(*note);
            }
            keep
        });
        changed.dedup();
        changed
    }
}

impl Engine {
    /// Nobody is shown in a note who is out of the space, and nobody at all where this device is.
    pub(super) fn forget_people(&mut self, space: SpaceId) {
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        let out = |device: &DeviceKey| s.roster.role(*device).is_none();
        let all_go = s.role_here().is_none();
        let mut notes = BTreeSet::new();
        s.people.seen.retain(|(note, device, _), _| {
            let goes = all_go || out(device);
            if goes {
                notes.insert(*note);
            }
            !goes
        });
        for note in notes {
            self.event(Event::PresenceChanged { space, note });
        }
    }

    pub(super) fn caret(
        &mut self,
        handle: SessionHandle,
        caret: Option<Vec<u8>>,
        head: Option<Vec<u8>>,
    ) {
        let fits = |p: &Option<Vec<u8>>| {
            p.as_ref()
                .is_none_or(|b| b.len() <= config::POSITION_MAX_BYTES)
        };
        let now_ms = self.now.mono_ms;
        let Some(session) = self.sessions.get_mut(&handle) else {
            return;
        };
        if fits(&caret) && fits(&head) {
            (session.caret, session.head) = (caret, head);
        }
        session.input_ms = now_ms;
        self.person_acted(handle);
    }

    /// Presence is due, now or as soon as the rate allows.
    pub(super) fn person_acted(&mut self, handle: SessionHandle) {
        let now_ms = self.now.mono_ms;
        let Some(session) = self.sessions.get_mut(&handle) else {
            return;
        };
        if session.leaving_ms.is_some() {
            return;
        }
        let earliest = session.presence_sent_ms + config::PRESENCE_MIN_MS;
        let due = if session.told.is_none() {
            now_ms
        } else {
            earliest.max(now_ms)
        };
        session.presence_due_ms = Some(session.presence_due_ms.map_or(due, |d| d.min(due)));
    }

    pub(super) fn people_timers(&mut self) {
        let now_ms = self.now.mono_ms;
        let due: Vec<SessionHandle> = self
            .sessions
            .iter()
            .filter(|(_, s)| s.presence_due_ms.is_some_and(|d| d <= now_ms))
            .map(|(h, _)| *h)
            .collect();
        for handle in due {
            self.tell_presence(handle, None);
        }
        let mut changed = Vec::new();
        for s in self.spaces.values_mut() {
            changed.extend(s.people.age(now_ms).into_iter().map(|note| (s.id, note)));
        }
        for (space, note) in changed {
            self.event(Event::PresenceChanged { space, note });
        }
    }

    pub(super) fn say_goodbye(&mut self, handle: SessionHandle) {
        let told = |s: &super::sessions::Session| s.told.is_some() && s.leaving_ms.is_none();
        if self.sessions.get(&handle).is_some_and(told) {
            self.tell_presence(handle, Some(Activity::Offline));
        }
    }

    fn tell_presence(&mut self, handle: SessionHandle, state: Option<Activity>) {
        let now_ms = self.now.mono_ms;
        let device = self.device();
        let Some(session) = self.sessions.get_mut(&handle) else {
            return;
        };
        let state =
            state.unwrap_or_else(|| own_activity(session.edit_ms, session.input_ms, now_ms));
        session.presence_sequence += 1;
        session.presence_sent_ms = now_ms;
        session.told = Some(state);
        // The next one: when the state fades by itself, else the beat.
        let fade = match state {
            Activity::Editing => session.edit_ms.unwrap_or(now_ms) + config::EDITING_MS,
            Activity::Viewing => session.input_ms + config::IDLE_MS,
            Activity::Idle | Activity::Offline => u64::MAX,
        };
        let jitter = config::PRESENCE_BEAT_MS / 5;
        let beat = config::PRESENCE_BEAT_MS - jitter
            + (session.client ^ session.presence_sequence) % (2 * jitter);
        session.presence_due_ms = Some(fade.max(now_ms + 1).min(now_ms + beat));
        let presence = Presence {
            device,
            note: session.note,
            nonce: session.nonce,
            replaces: session.replaces.unwrap_or(Nonce::ZERO),
            sequence: session.presence_sequence,
            state,
            caret: session.caret.clone().unwrap_or_default(),
            head: session.head.clone().unwrap_or_default(),
            sig: [0; 64],
        };
        let space = session.space;
        let (kind, body) = Frame::Presence(presence.signed(&self.me.signer, space)).encode();
        for stream in self.content_streams(space) {
            self.out.push(Effect::Send {
                stream,
                kind,
                body: body.clone(),
            });
        }
        if self.takes_part(space) {
            self.out.push(Effect::Gossip { space, kind, body });
        }
    }

    pub(super) fn presence_in(&mut self, space: SpaceId, presence: Presence) {
        let now_ms = self.now.mono_ms;
        let me = self.device();
        let Some(s) = self.spaces.get_mut(&space) else {
            return;
        };
        if presence.device == me
            || s.roster.role(presence.device).is_none()
            || s.role_here().is_none()
        {
            return;
        }
        let (note, device) = (presence.note, presence.device);
        let key = (note, device, presence.nonce);
        if s.people
            .seen
            .get(&key)
            .is_some_and(|old| old.presence.sequence >= presence.sequence)
        {
            return;
        }
        if presence.verify(space).is_err() {
            return;
        }
        s.people.seen.remove(&(note, device, presence.replaces));
        let shown = presence.state;
        s.people.seen.insert(
            key,
            Seen {
                presence,
                heard_ms: now_ms,
                shown,
            },
        );
        if s.people.seen.len() > config::PRESENCE_MAX {
            let oldest = s
                .people
                .seen
                .iter()
                .min_by_key(|(_, seen)| seen.heard_ms)
                .map(|(k, _)| *k);
            if let Some(oldest) = oldest {
                s.people.seen.remove(&oldest);
            }
        }
        self.event(Event::PresenceChanged { space, note });
    }

    /// Everybody else in a note, as this device's clock sees them. A session that fell silent is left out while another
    /// of its device is here.
    #[must_use]
    pub fn people(&self, space: SpaceId, note: NoteId) -> Vec<PersonHere> {
        let Some(s) = self.spaces.get(&space) else {
            return Vec::new();
        };
        let now_ms = self.now.mono_ms;
        let members = s.roster.members();
        let colours = colours(members.iter().map(|m| m.device).collect());
        let of = s.people.seen.iter().filter(|((n, ..), _)| *n == note);
        let here: BTreeSet<DeviceKey> = of
            .clone()
            .filter(|(_, seen)| seen.activity(now_ms) != Activity::Offline)
            .map(|((_, device, _), _)| *device)
            .collect();
        // A window that went without a word is no second person beside the one opened after it.
        of.filter(|((_, device, _), seen)| {
            !here.contains(device) || seen.activity(now_ms) != Activity::Offline
        })
        .filter_map(|((_, device, nonce), seen)| {
            let member = members.iter().find(|m| m.device == *device)?;
            let mut presence = seen.presence.clone();
            presence.state = seen.activity(now_ms);
            Some(PersonHere {
                device: *device,
                person: member.person.clone(),
                device_name: member.device_name.clone(),
                client: client_id(device, &note, nonce)?,
                presence,
                colour: colours[device],
            })
        })
        .collect()
    }
}

fn own_activity(edit_ms: Option<u64>, input_ms: u64, now_ms: u64) -> Activity {
    if edit_ms.is_some_and(|edit| now_ms < edit + config::EDITING_MS) {
        Activity::Editing
    } else if now_ms < input_ms + config::IDLE_MS {
        Activity::Viewing
    } else {
        Activity::Idle
    }
}

/// Colours by device: each takes the one its key's hash points at, or the next free one; the order is that of
/// the hashes, so every device with the same roster assigns the same.
pub(super) fn colours(devices: Vec<DeviceKey>) -> BTreeMap<DeviceKey, u8> {
    let mut order: Vec<([u8; 32], DeviceKey)> = devices
        .into_iter()
        .map(|d| (*blake3::hash(&d.0).as_bytes(), d))
        .collect();
    order.sort_unstable();
    let mut taken = [false; config::COLOURS];
    let mut out = BTreeMap::new();
    for (hash, device) in order {
        let first = usize::from(hash[0]) % config::COLOURS;
        let free = (0..config::COLOURS)
            .map(|i| (first + i) % config::COLOURS)
            .find(|c| !taken[*c]);
        let colour = free.unwrap_or(first);
        taken[colour] = true;
        out.insert(device, colour as u8);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_devices_have_twelve_colours_and_a_thirteenth_one_of_them() {
        let devices = |count: u8| (0..count).map(|i| DeviceKey([i; 32])).collect::<Vec<_>>();
        for count in 1..=config::COLOURS as u8 {
            let given: BTreeSet<u8> = colours(devices(count)).into_values().collect();
            assert_eq!(given.len(), usize::from(count));
        }
        let more = colours(devices(config::COLOURS as u8 + 1));
        assert!(
            more.values()
                .all(|colour| usize::from(*colour) < config::COLOURS)
        );
        let mut turned = devices(9);
        turned.reverse();
        assert_eq!(
            colours(turned),
            colours(devices(9)),
            "everybody assigns the same"
        );
    }
}
