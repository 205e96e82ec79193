//! Telling shells: single events at once, lists and receipts gathered for a moment.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use skein_space::{DeviceKey, NoteId, SpaceId};
use skein_sync::{Event, Notice};
use tokio::sync::broadcast;

use super::clock::wall_ms;
use super::names::own_note;
use super::windows::person_here;
use super::{Driver, Reply};
use crate::config::{FOLLOWED_NOTES, TELL_AFTER};
use crate::error::AppError;
use crate::view::{
    DurableEdit, Happening, Inviting, KeyView, MemberRow, Nearby, NoteLine, NoteStatus, Overview,
    PersonState, Role, WatchEvent,
};

/// What a window is told of the whole app, as it changes.
#[derive(Clone, Debug, PartialEq)]
pub enum ShellEvent {
    /// The list of a space's notes, whole.
    Notes {
        /// The space.
        space: SpaceId,
        /// Its notes.
        rows: Vec<NoteLine>,
    },
    /// The truth about a note that some window has open, or that was last said not to be saved.
    Status(NoteStatus),
    /// Who is in a space, whole.
    Members {
        /// The space.
        space: SpaceId,
        /// Its members.
        members: Vec<MemberRow>,
    },
    /// This device, its spaces and addresses.
    Overview(Overview),
    /// Something a person should hear.
    Notice {
        /// What a shell may act on.
        code: String,
        /// The sentence.
        message: String,
        /// Text a person may want to copy.
        copy: Option<String>,
    },
    /// The invitation of this device changed.
    Inviting(Inviting),
    /// Who invites nearby, whole.
    Nearby(Vec<Nearby>),
    /// Where the key of this device lies, or that it is being moved.
    Key(KeyView),
    /// Somebody started the window again: bring this one to the front.
    Raise,
}

/// Who is told, and what has gathered.
pub(super) struct Telling {
    watch: broadcast::Sender<WatchEvent>,
    shells: broadcast::Sender<ShellEvent>,
    durable: broadcast::Sender<DurableEdit>,
    due: Option<Instant>,
    rows: BTreeSet<SpaceId>,
    members: BTreeSet<SpaceId>,
    overview: bool,
    status: bool,
    /// Notes whose receipts are followed, the one touched last at the end.
    followed: VecDeque<(SpaceId, NoteId)>,
    /// What was last said of them.
    said: BTreeMap<(NoteId, DeviceKey), Option<u64>>,
    /// Notes that shells were last told are not saved: they hear the end of that, whether it is open or not.
    unsaved: BTreeSet<NoteId>,
    /// What was last said of people in notes.
    people: BTreeMap<(NoteId, DeviceKey), PersonState>,
}

impl Telling {
    pub(super) fn new(
        watch: broadcast::Sender<WatchEvent>,
        shells: broadcast::Sender<ShellEvent>,
        durable: broadcast::Sender<DurableEdit>,
    ) -> Self {
        Self {
            watch,
            shells,
            durable,
            due: None,
            rows: BTreeSet::new(),
            members: BTreeSet::new(),
            overview: false,
            status: false,
            followed: VecDeque::new(),
            said: BTreeMap::new(),
            unsaved: BTreeSet::new(),
            people: BTreeMap::new(),
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.due
    }

    fn gather(&mut self) {
        self.due.get_or_insert_with(|| Instant::now() + TELL_AFTER);
    }

    /// Says something to those who watch. Nobody may be watching.
    pub(super) fn say(&self, what: Happening) {
        let _ = self.watch.send(WatchEvent {
            what,
            at_ms: wall_ms(),
        });
    }

    pub(super) fn shell(&self, event: ShellEvent) {
        let _ = self.shells.send(event);
    }

    /// Says something a person should hear, to windows and to those who watch.
    pub(super) fn notice(&self, code: &str, message: impl Into<String>) {
        self.notice_to_copy(code, message.into(), None);
    }

    /// A sentence with text that a person may want to keep.
    fn notice_to_copy(&self, code: &str, message: String, copy: Option<String>) {
        self.say(Happening::Error {
            code: code.into(),
            message: message.clone(),
        });
        self.shell(ShellEvent::Notice {
            code: code.into(),
            message,
            copy,
        });
    }

    pub(super) fn overview_changed(&mut self) {
        self.overview = true;
        self.gather();
    }
}

impl Driver {
    /// Passes on what the engine says, and follows up on it.
    pub(super) fn tell(&mut self, event: Event) {
        match event {
            Event::Edit {
                space,
                note,
                device,
                incarnation,
                seq,
            } => {
                self.follow(space, note);
                self.telling.say(Happening::Edit {
                    note,
                    device,
                    incarnation,
                    seq,
                });
                self.status_changed();
            }
            Event::Durable {
                space,
                note,
                device,
                incarnation,
                seq,
            } => {
                // Mostly nobody measures.
                let _ = self.telling.durable.send(DurableEdit {
                    space,
                    note,
                    device,
                    incarnation,
                    seq,
                });
            }
            Event::NoteChanged { space, note } => {
                if note == own_note(space) {
                    self.read_space_name(space);
                    self.telling.overview_changed();
                }
                self.telling.rows.insert(space);
                self.status_changed();
            }
            Event::Peer {
                space,
                device,
                online,
            } => {
                self.peer_seen(space, device, online);
                self.telling.say(Happening::Peer { device, online });
                self.telling.members.insert(space);
                self.status_changed();
                self.look_at_waits();
            }
            Event::Receipts { space, .. } => {
                self.telling.rows.insert(space);
                self.status_changed();
                self.look_at_waits();
            }
            Event::PresenceChanged { space, note } => {
                self.tell_people(space, note);
                self.say_people(space, note);
            }
            Event::Secrets { .. } => self.network_changed_members(),
            Event::Members { space } => {
                self.members_changed(space);
                self.look_at_waits();
            }
            Event::Notice(notice) => self.tell_notice(notice),
        }
    }

    /// The roster of a space changed: who may connect, what is announced, what is shown.
    pub(super) fn members_changed(&mut self, space: SpaceId) {
        self.network_changed_members();
        self.telling.members.insert(space);
        self.telling.overview = true;
        self.status_changed();
    }

    pub(super) fn status_changed(&mut self) {
        self.telling.status = true;
        self.telling.gather();
    }

    /// From now on, changes of this note's receipts are told.
    pub(super) fn follow(&mut self, space: SpaceId, note: NoteId) {
        let followed = &mut self.telling.followed;
        if followed.back() == Some(&(space, note)) {
            return;
        }
        followed.retain(|other| *other != (space, note));
        followed.push_back((space, note));
        if followed.len() > FOLLOWED_NOTES
            && let Some((_, gone)) = followed.pop_front()
        {
            self.telling.said.retain(|(note, _), _| *note != gone);
        }
    }

    /// Tells what has gathered, when its moment has come.
    pub(super) fn tell_what_gathered(&mut self, now: Instant) {
        if self.telling.due.is_none_or(|due| due > now) {
            return;
        }
        self.telling.due = None;
        let rows = std::mem::take(&mut self.telling.rows);
        let members = std::mem::take(&mut self.telling.members);
        let overview = std::mem::take(&mut self.telling.overview);
        let status = std::mem::take(&mut self.telling.status);
        if status {
            self.tell_status();
        }
        if self.telling.shells.receiver_count() == 0 {
            return;
        }
        for space in rows {
            let rows = self.note_lines(space);
            self.telling.shell(ShellEvent::Notes { space, rows });
        }
        for space in members {
            let members = self.member_rows(space);
            self.telling.shell(ShellEvent::Members { space, members });
        }
        if overview {
            let overview = self.overview();
            self.telling.shell(ShellEvent::Overview(overview));
        }
    }

    fn tell_status(&mut self) {
        let nobody = self.telling.shells.receiver_count() == 0;
        if nobody && self.telling.watch.receiver_count() == 0 {
            return;
        }
        let open = self.windows.notes();
        for (space, note) in self.telling.followed.clone() {
            let Ok(status) = self.note_status_of(space, note) else {
                continue;
            };
            for peer in &status.peers {
                let before = self.telling.said.insert((note, peer.device), peer.behind);
                if before != Some(peer.behind) {
                    self.telling.say(Happening::Receipt {
                        device: peer.device,
                        note,
                        behind: peer.behind,
                    });
                }
            }
            let saved = status.saved;
            let owed = self.telling.unsaved.contains(&note);
            if open.contains(&(space, note)) || owed {
                self.telling.shell(ShellEvent::Status(status));
                match saved {
                    true => self.telling.unsaved.remove(&note),
                    false => self.telling.unsaved.insert(note),
                };
            }
        }
    }

    fn say_people(&mut self, space: SpaceId, note: NoteId) {
        let people = self.engine.people(space, note);
        let here: BTreeMap<DeviceKey, PersonState> = people
            .into_iter()
            .map(person_here)
            .map(|person| (person.device, person.state))
            .collect();
        for (device, state) in &here {
            if self.telling.people.insert((note, *device), *state) != Some(*state) {
                self.telling.say(Happening::Presence {
                    note,
                    device: *device,
                    state: *state,
                });
            }
        }
        self.telling
            .people
            .retain(|(other, device), _| *other != note || here.contains_key(device));
    }

    fn tell_notice(&mut self, notice: Notice) {
        let mut copy = None;
        let (code, message) = match notice {
            Notice::Fork { device, seq } => (
                "fork",
                format!(
                    "{} wrote two different things at one place ({seq}) of its log: a copied or rolled-back \
                     profile. both are kept",
                    self.device_words(device)
                ),
            ),
            Notice::MemberJoined { space, device, by } => (
                "member_joined",
                format!(
                    "{} joined {}, let in by {}",
                    self.device_words(device),
                    self.space_name(space),
                    self.device_words(by)
                ),
            ),
            Notice::RoleChanged {
                space,
                device,
                by,
                role,
            } => ("role_changed", self.role_words(space, device, by, role)),
            Notice::RolledBack { space } => (
                "rolled_back",
                format!(
                    "others hold words of this device in {} that are not here: the profile was put back from a \
                     copy. they come back by themselves, and this device writes on in a new log",
                    self.space_name(space)
                ),
            ),
            Notice::Drafted { reason, text, .. } => {
                copy = Some(text);
                (
                    "drafted",
                    format!(
                        "what you were writing could not become part of the note: {reason}. it is kept in your \
                         drafts on this device"
                    ),
                )
            }
            Notice::DiskLow => return self.tell_disk_low(),
            Notice::DiskRoom => (
                "disk_room",
                "there is room on the disk again: what others wrote comes now".into(),
            ),
            Notice::EntryRefused { device, reason, .. } => (
                "entry_refused",
                format!(
                    "an edit of {} is not shown: {reason}. it is kept, and the note goes on without it",
                    self.device_words(device)
                ),
            ),
        };
        self.telling.notice_to_copy(code, message, copy);
    }

    fn role_words(
        &mut self,
        space: SpaceId,
        device: DeviceKey,
        by: DeviceKey,
        role: Option<skein_space::Role>,
    ) -> String {
        let author = by;
        let (by, space) = (self.device_words(by), self.space_name(space));
        match (device == self.device(), role) {
            (true, None) => format!(
                "{by} removed this device from {space}. what is here stays here to read and to copy, and nothing new \
                 comes"
            ),
            (true, Some(role)) => {
                format!(
                    "{by} made this device {} in {space}",
                    Role::from(role).with_article()
                )
            }
            (false, None) if device == author => format!("{by} left {space}"),
            (false, None) => format!("{by} removed {} from {space}", self.device_words(device)),
            (false, Some(role)) => format!(
                "{by} made {} {} in {space}",
                self.device_words(device),
                Role::from(role).with_article()
            ),
        }
    }

    pub(super) fn tell_disk_low(&self) {
        self.telling.notice(
            "disk_low",
            "less than 1 GiB of the disk is free: what others write is not taken in for now. your own edits are saved \
             as before. make room, and the rest comes by itself",
        );
    }

    /// How many windows are told what happens.
    pub(super) fn windows_listening(&self) -> usize {
        self.telling.shells.receiver_count()
    }

    /// "Ben's laptop", or the beginning of the key of a device nobody named.
    pub(super) fn device_words(&self, device: DeviceKey) -> String {
        let known = self.engine.spaces().into_iter().find_map(|space| {
            let member = self.engine.roster(space)?.member(device)?;
            let (person, device) = (&member.person, &member.device_name);
            Some(if device.contains(person.as_str()) {
                device.clone()
            } else {
                format!("{person}'s {device}")
            })
        });
        known.unwrap_or_else(|| {
            if self.is_recovery_key(device) {
                "the recovery key".to_owned()
            } else {
                format!("device {}", &device.to_string()[..8])
            }
        })
    }

    /// Listeners for new subscribers.
    pub(crate) fn raise(&mut self, reply: Reply<()>) {
        self.telling.shell(ShellEvent::Raise);
        let heard = self.telling.shells.receiver_count() > 0;
        let _ = reply.send(heard.then_some(()).ok_or_else(|| {
            AppError::new(
                crate::Code::NotFound,
                "no window is open on this profile: `skein run` holds it. nothing was changed",
            )
        }));
    }
}
